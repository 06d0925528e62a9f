// SPDX-License-Identifier: Apache-2.0

import type { Translate } from './i18n.js';

/// Money as the locale writes it. Amounts travel as decimal strings; whole amounts lose their ".00", as on a price tag.
export function money(amount: string | number, currency: string, locale?: string): string {
  const value = Number(amount);
  const digits = Number.isInteger(value) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {};
  return new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits }).format(value);
}

/// A number with at most `digits` decimals: zoom "2.5".
export function decimal(value: number, digits = 1, locale?: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/// The time of day, "14:05".
export function clock(ts: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(ts);
}

/// The time of day, with the date in front where it is not today's.
export function dayTime(ts: number, locale?: string, now = Date.now()): string {
  if (new Date(ts).toDateString() === new Date(now).toDateString()) return clock(ts, locale);
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(ts);
}

/// Time passed as a counter, "3:05" or "1:02:09".
export function elapsed(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export const waitStrings = {
  'wait.soon': 'Less than a minute',
  'wait.one': 'About a minute',
  'wait.many': 'About {n} minutes',
  'wait.range': 'About {lo} to {hi} minutes',
  'wait.long': 'More than {n} minutes',
} as const;

/// An expected wait, from seconds [low, high], in words nobody can hold against us: whole minutes, and past half an hour only
/// the lower end.
export function wait(eta: readonly [number, number], t: Translate<keyof typeof waitStrings>): string {
  if (eta[1] < 50) return t('wait.soon');
  const lo = Math.max(1, Math.floor(eta[0] / 60));
  const hi = Math.max(lo, Math.ceil(eta[1] / 60));
  if (lo >= 30) return t('wait.long', { n: lo });
  if (lo < hi) return t('wait.range', { lo, hi });
  return lo === 1 ? t('wait.one') : t('wait.many', { n: lo });
}
