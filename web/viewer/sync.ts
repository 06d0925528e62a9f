// SPDX-License-Identifier: Apache-2.0

import type { View } from '../protocol/index.js';
import { bound, cameraOf, MAX_SCALE, rectOf, WHOLE, type Camera } from './geometry.js';
import { throttle } from './throttle.js';
import type { ViewerWishes } from './types.js';

/// The shared view on this side: what the server said, and what the local person does before the server has answered.
///
/// Only a local gesture sends anything; what comes from outside is shown as it is and never sent back. While another person
/// drives, a local gesture asks for the wheel, is shown at once and sent when the answer is yes; when it is no, or does not
/// come, the view goes back to what everybody else sees. While we drive, nobody else can move the view, so what arrives is
/// our own echo and is not shown.
export interface Sync {
  readonly view: View | null;
  readonly camera: Camera;
  readonly driving: boolean;
  readonly max: number;
  apply(view: View | null): void;
  patch(p: Partial<View> & { seq: number }): void;
  motion(m: { seq: number; slot: number } & Camera): boolean;
  /// One step of a gesture.
  move(to: Camera): void;
  /// The gesture is over.
  rest(): void;
  select(slot: number): void;
  /// Now, or when the wheel has come.
  act(what: () => void): void;
  take(): void;
  stop(): void;
}

const ASK_AGAIN_MS = 500;
const ANSWER_MS = 1500;
const HOLD_MS = 400;

const newer = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/// `changed` follows every change of view or camera; `lost` says that the wheel went to somebody else in mid gesture.
export function createSync(
  me: string, wish: Pick<ViewerWishes, 'set' | 'motion' | 'drive'>, changed: () => void, lost: () => void,
): Sync {
  let view: View | null = null;
  let camera: Camera = WHOLE;
  let shared: Camera = WHOLE;
  let seq = 0;
  /* Motion has its own count: whether it shares the view's numbers is the server's affair. */
  let motionSeq: number | null = null;
  let moving = false;
  let movedAt = -Infinity;
  let askedAt = -Infinity;
  /* Shown here and not sent yet; with what is done once the wheel is here, else the place is sent. */
  let wanted: { act?: () => void } | null = null;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const out = throttle<Camera>((c, edge) => {
    shared = c;
    if (view) wish.motion({ slot: view.active, ...c, edge });
  });
  const driving = (): boolean => view?.driver === me;
  const max = (): number => {
    const item = view?.items.find((i) => i.slot === view?.active) as { maxScale?: number } | undefined;
    return item?.maxScale ?? MAX_SCALE;
  };

  function giveUp(): void {
    clearTimeout(patience);
    out.stop();
    wanted = null;
    camera = shared;
    if (moving) {
      moving = false;
      lost();
    }
    changed();
  }

  function ask(want: NonNullable<typeof wanted>): void {
    wanted = { ...wanted, ...want };
    if (Date.now() - askedAt < ASK_AGAIN_MS) return;
    askedAt = Date.now();
    clearTimeout(patience);
    patience = setTimeout(giveUp, ANSWER_MS);
    wish.drive(true);
    /* Who presses just after the driver's last gesture is refused; a gesture goes on and asks by itself, a press does not. */
    if (want.act) setTimeout(() => wanted?.act && wish.drive(true), ASK_AGAIN_MS);
  }

  function send(): void {
    if (moving) out.push(camera);
    else out.end(camera);
  }

  function choose(active: number): void {
    if (!view) return;
    out.stop();
    if (view.mode !== 'compare') camera = WHOLE; // side by side, one rect serves them all
    shared = camera;
    const rect = rectOf(camera);
    view = { ...view, active, rect };
    wish.set({ active, rect });
  }

  function act(what: () => void): void {
    if (driving()) what();
    else ask({ act: what });
    changed();
  }

  /// After the driver may have changed: a held gesture goes out, or ends.
  function decide(before: string | undefined): void {
    if (driving()) {
      const held = wanted;
      clearTimeout(patience);
      wanted = null;
      if (held?.act) held.act();
      else if (held) send();
    } else if (view?.driver !== before) {
      askedAt = -Infinity;
      giveUp();
    }
  }

  return {
    get view() { return view && { ...view, seq, rect: rectOf(shared) }; },
    get camera() { return camera; },
    get driving() { return driving(); },
    get max() { return max(); },

    apply(next) {
      const before = view?.driver;
      const holds = moving || Date.now() - movedAt < HOLD_MS;
      const ours = next?.driver === me && next.active === view?.active && (holds || wanted !== null);
      view = next;
      seq = next?.seq ?? 0;
      motionSeq = null;
      shared = next ? cameraOf(next.rect) : WHOLE;
      if (!ours) giveUp();
      else if (!wanted) send();
      decide(before);
      changed();
    },

    patch(p) {
      if (!view) return;
      const before = view.driver;
      const { rect, ...rest } = p;
      const jump = rest.compare || (rest.active !== undefined && rest.active !== view.active);
      const fresh = newer(p.seq, seq);
      const mine = driving() && (rest.driver ?? me) === me;
      view = { ...view, ...rest };
      if (fresh) seq = p.seq;
      if (jump || (rect && fresh && !mine)) shared = rect ? cameraOf(rect) : WHOLE;
      if (jump) giveUp();
      else if (!mine && !wanted) camera = shared;
      decide(before);
      changed();
    },

    motion({ seq: at, slot, cx, cy, scale }) {
      if (!view || slot !== view.active || driving()) return false;
      if (motionSeq !== null && !newer(at, motionSeq)) return false;
      motionSeq = at;
      shared = { cx, cy, scale };
      if (wanted) return false;
      camera = shared;
      changed();
      return true;
    },

    move(to) {
      if (!view) return;
      camera = bound(to, max());
      moving = true;
      movedAt = Date.now();
      if (driving()) out.push(camera);
      else ask({});
      changed();
    },

    rest() {
      if (!moving) return;
      moving = false;
      movedAt = Date.now();
      if (driving()) out.end(camera);
    },

    select(slot) { if (view && slot !== view.active) act(() => choose(slot)); },
    act,

    take() { wish.drive(true); },

    stop() {
      out.stop();
      clearTimeout(patience);
    },
  };
}
