// SPDX-License-Identifier: Apache-2.0
import type { Events, View } from '../protocol/index.js';

/// What changed, in the form a viewer takes (`Viewer.patch`).
export type ViewPatch = Partial<View> & { seq: number };

export type ViewChange =
  | { op: 'view.set'; d: Events['view.set'] }
  | { op: 'view.item'; d: Events['view.item'] }
  | { op: 'compare.set'; d: Events['compare.set'] }
  | { op: 'spin.turn'; d: Events['spin.turn'] }
  | { op: 'film.play'; d: Events['film.play'] }
  | { op: 'view.drive'; d: Events['view.drive'] };

/// The fields one event changes. Another active piece begins whole: its rect is not the last one's.
export function viewPatch(view: View, change: ViewChange): ViewPatch {
  if (change.op === 'compare.set') {
    const { slots, scale, ...rest } = change.d;
    return { ...rest, mode: 'compare', compare: { slots, scale } };
  }
  if (change.op !== 'view.item') return change.d as ViewPatch;
  const { add, drop, ...rest } = change.d;
  const items = view.items.filter((i) => i.slot !== drop && i.slot !== add?.slot);
  const marks = view.marks.filter((m) => m.slot !== drop);
  const rect: View['rect'] = rest.active === view.active ? view.rect : [0, 0, 1, 1];
  return { ...rest, items: add ? [...items, add] : items, marks, rect };
}

/// The part of the medium a centre and a scale show at least.
export function rectOf(cx: number, cy: number, scale: number): View['rect'] {
  const side = 1 / scale;
  return [cx - side / 2, cy - side / 2, side, side];
}
