// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { dayIn, load, write } from '../../../reports/index.js';
import type { Report } from '../../../reports/index.js';

/// What was sold today, for the floor: the report of sales as everybody can read it, asked for again while somebody looks.

const EVERY_MS = 30_000;

export interface Sold { orders: string; value: string; people: ReadonlyMap<string, string> }

/// Null while it is not known.
export const sold = signal<Sold | null>(null);

/// Orders and value of the whole, and the value of each person's. Pure.
export function soldOf({ columns, rows, total, currency }: Report): Sold {
  const orders = columns.findIndex(({ name }) => name === 'orders');
  const value = columns.findIndex(({ name }) => name === 'value');
  const sum = (values: Report['total']['values']): string => ((values[orders] ?? 0) > 0 ? write(values[value], 'money', currency) : '');
  return { orders: write(total.values[orders], 'count'), value: sum(total.values), people: new Map(rows.map((row) => [row.key, sum(row.values)])) };
}

/// Returns its own end.
export function watchSales(): () => void {
  const stop = new AbortController();
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
  const ask = (): void => {
    const day = dayIn(tz, Date.now());
    load(`/api/v1/reports/sales?${new URLSearchParams({ from: day, to: day, tz, by: 'associate' })}`, stop.signal)
      .then((report) => { sold.value = typeof report === 'string' ? null : soldOf(report); }, () => undefined);
  };
  ask();
  const timer = setInterval(ask, EVERY_MS);
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
