// SPDX-License-Identifier: Apache-2.0

import type { Requests } from '../../../protocol/index.js';

/// A film in the making as the associate lays it out, and as `film.make` wants it. Pure.

export interface Still {
  /// Of this list, so that a row keeps its fields when it moves.
  readonly key: number;
  media: string;
  title: string;
  price: string;
  caption: string;
  move: Move;
  seconds: number;
}

export type Move = 'in' | 'out' | 'left' | 'right' | 'still';
export type Shape = 'square' | 'portrait' | 'landscape';

type Rect = [number, number, number, number];

const WHOLE: Rect = [0, 0, 1, 1];
const NEAR: Rect = [0.08, 0.08, 0.84, 0.84];
const [WEST, EAST]: Rect[] = [[0, 0.07, 0.86, 0.86], [0.14, 0.07, 0.86, 0.86]];
const PATHS: Record<Move, [from: Rect, to: Rect]> = {
  in: [WHOLE, NEAR], out: [NEAR, WHOLE], left: [EAST!, WEST!], right: [WEST!, EAST!], still: [WHOLE, WHOLE],
};

export const moves: readonly [Move, string][] = [['in', 'Move in'], ['out', 'Move out'], ['left', 'To the left'], ['right', 'To the right'], ['still', 'Stands still']];
export const SIZES: Record<Shape, [number, number]> = { square: [720, 720], portrait: [720, 1280], landscape: [1280, 720] };
export const STILLS_MAX = 12;
export const SECONDS_MAX = 20;
export const SECONDS_LEAST = 0.5;
export const CAPTION_MAX = 80;
export const TITLE_MAX = 40;
const SECONDS = 2.5;

export const totalOf = (stills: readonly Still[]): number => Math.round(stills.reduce((sum, s) => sum + s.seconds, 0) * 1000) / 1000;

/// How long the next one may be: as the others are, or what is left.
export function secondsLeft(stills: readonly Still[]): number {
  return Math.min(SECONDS, Math.floor((SECONDS_MAX - totalOf(stills)) * 2) / 2);
}

/// The one at `from` in the place of the one at `to`.
export function reorder<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one !== undefined) next.splice(Math.max(0, Math.min(next.length, to)), 0, one);
  return next;
}

/// `{{piece}}` and `{{price}}` of the still; the others are `fill`'s.
export function captionOf(still: Still, fill: (text: string) => string): string {
  const own = still.caption.replaceAll('{{piece}}', still.title).replaceAll('{{price}}', still.price);
  return [...fill(own).trim()].slice(0, CAPTION_MAX).join('');
}

export function filmOf(stills: readonly Still[], shape: Shape, title: string, fill: (text: string) => string): Requests['film.make'] {
  const name = [...fill(title).trim()].slice(0, TITLE_MAX).join('');
  return {
    stills: stills.map((still) => {
      const [from, to] = PATHS[still.move];
      const caption = captionOf(still, fill);
      return { id: still.media, from, to, seconds: still.seconds, ...(caption === '' ? {} : { caption }) };
    }),
    size: SIZES[shape],
    ...(name === '' ? {} : { name }),
  };
}
