// SPDX-License-Identifier: Apache-2.0

/// Which tiles of a picture a screen can use. A tile is `side` pixels square at its level, cut at the picture's edge, and lies
/// on the level's grid: exactly what the server has stored and copies without rendering. `factor` is how many of the
/// picture's pixels one tile pixel stands for, a power of two.

/// What info.json says of a picture.
export interface Full { width: number; height: number; side: number; factors: readonly number[] }

/// `x` to `height` in pixels of the full picture; `path` is the address below the picture's own.
export interface Tile { path: string; factor: number; x: number; y: number; width: number; height: number }

/// Pixels may be drawn this much larger than they are before better ones are asked for: nobody sees it, and a box one pixel
/// wider than a step does not cost the next one.
export const ENOUGH = 1.1;

/// The address of a medium, which may carry a grant as its query.
export function address(iiif: string, media: string, path: string): string {
  const [id = '', grant] = media.split('?');
  return `${iiif}${encodeURIComponent(id)}/${path}${grant ? `?${grant}` : ''}`;
}

const isCount = (n: unknown): n is number => Number.isInteger(n) && (n as number) > 0;

/// Reads info.json; null when it does not name square tiles.
export function readInfo(info: unknown): Full | null {
  const { width, height, tiles } = (info ?? {}) as { width?: unknown; height?: unknown; tiles?: unknown };
  const first = (Array.isArray(tiles) ? tiles[0] ?? {} : {}) as { width?: unknown; height?: unknown; scaleFactors?: unknown };
  const factors = Array.isArray(first.scaleFactors) ? first.scaleFactors.filter(isCount).sort((a, b) => a - b) : [];
  if (!isCount(width) || !isCount(height) || !isCount(first.width) || !factors.length) return null;
  if ((first.height ?? first.width) !== first.width) return null;
  return { width, height, side: first.width, factors };
}

/// The coarsest level that is sharp where the whole picture is `wanted` device pixels wide, or the finest there is.
export const factorFor = ({ width, factors }: Full, wanted: number): number =>
  factors.reduce((best, factor) => ((width / factor) * ENOUGH >= wanted ? factor : best), factors[0]!);

/// The tiles of a level that a part of the picture touches, those nearest its middle first. The part is given by its corners in
/// 0..1 and may reach beyond the picture.
export function tilesOf(
  { width, height, side }: Full, factor: number, [left, top]: readonly number[], [right, bottom]: readonly number[],
): Tile[] {
  const step = side * factor;
  const span = (from: number, to: number, size: number): [first: number, end: number] =>
    [Math.max(0, Math.floor((from * size) / step)), Math.ceil((Math.min(1, to) * size) / step)];
  const [col, cols] = span(left!, right!, width);
  const [row, rows] = span(top!, bottom!, height);
  const far = ({ x, y }: Tile): number =>
    Math.hypot(x + step / 2 - ((left! + right!) / 2) * width, y + step / 2 - ((top! + bottom!) / 2) * height);
  const all: Tile[] = [];
  for (let y = row * step; y < rows * step; y += step) {
    for (let x = col * step; x < cols * step; x += step) {
      const [w, h] = [Math.min(step, width - x), Math.min(step, height - y)];
      const path = `${x},${y},${w},${h}/${Math.ceil(w / factor)},${Math.ceil(h / factor)}/0/default.jpg`;
      all.push({ path, factor, x, y, width: w, height: h });
    }
  }
  return all.sort((a, b) => far(a) - far(b));
}
