// SPDX-License-Identifier: Apache-2.0

/// The part of a clip that is sent, in seconds. Pure.
export interface Cut {
  readonly from: number;
  readonly to: number;
  /// How long the whole clip is.
  readonly length: number;
}

export const MOST_SECONDS = 20;
const LEAST = 0.5;

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));
const tenths = (x: number): number => Math.round(x * 10) / 10;

export function whole(length: number): Cut {
  return { from: 0, to: Math.min(length, MOST_SECONDS), length };
}

/// One end goes where it is put; the other follows where the part would be too long, and waits where it would be nothing.
export function begin(cut: Cut, at: number): Cut {
  const from = clamp(tenths(at), 0, Math.max(0, cut.to - LEAST));
  return { ...cut, from, to: Math.min(cut.to, from + MOST_SECONDS) };
}

export function end(cut: Cut, at: number): Cut {
  const to = clamp(at >= cut.length ? cut.length : tenths(at), Math.min(cut.length, cut.from + LEAST), cut.length);
  return { ...cut, to, from: Math.max(cut.from, tenths(to - MOST_SECONDS)) };
}

/// The whole part along the clip, as long as it is.
export function slide(cut: Cut, by: number): Cut {
  const length = cut.to - cut.from;
  const from = clamp(tenths(cut.from + by), 0, Math.max(0, cut.length - length));
  return { ...cut, from, to: from + length };
}

/// "0:07.4", for people and for those who have it read to them.
export function moment(seconds: number): string {
  const all = Math.round(seconds * 10);
  return `${Math.floor(all / 600)}:${String(Math.floor(all / 10) % 60).padStart(2, '0')}.${all % 10}`;
}

/// "12 MB", "640 KB".
export const size = (bytes: number): string => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);
