// SPDX-License-Identifier: Apache-2.0

/// How a thread is laid out: days, and runs of messages by one person, so that a name and a time stand once. Pure.

export interface Line {
  by: string;
  ts: number;
  /// A private note never joins a run of replies: it must not be mistaken for one.
  note: boolean;
}

export interface Placed<T extends Line> {
  row: T;
  /// A day's line goes above this row.
  day: boolean;
  /// First and last of a run: the name stands above the first, the time below the last.
  first: boolean;
  last: boolean;
}

const RUN_MS = 5 * 60_000;
const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

function joins(a: Line | undefined, b: Line): boolean {
  return a !== undefined && a.by === b.by && a.note === b.note && sameDay(a.ts, b.ts) && b.ts - a.ts < RUN_MS;
}

export function place<T extends Line>(rows: readonly T[]): Placed<T>[] {
  return rows.map((row, i) => {
    const before = rows[i - 1];
    const after = rows[i + 1];
    return {
      row,
      day: before === undefined || !sameDay(before.ts, row.ts),
      first: !joins(before, row),
      last: after === undefined || !joins(row, after),
    };
  });
}
