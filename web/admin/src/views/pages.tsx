// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { money } from '../../../ui/index.js';
import { get } from '../api.js';
import { ago } from '../lib/words.js';
import { Act, Section, Show, useLoad } from './parts.js';

/// What customers' pages have shown, and what of them said it: for whoever built the shop, to see whether Vitrine reads it right.

type Source = 'page' | 'jsonld' | 'platform' | 'datalayer' | 'opengraph';
interface Seen {
  at: number; url: string; product?: Source; sku?: string; name?: string; price?: string; currency?: string;
  cart?: Source; lines?: number; order?: Source; adds?: string; faults?: string[];
}

const sources: Record<Source, string> = {
  page: 'the page’s own call', jsonld: 'JSON-LD', platform: 'the shop system', datalayer: 'the dataLayer', opengraph: 'OpenGraph',
};
const adders: Record<string, string> = { page: 'the page’s own function', shopify: 'Shopify’s cart', woocommerce: 'WooCommerce’s cart', magento: 'Magento’s form' };

function price(of: Seen): string {
  if (!of.price) return 'no price';
  try { return of.currency ? money(of.price, of.currency) : `${of.price}, no currency`; } catch { return `${of.price} ${of.currency}`; }
}

function One({ of }: { of: Seen }): JSX.Element {
  return (
    <tr>
      <th scope="row" class="break">{of.url.replace(/^https?:\/\//, '')}<span class="under">{ago(of.at)}</span>
        {of.faults?.map((fault) => <span key={fault} class="under fault">{fault}</span>)}</th>
      <td data-label="Piece">{of.product ? <>{of.name ?? of.sku}<span class="under">{of.sku}, {price(of)}; by {sources[of.product]}</span></> : <span class="quiet">none</span>}</td>
      <td data-label="Bag">{of.cart ? <>{of.lines === 0 ? 'empty' : of.lines === 1 ? 'one line' : `${of.lines} lines`}<span class="under">by {sources[of.cart]}</span></> : <span class="quiet">not seen</span>}</td>
      <td data-label="Order">{of.order ? `by ${sources[of.order]}` : <span class="quiet">none</span>}</td>
      <td data-label="Adding">{of.adds ? adders[of.adds] ?? of.adds : <span class="quiet">opens the piece’s page</span>}</td>
    </tr>
  );
}

function Table({ pages }: { pages: readonly Seen[] }): JSX.Element {
  if (pages.length === 0) return <p class="quiet">Nothing yet. Open a page of the shop, open the panel on it, and look again.</p>;
  return (
    <table class="table">
      <caption class="vt-unseen">Pages seen lately</caption>
      <thead><tr><th scope="col">Page</th><th scope="col">Piece</th><th scope="col">Bag</th><th scope="col">Order</th><th scope="col">Into the bag</th></tr></thead>
      <tbody>{pages.map((one) => <One key={one.url} of={one} />)}</tbody>
    </table>
  );
}

export function Pages(): JSX.Element {
  const [state, again] = useLoad(() => get<{ pages: Seen[] }>('/site/pages'));
  return (
    <>
      <p class="quiet">What Vitrine found on the pages where customers opened its panel, newest first. Nothing here is about a customer. It is kept until the server restarts.</p>
      <Section title="Seen lately">
        <Show of={state} again={again}>{({ pages }) => <><Table pages={pages} /><div class="row"><Act label="Look again" run={again} /></div></>}</Show>
      </Section>
      <Section title="What wins">
        <p class="small">The first that says something is believed: the page’s own call (<code>Vitrine('product', …)</code>, <code>'cart'</code>, <code>'order'</code>), schema.org JSON-LD, what Shopify, WooCommerce or Magento
          leave in a page, GA4’s <code>dataLayer</code>, OpenGraph. Give every piece the number it has in the catalogue, and its picture, price and stock come from there.</p>
      </Section>
    </>
  );
}
