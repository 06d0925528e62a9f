// SPDX-License-Identifier: Apache-2.0

import { clamp, type Point } from './geometry.js';

/// A pointer's way. Samples come at up to 30 Hz and are drawn a little late, between two known places, so that the movement is
/// even.
export interface Track { push(x: number, y: number, t: number): void; at(now: number): Point; readonly delay: number }

interface Sample { x: number; y: number; t: number }

const KEEP = 8;
const SNAP_MS = 300;

export function createTrack(): Track {
  let samples: Sample[] = [];
  let mean = 34;
  const delay = (): number => clamp(2 * mean, 50, 150);
  return {
    get delay() { return delay(); },
    push(x, y, t) {
      const gap = t - (samples.at(-1)?.t ?? -Infinity);
      if (gap > SNAP_MS) samples = [];
      else mean += (gap - mean) * 0.2;
      samples = [...samples.slice(1 - KEEP), { x, y, t }];
    },
    at(now) {
      const t = now - delay();
      let next = samples[0]!;
      let from = next;
      for (next of samples) {
        if (next.t >= t) break;
        from = next;
      }
      const part = next.t > from.t ? clamp((t - from.t) / (next.t - from.t), 0, 1) : 1;
      return [from.x + (next.x - from.x) * part, from.y + (next.y - from.y) * part];
    },
  };
}
