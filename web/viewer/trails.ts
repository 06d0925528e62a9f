// SPDX-License-Identifier: Apache-2.0

import type { Point } from './geometry.js';
import { personColour } from './palette.js';

/// The fading tail of a laser.
export interface Trails {
  put(who: string, x: number, y: number, t: number): void;
  drop(who: string): void;
  clear(): void;
  /// Returns whether there is any.
  paint(ctx: CanvasRenderingContext2D, place: (x: number, y: number) => Point, now: number): boolean;
}

const TRAIL_MS = 600;

interface Sample { x: number; y: number; t: number }

export function createTrails(): Trails {
  const all = new Map<string, Sample[]>();

  function paintOne(ctx: CanvasRenderingContext2D, who: string, trail: Sample[], place: (x: number, y: number) => Point, now: number): void {
    ctx.strokeStyle = personColour(who);
    ctx.lineCap = 'round';
    trail.forEach((s, i) => {
      const before = trail[i - 1];
      if (!before) return;
      const young = 1 - (now - s.t) / TRAIL_MS;
      ctx.globalAlpha = young * 0.8;
      ctx.lineWidth = 2 + 6 * young;
      ctx.beginPath();
      ctx.moveTo(...place(before.x, before.y));
      ctx.lineTo(...place(s.x, s.y));
      ctx.stroke();
    });
    ctx.globalAlpha = 1;
  }

  return {
    put(who, x, y, t) {
      const trail = all.get(who) ?? [];
      const last = trail.at(-1);
      if (last && last.x === x && last.y === y) return;
      all.set(who, [...trail, { x, y, t }]);
    },
    drop: (who) => void all.delete(who),
    clear: () => all.clear(),
    paint(ctx, place, now) {
      for (const [who, trail] of all) {
        const young = trail.filter((s) => now - s.t < TRAIL_MS);
        if (young.length) {
          all.set(who, young);
          paintOne(ctx, who, young, place, now);
        } else all.delete(who);
      }
      return all.size > 0;
    },
  };
}
