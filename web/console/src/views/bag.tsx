// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Cart, CartItem } from '../../../protocol/index.js';
import { icons, money } from '../../../ui/index.js';
import { pieces, sources, sum } from '../lib/bag.js';
import { isProposed, putNumber, sendCheckout } from '../state/bag.js';
import { products } from '../state/catalogue.js';
import { isMine } from '../state/desk.js';
import { cannotShow } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { Icon, Thumb } from './parts.js';

/// The customer's bag as their page shows it now. Pictures come from our catalogue; a picture's address that a page names is
/// not loaded here.

/// What a currency nobody knows would throw is only left out.
function amount(value: string | undefined, currency: string | undefined): string {
  if (value === undefined || !Number.isFinite(Number(value))) return '';
  try { return currency ? money(value, currency) : value; } catch { return `${value} ${currency}`; }
}

/// How many: the customer is asked before their page changes it.
function HowMany({ item, piece, talk }: { item: CartItem; piece: string; talk: Talk }): JSX.Element {
  const waits = isProposed(talk, item);
  const button = (d: string, label: string, qty: number, off = false): JSX.Element => (
    <button type="button" class="bag-put" title={label} aria-label={`${label}: ${piece}`} disabled={waits || off} onClick={() => void putNumber(talk, item, qty)}><Icon d={d} size={16} /></button>
  );
  return (
    <span class="bag-number">
      {button(icons.minus, 'One less', item.qty - 1, item.qty < 2)}
      {button(icons.plus, 'One more', item.qty + 1)}
      {button(icons.trash, 'Take out', 0)}
      {waits && <span class="visit-line" role="status">They are asked…</span>}
    </span>
  );
}

function Line({ item, currency, talk, can }: { item: CartItem; currency: string | undefined; talk: Talk; can: boolean }): JSX.Element {
  const known = products.value.get(item.variant ?? item.sku) ?? products.value.get(item.sku);
  const size = known?.variants.find((v) => v.sku === (item.variant ?? item.sku));
  const more = [size?.colour, size?.size].filter(Boolean).join(', ') || (item.variant !== item.sku ? item.variant : undefined);
  const name = item.name ?? known?.title ?? item.sku;
  return (
    <li class="bag-line">
      <Thumb of={{ sku: item.sku }} width={44} />
      <span class="visit-text">
        <span class="visit-name"><bdi>{name}</bdi></span>
        <span class="visit-line">{[item.qty > 1 ? `${item.qty} ×` : '', more].filter(Boolean).join(' ')}</span>
      </span>
      <span class="bag-price">{amount(item.price === undefined ? undefined : String(Number(item.price) * item.qty), currency)}</span>
      {can && <HowMany item={item} piece={name} talk={talk} />}
    </li>
  );
}

function Sum({ bag }: { bag: Cart }): JSX.Element {
  const { text, amount: value } = sum(bag);
  return (
    <p class="bag-sum">
      <span>{text === 'counted' ? 'Sum of these' : 'Total'}</span>
      <span>{text === 'unknown' ? <span class="quiet">not said</span> : amount(value, bag.currency)}</span>
    </p>
  );
}

export function Bag({ talk }: { talk: Talk }): JSX.Element | null {
  const bag = talk.bag.value;
  if (bag === null) return null;
  const n = pieces(bag);
  const can = cannotShow(talk, isMine.value) === null;
  return (
    <section class="trail bag" aria-labelledby="bag-title">
      <h3 id="bag-title">Bag{n > 0 && <span class="quiet"> · {n === 1 ? 'one piece' : `${n} pieces`}</span>}</h3>
      {bag.items.length === 0 ? <p class="quiet">Nothing in it.</p> : (
        <>
          <ul>{bag.items.map((item, i) => <Line key={`${item.sku} ${item.variant ?? ''} ${i}`} item={item} currency={bag.currency} talk={talk} can={can} />)}</ul>
          {!!bag.more && <p class="quiet">and {bag.more} more</p>}
          <Sum bag={bag} />
          {can && bag.checkout !== undefined && <button type="button" class="vt-button wide bag-pay" onClick={() => sendCheckout(talk, bag.checkout!)}>Send checkout link</button>}
        </>
      )}
      {bag.source !== undefined && bag.source !== 'page' && <p class="bag-from quiet">{sources[bag.source]}</p>}
    </section>
  );
}
