// SPDX-License-Identifier: Apache-2.0
// A piece's page: the chosen size, where it is, the gallery's counter, and into the bag.

import { find, findAll } from './dom.js';
import { toDecimal } from './money.js';
import { announceAdded } from './notice.js';
import { PIECES } from './pieces.js';
import { whereText } from './stock.js';
import { addToBag } from './store.js';
import { call } from './vitrine.js';

const REFUSALS = {
  'choose-a-size': 'Choose a size first.',
  'out-of-stock': 'You already have every one we hold in this size in your bag.',
  'bag-full': 'Your bag is full. Take something out first.',
};

/* Detection reads the piece from the page's JSON-LD; only a choice the page cannot show there is told. */
function tellVariant(piece, variant) {
  call('product', {
    sku: piece.sku,
    variant: variant.sku,
    name: piece.title,
    price: toDecimal(piece.price),
    currency: 'EUR',
    url: `${location.origin}/products/${piece.handle}/?variant=${variant.sku}`,
    images: piece.pictures.map((path) => `${location.origin}/${path}`),
  });
}

function showVariant(form, piece, variant) {
  find('[data-where]', form).textContent = whereText(variant);
  find('[data-size-error]', form).textContent = '';
  for (const row of findAll('[data-stock]')) row.classList.toggle('chosen', row.dataset.stock === variant.sku);
  history.replaceState(history.state, '', `?variant=${encodeURIComponent(variant.sku)}`);
  tellVariant(piece, variant);
}

function chosenSku(form) {
  return new FormData(form).get('variant');
}

function handleAdd(form, piece) {
  const result = addToBag({ sku: piece.sku, variant: chosenSku(form), qty: 1 });
  const error = find('[data-size-error]', form) ?? find('[data-where]', form);
  if (result.ok) {
    announceAdded(result);
    return;
  }
  error.textContent = REFUSALS[result.reason] ?? 'This could not be added.';
  find('[name="variant"]:not(:disabled):not([type="hidden"])', form)?.focus();
}

function watchGallery(strip) {
  const at = find('[data-gallery-at]');
  if (!strip || !at) return;
  const seen = new IntersectionObserver((entries) => {
    const slide = entries.find((entry) => entry.isIntersecting)?.target;
    if (slide) at.textContent = String([...strip.children].indexOf(slide) + 1);
  }, { root: strip, threshold: 0.6 });
  for (const slide of strip.children) seen.observe(slide);
  /* Side by side on a wide screen there is nothing to scroll, so no stop for the Tab key. */
  const resized = new ResizeObserver(() => {
    if (strip.scrollWidth > strip.clientWidth) strip.tabIndex = 0;
    else strip.removeAttribute('tabindex');
  });
  resized.observe(strip);
}

function watchSizes(form, piece) {
  const wanted = new URLSearchParams(location.search).get('variant');
  for (const input of findAll('input[type="radio"]', form)) {
    const variant = piece.variants.find((each) => each.sku === input.value);
    input.addEventListener('change', () => showVariant(form, piece, variant));
    if (input.value === wanted && !input.disabled) input.checked = true;
  }
  /* Browsers put a choice back when one returns to the page, without a word. */
  const showChecked = () => {
    const variant = piece.variants.find((each) => each.sku === chosenSku(form));
    if (variant && piece.variants.length > 1) showVariant(form, piece, variant);
  };
  showChecked();
  addEventListener('pageshow', (event) => event.persisted && showChecked());
}

export function start() {
  const form = find('[data-buy]');
  const piece = PIECES.find((each) => each.sku === form.dataset.sku);
  watchGallery(find('[data-gallery]'));
  watchSizes(form, piece);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    handleAdd(form, piece);
  });
}
