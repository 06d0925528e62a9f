// SPDX-License-Identifier: Apache-2.0

import type { ViewItem } from '../protocol/index.js';
import { frameOf, type Frame } from './geometry.js';

/// Where pieces lie side by side, and how large: on the stage, and against each other.

/// In px of the stage.
export interface Box { left: number; top: number; width: number; height: number }

/// A piece in its picture: its box in 0..1 of the medium, the medium's size in pixels.
export interface Pictured { width: number; height: number; object: readonly number[] }

/// How a picture stands at true scale: how many millimetres it is across, and how far the piece's middle is from its own, in
/// 0..1 of it; `wide` and `high` are the piece's own.
export interface Measured { across: number; dx: number; dy: number; wide: number; high: number }

const GAP = 2;
const ONE_ROW = 1.3; // pieces on one line are compared most easily, at a little less size
const ROOM = 0.84; // of a pane, so that a piece at true scale stands free

/// Columns as many as make the panes' shorter sides longest, one row rather than several: two stand side by side at a desk, one
/// above the other on a phone.
export function boxesOf(n: number, width: number, height: number): Box[] {
  let cols = 1;
  let best = 0;
  for (let c = 1; c <= n; c++) {
    const side = Math.min(width / c, height / Math.ceil(n / c)) * (c === n ? ONE_ROW : 1);
    if (side <= best + 0.01) continue;
    best = side;
    cols = c;
  }
  const rows = Math.ceil(n / cols);
  const high = (height - GAP * (rows - 1)) / rows;
  return Array.from({ length: n }, (_, i) => {
    const row = Math.floor(i / cols);
    const here = row < rows - 1 ? cols : n - cols * row; // the last row has its whole width
    const wide = (width - GAP * (here - 1)) / here;
    return { left: (i - row * cols) * (wide + GAP), top: row * (high + GAP), width: wide, height: high };
  });
}

/// The catalogue's size, within the picture's proportions: the two seldom agree to the tenth, and a piece is never drawn larger
/// than it is (as media's true-scale plate has it).
export function measure({ width_mm: w = 0, height_mm: h = 0 }: ViewItem, { width, height, object }: Pictured): Measured | null {
  const [x = 0, y = 0, part = 1, tall = 1] = object;
  const aspect = (part * width) / (tall * height);
  const wide = Math.min(w, h * aspect);
  if (!(wide > 0)) return null;
  return { across: wide / part, dx: x + part / 2 - 0.5, dy: y + tall / 2 - 0.5, wide, high: wide / aspect };
}

/// Pixels a millimetre at scale 1: the largest at which every piece stands in its pane.
export function scaleOf(pieces: readonly (Measured | null)[], boxes: readonly Box[]): number {
  return pieces.reduce((least, piece, i) => (piece
    ? Math.min(least, (boxes[i]!.width * ROOM) / piece.wide, (boxes[i]!.height * ROOM) / piece.high)
    : least), Infinity);
}

/// A frame whose middle is the pane's on the stage: places, zooming and panning count from there.
export function paneFrame({ left, top, width, height }: Box, aspect: number, fitWidth?: number): Frame {
  const fit = frameOf(width, height, aspect).fitWidth;
  const wide = fitWidth ?? fit;
  return { width: 2 * left + width, height: 2 * top + height, fitWidth: wide, fitHeight: wide / aspect };
}
