// SPDX-License-Identifier: Apache-2.0
// Money is whole cents everywhere; text only at the edges.

const FORMATS = new Map();

function formatter(currency, digits) {
  const key = `${currency}${digits}`;
  if (!FORMATS.has(key)) {
    const options = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    FORMATS.set(key, new Intl.NumberFormat('en-IE', options));
  }
  return FORMATS.get(key);
}

/** "2450.00" to 245000. */
export function toCents(text) {
  const [whole, part = ''] = text.split('.');
  return Number(whole) * 100 + Number(part.padEnd(2, '0').slice(0, 2));
}

/** 245000 to "2450.00". */
export function toDecimal(cents) {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

/** 245000 to "€2,450"; cents are shown only where there are any. */
export function formatMoney(cents, currency = 'EUR') {
  return formatter(currency, cents % 100 === 0 ? 0 : 2).format(cents / 100);
}

const VAT = 0.2; // France; every price of this shop includes it

/** A decimal with tax as one without: what a sale brings the shop. */
export function withoutVat(decimal) {
  return (Number(decimal) / (1 + VAT)).toFixed(2);
}
