// SPDX-License-Identifier: Apache-2.0
// What each checkout field must be, and the sentence said when it is not. Pure.

const digitsOf = (text) => text.replace(/[\s-]/g, '');

/** The check digit of a card number (ISO/IEC 7812, Luhn). */
export function passesLuhn(text) {
  const digits = digitsOf(text);
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((all, char, n) => {
    const value = Number(char) * (n % 2 === 1 ? 2 : 1);
    return all + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** "08/29", "0829", "08 / 2029" to [2029, 8], else null. */
export function readExpiry(text) {
  const match = /^(0[1-9]|1[0-2])\s*\/?\s*(?:20)?(\d\d)$/.exec(text.trim());
  return match ? [2000 + Number(match[2]), Number(match[1])] : null;
}

function checkExpiry(text, now) {
  const expiry = readExpiry(text);
  if (!expiry) return 'Write the expiry date as month and year, for example 08/29.';
  const [year, month] = expiry;
  const past = year < now.getFullYear() || (year === now.getFullYear() && month < now.getMonth() + 1);
  return past ? 'This card has expired.' : null;
}

const POSTCODES = {
  FR: /^\d{5}$/, PT: /^\d{4}-?\d{3}$/, BE: /^\d{4}$/, DE: /^\d{5}$/,
  ES: /^\d{5}$/, IE: /^[A-Z]\d[\dW] ?[A-Z\d]{4}$/i, IT: /^\d{5}$/, NL: /^\d{4} ?[A-Z]{2}$/i,
};

function checkPostcode(text, all) {
  const pattern = POSTCODES[all.country];
  return pattern && !pattern.test(text) ? 'This does not look like a postcode of that country.' : null;
}

const REQUIRED = {
  email: 'Enter your e-mail address.',
  'given-name': 'Enter your first name.',
  'family-name': 'Enter your last name.',
  'address-line1': 'Enter the street and number.',
  'postal-code': 'Enter the postcode.',
  city: 'Enter the town.',
  country: 'Choose a country.',
  'cc-name': 'Enter the name as it is on the card.',
  'cc-number': 'Enter the card number.',
  'cc-exp': 'Enter the expiry date.',
  'cc-csc': 'Enter the security code.',
};

const CHECKS = {
  email: (text) => (/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(text) ? null : 'An e-mail address looks like name@example.com.'),
  tel: (text) => (text === '' || /^\+?[\d\s().-]{6,}$/.test(text) ? null : 'A telephone number has digits and spaces only.'),
  'postal-code': checkPostcode,
  'cc-number': (text) => (passesLuhn(text) ? null : 'This card number has a slip in it. Please check each digit.'),
  'cc-exp': (text, all, now) => checkExpiry(text, now),
  'cc-csc': (text) => (/^\d{3,4}$/.test(text) ? null : 'The security code has three or four digits.'),
};

export const FIELDS = [...new Set([...Object.keys(REQUIRED), ...Object.keys(CHECKS)])];

/** The sentence for one field, or null. */
export function checkField(name, values, now = new Date()) {
  const text = (values[name] ?? '').trim();
  if (text === '' && REQUIRED[name]) return REQUIRED[name];
  return CHECKS[name]?.(text, values, now) ?? null;
}
