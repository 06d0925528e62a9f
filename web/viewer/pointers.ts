// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';
import type { Point } from './geometry.js';
import type { Pointed } from './known.js';
import { personColour } from './palette.js';
import { createTrack, type Track } from './track.js';
import { POINTER } from './types.js';

/// Where other people point, on an even way from place to place. A pointer at rest fades after 3 s and goes after 10.

const FADE_MS = 3000;
const REMOVE_MS = 10000;

interface Pointer { slot: number; kind: number; t: number; track: Track; node: HTMLElement }

export interface Pointers {
  /// `now` may have passed: what came before the tools is put when they are there.
  put(who: string, p: Pointed, now: number): void;
  gone(who: string): void;
  /// Puts all in their places, or none where there is no such place on show; returns in how many ms it wants to do so again (0: next frame).
  paint(place: (slot: number, x: number, y: number) => Point | undefined, now: number): number;
}

/// `me` is drawn without a name, and only as a laser: a person sees their own hand. `trail` hears where lasers are.
export function createPointers(
  layer: HTMLElement, me: string, names: (who: string) => string, trail: (who: string, slot: number, x: number, y: number, now: number) => void,
): Pointers {
  const all = new Map<string, Pointer>();

  function gone(who: string): void {
    all.get(who)?.node.remove();
    all.delete(who);
  }

  function make(who: string): HTMLElement {
    const node = el('div', null, el('i'), who !== me && el('span', null, names(who)));
    node.style.setProperty('--c', personColour(who));
    layer.append(node);
    return node;
  }

  return {
    gone,
    put(who, { slot, x, y, kind }, now) {
      if (kind === POINTER.gone) return gone(who);
      const before = all.get(who);
      const same = before?.slot === slot && before.kind === kind;
      const track = same ? before.track : createTrack();
      const node = before?.node ?? make(who);
      track.push(x, y, now);
      node.className = `pointer ${['', 'spot touch', 'spot'][kind]}`;
      all.set(who, { slot, kind, t: now, node, track });
    },
    paint(place, now) {
      let wait = REMOVE_MS;
      for (const [who, { slot, kind, t, track, node }] of all) {
        const age = now - t;
        const at = track.at(now);
        const px = place(slot, ...at);
        if (kind === POINTER.laser && px) trail(who, slot, ...at, now);
        node.hidden = !px;
        if (px) node.style.transform = `translate(${px[0]}px,${px[1]}px)`;
        node.style.opacity = age < FADE_MS ? '1' : '.35';
        wait = Math.min(wait, age < track.delay ? 0 : (age < FADE_MS ? FADE_MS : REMOVE_MS) - age);
        if (age >= REMOVE_MS) gone(who);
      }
      return all.size ? wait : Infinity;
    },
  };
}
