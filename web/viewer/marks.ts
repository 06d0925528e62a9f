// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { Point } from './geometry.js';
import { COLOURS, HALOS } from './palette.js';
import type { MarkKind, StrokePart } from './types.js';

/// Marks stay on the place of the medium they were drawn on. A stroke is live while its parts arrive; when the server has made
/// a mark of it, the mark takes its place. Strokes and marks of one person come in order, so the oldest finished stroke is the
/// one a mark stands for.

interface Shape { slot: number; kind: MarkKind; colour: number; points: number[] }
interface Live extends Shape { who: string; stroke: number; doneAt: number }

/// A finished stroke the server never answered goes after this time: nobody else has it.
const UNANSWERED_MS = 15000;
const MOST_POINTS = 256;
const WIDTH = 3;

export interface Marks {
  set(marks: readonly Mark[]): void;
  add(m: Mark): void;
  drop(ids: readonly number[]): void;
  part(who: string, d: StrokePart, now: number): void;
  /// Takes a live stroke back (a second finger came down).
  cancel(who: string, stroke: number): void;
  gone(who: string): void;
  own(who: string, slot: number): number[];
  list(): Mark[];
  /// Draws those of `slot`; returns in how many ms to draw again, or -1.
  paint(ctx: CanvasRenderingContext2D, slot: number, place: (x: number, y: number) => Point, now: number): number;
}

export function createMarks(): Marks {
  let kept = new Map<number, Mark>();
  let live: Live[] = [];

  return {
    set(marks) {
      kept = new Map(marks.map((m) => [m.mark, m]));
      live = live.filter((l) => !l.doneAt);
    },
    add(m) {
      kept.set(m.mark, m);
      const at = live.findIndex((l) => l.who === m.by && l.doneAt > 0 && l.kind === m.kind);
      if (at >= 0) live.splice(at, 1);
    },
    drop(ids) {
      for (const id of ids) kept.delete(id);
    },
    part(who, d, now) {
      let one = live.find((l) => l.who === who && l.stroke === d.stroke);
      if (!one) live.push((one = { ...d, who, points: [], doneAt: 0 }));
      if (d.kind !== 'ink') one.points = [...one.points.slice(0, 2), ...d.points.slice(one.points.length ? -2 : 0)];
      else one.points.push(...d.points.slice(0, MOST_POINTS * 2 - one.points.length));
      if (d.last) one.doneAt = now;
    },
    cancel(who, stroke) {
      live = live.filter((l) => l.who !== who || l.stroke !== stroke);
    },
    gone(who) {
      live = live.filter((l) => l.who !== who || l.doneAt > 0);
    },
    own(who, slot) {
      return [...kept.values()].filter((m) => m.by === who && m.slot === slot).map((m) => m.mark);
    },
    list() {
      return [...kept.values()];
    },
    paint(ctx, slot, place, now) {
      live = live.filter((l) => !l.doneAt || now - l.doneAt < UNANSWERED_MS);
      ctx.lineCap = ctx.lineJoin = 'round';
      for (const shape of [...kept.values(), ...live]) {
        if (shape.slot === slot) paintShape(ctx, shape, place);
      }
      return live.some((l) => l.doneAt) ? 1000 : -1;
    },
  };
}

function paintShape(ctx: CanvasRenderingContext2D, s: Shape, place: (x: number, y: number) => Point): void {
  const points: Point[] = [];
  for (let i = 0; i + 1 < s.points.length; i += 2) points.push(place(s.points[i]!, s.points[i + 1]!));
  if (!points.length) return;
  ctx.beginPath();
  ({ ink: traceInk, circle: traceCircle, arrow: traceArrow })[s.kind](ctx, points);
  const colour = s.colour % COLOURS.length;
  for (const [style, width] of [[HALOS[colour]!, WIDTH + 2.5], [COLOURS[colour]!, WIDTH]] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

function traceInk(ctx: CanvasRenderingContext2D, points: Point[]): void {
  const first = points[0]!;
  const last = points.at(-1)!;
  ctx.moveTo(...first);
  for (let i = 1; i < points.length - 1; i++) {
    const [x, y] = points[i]!;
    const [nx, ny] = points[i + 1]!;
    ctx.quadraticCurveTo(x, y, (x + nx) / 2, (y + ny) / 2);
  }
  ctx.lineTo(last[0] + 0.01, last[1]); // a single point is a dot
}

function traceCircle(ctx: CanvasRenderingContext2D, points: Point[]): void {
  const [ax, ay] = points[0]!;
  const [bx, by] = points.at(-1)!;
  ctx.ellipse((ax + bx) / 2, (ay + by) / 2, Math.abs(bx - ax) / 2, Math.abs(by - ay) / 2, 0, 0, 7);
}

function traceArrow(ctx: CanvasRenderingContext2D, points: Point[]): void {
  const [ax, ay] = points[0]!;
  const [bx, by] = points.at(-1)!;
  const turn = Math.atan2(by - ay, bx - ax);
  const head = Math.min(16, Math.hypot(bx - ax, by - ay) * 0.6);
  ctx.moveTo(ax, ay);
  ctx.lineTo(bx, by);
  for (const side of [-0.5, 0.5]) {
    ctx.moveTo(bx - head * Math.cos(turn + side), by - head * Math.sin(turn + side));
    ctx.lineTo(bx, by);
  }
}
