// SPDX-License-Identifier: Apache-2.0

/// Time passed, as a counter while seconds matter and in words for a screen reader. Pure; the clock is handed in.

/// "0:42", "12:05", "1:02:09". A clock that is behind the server's shows 0:00, never a minus.
export function counter(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(all / 3600);
  const m = Math.floor(all / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(all % 60)}` : `${m}:${two(all % 60)}`;
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/// "42 seconds", "12 minutes", "1 hour 2 minutes": what the counter means when it is read aloud.
export function spoken(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  if (all < 60) return plural(all, 'second');
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return plural(minutes, 'minute');
  const rest = minutes % 60;
  return plural(Math.floor(minutes / 60), 'hour') + (rest ? ` ${plural(rest, 'minute')}` : '');
}

/// "now", "4 min", "2 h", "3 d": for a row where nobody waits and seconds would only flicker.
export function coarse(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/// The same time in a <time> element's datetime: "PT125S".
export const duration = (ms: number): string => `PT${Math.max(0, Math.floor(ms / 1000))}S`;

/// A day as the locale writes it, "2 Apr 2019"; what is no time stays as it was said.
export function day(said: string, locale?: string): string {
  const ms = Date.parse(said);
  return Number.isNaN(ms) ? said : new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', ...(said.length === 10 ? { timeZone: 'UTC' } : {}) }).format(ms);
}
