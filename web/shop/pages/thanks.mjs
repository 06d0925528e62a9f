// SPDX-License-Identifier: Apache-2.0
// After the order: its reference and what was in it, from this tab's memory.

import { html } from '../lib/html.mjs';
import { pageJsonLd } from '../lib/jsonld.mjs';
import { page } from './layout.mjs';

export function thanksPage({ assets }) {
  const title = 'Thank you: Maison Vitrine';
  const main = html`<section class="narrow thanks">
<div data-thanks-known hidden>
<h1>Thank you</h1>
<p class="lede">Your order is <strong class="reference" data-reference></strong>.</p>
<p>Each piece is checked at the bench once more before it is packed. This is a demonstration, so nothing is on its way.</p>
<ul class="mini-lines" data-order-lines></ul>
<dl class="totals"><div class="total"><dt>Total, VAT included</dt><dd data-order-total></dd></div></dl>
</div>
<div data-thanks-unknown hidden>
<h1>No order here</h1>
<p class="lede">This browser tab has no order with that reference. Orders are shown only in the tab that placed them.</p>
</div>
<noscript><h1>Thank you</h1><p>Showing your order needs JavaScript.</p></noscript>
<p><a class="button button-quiet" href="/">See all pieces</a></p>
</section>`;
  const description = 'Your order.';
  return page({ name: 'thanks', title, description, assets, structured: pageJsonLd(title), main });
}
