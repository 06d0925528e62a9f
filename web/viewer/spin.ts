// SPDX-License-Identifier: Apache-2.0

import { createFrames } from './frames.js';
import type { Core, MakeSpinBar, SpinBar, Spun, Turning } from './kit.js';

/// The piece turned: spin frames over its picture, by hand, by key, by button, by itself, and shared frame by frame.
///
/// Frames go with the camera in VIEW frames, so the wheel, its asking and its refusal are those of moving the picture; only
/// turning by itself has a message, `spin.turn`. It stands before some of the view's own functions, because a frame is
/// one more thing that they carry.

const RPM = 6;
const DRAG_PX = 4; // less is a tap
const STEP_REST_MS = 160;
const AGAIN_MS = 5000;
const ANSWER_MS = 1600; // as the view waits for the wheel
const FADE_MS = 160;
const SLOWEST = 0.003; // frames a ms

/// `bringing` brings the bar.
export const turningWith = (bringing: (core: Core) => Promise<MakeSpinBar>): Turning => (core) => {
  const { o, root, stage, sync, known, wake } = core;
  const { wish } = o;
  const calm = matchMedia('(prefers-reduced-motion:reduce)');
  const undo = new AbortController();
  const frames = createFrames(core.holder, wake);

  let slot = 0;
  let n = 1;
  /// Where everybody's stands or turns from; and the local hand's, until it is everybody's.
  let shared = { from: 0, rpm: 0, since: 0 };
  let own: number | null = null;
  let busy = false; // fingers or their momentum
  let rest: ReturnType<typeof setTimeout> | undefined;
  let back: ReturnType<typeof setTimeout> | undefined;
  let tick: ReturnType<typeof setTimeout> | undefined;
  let raf = 0;

  const item = () => sync.view?.items.find((i) => i.slot === core.slot());
  const isOn = (): boolean => sync.view?.mode === 'spin' && !!item()?.spin;
  const isWhole = (): boolean => sync.camera.scale < 1.001;
  const place = (): number => own ?? shared.from + (shared.rpm * n * (performance.now() - shared.since)) / 60000;
  const frame = (): number => ((Math.floor(place() + 1e-6) % n) + n) % n;

  /* what others do */

  function hear(p: { frame?: number; rpm?: number; active?: number }): void {
    if (p.active) slot = p.active;
    if (p.frame === undefined && p.rpm === undefined) return;
    shared = { from: p.frame ?? frame(), rpm: p.rpm ?? shared.rpm, since: performance.now() };
    if (!busy) own = null;
  }

  const { apply, patch, motion } = sync;
  const { motion: send } = wish;
  const { marks } = known;
  Object.assign(sync, {
    apply(view: Parameters<typeof apply>[0]) {
      if (view) hear({ frame: 0, rpm: 0, ...view });
      apply(view);
    },
    patch(p: Parameters<typeof patch>[0]) {
      hear(p);
      patch(p);
    },
    motion(m: Parameters<typeof motion>[0] & { frame?: number }) {
      const { scale } = sync.camera;
      if (isOn() && !sync.driving && m.frame !== undefined) hear({ frame: m.frame });
      return motion(m) && !(isOn() && scale === m.scale); // that it turned is said below
    },
  });
  wish.motion = (m) => {
    shared = { ...shared, from: place(), since: performance.now() };
    if (!busy) own = null;
    send({ ...m, frame: frame() });
  };
  known.marks = () => marks().filter((m) => m.frame === undefined || m.slot !== slot || m.frame === (isOn() ? frame() : 0));

  /* what the local hand does */

  function turnBy(by: number): void {
    own = place() + by;
    clearTimeout(back);
    back = setTimeout(() => {
      if (!sync.driving) own = null;
      wake();
    }, ANSWER_MS);
    wake();
  }

  function letTurn(rpm: number): void {
    sync.act(() => {
      shared = { from: frame(), rpm, since: performance.now() };
      own = null;
      wish.turn?.({ slot: core.slot(), frame: frame(), rpm });
    });
  }

  /// The hand is off: on a whole frame, and no longer by itself.
  function end(): void {
    busy = false;
    if (own !== null) own = Math.floor(own + 1e-6);
    if (shared.rpm) letTurn(0);
    sync.rest();
    wake();
  }

  function step(by: number): void {
    cancelAnimationFrame(raf);
    turnBy(by);
    sync.move(sync.camera);
    clearTimeout(rest);
    rest = setTimeout(end, STEP_REST_MS);
  }

  function glide(speed: number): void {
    let last = performance.now();
    const on = (now: number): void => {
      const ms = Math.min(50, now - last);
      last = now;
      speed *= Math.exp(-ms / FADE_MS);
      if (Math.abs(speed) < SLOWEST || !isOn()) return end();
      turnBy(speed * ms);
      sync.move(sync.camera);
      raf = requestAnimationFrame(on);
    };
    raf = requestAnimationFrame(on);
  }

  const fingers = new Set<number>();
  let held: { x: number; t: number; speed: number } | null = null;

  const on = <E extends Event>(node: HTMLElement, name: string, what: (e: E) => void, capture = false): void =>
    node.addEventListener(name, what as EventListener, { signal: undo.signal, capture, passive: false });

  on<PointerEvent>(stage, 'pointerdown', (e) => {
    fingers.add(e.pointerId);
    cancelAnimationFrame(raf);
    if (busy) end();
    const may = isOn() && isWhole() && !e.button && fingers.size === 1 && !stage.matches('.pen,.laser');
    held = may ? { x: e.clientX, t: e.timeStamp, speed: 0 } : null;
  });
  on<PointerEvent>(stage, 'pointermove', (e) => {
    if (!held || !core.hands.held) return;
    const px = e.clientX - held.x;
    if (!busy && Math.abs(px) < DRAG_PX) return;
    busy = true;
    const by = (px * n) / core.frame.fitWidth;
    const ms = Math.max(1, e.timeStamp - held.t);
    held = { x: e.clientX, t: e.timeStamp, speed: (held.speed + (2 * by) / ms) / 3 };
    turnBy(by);
  });
  const lift = (e: PointerEvent): void => {
    fingers.delete(e.pointerId);
    if (!held || !busy) return;
    const { speed, t: at } = held;
    held = null;
    if (e.type === 'pointerup' && !calm.matches && e.timeStamp - at < 60 && Math.abs(speed) > 4 * SLOWEST) glide(speed);
    else end();
  };
  on(stage, 'pointerup', lift);
  on(stage, 'pointercancel', lift);

  on<WheelEvent>(root, 'wheel', (e) => {
    const by = e.shiftKey ? e.deltaY || e.deltaX : Math.abs(e.deltaX) > Math.abs(e.deltaY) ? e.deltaX : 0;
    if (!by || !isOn() || !e.composedPath().includes(stage)) return;
    e.preventDefault();
    e.stopPropagation();
    step(Math.max(-1, Math.min(1, by / 50)));
  }, true);

  const spun: Spun = {
    get on() { return isOn(); }, get can() { return !!item()?.spin; }, get frame() { return frame(); }, get n() { return n; },
    get rpm() { return shared.rpm; }, get isWhole() { return isWhole(); }, step,
    play: () => letTurn(shared.rpm ? 0 : RPM),
    toggle: () => sync.act(() => wish.set({ mode: isOn() ? 'image' : 'spin' })),
  };
  let bar: SpinBar | undefined;
  const bring = (): void => void bringing(core).then((make) => {
    if (undo.signal.aborted) return;
    bar = make(core, spun);
    wake();
  }, () => setTimeout(() => { if (!undo.signal.aborted) bring(); }, AGAIN_MS));
  bring();

  if (sync.view) hear(sync.view);

  return {
    get on() { return isOn() && frames.there; },
    painted() {
      const { spin } = item() ?? {};
      if (core.slot() !== slot) {
        slot = core.slot();
        shared = { from: 0, rpm: 0, since: 0 };
        own = null;
      }
      n = spin?.n ?? 1;
      const now = frame();
      frames.show(isOn() && core.shown ? `${o.iiif!.replace('iiif/3/', 'v/')}${spin!.id}/` : '', n, now);
      bar?.painted();
      clearTimeout(tick);
      if (isOn() && shared.rpm && own === null) tick = setTimeout(wake, Math.min(1000, 60000 / (Math.abs(shared.rpm) * n)) / 2);
    },
    stop() {
      undo.abort();
      cancelAnimationFrame(raf);
      [rest, back, tick].forEach(clearTimeout);
      wish.motion = send;
      frames.stop();
      bar?.stop();
    },
  };
};
