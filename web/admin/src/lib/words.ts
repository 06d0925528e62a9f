// SPDX-License-Identifier: Apache-2.0

import { dayTime } from '../../../ui/index.js';
import type { Role } from '../api.js';

/// Words that several pages use.

export const roles: Record<Role, { name: string; may: string }> = {
  associate: { name: 'Associate', may: 'Talks with customers.' },
  supervisor: { name: 'Supervisor', may: 'Also looks over the shop floor, whispers, hands over, and reads these pages.' },
  admin: { name: 'Admin', may: 'Also changes settings and people, and can export and erase.' },
};

export const when = (ms: number): string => dayTime(ms);

const units: [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]];

/// "3 hours ago", "in 2 days".
export function ago(ms: number, now = Date.now()): string {
  const far = ms - now;
  for (const [unit, size] of units) if (Math.abs(far) >= size) return new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(Math.round(far / size), unit);
  return far > 0 ? 'in less than a minute' : 'just now';
}

export const count = (n: number, one: string, many = `${one}s`): string => `${new Intl.NumberFormat().format(n)} ${n === 1 ? one : many}`;
