// SPDX-License-Identifier: Apache-2.0

import { clamp } from './geometry.js';

/// Turns pointer, wheel and touch events on the stage into a few acts; knows nothing of the view. One finger or the mouse does
/// what the tool says, two fingers always pan and zoom, so a drawing tool never locks the picture.

export interface Acts {
  /// What a single finger does now.
  tool(): 'move' | 'laser' | 'draw';
  pan(dx: number, dy: number): void;
  zoom(px: number, py: number, factor: number): void;
  /// The fingers are up, the wheel is still.
  rest(): void;
  twice(px: number, py: number): void;
  /// The hand is here; `touch` when it is a finger, `down` while it presses.
  point(px: number, py: number, touch: boolean, down: boolean, last: boolean): void;
  leave(): void;
  draw(px: number, py: number, phase: 'start' | 'move' | 'end' | 'cancel'): void;
}

export interface Gestures {
  /// Ignores the fingers that are down until they are up.
  halt(): void;
  stop(): void;
}

const TAP_MS = 300;
const TAP_PX = 10;
const TWICE_PX = 28;
const WHEEL_REST_MS = 160;
const WHEEL_UNIT = [1, 16, 400];

interface Hand { x: number; y: number }

export function gestures(stage: HTMLElement, acts: Acts): Gestures {
  const undo = new AbortController();
  const hands = new Map<number, Hand>();
  let mode: 'none' | 'view' | 'laser' | 'draw' = 'none';
  let still: ReturnType<typeof setTimeout> | undefined;
  let tap = { x: 0, y: 0, t: -TAP_MS };
  let press = { x: 0, y: 0, t: 0 };

  const place = (e: MouseEvent): Hand => {
    const box = stage.getBoundingClientRect();
    return { x: e.clientX - box.left, y: e.clientY - box.top };
  };
  const middle = (): { x: number; y: number; apart: number } => {
    const [a, b = a] = [...hands.values()] as [Hand, Hand?];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const isTouch = (e: PointerEvent): boolean => e.pointerType === 'touch';

  function down(e: PointerEvent): void {
    if (e.button !== 0 || hands.size > 1) return;
    const at = place(e);
    hands.set(e.pointerId, at);
    stage.setPointerCapture(e.pointerId);
    if (hands.size > 1) {
      if (mode === 'draw') acts.draw(at.x, at.y, 'cancel');
      if (mode !== 'none') mode = 'view';
      press.t = 0;
      return;
    }
    press = { ...at, t: e.timeStamp };
    const tool = acts.tool();
    mode = tool === 'move' ? 'view' : tool;
    if (mode === 'draw') acts.draw(at.x, at.y, 'start');
    acts.point(at.x, at.y, isTouch(e), true, false);
  }

  function drag(e: PointerEvent, at: Hand): void {
    const before = middle();
    hands.set(e.pointerId, at);
    const now = middle();
    if (mode === 'view') {
      acts.pan(now.x - before.x, now.y - before.y);
      if (before.apart && now.apart) acts.zoom(now.x, now.y, now.apart / before.apart);
    } else if (mode === 'draw') {
      for (const part of e.getCoalescedEvents?.() ?? []) acts.draw(place(part).x, place(part).y, 'move');
      acts.draw(at.x, at.y, 'move');
    }
  }

  function move(e: PointerEvent): void {
    const at = place(e);
    if (hands.has(e.pointerId)) drag(e, at);
    if (hands.size < 2) acts.point(at.x, at.y, isTouch(e), hands.size > 0, false);
  }

  function tapped(at: Hand, t: number): void {
    const short = t - press.t < TAP_MS && Math.hypot(at.x - press.x, at.y - press.y) < TAP_PX;
    if (!short || mode !== 'view') return;
    if (t - tap.t < TAP_MS && Math.hypot(at.x - tap.x, at.y - tap.y) < TWICE_PX) {
      acts.twice(at.x, at.y);
      tap.t = -TAP_MS;
    } else tap = { ...at, t };
  }

  function up(e: PointerEvent): void {
    if (!hands.delete(e.pointerId) || hands.size) return;
    const at = place(e);
    if (mode === 'draw') acts.draw(at.x, at.y, e.type === 'pointerup' ? 'end' : 'cancel');
    if (mode === 'view') acts.rest();
    acts.point(at.x, at.y, isTouch(e), false, true);
    if (e.type === 'pointerup') tapped(at, e.timeStamp);
    mode = 'none';
  }

  function wheel(e: WheelEvent): void {
    e.preventDefault();
    const { x, y } = place(e);
    const turn = clamp(e.deltaY * (WHEEL_UNIT[e.deltaMode] ?? 1), -240, 240);
    acts.zoom(x, y, Math.exp(-turn * (e.ctrlKey ? 0.01 : 0.0018)));
    clearTimeout(still);
    still = setTimeout(acts.rest, WHEEL_REST_MS);
  }

  const { signal } = undo;
  stage.addEventListener('pointerdown', down, { signal });
  stage.addEventListener('pointermove', move, { signal });
  stage.addEventListener('pointerup', up, { signal });
  stage.addEventListener('pointercancel', up, { signal });
  stage.addEventListener('pointerleave', (e) => { if (!hands.size && !isTouch(e)) acts.leave(); }, { signal });
  stage.addEventListener('wheel', wheel, { signal, passive: false });

  return {
    halt() {
      if (mode === 'view') mode = 'none';
    },
    stop() {
      undo.abort();
      clearTimeout(still);
    },
  };
}
