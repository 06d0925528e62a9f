// SPDX-License-Identifier: Apache-2.0
// One piece: pictures, size, price, where it is, and the two buttons.

import { BRANCH_NAMES, whereText } from '../client/stock.js';
import { html } from '../lib/html.mjs';
import { productJsonLd } from '../lib/jsonld.mjs';
import { page } from './layout.mjs';
import { priceMarkup, sentence, soldOutSizes } from './list.mjs';
import { image } from './picture.mjs';

const HERO_SIZES = '(min-width: 48rem) 54vw, 100vw';
const STILL_SIZES = '(min-width: 48rem) 27vw, 100vw';

function slide(picture, n, count) {
  const shown = image(picture, { sizes: n === 0 ? HERO_SIZES : STILL_SIZES, when: n === 0 ? 'first' : 'near' });
  return html`<li class="slide" aria-label="Picture ${n + 1} of ${count}">${shown}</li>`;
}

function gallery(piece) {
  const count = piece.pictures.length;
  const slides = piece.pictures.map((picture, n) => slide(picture, n, count));
  const counter = html`<p class="gallery-count" aria-hidden="true"><span data-gallery-at>1</span> / ${count}</p>`;
  return html`<div class="gallery${count === 1 ? ' gallery-single' : ''}">
<ul class="slides" data-gallery tabindex="0" aria-label="Pictures of ${piece.title}">${slides}</ul>
${count > 1 && counter}
</div>`;
}

function sizeChoice(variant) {
  const off = variant.available ? null : html` disabled`;
  const note = variant.available ? null : html`<span class="sr"> (sold out)</span>`;
  return html`<label class="size"><input type="radio" name="variant" value="${variant.sku}" required${off}><span>${variant.size.replace(' cm', '')}${note}</span></label>`;
}

/* A disabled size cannot be focused to ask why, so the reason stands beside the choice. */
function soldOutNote(piece) {
  const sizes = soldOutSizes(piece);
  return sizes && html`<p class="small size-note">${sizes} in every branch.</p>`;
}

function sizes(piece) {
  if (piece.variants.length === 1) {
    const [only] = piece.variants;
    return html`<input type="hidden" name="variant" value="${only.sku}"><p class="small where" data-where>${whereText(only)}</p>`;
  }
  const unit = piece.variants[0].size.endsWith(' cm') ? ' in cm' : '';
  return html`<fieldset class="sizes"><legend>Size${unit}</legend>
<div class="size-row">${piece.variants.map(sizeChoice)}</div>
${soldOutNote(piece)}
<p class="error" data-size-error role="alert"></p>
<p class="small where" data-where role="status">Choose a size to see where it is.</p>
</fieldset>`;
}

/* French ring sizes are the inner circumference in millimetres. */
function diameter(size) {
  return (Number(size) / Math.PI).toFixed(1);
}

function stockRow(variant, branches, ring) {
  const cells = branches.map((branch) => html`<td>${variant.stock[branch] > 0 ? variant.stock[branch] : html`<span class="none" aria-label="none">–</span>`}</td>`);
  return html`<tr data-stock="${variant.sku}"><th scope="row">${variant.size}</th>${ring && html`<td>${diameter(variant.size)} mm</td>`}${cells}</tr>`;
}

function stockTable(piece) {
  const branches = Object.keys(BRANCH_NAMES);
  const ring = piece.type === 'Rings';
  return html`<table class="stock"><caption>Availability by branch</caption>
<thead><tr><th scope="col">Size</th>${ring && html`<th scope="col">Inside</th>`}${branches.map((branch) => html`<th scope="col">${BRANCH_NAMES[branch]}</th>`)}</tr></thead>
<tbody>${piece.variants.map((variant) => stockRow(variant, branches, ring))}</tbody></table>`;
}

function fact(name, value) {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function details(piece) {
  const size = piece.variants.length === 1 && piece.variants[0].size !== 'one size' ? piece.variants[0].size : null;
  return html`<dl class="facts">${fact('Materials', sentence(piece.material))}
${fact('Colour', sentence(piece.colour))}
${size && fact('Size', size)}
${fact('Width', piece.width)}
${fact('Height', piece.height)}
${fact('Reference', piece.sku)}</dl>`;
}

function buyBox(piece) {
  const available = piece.variants.some((variant) => variant.available);
  const add = available
    ? html`<button class="button" type="submit">Add to bag</button>`
    : html`<button class="button" type="submit" disabled>Sold out</button>`;
  return html`<form class="buy" data-buy data-sku="${piece.sku}" novalidate>
${sizes(piece)}
${add}
<button class="button button-quiet" type="button" data-vitrine-open>Ask about this piece</button>
<p class="small" data-ask-fallback role="status"></p>
</form>`;
}

export function productPage({ piece, assets }) {
  const kind = { href: `/?type=${piece.type.toLowerCase()}`, label: piece.type };
  const main = html`<article class="piece">
${gallery(piece)}
<div class="piece-text">
<p class="crumb"><a href="${kind.href}">${kind.label}</a></p>
<h1>${piece.title}</h1>
<p class="piece-price">${priceMarkup(piece)} <span class="small">VAT included</span></p>
${buyBox(piece)}
<p class="piece-story">${piece.description}</p>
${details(piece)}
${stockTable(piece)}
</div>
</article>`;
  return page({
    name: 'product',
    title: `${piece.title}: Maison Vitrine`,
    description: piece.description,
    assets,
    structured: productJsonLd(piece),
    main,
    back: kind,
  });
}
