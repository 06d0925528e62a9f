// SPDX-License-Identifier: Apache-2.0

import { el, type Translate } from '../ui/index.js';
import { createPen } from './draw.js';
import { between, bound, frameOf, pan, toMedia, toScreen, WHOLE, zoom, type Camera, type Frame, type Point } from './geometry.js';
import { gestures } from './gesture.js';
import { createMarks, type Marks } from './marks.js';
import { createPicture } from './picture.js';
import { createPointers } from './pointers.js';
import type { Sync } from './sync.js';
import { throttle } from './throttle.js';
import { isPen, type Tool } from './tools.js';
import { POINTER, type PointerKind, type Viewer, type ViewerOptions } from './types.js';
import type { Word } from './words.js';

/// The stage: the picture, what is drawn and pointed on it, and the hand that moves it.
export interface Stage {
  readonly node: HTMLElement;
  /// What stands in for the picture: empty, failed.
  readonly note: HTMLElement;
  readonly marks: Marks;
  wake(): void;
  halt(): void;
  resize(): void;
  pick(tool: Tool): void;
  zoom(factor: number): void;
  whole(): void;
  look(dx: number, dy: number): void;
  pointer: Viewer['pointer'];
  gone(who: string): void;
  stop(): void;
}

const GLIDE_MS = 140;
const TWICE = 2.5;
const LOOK = 0.2;
const SHARP = 2; // canvas pixels per CSS pixel at most: lines gain nothing from more

interface Hand { slot: number; x: number; y: number; kind: PointerKind; buttons: number }

