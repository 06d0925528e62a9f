// SPDX-License-Identifier: Apache-2.0
// The bag as a value: what is in it, what may go in, what it costs. No storage, no page.
//
// A line is {sku, qty}, sku being the size's own number. Titles and prices are never kept: they
// are read from the catalogue each time, so an old bag cannot show an old price. One piece of a
// line may have been offered at another price: {offer: {code, price}}, which the shop's server
// has had confirmed (offers.js) and the catalogue does not know. No line holds more than the
// branches have together. Changes return {ok, bag} or {ok: false, reason}.

import { toDecimal } from './money.js';

export const MAX_LINES = 50;
const MAX_STORED = 16 * 1024;

export function emptyBag(id) {
  return { v: 1, id, lines: [] };
}

/** Finds a size by its number, or by its piece and size text. */
export function findVariant(pieces, sku, variant) {
  for (const piece of pieces) {
    for (const each of piece.variants) {
      const named = variant === each.sku || (piece.sku === sku && variant === each.size);
      if (named || (!variant && each.sku === sku)) return { piece, variant: each };
    }
  }
  return null;
}

export function isQuantity(value) {
  return Number.isInteger(value) && value >= 0 && value <= 99;
}

function refuse(reason) {
  return { ok: false, reason };
}

function locate(pieces, sku, variant) {
  const found = findVariant(pieces, sku, variant);
  if (found) return { ok: true, ...found };
  const piece = pieces.find((each) => each.sku === sku);
  if (piece && !variant && piece.variants.length === 1) return { ok: true, piece, variant: piece.variants[0] };
  return refuse(piece && !variant ? 'choose-a-size' : 'unknown-product');
}

function withLine(bag, sku, qty, given) {
  const known = bag.lines.find((each) => each.sku === sku);
  const offer = given ?? known?.offer;
  const line = { sku, qty, ...(offer && { offer }) };
  const lines = known ? bag.lines.map((each) => (each.sku === sku ? line : each)) : [...bag.lines, line];
  return { ...bag, lines: lines.filter((each) => each.qty > 0) };
}

/** `offer`: {code, price in cents}, of one of them. */
export function addItem(bag, pieces, { sku, variant, qty = 1, offer }) {
  if (!isQuantity(qty) || qty === 0) return refuse('bad-quantity');
  const place = locate(pieces, sku, variant);
  if (!place.ok) return place;
  const held = bag.lines.find((line) => line.sku === place.variant.sku)?.qty ?? 0;
  if (!place.variant.available || held + qty > place.variant.total) return refuse('out-of-stock');
  if (held === 0 && bag.lines.length >= MAX_LINES) return refuse('bag-full');
  return { ok: true, ...place, bag: withLine(bag, place.variant.sku, held + qty, offer) };
}

/** Sets how many of a line already there; 0 takes it out. */
export function setQuantity(bag, pieces, { sku, variant, qty }) {
  if (!isQuantity(qty)) return refuse('bad-quantity');
  const place = locate(pieces, sku, variant);
  if (!place.ok) return place;
  if (!bag.lines.some((line) => line.sku === place.variant.sku)) return refuse('not-in-bag');
  if (qty > place.variant.total) return refuse('out-of-stock');
  return { ok: true, ...place, bag: withLine(bag, place.variant.sku, qty) };
}

/** The lines with their piece, size, and price in cents; lines no longer sold are left out. */
export function resolveLines(bag, pieces) {
  return bag.lines.flatMap((line) => {
    const found = findVariant(pieces, line.sku);
    if (!found) return [];
    const { qty, offer } = line;
    return [{ ...found, qty, offer, total: found.piece.price * qty + (offer ? offer.price - found.piece.price : 0) }];
  });
}

function isOffer(offer) {
  return typeof offer?.code === 'string' && offer.code.length <= 64 && Number.isSafeInteger(offer.price) && offer.price >= 0;
}

export function countItems(bag) {
  return bag.lines.reduce((sum, line) => sum + line.qty, 0);
}

export function totalOf(lines) {
  return lines.reduce((sum, line) => sum + line.total, 0);
}

/** Reads what was stored. Whatever is not a bag of ours, or no longer fits the catalogue, is dropped. */
export function readBag(text, pieces, id) {
  if (typeof text !== 'string' || text.length > MAX_STORED) return emptyBag(id);
  let stored;
  try {
    stored = JSON.parse(text);
  } catch {
    return emptyBag(id);
  }
  if (stored?.v !== 1 || typeof stored.id !== 'string' || !Array.isArray(stored.lines)) return emptyBag(id);
  const start = emptyBag(stored.id.slice(0, 64));
  return stored.lines.slice(0, MAX_LINES).reduce((bag, line) => {
    const found = findVariant(pieces, line?.sku);
    if (!found || !isQuantity(line.qty)) return bag;
    return withLine(bag, found.variant.sku, Math.min(line.qty, found.variant.total), isOffer(line.offer) ? line.offer : undefined);
  }, start);
}

/** The bag as Vitrine('cart', …) wants it; `origin` makes addresses absolute. */
export function toCart(bag, pieces, origin) {
  const lines = resolveLines(bag, pieces);
  return {
    id: bag.id,
    currency: 'EUR',
    total: toDecimal(totalOf(lines)),
    checkout: `${origin}/checkout/`,
    items: lines.map(({ piece, variant, qty, total }) => ({
      sku: piece.sku,
      variant: variant.sku,
      name: `${piece.title}${piece.variants.length > 1 ? `, ${variant.size}` : ''}`,
      qty,
      price: toDecimal(Math.round(total / qty)),
      url: `${origin}/products/${piece.handle}/`,
      image: `${origin}${piece.image}`,
    })),
  };
}
