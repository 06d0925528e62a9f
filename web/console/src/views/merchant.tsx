// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { MerchantCustomer, MerchantOrder } from '../../../protocol/index.js';
import { icons, money } from '../../../ui/index.js';
import { day } from '../lib/times.js';
import { products, productOf } from '../state/catalogue.js';
import { isMine } from '../state/desk.js';
import { line } from '../state/line.js';
import { known, look } from '../state/merchant.js';
import { cannotShow, showRef } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { Icon, Price, Thumb } from './parts.js';

/// What the shop itself knows of a customer it has signed for: who they are to it, what they have bought, what they wish for.

function Card({ of }: { of: MerchantCustomer }): JSX.Element {
  return (
    <div class="known">
      {(of.name ?? of.tier) !== undefined && <p class="known-head">{of.name !== undefined && <strong><bdi>{of.name}</bdi></strong>}{of.tier !== undefined && <span class="chip"><bdi>{of.tier}</bdi></span>}</p>}
      {of.since !== undefined && <p class="past-line">Since <bdi>{of.since.length > 4 ? day(of.since) : of.since}</bdi></p>}
      {of.notes !== undefined && of.notes.length > 0 && <ul class="known-notes">{of.notes.map((note) => <li key={note}><bdi>{note}</bdi></li>)}</ul>}
    </div>
  );
}

function Bought({ of }: { of: MerchantOrder }): JSX.Element {
  const items = of.items ?? [];
  return (
    <li class="order">
      <span class="past-head"><strong class="order-value">{money(of.total, of.currency)}</strong><time dateTime={of.placed}>{day(of.placed)}</time></span>
      <span class="past-line"><bdi>{of.reference}</bdi>{of.state !== undefined && <> · <bdi>{of.state}</bdi></>}</span>
      {items.length > 0 && <ul class="order-pieces">{items.map((item) => (
        <li key={`${item.sku} ${item.variant ?? ''}`} class="order-piece"><Thumb of={{ sku: item.sku }} width={32} />
          <span class="visit-text"><span class="visit-name"><bdi>{item.name ?? products.value.get(item.sku)?.title ?? item.sku}</bdi></span>
            {item.qty > 1 && <span class="visit-line">{item.qty} pieces</span>}</span></li>))}</ul>}
    </li>
  );
}

/// S on a piece shows it together, as in the catalogue. Nothing is weighed before: the customer has wished for it.
function Wish({ sku, talk }: { sku: string; talk: Talk }): JSX.Element {
  useEffect(() => { void productOf(sku); }, [sku]);
  const product = products.value.get(sku);
  const why = cannotShow(talk, isMine.value);
  const name = product?.title ?? sku;
  const push = (): void => { if (why === null) void showRef(talk, { sku }); };
  return (
    <li class="visit">
      <Thumb of={{ sku }} width={44} />
      <span class="visit-text"><span class="visit-name"><bdi>{name}</bdi></span><span class="visit-line">{product && <Price of={product} />}</span></span>
      <button type="button" class="vt-icon" disabled={why !== null} onClick={push} aria-keyshortcuts="S" aria-label={`Show ${name} together`} title={why ?? 'Show together (S)'}
        onKeyDown={(e) => { if (e.key.toLowerCase() === 's' && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); push(); } }}><Icon d={icons.eye} /></button>
    </li>
  );
}

const FEW = 2;

export function Merchant({ talk }: { talk: Talk }): JSX.Element | null {
  const [whole, show] = useState(false);
  const { verified } = talk.profile.value.customer;
  const isThere = verified === true && talk.conversation.value !== null && line.value.state === 'live';
  useEffect(() => { if (isThere) void look(talk); }, [talk, isThere]);
  const mine = known.value?.conv === talk.conv ? known.value : null;
  if (verified !== true || mine === null) return null;
  const { customer, orders, wishlist, why } = mine.at;
  if (!customer && !orders?.length && !wishlist?.length && why === undefined) return null;
  return (
    <>
      <section class="about" aria-labelledby="known-title" aria-busy={mine.asking}>
        <div class="known-title"><h3 id="known-title">Known to the shop</h3>
          <button type="button" class="vt-icon" disabled={mine.asking} onClick={() => void look(talk, true)} aria-label="Ask the shop again" title="Ask again"><Icon d={icons.again} size={16} /></button></div>
        {why !== undefined && <p class="known-why" role="status">{why}</p>}
        {customer && <Card of={customer} />}
      </section>
      {orders !== undefined && orders.length > 0 && (
        <section class="about" aria-labelledby="bought-title">
          <h3 id="bought-title">Bought before</h3>
          <ol class="orders">{orders.slice(0, whole ? orders.length : FEW).map((order) => <Bought key={order.reference} of={order} />)}</ol>
          {orders.length > FEW && <button type="button" class="about-fold" aria-expanded={whole} onClick={() => show(!whole)}>{whole ? 'Fewer orders' : `All ${orders.length} orders`}<Icon d={whole ? icons.down : icons.right} size={16} /></button>}
        </section>
      )}
      {wishlist !== undefined && wishlist.length > 0 && (
        <section class="trail" aria-labelledby="wishlist-title">
          <h3 id="wishlist-title">Wishlist</h3>
          <ul>{wishlist.map((sku) => <Wish key={sku} sku={sku} talk={talk} />)}</ul>
        </section>
      )}
    </>
  );
}
