// SPDX-License-Identifier: Apache-2.0

import type { Events, QueueRow } from '../../../protocol/index.js';

/// The shop floor as plain values: who waits, who is served, who serves, and the sums of each queue. No DOM, no signals.

export type Staff = Events['presence.staff'];

export interface QueueSums { queue: string; waiting: number; oldest: QueueRow | null; live: number; free: number }
export interface Floor {
  /// The longest wait first: its place in this list is its place on the wall, whatever its queue.
  waiting: QueueRow[];
  /// In session, the longest first.
  running: QueueRow[];
  /// A message that waits for an answer, nobody in the line.
  left: QueueRow[];
  people: Staff[];
  queues: QueueSums[];
  /// Conversations that could be taken now by those who are available.
  free: number;
  available: number;
}

const waits = (row: QueueRow): boolean => row.state === 'waiting' || row.state === 'claimed';
const runs = (row: QueueRow): boolean => row.state === 'live' || row.state === 'away';
const room = (person: Staff): number => (person.mode === 'available' ? Math.max(0, person.cap - person.used) : 0);

/// The place in its own queue, from 1.
export const placeOf = (floor: Floor, row: QueueRow): number => floor.waiting.filter((other) => other.queue === row.queue).indexOf(row) + 1;

const MODES: Staff['mode'][] = ['available', 'busy', 'off'];

/// `conv` breaks ties, so nothing jumps.
export function floorOf(rows: Iterable<QueueRow>, staff: Iterable<Staff>): Floor {
  const all = [...rows].sort((a, b) => a.since - b.since || (a.conv < b.conv ? -1 : 1));
  const people = [...staff].sort((a, b) => MODES.indexOf(a.mode) - MODES.indexOf(b.mode) || a.name.localeCompare(b.name) || (a.who < b.who ? -1 : 1));
  const waiting = all.filter(waits);
  const running = all.filter(runs);
  const names = new Set([...waiting, ...running].map((row) => row.queue));
  for (const person of people) for (const queue of person.queues) names.add(queue);
  return {
    waiting, running, people,
    left: all.filter((row) => !waits(row) && !runs(row) && row.contact !== undefined),
    queues: [...names].sort().map((queue) => {
      const own = waiting.filter((row) => row.queue === queue);
      return {
        queue, waiting: own.length, oldest: own[0] ?? null, live: running.filter((row) => row.queue === queue).length,
        free: people.filter((person) => person.queues.includes(queue)).reduce((n, person) => n + room(person), 0),
      };
    }),
    free: people.reduce((n, person) => n + room(person), 0),
    available: people.filter((person) => person.mode === 'available').length,
  };
}
