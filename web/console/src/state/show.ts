// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { Page, Product, ProductRef, ViewItemNew } from '../../../protocol/index.js';
import { path } from '../lib/text.js';
import { productOf } from './catalogue.js';
import { pane } from './layout.js';
import { rows } from './queue.js';
import type { Talk } from './talk.js';

/// Putting pieces in front of both: a whole product into an empty viewer (its pictures side by side in the strip), one
/// picture more into an open one.

const VIEW_ITEMS_MAX = 12;
const PICTURES_MAX = 5;

/// Why nothing can be shown together now, in words; null: it can.
export function cannotShow(talk: Talk | null, mine: boolean): string | null {
  if (talk === null) return 'Open a conversation first.';
  const state = talk.state;
  if (state === 'live' && mine) return talk.calm.value ? 'The customer has paused pictures.' : null;
  if (!mine) return 'Take this customer first.';
  if (state === 'away') return 'The customer is away; wait until they are back.';
  return state === 'ended' ? 'The session has ended.' : 'The session is not live yet.';
}

/// The piece a page shows: as the page said, else the one the customer asked about, when it is that page.
export function pieceOf(talk: Talk, page: Page | undefined): ProductRef | undefined {
  const asked = rows.value.get(talk.conv)?.product;
  if (page?.product !== undefined || page === undefined) return page?.product ?? asked;
  return asked?.url !== undefined && path(asked.url) === path(page.url) ? asked : undefined;
}

/// Where the customer is now: the newest page of their trail.
export function pageNow(talk: Talk): Page | undefined {
  void talk.at.trail.value;
  const trail = talk.conversation.value?.trail ?? [];
  return trail.reduce<Page | undefined>((latest, page) => (latest === undefined || page.n > latest.n ? page : latest), undefined);
}

const item = (product: Product, media: string, variant?: string): ViewItemNew =>
  ({ sku: product.sku, media, title: product.title, ...(variant ? { variant } : {}) });

/// The same picture has another grant each time it is told.
export const bare = (media: string): string => media.split('?')[0]!;

async function openView(talk: Talk, items: ViewItemNew[]): Promise<void> {
  const conversation = talk.conversation.peek();
  const first = items[0];
  if (conversation === null || first === undefined) return;
  talk.stageFault.value = null;
  pane.value = 'stage';
  const there = conversation.view?.items ?? [];
  if (there.length === 0) return conversation.open(items);
  const same = there.find((i) => bare(i.media) === bare(first.media));
  if (same !== undefined) return conversation.viewer.set({ active: same.slot });
  if (there.length < VIEW_ITEMS_MAX) return conversation.addItem(first);
  talk.stageFault.value = `${VIEW_ITEMS_MAX} pictures are in the viewer, and that is all it holds. Remove one first.`;
}

/// A product of the catalogue, or one picture of it.
export function show(talk: Talk, product: Product, media?: string): Promise<void> {
  const pictures = media === undefined ? product.media.slice(0, PICTURES_MAX) : [media];
  return openView(talk, pictures.map((m) => item(product, m)));
}

/// What the customer looks at, from the trail: the picture named there first, the catalogue's others after it.
export async function showRef(talk: Talk, ref: ProductRef): Promise<void> {
  const product = await productOf(ref.sku);
  const media = [...new Set([...(ref.media ? [ref.media] : []), ...(product?.media ?? [])])].slice(0, PICTURES_MAX);
  if (media.length === 0) {
    talk.stageFault.value = 'There is no picture of this piece in the catalogue.';
    return;
  }
  await openView(talk, media.map((m) => ({ sku: ref.sku, media: m, title: product?.title ?? ref.name ?? ref.sku, ...(ref.variant ? { variant: ref.variant } : {}) })));
}

/// A picture of the thread.
export const showPicture = (talk: Talk, media: string): Promise<void> => openView(talk, [{ media }]);

export const refOf = (product: Product): ProductRef => ({
  sku: product.sku, name: product.title, price: product.price, currency: product.currency,
  ...(product.url ? { url: product.url } : {}), ...(product.media[0] ? { media: product.media[0] } : {}),
});

/// A product card in the thread.
export function sendCard(talk: Talk, product: Product): void {
  talk.conversation.peek()?.sendProduct(refOf(product));
  pane.value = 'thread';
}

/// Pieces of the shortlist that are chosen for one drawn picture or film, in the order they were chosen.
export const chosen = signal<readonly Product[]>([]);
export const CHOSEN_MAX = 4;

export function choose(product: Product): void {
  const without = chosen.peek().filter((p) => p.sku !== product.sku);
  chosen.value = without.length < chosen.peek().length ? without : [...without, product].slice(0, CHOSEN_MAX);
}

/// The server draws: a sheet with names and prices, or the pieces at one millimetre scale.
export function sendDrawing(talk: Talk, draw: 'sheet' | 'scale'): void {
  talk.conversation.peek()?.send('', { kind: 'picture', body: { draw, skus: chosen.peek().map((p) => p.sku) } });
  chosen.value = [];
  pane.value = 'thread';
}
