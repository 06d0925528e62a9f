// SPDX-License-Identifier: Apache-2.0

/// An id for a new element of a list, one that none has: "queue-2".
export function fresh(kind: string, taken: readonly string[]): string {
  let n = taken.length + 1;
  while (taken.includes(`${kind}-${n}`)) n++;
  return `${kind}-${n}`;
}

/// A moment as the settings have it, for a field that shows the local clock; "" where there is none.
export function toLocal(moment: string | undefined): string {
  const ms = Date.parse(moment ?? '');
  if (Number.isNaN(ms)) return '';
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/// What such a field holds, with the offset of this browser at that moment.
export function fromLocal(text: string): string | undefined {
  const date = new Date(text);
  if (text === '' || Number.isNaN(date.getTime())) return undefined;
  const minutes = -date.getTimezoneOffset();
  const two = (n: number): string => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${text.slice(0, 16)}:00${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
