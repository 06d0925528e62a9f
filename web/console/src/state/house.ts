// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { desk as ask, type Canned, type House } from '../api.js';

/// What the shop has set up for its desks: queues, canned replies, labels. Read anew with each welcome; until the first
/// answer, and where it cannot be had, the console goes without.
export const house = signal<House>({ queues: [], canned: [], labels: [] });

export async function learnHouse(): Promise<void> {
  try {
    house.value = await ask();
  } catch {
    // The line's own notice says when the server is not there.
  }
}

/// The line of a practice has its person's id for a name.
export const isPractice = (queue: string | undefined): boolean => queue?.startsWith('practice:') === true;

export const queueName = (id: string): string => isPractice(id) ? 'Practice' : house.value.queues.find((q) => q.id === id)?.name ?? id;

/// Those for any queue and those for the customer's own.
export const cannedFor = (queue: string | undefined): Canned[] =>
  house.value.canned.filter((c) => c.queue === undefined || c.queue === queue);
