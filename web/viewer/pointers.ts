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
const FADE_MS = 3000;
const REMOVE_MS = 10000;

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
  who: string; slot: number; kind: number; track: Track; t: number; node: HTMLElement;
}

export interface Pointers {
  put(who: string, p: { slot: number; x: number; y: number; kind: number }, now: number): void;
  gone(who: string): void;
  /// Puts all in their places, tells `trail` where lasers are; returns in how many ms it wants to do so again (0: next frame).
  paint(
    slot: number, place: (x: number, y: number) => Point, now: number,
    trail?: (who: string, x: number, y: number, now: number) => void,
  ): number;
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
    const made = { who, slot: 0, kind: 0, track: createTrack(), t: 0, node };
    all.set(who, made);
    return made;
  }

  return {
    gone,
    put(who, { slot, x, y, kind }, now) {
      if (kind === POINTER.gone) return gone(who);
      const p = all.get(who) ?? make(who);
      if (p.slot !== slot || p.kind !== kind) p.track = createTrack();
      Object.assign(p, { slot, kind, t: now });
      p.track.push(x, y, now);
      p.node.dataset['kind'] = String(kind);
    },
    paint(slot, place, now, trail) {
      let wait = Infinity;
      for (const { who, t, kind, track, node, slot: on } of all.values()) {
        const age = now - t;
        if (age >= REMOVE_MS) {
          gone(who);
          continue;
        }
        const at = track.at(now);
        const [px, py] = place(...at);
        if (kind === POINTER.laser && on === slot) trail?.(who, ...at, now);
        node.hidden = on !== slot;
        node.style.transform = `translate(${px}px,${py}px)`;
        node.style.opacity = age < FADE_MS ? '1' : '.35';
        wait = Math.min(wait, age < track.delay ? 0 : age < FADE_MS ? FADE_MS - age : REMOVE_MS - age);
      }
      return wait;
    },
  };
}
