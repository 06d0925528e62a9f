// SPDX-License-Identifier: Apache-2.0

/// Whether a queue is open by the hours on the screen, saved or not, by the clock of its time zone. The same rules as the
/// server's: exceptions stand before the week, and openings that touch at midnight are one.

export type Span = readonly [from: string, to: string];
export interface Exception { date: string; open: readonly Span[]; why?: string }
export interface Hours { tz: string; week: Readonly<Record<string, readonly Span[]>>; exceptions?: readonly Exception[] }
/// `until` null: no change within a year.
export interface State { open: boolean; until: number | null; why: string | null }

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY_MS = 86_400_000;
const AHEAD = 366;

const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/// The zone's distance from UTC at a moment.
function offset(format: Intl.DateTimeFormat, ms: number): number {
  const p: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) p[type] = Number(value);
  return Date.UTC(p.year!, p.month! - 1, p.day!, p.hour, p.minute, p.second) - Math.floor(ms / 1000) * 1000;
}

/// A time of a day on the zone's clock; where clocks skip it, the moment after.
function instant(format: Intl.DateTimeFormat, dayMs: number, minute: number): number {
  const wall = dayMs + minute * 60_000;
  const first = wall - offset(format, wall);
  return wall - offset(format, first);
}

function spansOf(hours: Hours, dayMs: number): { open: readonly Span[]; why: string | null } {
  const date = new Date(dayMs).toISOString().slice(0, 10);
  const exception = hours.exceptions?.find((e) => e.date === date);
  if (exception) return { open: exception.open, why: exception.why ?? null };
  return { open: hours.week[DAYS[(new Date(dayMs).getUTCDay() + 6) % 7]!] ?? [], why: null };
}

/// Null where the zone is none that the browser knows.
export function stateAt(hours: Hours, now: number): State | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: hours.tz, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  } catch {
    return null;
  }
  const today = Math.floor((now + offset(format, now)) / DAY_MS) * DAY_MS;
  const state: State = { open: false, until: null, why: spansOf(hours, today).why };
  for (let i = 0; i <= AHEAD; i++) {
    const day = today + i * DAY_MS;
    for (const [from, to] of spansOf(hours, day).open) {
      const [begins, ends] = [instant(format, day, minutes(from)), instant(format, day, minutes(to))];
      if (ends <= now) continue;
      if (!state.open && begins > now) return { ...state, until: begins };
      if (state.open && begins > state.until!) return state;
      Object.assign(state, { open: true, until: ends, why: null });
    }
    if (state.open && instant(format, day, 1440) > state.until!) return state;
  }
  return { ...state, until: null };
}
