// SPDX-License-Identifier: Apache-2.0

import { money } from '../ui/formats.js';

/// A report as the server gives it, the question it answers, and how its numbers are written. No DOM; the only request is
/// `load`.

export type Unit = 'count' | 'seconds' | 'share' | 'stars' | 'minutes' | 'people' | 'money';
export interface Column { name: string; title: string; unit: Unit; definition: string }
export interface Row { key: string; name?: string; values: (number | null)[] }
export interface Report {
  report: string; title: string; question: string; from: string; to: string; tz: string; by: string; queue?: string;
  /// Of what is sold or offered: the one that is counted, and all there are, the most frequent first.
  currency?: string; currencies?: string[];
  columns: Column[]; rows: Row[]; total: { values: (number | null)[] };
}

export const kinds = [['waits', 'Waits'], ['forecast', 'Forecast'], ['handling', 'Handling'], ['ratings', 'Ratings'], ['load', 'Load'], ['sales', 'Sales'], ['offers', 'Offers']] as const;
/// Those counted in one currency, and by piece.
export const hasMoney = (kind: string): boolean => kind === 'sales' || kind === 'offers';
export const groupings: readonly (readonly [string, string])[] = [['day', 'Day'], ['weekday', 'Weekday'], ['hour', 'Hour'], ['slot', 'Weekday and hour'], ['queue', 'Queue'], ['associate', 'Person'], ['piece', 'Piece']];
export const groupingsOf = (kind: string): typeof groupings => groupings.filter(([by]) => by !== 'piece' || hasMoney(kind));
export const periods = [['7', 'Last 7 days'], ['28', 'Last 28 days'], ['91', 'Last 13 weeks'], ['365', 'Last 365 days']] as const;

/// `days`: up to today, or 0 for `from` and `to` as they are.
export interface Question { kind: string; by: string; days: number; from: string; to: string; queue: string; tz: string; currency?: string }

/// The day in a time zone, "2026-03-29".
export function dayIn(tz: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: tz, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/// So many days before a day; days of the calendar, so no clock change moves them.
export const before = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

export function pathOf(q: Question, now: number, format?: 'csv'): string {
  const to = q.days > 0 ? dayIn(q.tz, now) : q.to;
  const words = new URLSearchParams({ from: q.days > 0 ? before(to, q.days - 1) : q.from, to, tz: q.tz, by: q.by });
  if (q.queue !== '') words.set('queue', q.queue);
  if (q.currency && hasMoney(q.kind)) words.set('currency', q.currency);
  if (format !== undefined) words.set('format', format);
  return `/api/v1/reports/${encodeURIComponent(q.kind)}?${words}`;
}

const LIMIT_MS = 30_000;

/// The report, or a sentence that says why there is none.
export async function load(path: string, stop: AbortSignal): Promise<Report | string> {
  try {
    const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]) });
    if (answer.ok) return (await answer.json()) as Report;
    const problem = (await answer.json().catch(() => ({}))) as { detail?: unknown };
    return typeof problem.detail === 'string' ? problem.detail : `The server answered ${answer.status}.`;
  } catch (error) {
    if (stop.aborted) throw error;
    return 'The server cannot be reached. Try again in a moment.';
  }
}

const plain = (value: number, digits: number): string => new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value);

/// "42 s", "3:05 min", "1:02 h": as long as it is, no longer.
function time(seconds: number): string {
  const all = Math.round(seconds);
  if (all < 60) return `${seconds < 10 ? plain(seconds, 1) : all} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  return all < 3600 ? `${Math.floor(all / 60)}:${two(all % 60)} min` : `${Math.floor(all / 3600)}:${two(Math.round((all % 3600) / 60) % 60)} h`;
}

/// A number as people read it; nothing to count from is a dash.
export function write(value: number | null | undefined, unit: Unit, currency?: string): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'money') return currency ? money(Math.abs(value) < 1000 ? value : Math.round(value), currency) : plain(value, 2);
  if (unit === 'seconds') return time(value);
  if (unit === 'share') return `${plain(value * 100, value < 0.1 && value > 0 ? 1 : 0)} %`;
  if (unit === 'minutes') return value >= 60 ? `${plain(value / 60, 1)} h` : `${plain(value, value < 10 ? 1 : 0)} min`;
  return plain(value, unit === 'count' ? (Number.isInteger(value) ? 0 : 1) : 2);
}

/// How the axis is called.
export const unitNames: Record<Unit, string> = { count: 'number', seconds: 'time', share: 'share in %', stars: 'stars, 1 to 5', minutes: 'time', people: 'sessions at once', money: 'money' };

/// A row's name in the table.
export function label(row: Row, by: string): string {
  if (row.name !== undefined) return row.name;
  if (by === 'hour') return `${row.key.padStart(2, '0')}:00`;
  if (by === 'slot') return row.key.replace(/ (\d+)$/, (_, h: string) => ` ${h.padStart(2, '0')}:00`);
  if (by === 'queue' && row.key === '') return 'No queue';
  return row.key;
}

/// A copy in the order of a column (−1: as the server has it), what has no value last; equal ones keep their order.
export function sorted(rows: readonly Row[], column: number, down: boolean): Row[] {
  if (column < 0) return down ? [...rows].reverse() : [...rows];
  const of = (row: Row): number | null => row.values[column] ?? null;
  return [...rows].sort((a, b) => {
    const [x, y] = [of(a), of(b)];
    if (x === null || y === null) return x === y ? 0 : x === null ? 1 : -1;
    return down ? y - x : x - y;
  });
}

/// Round steps for an axis from 0 to at least `top`: 4 or 5 lines. Times step as clocks do.
export function steps(top: number, unit: Unit): number[] {
  const least = top > 0 ? top / 4 : 0.25;
  const ladder = unit === 'seconds' ? [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400] : [];
  const power = 10 ** Math.floor(Math.log10(least));
  const round = ladder.find((step) => step >= least) ?? [1, 2, 2.5, 5, 10].map((n) => n * power).find((step) => step >= least * 0.999) ?? least;
  const step = unit === 'count' ? Math.max(1, Math.ceil(round)) : round;
  const found = [0];
  while ((found[found.length - 1] as number) < top || found.length < 2) found.push(found.length * step);
  return found;
}
