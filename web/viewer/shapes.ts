// SPDX-License-Identifier: Apache-2.0

import type { Point } from './geometry.js';
import { COLOURS, HALOS } from './palette.js';
import type { MarkKind } from './types.js';

/// How marks, and strokes that are not marks yet (live.ts), are drawn on the place of the medium they belong to.

export interface Shape { slot: number; kind: MarkKind; colour: number; points: number[] }

const WIDTH = 3;

/// Draws those of `slot`, the later above the earlier.
export function paintShapes(ctx: CanvasRenderingContext2D, shapes: readonly Shape[], slot: number, place: (x: number, y: number) => Point): void {
  ctx.lineCap = ctx.lineJoin = 'round';
  for (const shape of shapes) if (shape.slot === slot) paintShape(ctx, shape, place);
}

function paintShape(ctx: CanvasRenderingContext2D, s: Shape, place: (x: number, y: number) => Point): void {
  const points: Point[] = [];
  for (let i = 0; i + 1 < s.points.length; i += 2) points.push(place(s.points[i]!, s.points[i + 1]!));
  const [ax, ay] = points[0] ?? [];
  if (ax === undefined || ay === undefined) return;
  const [bx, by] = points.at(-1)!;
  ctx.beginPath();
  if (s.kind === 'circle') {
    ctx.ellipse((ax + bx) / 2, (ay + by) / 2, Math.abs(bx - ax) / 2, Math.abs(by - ay) / 2, 0, 0, 7);
  } else {
    ctx.moveTo(ax, ay);
    if (s.kind === 'ink') traceInk(ctx, points);
    ctx.lineTo(bx + 0.01, by); // a single point is a dot
    if (s.kind === 'arrow') traceHead(ctx, bx, by, ax - bx, ay - by);
  }
  const colour = s.colour % COLOURS.length;
  for (const [style, width] of [[HALOS[colour]!, WIDTH + 2.5], [COLOURS[colour]!, WIDTH]] as const) {
    ctx.strokeStyle = style;
    ctx.lineWidth = width;
    ctx.stroke();
  }
}

function traceInk(ctx: CanvasRenderingContext2D, points: Point[]): void {
  points.slice(1, -1).forEach(([x, y], i) => {
    const [nx, ny] = points[i + 2]!;
    ctx.quadraticCurveTo(x, y, (x + nx) / 2, (y + ny) / 2);
  });
}

/// The head at (x, y) of an arrow whose shaft goes back by (dx, dy).
function traceHead(ctx: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number): void {
  const turn = Math.atan2(dy, dx);
  const head = Math.min(16, Math.hypot(dx, dy) * 0.6);
  for (const side of [turn - 0.5, turn + 0.5]) {
    ctx.moveTo(x + head * Math.cos(side), y + head * Math.sin(side));
    ctx.lineTo(x, y);
  }
}
