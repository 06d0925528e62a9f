// SPDX-License-Identifier: Apache-2.0

import { createPen } from './draw.js';
import type { Point } from './geometry.js';
import type { Core, Kit, Pane } from './kit.js';
import type { Live } from './live.js';
import type { Pointers } from './pointers.js';
import type { Steps } from './steps.js';
import { throttle } from './throttle.js';
import { isPen, type Tool } from './tools.js';
import { POINTER, type PointerKind } from './types.js';

/// What the local hand does on the stage besides moving the picture: it is seen by the others, it draws, it taps twice.
export interface Hand {
  readonly on: Kit['hand'];
  stop(): void;
}

const TAP_MS = 300;
const TAP_PX = 10;
const TWICE_PX = 28;

interface Sent { slot: number; x: number; y: number; kind: PointerKind; buttons: number }
interface Tap { x: number; y: number; t: number }

export function createHand(core: Core, live: Live, pointers: Pointers, steps: Steps, paneAt: (x: number, y: number) => Pane,
  chosen: () => { tool: Tool; colour: number }): Hand {
  const { o: { me, wish }, wake } = core;
  const undo = new AbortController();
  let inside = false;
  let drawing = false;
  let tap: Tap = { x: 0, y: 0, t: -TAP_MS };
  let press: Tap | null = null;

  const sent = throttle<Sent>((h, edge) => wish.pointer({ ...h, edge }));

  function leave(): void {
    if (!inside) return;
    inside = false;
    sent.end({ slot: core.slot(), x: 0, y: 0, kind: POINTER.gone, buttons: 0 });
    pointers.gone(me);
    wake();
  }

  function point(px: number, py: number, touch: boolean, down: boolean, last: boolean): void {
    const { media, shown, slot } = paneAt(px, py);
    const [x, y] = media(px, py);
    if (!shown || Math.min(x, y) < 0 || Math.max(x, y) > 1) return leave();
    inside = true;
    const kind = chosen().tool === 'laser' ? POINTER.laser : touch ? POINTER.touch : POINTER.move;
    const now = { slot, x, y, kind, buttons: down ? 1 : 0 };
    if (last) sent.end(now);
    else sent.push(now);
    if (kind !== POINTER.laser) return;
    pointers.put(me, now, performance.now());
    wake();
  }

  const pen = createPen(
    (d) => { live.part(me, d, performance.now()); wake(); },
    (d) => wish.draw(d),
    (stroke) => { live.cancel(me, stroke); wake(); },
  );
  /* A stroke stays on the piece it began on. */
  let under: Pane;
  const onMedium = (px: number, py: number): Point => under.media(px, py).map((v) => Math.min(1, Math.max(0, v))) as Point;

  function draw(x: number, y: number, e: PointerEvent): void {
    const box = core.stage.getBoundingClientRect();
    for (const { clientX, clientY } of e.getCoalescedEvents?.() ?? []) {
      const [px, py] = [clientX - box.left, clientY - box.top];
      pen.move(onMedium(px, py), [px, py]);
    }
    pen.move(onMedium(x, y), [x, y]);
  }

  const near = (at: Tap, x: number, y: number, t: number, px: number): boolean => t - at.t < TAP_MS && Math.hypot(x - at.x, y - at.y) < px;

  function tapped(x: number, y: number, t: number): void {
    if (!press || !near(press, x, y, t, TAP_PX)) return;
    core.sync.select(under.slot);
    if (near(tap, x, y, t, TWICE_PX)) {
      steps.twice(x, y);
      tap.t = -TAP_MS;
    } else tap = { x, y, t };
  }

  const on: Kit['hand'] = (phase, x, y, e) => {
    const { tool, colour } = chosen();
    const touch = e.pointerType === 'touch';
    if (phase === 'down') {
      under = paneAt(x, y);
      drawing = isPen(tool);
      press = tool === 'move' ? { x, y, t: e.timeStamp } : null;
      if (under.shown && isPen(tool)) pen.start(under.slot, tool, colour, onMedium(x, y), [x, y]);
      if (tool === 'move') steps.land();
    } else if (phase === 'move' && drawing && core.hands.held) draw(x, y, e);
    else if (phase !== 'move') {
      if (drawing) pen[phase === 'up' ? 'end' : 'cancel']();
      if (phase === 'cancel') steps.land();
      if (phase === 'up') tapped(x, y, e.timeStamp);
      drawing = false;
      press = null;
    }
    if (phase !== 'cancel' || e.type === 'pointercancel') point(x, y, touch, core.hands.held, phase === 'up' || phase === 'cancel');
    return tool !== 'move';
  };

  const { signal } = undo;
  core.stage.addEventListener('pointerleave', (e) => { if (!core.hands.held && e.pointerType !== 'touch') leave(); }, { signal });
  core.stage.addEventListener('wheel', steps.land, { signal, passive: true });

  return {
    on,
    stop() {
      undo.abort();
      sent.stop();
    },
  };
}
