// SPDX-License-Identifier: Apache-2.0

import type { Point } from './geometry.js';
import { personColour } from './palette.js';

/// The fading tail of a laser.
export interface Trails {
  put(who: string, slot: number, x: number, y: number, t: number): void;
  drop(who: string): void;
  /// Those on `slot`; returns whether there is any.
  paint(ctx: CanvasRenderingContext2D, slot: number, place: (x: number, y: number) => Point, now: number): boolean;
}

const TRAIL_MS = 600;

interface Sample { slot: number; x: number; y: number; t: number }

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
    put(who, slot, x, y, t) {
      let trail = all.get(who) ?? [];
      const last = trail.at(-1);
      if (last?.slot !== slot) trail = [];
      else if (last.x === x && last.y === y) return;
      all.set(who, [...trail, { slot, x, y, t }]);
    },
    drop: (who) => void all.delete(who),
    paint(ctx, slot, place, now) {
      for (const [who, trail] of all) {
        if (trail[0]!.slot !== slot) continue;
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
