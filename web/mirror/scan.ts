// SPDX-License-Identifier: Apache-2.0

/// Text that gives itself away: card numbers (Luhn), account numbers (IBAN, mod 97), US social security numbers.

export const BULLETS = '••••••';

function isCard(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const n = Number(digits[digits.length - 1 - i]) * (1 + (i % 2));
    sum += n > 9 ? n - 9 : n;
  }
  return sum % 10 === 0;
}

function isIban(text: string): boolean {
  let rest = 0;
  for (const c of text.slice(4) + text.slice(0, 4)) rest = Number(`${rest}${parseInt(c, 36)}`) % 97;
  return rest === 1;
}

const bare = (text: string): string => text.replace(/[^\dA-Za-z]/g, '');
/// Blanks of every width, dashes and points part the groups.
const DIGITS = /\d(?:[\s.\u2010-\u2014-]?\d){12,}/g;
const IBAN = /\b[A-Za-z]{2}\d\d(?:[\s.-]?[\dA-Za-z]){11,30}/g;
const SSN = /\b\d{3}[\s-]\d{2}[\s-]\d{4}\b/g;

/// A date or an amount may stand right beside the number, so each row of whole groups is tried.
function cards(run: string): string {
  const groups = run.split(/(\D)/);
  let made = '';
  for (let from = 0; from < groups.length; from += 2) {
    let digits = '';
    let last = -1;
    for (let to = from; to < groups.length && digits.length < 20; to += 2) {
      digits += groups[to];
      if (digits.length > 12 && digits.length < 20 && isCard(digits)) last = to;
    }
    made += last < 0 ? groups[from] : BULLETS;
    if (last > 0) from = last;
    made += groups[from + 1] ?? '';
  }
  return made;
}

/// The same text without what must not leave.
export function scan(text: string): string {
  if (!/\d[^]*\d/.test(text)) return text;
  return text
    .replace(DIGITS, cards)
    .replace(IBAN, (found) => {
      // Words behind the number may have been taken for more of it.
      for (let end = found.length; end >= 15; end--) if (/\w/.test(found[end - 1]!) && isIban(bare(found.slice(0, end)))) return BULLETS + found.slice(end);
      return found;
    })
    .replace(SSN, BULLETS);
}

/// Nothing but how long the words are.
export const veil = (text: string): string => text.replace(/\S/g, '•');
