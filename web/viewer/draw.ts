// SPDX-License-Identifier: Apache-2.0

import type { Point } from './geometry.js';
import { throttle } from './throttle.js';
import type { MarkKind, StrokePart } from './types.js';

/// The local pen: collects a stroke, shows it at once through `show`, sends it in small parts. Nothing is sent before the hand
/// has gone a little way, so a second finger can still turn the touch into a pinch.

export interface Pen {
  start(slot: number, kind: MarkKind, colour: number, at: Point, px: Point): void;
  move(at: Point, px: Point): void;
  end(): void;
  cancel(): void;
}

const STEP_PX = 2;
const BEGIN_PX = 6;
const MOST_POINTS = 256;
const MOST_PART = 128;
/// An arrow or a circle is its two ends; this many of the ends on the way are sent, so that others see it grow.
const MOST_ENDS = 64;

interface Stroke {
  id: number; slot: number; kind: MarkKind; colour: number;
  first: Point; from: Point; at: Point; length: number; count: number; waiting: number[]; sent: boolean;
}

/// `takeBack` removes a stroke of ours that was shown and never sent.
export function createPen(
  show: (d: StrokePart) => void, send: (d: StrokePart) => void, takeBack: (stroke: number) => void,
): Pen {
  let next = Math.floor(Math.random() * 0x40000000);
  let now: Stroke | null = null;
  const paced = throttle<Stroke>((s) => { if (s === now) flush(s, false); }, 40);

  function part(s: Stroke, points: number[], last: boolean): StrokePart {
    return { stroke: s.id, slot: s.slot, kind: s.kind, colour: s.colour, points, last };
  }

  function flush(s: Stroke, last: boolean): void {
    if (s.kind !== 'ink') {
      s.waiting = s.sent ? s.at.slice() : [...s.first, ...s.at];
      if (!last && ++s.count > MOST_ENDS) return;
    }
    do {
      const points = s.waiting.splice(0, MOST_PART * 2);
      if (points.length || last) send(part(s, points, last && !s.waiting.length));
    } while (s.waiting.length);
    s.sent = true;
  }

  function finish(): void {
    const s = now;
    paced.stop();
    now = null;
    if (!s) return;
    show(part(s, [], true));
    flush(s, true);
  }

  function start(slot: number, kind: MarkKind, colour: number, at: Point, px: Point): void {
    finish();
    now = { id: ++next, slot, kind, colour, first: at, from: px, at, length: 0, count: 1, waiting: [...at], sent: false };
    show(part(now, [...at], false));
  }

  return {
    start,
    move(at, px) {
      const s = now;
      if (!s) return;
      const gone = Math.hypot(px[0] - s.from[0], px[1] - s.from[1]);
      if (gone < STEP_PX) return;
      s.length += gone;
      s.from = px;
      s.at = at;
      show(part(s, [...at], false));
      if (s.kind === 'ink') {
        s.waiting.push(...at);
        s.count++;
      }
      if (s.length >= BEGIN_PX) paced.push(s);
      if (s.kind === 'ink' && s.count >= MOST_POINTS) start(s.slot, s.kind, s.colour, at, px);
    },
    end() {
      if (now && now.kind !== 'ink' && now.length < BEGIN_PX) this.cancel();
      else finish();
    },
    cancel() {
      if (now?.sent) return finish();
      paced.stop();
      if (now) takeBack(now.id);
      now = null;
    },
  };
}
