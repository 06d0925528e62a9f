// SPDX-License-Identifier: Apache-2.0
// One quiet notice under the header: what was just put in the bag, and the way to it.

import { find, make } from './dom.js';

const SHOWN_MS = 8000;
let timer = 0;

function hide() {
  clearTimeout(timer);
  find('[data-notice]').replaceChildren();
}

/* Not while someone is on it: they may be about to press. */
function hideLater() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (find('[data-notice]').matches(':hover, :focus-within')) hideLater();
    else hide();
  }, SHOWN_MS);
}

function show(...children) {
  const close = make('button', { type: 'button', class: 'notice-close', 'aria-label': 'Close' }, '×');
  close.addEventListener('click', hide);
  find('[data-notice]').replaceChildren(make('div', { class: 'notice-box' }, ...children, close));
  hideLater();
}

export function announceAdded({ piece, variant }) {
  const size = piece.variants.length > 1 ? `, ${variant.size}` : '';
  show(
    make('img', { src: piece.thumb, width: 64, height: 64, alt: '' }),
    make('p', {}, make('span', { class: 'notice-what' }, `${piece.title}${size}`), 'is in your bag'),
    make('a', { href: '/bag/' }, 'View bag'),
  );
}
