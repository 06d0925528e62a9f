// SPDX-License-Identifier: Apache-2.0
// Checkout: validates in the page, makes an order of its own, and sends nothing anywhere.

import { resolveLines, totalOf } from './bag.js';
import { checkField, FIELDS } from './checkout-rules.js';
import { find, make } from './dom.js';
import { formatMoney, toDecimal } from './money.js';
import { drawOrder } from './order-lines.js';
import { PIECES } from './pieces.js';
import { clearBag, currentBag, keepOrder, watchBag } from './store.js';

/* Crockford's letters: no I, L, O, U to mishear when it is read out. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

let placed = false;

function newReference() {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => LETTERS[byte % 32]).join('');
  return `MV-${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function valuesOf(form) {
  return Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value ?? '']));
}

function showError(form, name, text) {
  const input = form.elements[name];
  find(`#${CSS.escape(name)}-error`).textContent = text ?? '';
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

function summaryItem(form, { name, text }) {
  const link = make('a', { href: `#${name}` }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    form.elements[name].focus();
  });
  return make('li', {}, link);
}

function showSummary(form, errors) {
  const summary = find('[data-error-summary]', form);
  const count = errors.length === 1 ? 'One entry needs' : `${errors.length} entries need`;
  summary.replaceChildren(make('h2', {}, `${count} another look`), make('ul', {}, ...errors.map((error) => summaryItem(form, error))));
  summary.hidden = errors.length === 0;
  if (errors.length > 0) summary.focus();
}

function placeOrder() {
  const bag = currentBag();
  const lines = resolveLines(bag, PIECES);
  const reference = newReference();
  placed = true;
  keepOrder({ reference, value: toDecimal(totalOf(lines)), currency: 'EUR', lines: bag.lines });
  clearBag();
  location.assign(`/thanks/?ref=${reference}`);
}

function handleSubmit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const values = valuesOf(form);
  const found = FIELDS.map((name) => ({ name, text: checkField(name, values) }));
  for (const { name, text } of found) showError(form, name, text);
  const inPageOrder = [...form.elements].map((input) => found.find(({ name, text }) => text && name === input.name)).filter(Boolean);
  showSummary(form, inPageOrder);
  if (inPageOrder.length === 0) placeOrder();
}

/* A field is judged when the next one is entered, and from then on while it is being mended. Not
 * on blur: an error that appears under a press on the button would push the button away. */
function watchFields(form) {
  const judge = ({ name, value }) => value !== '' && showError(form, name, checkField(name, valuesOf(form)));
  let last = null;
  form.addEventListener('focusin', ({ target }) => {
    if (!FIELDS.includes(target.name)) return;
    if (last && last !== target) judge(last);
    last = target;
  });
  form.addEventListener('input', ({ target }) => {
    if (target.hasAttribute('aria-invalid')) showError(form, target.name, checkField(target.name, valuesOf(form)));
  });
}

function groupDigits(input) {
  input.addEventListener('blur', () => {
    const digits = input.value.replace(/[\s-]/g, '');
    if (/^\d{12,19}$/.test(digits)) input.value = digits.replace(/(\d{4})(?=\d)/g, '$1 ');
  });
}

function draw(bag) {
  if (placed) return;
  const lines = resolveLines(bag, PIECES);
  find('[data-checkout-empty]').hidden = lines.length > 0;
  find('[data-checkout-full]').hidden = lines.length === 0;
  drawOrder(lines);
  find('[data-pay]').textContent = `Place the order, ${formatMoney(totalOf(lines))}`;
}

export function start() {
  const form = find('[data-checkout]');
  watchFields(form);
  groupDigits(form.elements['cc-number']);
  form.addEventListener('submit', handleSubmit);
  find('[data-pay]').disabled = false;
  watchBag(draw);
}
