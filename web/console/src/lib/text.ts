// SPDX-License-Identifier: Apache-2.0

/// The limits of a message's text, as the wire has them: bytes of UTF-8, not characters.

export const TEXT_LIMIT = 8192;
/// From here on the composer shows how much is left.
const NEAR = 512;

const encoder = new TextEncoder();

export const bytes = (text: string): number => encoder.encode(text).length;

/// How much room is left when that is worth saying, else null. Below zero the text is too long.
export function room(text: string, limit = TEXT_LIMIT): number | null {
  // A UTF-16 unit is at most three bytes: short texts need no encoding on every key.
  if (text.length * 3 < limit - NEAR) return null;
  const left = limit - bytes(text);
  return left <= NEAR ? left : null;
}

/// A reference number as one reads it to somebody: "4-217" -> "4, 2 1 7".
export const aloud = (reference: string): string =>
  reference.split('-').map((part) => [...part].join(' ')).join(', ');

/// Two letters for a name where there is no photo; the end of the number of those who have only that.
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter((w) => w !== '');
  const last = words[words.length - 1] ?? '';
  if (words.length > 1 && /^\d+$/.test(last)) return last.slice(-2);
  const pick = words.length > 1 ? [words[0], last] : words;
  return pick.map((w) => [...(w ?? '')][0] ?? '').join('').toLocaleUpperCase();
}

/// The path of an address for the trail: the site is known, the query is nobody's business.
export function path(url: string): string {
  try {
    return new URL(url, 'https://site.invalid').pathname;
  } catch {
    return url.split(/[?#]/)[0] ?? url;
  }
}
