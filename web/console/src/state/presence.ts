// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import type { Events, Requests } from '../../../protocol/index.js';
import { explain } from '../lib/faults.js';
import { theLink } from './line.js';
import { say } from './say.js';

/// The shop's people as they stand, oneself among them. The server says when a rule has changed somebody's mode.

export type Staff = Events['presence.staff'];
export type Mode = Staff['mode'];

export const modeWords: Record<Mode, string> = { available: 'Available', busy: 'Busy', off: 'Off' };

export const staff = signal<ReadonlyMap<string, Staff>>(new Map());
export const myId = signal('');
export const self = computed(() => staff.value.get(myId.value) ?? null);
export const presenceFault = signal<string | null>(null);

export function onStaff(person: Staff): void {
  const before = staff.peek().get(person.who);
  staff.value = new Map(staff.peek()).set(person.who, person);
  if (person.who !== myId.peek() || before === undefined || before.mode === person.mode) return;
  say(`You are ${modeWords[person.mode].toLowerCase()} now.`);
}

export async function setPresence(change: Requests['presence.set']): Promise<void> {
  presenceFault.value = null;
  try {
    await theLink().request('presence.set', change);
  } catch (e) {
    presenceFault.value = explain(e);
  }
}

/// Colleagues one may ask: available first, then by name; never oneself.
export const colleagues = computed(() => [...staff.value.values()].filter((p) => p.who !== myId.value)
  .sort((a, b) => Number(b.mode === 'available') - Number(a.mode === 'available') || a.name.localeCompare(b.name)));

export function forgetStaff(): void {
  staff.value = new Map();
}