export function createStage(
  o: ViewerOptions, t: Translate<Word>, sync: Sync, chosen: () => { tool: Tool; colour: number }, painted: () => void,
): Stage {
  const holder = el('div', { class: 'holder' });
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  const layer = el('div', { class: 'layer', 'aria-hidden': 'true' });
  const node = el('div', { class: 'stage', role: 'group', tabIndex: 0 }, holder, canvas, layer);
  const said = el('p');
  const again = el('button', { type: 'button', class: 'vt-button', onclick: () => picture.again() }, t('viewer.again'));
  const note = el('div', { class: 'note float', role: 'status' }, said, again);
  const ctx = canvas.getContext('2d')!;
  const calm = matchMedia('(prefers-reduced-motion:reduce)');

  const marks = createMarks();
  const pointers = createPointers(layer, o.me, o.names);
  const picture = createPicture(holder, o.src, wake);
  let frame: Frame = frameOf(0, 0, 1);
  let ready = false;
  let raf = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let goal: Camera | null = null;
  let glideFrame = 0;
  let inside = false;

  const slot = (): number => sync.view?.active ?? 0;
  const place = (x: number, y: number): Point => toScreen(sync.camera, frame, x, y);

  /* paint */

  function wake(): void {
    raf ||= requestAnimationFrame(paint);
  }

  function resize(): void {
    const sharp = Math.min(devicePixelRatio, SHARP);
    frame = frameOf(node.clientWidth, node.clientHeight, picture.aspect);
    canvas.width = frame.width * sharp;
    canvas.height = frame.height * sharp;
    ctx.scale(sharp, sharp);
    wake();
  }

  function follow(): void {
    const { view } = sync;
    const item = view?.items.find((i) => i.slot === view.active);
    const title = item?.title ?? t('viewer.picture', { n: (view?.items.indexOf(item!) ?? 0) + 1, all: view?.items.length ?? 0 });
    picture.show(item?.media ?? '', title);
    if (item) node.setAttribute('aria-label', t('viewer.stage', { title }));
    ready = picture.shown !== '' && picture.shown === item?.media;
    holder.classList.toggle('old', !ready);
    layer.hidden = !ready;
    const failed = picture.state === 'error';
    note.hidden = !failed && !!item;
    again.hidden = !failed;
    const text = t(failed ? 'viewer.failed' : 'viewer.empty');
    if (said.textContent !== text) said.textContent = text;
  }

  function paint(): void {
    raf = 0;
    const now = performance.now();
    follow();
    frame = frameOf(frame.width, frame.height, picture.aspect);
    const { scale } = sync.camera;
    const [x, y] = place(0, 0);
    holder.style.width = `${frame.fitWidth}px`;
    holder.style.height = `${frame.fitHeight}px`;
    holder.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
    picture.need(frame.fitWidth * scale * devicePixelRatio);
    ctx.clearRect(0, 0, frame.width, frame.height);
    painted();
    if (!ready) return;
    if (scale > 1.01) corners();
    sleep(marks.paint(ctx, slot(), place, now), pointers.paint(ctx, slot(), place, now));
  }

  function sleep(...waits: number[]): void {
    clearTimeout(timer);
    const wait = Math.min(...waits.filter((ms) => ms >= 0));
    if (wait <= 0) wake();
    else if (wait < Infinity) timer = setTimeout(wake, wait);
  }

  /// Where this screen shows more than every screen surely does, the shared part is marked at its corners.
  function corners(): void {
    const [left, top] = [(frame.width - frame.fitWidth) / 2, (frame.height - frame.fitHeight) / 2];
    if (left < 16 && top < 16) return;
    ctx.beginPath();
    for (const [px, dx] of [[left + 1, 14], [frame.width - left - 1, -14]] as const) {
      for (const [py, dy] of [[top + 1, 14], [frame.height - top - 1, -14]] as const) {
        ctx.moveTo(px + dx, py);
        ctx.lineTo(px, py);
        ctx.lineTo(px, py + dy);
      }
    }
    for (const [colour, width] of [['rgb(0 0 0/.4)', 3], ['rgb(255 255 255/.9)', 1.25]] as const) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.stroke();
    }
  }

  /* the camera */

  function land(): void {
    cancelAnimationFrame(glideFrame);
    goal = null;
  }

  /// A step made by a button or a key arrives within 140 ms; pressed again on the way, it goes on from where it was heading.
  function glide(to: Camera): void {
    land();
    const from = sync.camera;
    const end = (goal = bound(to, sync.max));
    const began = performance.now();
    const next = (): void => {
      const part = calm.matches ? 1 : Math.min(1, (performance.now() - began) / GLIDE_MS);
      sync.move(between(from, end, 1 - (1 - part) ** 3));
      if (part < 1) glideFrame = requestAnimationFrame(next);
      else {
        land();
        sync.rest();
      }
    };
    next();
  }

  const heading = (): Camera => goal ?? sync.camera;
  const zoomTo = (px: number, py: number, factor: number): void => glide(zoom(heading(), frame, px, py, factor, sync.max));

  /* the hand */

  const sendHand = throttle<Hand>((h, edge) => o.wish.pointer({ ...h, edge }));

  function leave(): void {
    if (!inside) return;
    inside = false;
    sendHand.end({ slot: slot(), x: 0, y: 0, kind: POINTER.gone, buttons: 0 });
    pointers.gone(o.me);
    wake();
  }

  function point(px: number, py: number, touch: boolean, down: boolean, last: boolean): void {
    const [x, y] = toMedia(sync.camera, frame, px, py);
    if (!ready || Math.min(x, y) < 0 || Math.max(x, y) > 1) return leave();
    inside = true;
    const kind = chosen().tool === 'laser' ? POINTER.laser : touch ? POINTER.touch : POINTER.move;
    const hand = { slot: slot(), x, y, kind, buttons: down ? 1 : 0 };
    if (last) sendHand.end(hand);
    else sendHand.push(hand);
    if (kind !== POINTER.laser) return;
    pointers.put(o.me, hand, performance.now());
    wake();
  }

  const pen = createPen(
    (d) => { marks.part(o.me, d, performance.now()); wake(); },
    (d) => o.wish.draw(d),
    (stroke) => { marks.cancel(o.me, stroke); wake(); },
  );

  function draw(px: number, py: number, phase: 'start' | 'move' | 'end' | 'cancel'): void {
    const at = toMedia(sync.camera, frame, px, py).map((v) => Math.min(1, Math.max(0, v))) as Point;
    const { tool, colour } = chosen();
    if (phase === 'move') pen.move(at, [px, py]);
    else if (phase !== 'start') pen[phase]();
    else if (ready && isPen(tool)) pen.start(slot(), tool, colour, at, [px, py]);
  }

  const hands = gestures(node, {
    tool: () => (isPen(chosen().tool) ? 'draw' : (chosen().tool as 'move' | 'laser')),
    pan(dx, dy) {
      land();
      if (dx || dy) sync.move(pan(sync.camera, frame, dx, dy, sync.max));
    },
    zoom(px, py, factor) {
      land();
      sync.move(zoom(sync.camera, frame, px, py, factor, sync.max));
    },
    rest: () => sync.rest(),
    twice(px, py) {
      if (heading().scale > TWICE - 0.1) glide(WHOLE);
      else zoomTo(px, py, TWICE);
    },
    point, leave, draw,
  });

  return {
    node, note, marks, wake, resize,
    halt() {
      land();
      hands.halt();
    },
    pick(tool) {
      node.classList.toggle('pen', isPen(tool));
      node.classList.toggle('laser', tool === 'laser');
      pointers.gone(o.me);
      wake();
    },
    zoom: (factor) => zoomTo(frame.width / 2, frame.height / 2, factor),
    whole: () => glide(WHOLE),
    look(dx, dy) {
      const { cx, cy, scale } = heading();
      glide({ cx: cx + (dx * LOOK) / scale, cy: cy + (dy * LOOK) / scale, scale });
    },
    pointer(who, p) {
      pointers.put(who, p, performance.now());
      wake();
    },
    gone(who) {
      pointers.gone(who);
      marks.gone(who);
      wake();
    },
    stop() {
      land();
      cancelAnimationFrame(raf);
      clearTimeout(timer);
      sendHand.stop();
      hands.stop();
      picture.stop();
    },
  };
}
