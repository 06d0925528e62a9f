// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';
import { clamp, type Point } from './geometry.js';
import { personColour } from './palette.js';
import { POINTER } from './types.js';

/// Where other people point. Samples come at up to 30 Hz and are drawn a little late, between two known places, so that the
/// movement is even. A pointer at rest fades after 3 s and goes after 10.

interface Sample { x: number; y: number; t: number }
export interface Track { push(x: number, y: number, t: number): void; at(now: number): Point; readonly delay: number }

const KEEP = 8;
const SNAP_MS = 300;
export const FADE_MS = 3000;
export const REMOVE_MS = 10000;
export const TRAIL_MS = 600;

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

interface Pointer {
  who: string; slot: number; kind: number; track: Track; t: number; trail: Sample[]; node: HTMLElement;
}

export interface Pointers {
  put(who: string, p: { slot: number; x: number; y: number; kind: number }, now: number): void;
  gone(who: string): void;
  /// Draws all; returns in how many ms it wants to draw again (0: next frame), or -1.
  paint(ctx: CanvasRenderingContext2D, slot: number, place: (x: number, y: number) => Point, now: number): number;
}

/// `me` is drawn without a name, and only as a laser: a person sees their own hand.
export function createPointers(layer: HTMLElement, me: string, names: (who: string) => string): Pointers {
  const all = new Map<string, Pointer>();

  function gone(who: string): void {
    all.get(who)?.node.remove();
    all.delete(who);
  }

  function make(who: string): Pointer {
    const node = el('div', { class: 'pointer' }, el('i'), who !== me && el('span', null, names(who)));
    node.style.setProperty('--c', personColour(who));
    layer.append(node);
    const made = { who, slot: 0, kind: 0, track: createTrack(), t: 0, trail: [], node };
    all.set(who, made);
    return made;
  }

  function paintTrail(ctx: CanvasRenderingContext2D, p: Pointer, place: (x: number, y: number) => Point, now: number): void {
    p.trail = p.trail.filter((s) => now - s.t < TRAIL_MS);
    ctx.strokeStyle = personColour(p.who);
    ctx.lineCap = 'round';
    p.trail.forEach((s, i) => {
      const before = p.trail[i - 1];
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
    gone,
    put(who, { slot, x, y, kind }, now) {
      if (kind === POINTER.gone) return gone(who);
      const p = all.get(who) ?? make(who);
      if (p.slot !== slot || p.kind !== kind) {
        p.track = createTrack();
        p.trail = [];
      }
      Object.assign(p, { slot, kind, t: now });
      p.track.push(x, y, now);
      p.node.dataset['kind'] = String(kind);
    },
    paint(ctx, slot, place, now) {
      let wake = -1;
      const want = (ms: number): void => { wake = wake < 0 ? ms : Math.min(wake, ms); };
      for (const p of all.values()) {
        const age = now - p.t;
        if (age >= REMOVE_MS) {
          gone(p.who);
          continue;
        }
        const [x, y] = p.track.at(now);
        const [px, py] = place(x, y);
        if (p.kind === POINTER.laser && p.slot === slot) {
          p.trail.push({ x, y, t: now });
          paintTrail(ctx, p, place, now);
        }
        p.node.hidden = p.slot !== slot;
        p.node.style.transform = `translate(${px}px,${py}px)`;
        p.node.style.opacity = age < FADE_MS ? '1' : '.35';
        want(age < p.track.delay + TRAIL_MS ? 0 : age < FADE_MS ? FADE_MS - age : REMOVE_MS - age);
      }
      return wake;
    },
  };
}
