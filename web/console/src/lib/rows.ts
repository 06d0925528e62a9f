// SPDX-License-Identifier: Apache-2.0

import type { QueueRow } from '../../../protocol/index.js';

/// The list of conversations as plain values: who belongs under which tab, in which order, and what may move. No DOM, no
/// signals; state/queue.ts feeds it.

export type Tab = 'mine' | 'unassigned' | 'all';

export interface Counts {
  mine: number;
  unassigned: number;
  all: number;
  /// The row that has waited longest, if anybody waits.
  longest: QueueRow | null;
}

export const over = (row: QueueRow): boolean => row.state === 'ended' || row.state === 'none';
/// Nobody is with them, and a message they left waits for an answer.
export const left = (row: QueueRow): boolean => over(row) && row.contact !== undefined;
const waits = (row: QueueRow): boolean => row.state === 'waiting' || row.state === 'claimed';

/// Whether a row stands under a tab. An ended conversation stays under Mine until it is put away, because messages may still
/// come and go in it; nobody else has to see it.
export function belongs(row: QueueRow, tab: Tab, mine: ReadonlySet<string>): boolean {
  if (tab === 'mine') return mine.has(row.conv);
  if (tab === 'unassigned') return (waits(row) || left(row)) && !mine.has(row.conv);
  return !over(row) || left(row) || mine.has(row.conv);
}

/// Waiting first, the longest wait on top; then what runs, the oldest first; messages to be answered, the oldest first; ended last,
/// the newest first. Never by unread:
/// a message must not move what one is about to press.
function rank(row: QueueRow): number {
  return waits(row) ? 0 : left(row) ? 2 : over(row) ? 3 : 1;
}

export function order(rows: Iterable<QueueRow>, tab: Tab, mine: ReadonlySet<string>): QueueRow[] {
  return [...rows].filter((row) => belongs(row, tab, mine)).sort((a, b) => {
    const by = rank(a) - rank(b);
    if (by !== 0) return by;
    const age = rank(a) === 3 ? b.since - a.since : rank(a) === 2 ? (a.contact ?? 0) - (b.contact ?? 0) : a.since - b.since;
    return age || (a.conv < b.conv ? -1 : a.conv > b.conv ? 1 : 0);
  });
}

/// The order to show while the pointer or the focus is in the list: what is shown keeps its place, even when it has left the
/// tab meanwhile (the view dims it), and what is new comes last.
export function hold(shown: readonly string[], wanted: readonly string[]): string[] {
  const there = new Set(shown);
  return [...shown, ...wanted.filter((conv) => !there.has(conv))];
}

export function counts(rows: Iterable<QueueRow>, mine: ReadonlySet<string>): Counts {
  const all = [...rows];
  const waiting = order(all, 'unassigned', mine);
  const first = waiting[0];
  return {
    mine: all.filter((row) => mine.has(row.conv) && !over(row)).length,
    unassigned: waiting.length,
    all: all.filter((row) => !over(row) || left(row)).length,
    longest: first !== undefined && waits(first) ? first : null,
  };
}

/// What the list is narrowed to; empty: everything.
export interface Filter {
  queue: string;
  label: string;
}

export const passes = (row: QueueRow, filter: Filter): boolean =>
  (filter.queue === '' || row.queue === filter.queue) && (filter.label === '' || (row.labels ?? []).includes(filter.label));

export interface Self {
  id: string;
  name: string;
}

/// Which conversations are this person's, after one row changed: by the id, where the row has one. A row that was known as
/// mine stays mine until another's name stands in it.
export function owns(row: QueueRow, { id, name: me }: Self, known: boolean): boolean {
  if (waits(row)) return false;
  if (row.person !== undefined && row.person !== '') return row.person === id;
  if (row.associate === undefined || row.associate === '') return known;
  return row.associate === me;
}

/// The neighbour for Alt+Up and Alt+Down; it goes round.
export function neighbour(convs: readonly string[], at: string | null, step: 1 | -1): string | null {
  if (convs.length === 0) return null;
  const i = at === null ? -1 : convs.indexOf(at);
  if (i < 0) return (step === 1 ? convs[0] : convs[convs.length - 1]) ?? null;
  return convs[(i + step + convs.length) % convs.length] ?? null;
}
