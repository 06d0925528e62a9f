// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Cart, CartItem } from '../../../protocol/index.js';
import { money } from '../../../ui/index.js';
import { pieces, sources, sum } from '../lib/bag.js';
import { products } from '../state/catalogue.js';
import type { Talk } from '../state/talk.js';
import { Thumb } from './parts.js';

/// The customer's bag as their page shows it now. Pictures come from our catalogue; a picture's address that a page names is
/// not loaded here.

/// What a currency nobody knows would throw is only left out.
function amount(value: string | undefined, currency: string | undefined): string {
  if (value === undefined || !Number.isFinite(Number(value))) return '';
  try { return currency ? money(value, currency) : value; } catch { return `${value} ${currency}`; }
}

function Line({ item, currency }: { item: CartItem; currency: string | undefined }): JSX.Element {
  const known = products.value.get(item.variant ?? item.sku) ?? products.value.get(item.sku);
  const size = known?.variants.find((v) => v.sku === (item.variant ?? item.sku));
  const more = [size?.colour, size?.size].filter(Boolean).join(', ') || (item.variant !== item.sku ? item.variant : undefined);
  return (
    <li class="bag-line">
      <Thumb of={{ sku: item.sku }} width={44} />
      <span class="visit-text">
        <span class="visit-name"><bdi>{item.name ?? known?.title ?? item.sku}</bdi></span>
        <span class="visit-line">{[item.qty > 1 ? `${item.qty} ×` : '', more].filter(Boolean).join(' ')}</span>
      </span>
      <span class="bag-price">{amount(item.price === undefined ? undefined : String(Number(item.price) * item.qty), currency)}</span>
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
  return (
    <section class="trail bag" aria-labelledby="bag-title">
      <h3 id="bag-title">Bag{n > 0 && <span class="quiet"> · {n === 1 ? 'one piece' : `${n} pieces`}</span>}</h3>
      {bag.items.length === 0 ? <p class="quiet">Nothing in it.</p> : (
        <>
          <ul>{bag.items.map((item, i) => <Line key={`${item.sku} ${item.variant ?? ''} ${i}`} item={item} currency={bag.currency} />)}</ul>
          {!!bag.more && <p class="quiet">and {bag.more} more</p>}
          <Sum bag={bag} />
        </>
      )}
      {bag.source !== undefined && bag.source !== 'page' && <p class="bag-from quiet">{sources[bag.source]}</p>}
    </section>
  );
}
