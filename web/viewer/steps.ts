// SPDX-License-Identifier: Apache-2.0

import { between, bound, WHOLE, zoom, type Camera } from './geometry.js';
import type { Core } from './kit.js';

/// Movements made in one step: by a button, a key, a double tap. A step arrives within 140 ms; made again on the way, it goes
/// on from where it was heading.
export interface Steps {
  zoom(factor: number): void;
  whole(): void;
  look(dx: number, dy: number): void;
  /// Closer at this place, or back to the whole.
  twice(px: number, py: number): void;
  /// Stops on the way.
  land(): void;
}

const GLIDE_MS = 140;
const TWICE = 2.5;
const LOOK = 0.2;

export function createSteps(core: Core): Steps {
  const { sync } = core;
  const calm = matchMedia('(prefers-reduced-motion:reduce)');
  let goal: Camera | null = null;
  let raf = 0;

  function land(): void {
    cancelAnimationFrame(raf);
    goal = null;
  }

  function glide(to: Camera): void {
    land();
    const from = sync.camera;
    const end = (goal = bound(to, sync.max));
    const began = performance.now();
    const next = (): void => {
      const part = calm.matches ? 1 : Math.min(1, (performance.now() - began) / GLIDE_MS);
      sync.move(between(from, end, 1 - (1 - part) ** 3));
      if (part < 1) raf = requestAnimationFrame(next);
      else {
        land();
        sync.rest();
      }
    };
    next();
  }

  const heading = (): Camera => goal ?? sync.camera;
  const zoomTo = (px: number, py: number, factor: number): void => glide(zoom(heading(), core.frameAt(px, py), px, py, factor, sync.max));

  return {
    land,
    zoom(factor) {
      const { width, height } = core.frameAt();
      zoomTo(width / 2, height / 2, factor);
    },
    whole: () => glide(WHOLE),
    look(dx, dy) {
      const { cx, cy, scale } = heading();
      glide({ cx: cx + (dx * LOOK) / scale, cy: cy + (dy * LOOK) / scale, scale });
    },
    twice(px, py) {
      if (heading().scale > TWICE - 0.1) glide(WHOLE);
      else zoomTo(px, py, TWICE);
    },
  };
}
