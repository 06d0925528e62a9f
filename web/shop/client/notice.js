// SPDX-License-Identifier: Apache-2.0
// One quiet notice under the header: what was just put in the bag, and the way to it.

import { find, make } from './dom.js';

const SHOWN_MS = 8000;
let timer = 0;

function hide() {
  clearTimeout(timer);
  find('[data-notice]').replaceChildren();
}

function show(...children) {
  const close = make('button', { type: 'button', class: 'notice-close', 'aria-label': 'Close' }, '×');
  close.addEventListener('click', hide);
  find('[data-notice]').replaceChildren(make('div', { class: 'notice-box' }, ...children, close));
  clearTimeout(timer);
  timer = setTimeout(hide, SHOWN_MS);
}

export function announceAdded({ piece, variant }) {
  const size = piece.variants.length > 1 ? `, ${variant.size}` : '';
  show(
    make('img', { src: piece.thumb, width: 64, height: 64, alt: '' }),
    make('p', {}, make('span', { class: 'notice-what' }, `${piece.title}${size}`), 'is in your bag'),
    make('a', { href: '/bag/' }, 'View bag'),
  );
}
