// SPDX-License-Identifier: Apache-2.0
// The front page: every piece, one grid, a filter that needs no script.

import { formatMoney } from '../client/money.js';
import { html } from '../lib/html.mjs';
import { listJsonLd } from '../lib/jsonld.mjs';
import { TYPES, page } from './layout.mjs';
import { image } from './picture.mjs';

const CARD_SIZES = '(min-width: 64rem) 23vw, (min-width: 44rem) 31vw, 48vw';
const LEAD_SIZES = '(min-width: 64rem) 47vw, (min-width: 44rem) 64vw, 98vw';

/* In the first view on a phone: the lead and the row below it. */
const SOON = 3;

function loadingOf(n) {
  if (n === 0) return 'first';
  return n < SOON ? 'soon' : 'near';
}

export function priceMarkup(piece) {
  if (!piece.listPrice) return html`<span class="price">${formatMoney(piece.price)}</span>`;
  return html`<span class="price"><span class="sr">Sale price </span><ins>${formatMoney(piece.price)}</ins> <span class="sr">, before </span><del>${formatMoney(piece.listPrice)}</del></span>`;
}

function stateOf(piece) {
  const open = piece.variants.filter((variant) => variant.available).length;
  if (open === 0) return html`<span class="tag">Sold out</span>`;
  return piece.listPrice ? html`<span class="tag tag-sale">Sale</span>` : null;
}

export function soldOutSizes(piece) {
  const gone = piece.variants.filter((variant) => !variant.available);
  if (gone.length === 0 || gone.length === piece.variants.length) return null;
  return `Size ${gone.map((variant) => variant.size).join(', ')} sold out`;
}

export function sentence(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

function card(piece, n) {
  const lead = n === 0;
  const gone = soldOutSizes(piece);
  const picture = image(piece.pictures[0], { sizes: lead ? LEAD_SIZES : CARD_SIZES, alt: '', when: loadingOf(n) });
  return html`<li class="card${lead ? ' card-lead' : ''}" data-type="${piece.type.toLowerCase()}">
<a href="/products/${piece.handle}/">
<span class="card-photo">${picture}${stateOf(piece)}</span>
<span class="card-text"><span class="card-title">${piece.title}</span>
${priceMarkup(piece)}
<span class="card-note">${sentence(piece.material)}</span>
${gone && html`<span class="card-note">${gone}</span>`}</span>
</a></li>
`;
}

function filterChoice(type, checked) {
  const value = type === 'All' ? 'all' : type.toLowerCase();
  return html`<label class="chip"><input type="radio" name="type" value="${value}"${checked && html` checked`}><span>${type}</span></label>`;
}

/** The lead is a piece whose original is large enough to be looked into. */
function leadFirst(products) {
  const lead = products.find((piece) => piece.pictures[0].width >= 4000) ?? products[0];
  return [lead, ...products.filter((piece) => piece !== lead)];
}

export function listPage({ products, closely, assets }) {
  const main = html`<section class="intro">
<h1>Made to be looked at closely</h1>
<p>Ten pieces from our benches in Paris and Lisbon. An adviser will look at any of them with you, stone by stone.</p>
</section>
<section class="shelf" aria-label="All pieces">
<fieldset class="filter"><legend class="sr">Show</legend>${['All', ...TYPES].map((type, n) => filterChoice(type, n === 0))}</fieldset>
<p class="sr" role="status" data-filter-status></p>
<ul class="grid">
${leadFirst(products).map(card)}<li class="card card-ask"><div class="ask-words">
<h2>Not sure?</h2>
<p>Look at a piece together with an adviser, on this page, at the same moment.</p>
<button class="link" type="button" data-vitrine-open>Ask an adviser</button>
<p class="small" data-ask-fallback role="status"></p>
</div>
<img src="${closely.url}" width="${closely.width}" height="${closely.height}" alt="" loading="lazy" decoding="async"></li>
</ul>
</section>`;
  return page({
    name: 'list',
    title: 'Maison Vitrine: fine jewellery and watches',
    description: 'Rings, earrings, necklaces, bracelets and watches from Paris and Lisbon.',
    assets,
    structured: listJsonLd(products),
    main,
    nav: false,
  });
}
