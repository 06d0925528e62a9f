// SPDX-License-Identifier: Apache-2.0
// Where the bag is kept, and who hears of a change: this page, other tabs, Vitrine.
//
// Storage may be refused or full (private windows); the bag then lives as long as the page.

import { addItem, readBag, setQuantity } from './bag.js';
import { PIECES } from './pieces.js';

const KEY = 'maison-vitrine:bag';
const ORDER_KEY = 'maison-vitrine:order';

const listeners = new Set();
let bag = readBag(stored(), PIECES, randomId());

function randomId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function announce() {
  for (const listener of [...listeners]) listener(bag);
}

function keep(next) {
  bag = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(bag));
  } catch {
    /* The page still has it; there is nothing to tell the customer yet. */
  }
  announce();
}

function apply(result) {
  if (result.ok) keep(result.bag);
  return result;
}

export const currentBag = () => bag;
export const canAdd = (item) => addItem(bag, PIECES, item);
export const addToBag = (item) => apply(addItem(bag, PIECES, item));
export const changeQuantity = (item) => apply(setQuantity(bag, PIECES, item));
export const clearBag = () => keep({ ...bag, id: randomId(), lines: [] });

/** Calls `listener` now and on every change; returns the undo. */
export function watchBag(listener) {
  listeners.add(listener);
  listener(bag);
  return () => listeners.delete(listener);
}

addEventListener('storage', (event) => {
  if (event.key !== KEY && event.key !== null) return;
  bag = readBag(stored(), PIECES, randomId());
  announce();
});

/* A page brought back from the back-forward cache missed the storage events. */
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  bag = readBag(stored(), PIECES, randomId());
  announce();
});

/** The order just placed, for the thanks page of this tab: no name, address or card in it. */
export function keepOrder(order) {
  try {
    sessionStorage.setItem(ORDER_KEY, JSON.stringify(order));
  } catch {
    /* The thanks page then says it has no order here. */
  }
}

export function lastOrder() {
  try {
    return JSON.parse(sessionStorage.getItem(ORDER_KEY));
  } catch {
    return null;
  }
}
