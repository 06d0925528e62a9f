// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import type { Events } from '../../../protocol/index.js';
import { explain } from '../lib/faults.js';
import { chime, notify } from './alerts.js';
import { now } from './clock.js';
import { call, open, take } from './desk.js';
import { serverTime, theLink } from './line.js';
import { say } from './say.js';

/// What asks this person for an answer: customers (a claim), colleagues (a hand-over, help). A card goes when it is answered,
/// when the server takes it back, or when its time is over.

export type Claim = Events['claim.ask'] & { kind: 'claim' };
export type Ask = Events['staff.ask'];
export type Card = Claim | Ask;

const CARDS_MAX = 12;
const AGAIN_MS = 6000;

const all = signal<readonly Card[]>([]);
export const cards = computed(() => all.value.filter((card) => card.until > serverTime(now.value)));
/// The card that is being answered, and what came of the last answer.
export const answering = signal<string | null>(null);
export const cardFault = signal<string | null>(null);

const same = (a: Card, b: { conv: string; ask?: number }): boolean => a.conv === b.conv && ('ask' in a ? a.ask : undefined) === b.ask;
let again = 0;

function ringOn(): void {
  clearInterval(again);
  again = window.setInterval(() => {
    if (cards.peek().some((card) => card.kind === 'claim')) chime();
    else clearInterval(again);
  }, AGAIN_MS);
}

export const cardTitle = (card: Card): string => {
  const name = card.name || 'A visitor';
  if (card.kind === 'claim') return `${name} asks for help`;
  return card.kind === 'transfer' ? `${card.by} hands ${name} over to you` : `${card.by} calls you in to ${name}`;
};

function put(card: Card): void {
  const fresh = !all.peek().some((c) => same(c, card));
  all.value = [...all.peek().filter((c) => !same(c, card)), card].slice(-CARDS_MAX);
  if (!fresh) return;
  const about = card.product?.name ?? card.product?.sku ?? '';
  say(`${cardTitle(card)}${about ? `, ${about}` : ''}.`);
  chime();
  ringOn();
  notify(cardTitle(card), about, card.conv, () => undefined);
}

function drop(gone: { conv: string; ask?: number }): void {
  all.value = all.peek().filter((c) => !same(c, gone));
}

const gone: Record<string, string> = { taken: 'A colleague has taken the customer.', left: 'The customer has left the line.', expired: 'The time to claim is over.' };

export function onCard(op: string, d: unknown): void {
  if (op === 'claim.ask') put({ ...(d as Events['claim.ask']), kind: 'claim' });
  else if (op === 'staff.ask') put(d as Ask);
  else if (op === 'staff.gone') drop(d as Events['staff.gone']);
  else if (op === 'claim.gone') {
    const { conv, why } = d as Events['claim.gone'];
    if (answering.peek() !== conv && cards.peek().some((c) => c.conv === conv)) say(gone[why] ?? '');
    drop({ conv });
  }
}

async function answer(card: Card, ask: () => Promise<unknown>): Promise<void> {
  if (answering.peek() !== null) return;
  answering.value = card.conv;
  cardFault.value = null;
  try {
    await ask();
  } catch (e) {
    cardFault.value = explain(e);
  }
  answering.value = null;
  drop('ask' in card ? card : { conv: card.conv });
}

export const accept = (card: Card): Promise<void> => answer(card, () => {
  if (card.kind === 'claim') return take(card.conv);
  return call(card.conv, card.kind === 'transfer' ? 'transfer.answer' : 'colleague.answer', card.ask);
});

/// `away`: nor the next ones.
export const decline = (card: Card, away = false): Promise<void> => answer(card, () => {
  const link = theLink();
  if (card.kind === 'claim') return link.request('claim.decline', { conv: card.conv, ...(away ? { away } : {}) });
  return link.request(card.kind === 'transfer' ? 'transfer.answer' : 'colleague.answer', { conv: card.conv, ask: card.ask, ok: false });
});

export const readFirst = (card: Card): Promise<void> => open(card.conv);

/// A new connection is told of every card again.
export function forgetCards(): void {
  clearInterval(again);
  all.value = [];
  answering.value = null;
  cardFault.value = null;
}
