// SPDX-License-Identifier: Apache-2.0
// Checkout: the real fields with their real autocomplete names, and no way for them to leave.
//
// The form has no address to go to, its button waits for the script that validates it, and the
// page's policy forbids form posts altogether.

import { html } from '../lib/html.mjs';
import { pageJsonLd } from '../lib/jsonld.mjs';
import { page } from './layout.mjs';

const COUNTRIES = [
  ['FR', 'France'], ['PT', 'Portugal'], ['BE', 'Belgium'], ['DE', 'Germany'],
  ['ES', 'Spain'], ['IE', 'Ireland'], ['IT', 'Italy'], ['NL', 'Netherlands'],
];

function field(name, label, auto, { type = 'text', mode, optional = false, hint, max = 120, wide = '' } = {}) {
  const describedBy = [hint && `${name}-hint`, `${name}-error`].filter(Boolean).join(' ');
  return html`<div class="field ${wide}">
<label for="${name}">${label}${optional && html` <span class="optional">optional</span>`}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${auto}" maxlength="${max}"${mode && html` inputmode="${mode}"`}${!optional && html` required`} aria-describedby="${describedBy}">
${hint && html`<p class="small" id="${name}-hint">${hint}</p>`}
<p class="error" id="${name}-error"></p>
</div>`;
}

function countryField() {
  return html`<div class="field">
<label for="country">Country</label>
<select id="country" name="country" autocomplete="shipping country" required aria-describedby="country-error">
${COUNTRIES.map(([code, name]) => html`<option value="${code}">${name}</option>`)}
</select>
<p class="error" id="country-error"></p>
</div>`;
}

function contact() {
  return html`<fieldset><legend>Contact</legend>
${field('email', 'E-mail', 'email', { type: 'email', mode: 'email', max: 254 })}
${field('tel', 'Telephone', 'tel', { type: 'tel', mode: 'tel', optional: true, max: 24, hint: 'For the courier only.' })}
</fieldset>`;
}

function delivery() {
  return html`<fieldset><legend>Delivery</legend>
<div class="pair">${field('given-name', 'First name', 'shipping given-name')}
${field('family-name', 'Last name', 'shipping family-name')}</div>
${field('address-line1', 'Address', 'shipping address-line1')}
${field('address-line2', 'Building, floor, code', 'shipping address-line2', { optional: true })}
<div class="pair">${field('postal-code', 'Postcode', 'shipping postal-code', { max: 12 })}
${field('city', 'Town', 'shipping address-level2')}</div>
${countryField()}
</fieldset>`;
}

function payment() {
  return html`<fieldset data-vitrine-no-control><legend>Payment</legend>
<p class="demo">A demonstration: no card is charged and nothing you type here is sent or kept. Try <span class="card-number">4242 4242 4242 4242</span>.</p>
${field('cc-name', 'Name on the card', 'cc-name')}
${field('cc-number', 'Card number', 'cc-number', { mode: 'numeric', max: 23 })}
<div class="pair">${field('cc-exp', 'Expires', 'cc-exp', { mode: 'numeric', max: 7, hint: 'Month and year, as 08/29' })}
${field('cc-csc', 'Security code', 'cc-csc', { mode: 'numeric', max: 4, hint: 'Three or four digits' })}</div>
</fieldset>`;
}

export function checkoutPage({ assets }) {
  const title = 'Checkout: Maison Vitrine';
  const main = html`<section class="narrow checkout">
<h1>Checkout</h1>
<noscript><p>Checkout checks your entries in the browser and needs JavaScript.</p></noscript>
<div data-checkout-empty hidden><p class="lede">Your bag is empty, so there is nothing to pay.</p><p><a class="button" href="/">See all pieces</a></p></div>
<div class="checkout-full" data-checkout-full hidden>
<form data-checkout method="post" novalidate>
<div class="error-summary" data-error-summary tabindex="-1" role="alert" hidden></div>
${contact()}
${delivery()}
${payment()}
<button class="button" type="submit" disabled data-pay>Place the order</button>
</form>
<aside class="summary" aria-label="Your order">
<h2>Your order</h2>
<ul class="mini-lines" data-order-lines></ul>
<dl class="totals"><div><dt>Insured delivery</dt><dd>Complimentary</dd></div>
<div class="total"><dt>Total, VAT included</dt><dd data-order-total></dd></div></dl>
</aside>
</div>
</section>`;
  const description = 'Delivery and payment.';
  return page({ name: 'checkout', title, description, assets, structured: pageJsonLd(title), main, back: { href: '/bag/', label: 'Bag' }, nav: false });
}
