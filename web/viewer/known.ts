// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';

/// What is known of marks and of where people point, kept from the first event on. Nothing here draws: marks of the view may come
/// before the tools that draw them (shapes.ts, pointers.ts), and then are drawn as if those had been there all along.

export interface Pointed { slot: number; x: number; y: number; kind: number }

export interface Known {
  /// Where each person pointed last, and when.
  readonly pointers: ReadonlyMap<string, readonly [at: Pointed, t: number]>;
  set(marks: readonly Mark[]): void;
  add(m: Mark): void;
  drop(ids: readonly number[]): void;
  marks(): Mark[];
  point(who: string, at: Pointed, t: number): void;
  gone(who: string): void;
}

export function createKnown(): Known {
  let marks = new Map<number, Mark>();
  const pointers = new Map<string, [Pointed, number]>();
  return {
    pointers,
    set(all) { marks = new Map(all.map((m) => [m.mark, m])); },
    add(m) { marks.set(m.mark, m); },
    drop(ids) { for (const id of ids) marks.delete(id); },
    marks: () => [...marks.values()],
    point(who, at, t) { pointers.set(who, [at, t]); },
    gone(who) { pointers.delete(who); },
  };
}
