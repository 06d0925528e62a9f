// SPDX-License-Identifier: Apache-2.0
// The bag. Its lines live in the browser, so the page brings only the frame and the empty state.

import { html } from '../lib/html.mjs';
import { pageJsonLd } from '../lib/jsonld.mjs';
import { page } from './layout.mjs';

export function bagPage({ assets }) {
  const title = 'Your bag: Maison Vitrine';
  const main = html`<section class="narrow bag">
<h1>Your bag</h1>
<noscript><p>The bag is kept in your browser and needs JavaScript.</p></noscript>
<p class="bag-undo" data-bag-undo role="status"></p>
<div data-bag-empty hidden>
<p class="lede">There is nothing in it yet.</p>
<p><a class="button" href="/">See all pieces</a></p>
</div>
<div class="bag-full" data-bag-full hidden>
<ul class="lines" data-bag-lines aria-label="Pieces in your bag"></ul>
<div class="summary">
<dl class="totals">
<div><dt>Pieces</dt><dd data-bag-subtotal></dd></div>
<div><dt>Insured delivery</dt><dd>Complimentary</dd></div>
<div class="total"><dt>Total, VAT included</dt><dd data-bag-total></dd></div>
</dl>
<a class="button" href="/checkout/">Check out</a>
<button class="button button-quiet" type="button" data-vitrine-open>Ask before you buy</button>
<p class="small" data-ask-fallback role="status"></p>
</div>
</div>
</section>`;
  const description = 'The pieces you have chosen.';
  return page({ name: 'bag', title, description, assets, structured: pageJsonLd(title), main });
}
