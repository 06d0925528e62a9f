// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import type { QueueRow } from '../../../protocol/index.js';
import type { Link } from '../../../transport/index.js';
import { counts, left, order, owns, passes, type Filter, type Self, type Tab } from '../lib/rows.js';
import { say } from './say.js';

/// Every conversation this person may see in a list. Each tab is asked for once per connection, so that none of the three is
/// cut short by a long other one; `queue.row` keeps them up to date. Bounded: what is over and not ours is forgotten.

const ROWS_MAX = 600;

export const rows = signal<ReadonlyMap<string, QueueRow>>(new Map());
export const mine = signal<ReadonlySet<string>>(new Set());
export const tab = signal<Tab>('unassigned');
/// False until the first answer of this connection: an empty list is then not yet a fact.
export const known = signal(false);

export const tally = computed(() => counts(rows.value.values(), mine.value));
export const filter = signal<Filter>({ queue: '', label: '' });
export const listed = computed(() => order(rows.value.values(), tab.value, mine.value).filter((row) => passes(row, filter.value)));
/// What the rows that are there can be narrowed by.
export const labelsSeen = computed(() => [...new Set([...rows.value.values()].flatMap((row) => row.labels ?? []))].sort());

let me: Self = { id: '', name: '' };

function put(changed: Iterable<QueueRow>): void {
  const next = new Map(rows.peek());
  const own = new Set(mine.peek());
  for (const row of changed) {
    if (row.conv === erased) continue;
    if (owns(row, me, own.has(row.conv))) own.add(row.conv);
    else own.delete(row.conv);
    next.set(row.conv, row);
  }
  for (const [conv, row] of next) {
    if ((((row.state === 'none' || row.state === 'ended') && !left(row)) || next.size > ROWS_MAX) && !own.has(conv)) next.delete(conv);
  }
  rows.value = next;
  mine.value = own;
}

/// One row as the server says it is now.
export function onRow(row: QueueRow): void {
  const before = rows.peek().get(row.conv);
  put([row]);
  if (row.state === 'waiting' && (before === undefined || before.state === 'none' || before.state === 'ended')) say(`${row.name || 'A visitor'} is waiting.`);
}

/// Ours from now on, before the server's row says so: the click has been answered.
export function claimed(conv: string): void {
  mine.value = new Set(mine.peek()).add(conv);
}

/// Puts an ended conversation away.
export function forget(conv: string): void {
  const own = new Set(mine.peek());
  own.delete(conv);
  mine.value = own;
  const next = new Map(rows.peek());
  const row = next.get(conv);
  if (row?.state === 'ended' || row?.state === 'none') next.delete(conv);
  rows.value = next;
}

let erased = '';

/// The server has erased it: whatever is still on its way about it comes too late.
export function erase(conv: string): void {
  erased = conv;
  rows.value = new Map([...rows.peek()].filter(([c]) => c !== conv));
  mine.value = new Set([...mine.peek()].filter((c) => c !== conv));
}

/// After each welcome. What the former connection knew is replaced as a whole.
export async function watch(link: Link, person: Self): Promise<void> {
  me = { id: person.id, name: person.name };
  const own = await link.request('queue.watch', { tab: 'mine' });
  const free = await link.request('queue.watch', { tab: 'unassigned' });
  const all = await link.request('queue.watch', { tab: 'all' });
  const first = !known.peek();
  const kept = [...mine.peek()];
  rows.value = new Map([...rows.peek()].filter(([conv]) => kept.includes(conv)));
  mine.value = new Set([...kept, ...own.rows.map((row) => row.conv)]);
  put([...free.rows, ...all.rows, ...own.rows]);
  known.value = true;
  if (first && tally.peek().mine > 0) tab.value = 'mine';
}

export function forgetAll(): void {
  rows.value = new Map();
  mine.value = new Set();
  known.value = false;
  tab.value = 'unassigned';
  filter.value = { queue: '', label: '' };
}
