// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { Shape } from './shapes.js';
import type { StrokePart } from './types.js';

/// Strokes while their parts arrive. When the server has made a mark of one, the mark takes its place. Strokes and marks of one
/// person come in order, so the oldest finished stroke is the one a mark stands for.

interface Stroke extends Shape { who: string; stroke: number; doneAt: number }

/// A finished stroke the server never answered goes after this time: nobody else has it.
const UNANSWERED_MS = 15000;
const MOST_POINTS = 256;

export interface Live {
  part(who: string, d: StrokePart, now: number): void;
  /// Takes a stroke back (a second finger came down).
  cancel(who: string, stroke: number): void;
  /// This mark is there.
  mark(m: Mark): void;
  /// All marks are there.
  settled(): void;
  gone(who: string): void;
  list(now: number): readonly Shape[];
  /// In how many ms one of them may go.
  readonly wait: number;
}

export function createLive(): Live {
  let all: Stroke[] = [];
  return {
    part(who, d, now) {
      let one = all.find((l) => l.who === who && l.stroke === d.stroke);
      if (!one) all.push((one = { ...d, who, points: [], doneAt: 0 }));
      if (d.kind !== 'ink') one.points = [...one.points.slice(0, 2), ...d.points.slice(one.points.length ? -2 : 0)];
      else one.points.push(...d.points.slice(0, MOST_POINTS * 2 - one.points.length));
      if (d.last) one.doneAt = now;
    },
    cancel(who, stroke) {
      all = all.filter((l) => l.who !== who || l.stroke !== stroke);
    },
    mark(m) {
      const at = all.findIndex((l) => l.who === m.by && l.doneAt > 0 && l.kind === m.kind);
      if (at >= 0) all.splice(at, 1);
    },
    settled() {
      all = all.filter((l) => !l.doneAt);
    },
    gone(who) {
      all = all.filter((l) => l.who !== who || l.doneAt > 0);
    },
    list(now) {
      return (all = all.filter((l) => !l.doneAt || now - l.doneAt < UNANSWERED_MS));
    },
    get wait() { return all.some((l) => l.doneAt) ? 1000 : Infinity; },
  };
}
