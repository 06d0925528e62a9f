// SPDX-License-Identifier: Apache-2.0
// Every page's script: the bag's number, Vitrine, and the page's own part.

import { connectAccount } from './account.js';
import { countItems } from './bag.js';
import * as bagPage from './bag-page.js';
import * as checkoutPage from './checkout-page.js';
import { findAll } from './dom.js';
import * as listPage from './list-page.js';
import * as productPage from './product-page.js';
import { watchBag } from './store.js';
import * as thanksPage from './thanks-page.js';
import { connectVitrine } from './vitrine.js';

const PAGES = { list: listPage, product: productPage, bag: bagPage, checkout: checkoutPage, thanks: thanksPage };

function showCount(bag) {
  const count = countItems(bag);
  for (const badge of findAll('[data-bag-count]')) {
    badge.hidden = count === 0;
    badge.textContent = String(count);
  }
}

watchBag(showCount);
connectVitrine();
connectAccount();
PAGES[document.body.dataset.page]?.start();
