// SPDX-License-Identifier: Apache-2.0
/// The shop systems' chunk in a real browser, against small shops that speak their cart calls: what it reads, what it puts into a bag, and
/// what it says when it cannot.

import { expect, test } from '@playwright/test';

import { chunkCode } from './lib/lab.mjs';
import { openShop } from './lib/shops.mjs';

/// The chunk as it ships, on a shop's page; resolves what `ask` finds there.
async function on(page, shop) {
  await page.goto(`${shop.origin}/`);
  await page.evaluate(() => { window.Vitrine = { chunk: (_, what) => { window.made = what(); } }; });
  await page.evaluate(chunkCode('shop'));
  return {
    read: () => page.evaluate(async () => ({ name: window.made.platform.name, product: window.made.platform.product(), cart: await window.made.platform.cart() })),
    add: (piece) => page.evaluate((p) => window.made.adapter.add(p), { qty: 1, ...piece }),
    update: (piece) => page.evaluate((p) => window.made.adapter.update(p), piece),
  };
}

const no = (reason) => ({ success: false, reason });

test('Shopify: by the variant, by a sku through its page; out of stock, unknown; the bag without its owner', async ({ page }) => {
  const shop = await openShop('shopify');
  const it = await on(page, shop);
  expect(await it.add({ sku: 'x', variant: '901' })).toEqual({ success: true });
  expect(await it.add({ sku: 'VT-2', qty: 2, url: '/products/halo' })).toEqual({ success: true });
  expect(shop.bag).toEqual([{ id: 901, quantity: 1 }, { id: 902, quantity: 2 }]);
  expect(await it.add({ sku: 'out', url: '/products/halo' })).toEqual(no('stock'));
  expect(await it.add({ sku: 'gone', url: '/products/halo' })).toEqual(no('unknown'));
  expect(await it.add({ sku: 'VT-2', url: 'https://elsewhere.example/products/halo' })).toEqual(no('unknown'));
  expect(await it.update({ sku: 'x', variant: '902', qty: 5 })).toEqual({ success: true });
  const { name, product, cart } = await it.read();
  expect([name, product.sku, product.variant, product.price, product.currency]).toEqual(['shopify', 'VT-1', '901', '1290.00', 'EUR']);
  expect(cart.items.map(({ variant, qty, price }) => [variant, qty, price])).toEqual([['901', 1, '1290.00'], ['902', 5, '1290.00']]);
  expect([cart.total, cart.currency, cart.source, cart.checkout]).toEqual(['2580.00', 'EUR', 'platform', `${shop.origin}/checkout`]);
  expect(JSON.stringify(cart)).not.toContain('canary');
  await shop.close();
  expect(await it.add({ sku: 'x', variant: '901' }).catch(() => 'thrown')).toBe('thrown'); // the caller says: failed
});

test('WooCommerce: by the Store API with its nonce; addresses are not even asked for', async ({ page }) => {
  const shop = await openShop('woocommerce');
  const it = await on(page, shop);
  expect(await it.add({ sku: 'VT-1', qty: 2 })).toEqual({ success: true });
  expect(shop.bag).toEqual([{ id: 41, quantity: 2 }]);
  expect(await it.add({ sku: 'out' })).toEqual(no('stock'));
  expect(await it.add({ sku: 'gone' })).toEqual(no('unknown'));
  expect(await it.add({ sku: '4711' })).toEqual(no('unknown'));
  const { name, product, cart } = await it.read();
  expect([name, product.sku, product.name]).toEqual(['woocommerce', 'VT-1', 'Halo']);
  expect([cart.items[0].qty, cart.items[0].price, cart.total, cart.currency]).toEqual([2, '1290.00', '1290.00', 'EUR']);
  expect(JSON.stringify(cart)).not.toContain('Canary');
  expect(await it.update({ sku: 'VT-1', qty: 0 })).toEqual({ success: true });
  expect(await it.update({ sku: 'VT-1', qty: 0 })).toEqual(no('unknown'));
  expect(shop.bag).toEqual([]);
  await shop.close();
});

test('Magento: the piece\'s own form, with the key of the visit; of another page; out of stock', async ({ page }) => {
  const shop = await openShop('magento');
  const it = await on(page, shop);
  expect(await it.add({ sku: 'VT-1', qty: 2 })).toEqual({ success: true });
  expect(shop.bag).toEqual([{ product: '7', form_key: 'of-the-visit', qty: '2' }]);
  expect(await it.add({ sku: 'VT-2', url: '/other' })).toEqual({ success: true });
  expect(await it.add({ sku: 'out', url: '/out' })).toEqual(no('stock'));
  expect(await it.add({ sku: 'gone', url: '/other' })).toEqual(no('unknown'));
  await page.evaluate(() => { document.cookie = 'form_key=of-another'; });
  expect(await it.add({ sku: 'VT-1' })).toEqual(no('refused'));
  await page.evaluate(() => localStorage.setItem('mage-cache-storage', JSON.stringify({ customer: { fullname: 'Ada Canary' }, cart: { subtotalAmount: '1290.0000',
    items: [{ item_id: '31', product_sku: 'VT-1', product_name: 'Halo', qty: 1, product_price_value: 1290, product_url: '/halo', product_image: { src: '/h.jpg' } }] } })));
  const { product, cart } = await it.read();
  expect([product.sku, product.price]).toEqual(['VT-1', '1290']);
  expect([cart.items[0].sku, cart.items[0].price, cart.total, cart.checkout]).toEqual(['VT-1', '1290', '1290.00', `${shop.origin}/checkout/`]);
  // By the line's number, with the key of the visit; what the shop says against it is the answer.
  expect(await it.update({ sku: 'VT-1', qty: 2 })).toEqual(no('refused'));
  await page.evaluate(() => { document.cookie = 'form_key=of-the-visit'; });
  expect(await it.update({ sku: 'VT-1', qty: 3 })).toEqual({ success: true });
  expect(shop.bag[0].qty).toBe('3');
  expect(await it.update({ sku: 'VT-1', qty: 9 })).toEqual(no('stock'));
  expect(await it.update({ sku: 'VT-9', qty: 1 })).toEqual(no('unknown'));
  expect(await it.update({ sku: 'VT-1', qty: 0 })).toEqual({ success: true });
  expect(shop.bag.map(({ product }) => product)).toHaveLength(1); // of the two that were added
  await shop.close();
});
