// SPDX-License-Identifier: Apache-2.0
import { html } from '../lib/html.mjs';
import { pageJsonLd } from '../lib/jsonld.mjs';
import { page } from './layout.mjs';

export function notFoundPage({ assets }) {
  const title = 'Not here: Maison Vitrine';
  const main = html`<section class="narrow lost">
<h1>This page is not here</h1>
<p class="lede">The piece may have been sold, or the address has a slip in it.</p>
<p><a class="button" href="/">See all pieces</a></p>
</section>`;
  const description = 'There is no page at this address.';
  return page({ name: 'not-found', title, description, assets, structured: pageJsonLd(title), main });
}
