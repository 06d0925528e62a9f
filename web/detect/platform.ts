// SPDX-License-Identifier: Apache-2.0
import type { Cart } from '../protocol/index.js';
import { systemOf } from './system.js';
import type { System, Win } from './system.js';
import { address, bag, coins, decimal, isNode, line, lines, list, node, product, text } from './values.js';
import type { FoundOrder, FoundProduct, Node } from './values.js';

/// What the shop systems themselves leave in a page. Nothing of this is ours to rely on: each reading may find nothing.

export interface Platform {
  name: System;
  product(): FoundProduct | null;
  /// Asks the shop, on its own origin.
  cart(): Promise<Cart | null>;
  order(): FoundOrder | null;
}

const dig = (from: unknown, ...path: string[]): unknown => path.reduce<unknown>((x, key) => node(x)[key], from);

/// What a shop system keeps in the browser.
export function stored(key: string): unknown {
  try { return JSON.parse(localStorage.getItem(key) ?? '{}'); } catch { return {}; /* none, or not theirs */ }
}

/// Where the shop's own calls begin.
export const shopifyRoot = (win: unknown): string => text(dig(win, 'Shopify', 'routes', 'root')) || '/';
export const restRoot = (doc: Document): string => doc.querySelector<HTMLLinkElement>('link[rel="https://api.w.org/"]')?.href ?? '/wp-json/';

export async function getJson(url: string): Promise<Node> {
  const answer = await fetch(url, { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(8000) });
  return answer.ok ? node(await answer.json()) : {};
}

export function platformOf(win: Win, doc: Document): Platform | null {
  const name = systemOf(win, doc);
  return name ? { name, ...{ shopify, woocommerce, magento }[name](win, doc) } : null;
}

type Reader = (win: Win, doc: Document) => Omit<Platform, 'name'>;
const none = (): null => null;

const shopify: Reader = (win, doc) => {
  const here = doc.location.href;
  const currency = (): unknown => dig(win, 'Shopify', 'currency', 'active');
  return {
    product: () => {
      const meta = node(dig(win, 'meta', 'product') ?? dig(win, 'ShopifyAnalytics', 'meta', 'product'));
      const wanted = new URL(here).searchParams.get('variant') ?? text(dig(win, 'ShopifyAnalytics', 'meta', 'selectedVariantId'));
      const all = list(meta['variants']).filter(isNode);
      const variant = all.find((v) => text(v['id']) === wanted) ?? node(all[0]);
      return product({ sku: text(variant['sku']) || meta['id'], variant: variant['id'], name: variant['name'], price: coins(variant['price']), currency: currency() }, here);
    },
    cart: async () => {
      const d = await getJson(`${shopifyRoot(win)}cart.js`);
      return d['items'] ? bag(lines(d['items'], (x) => line({
        sku: text(x['sku']) || x['product_id'], variant: x['variant_id'], name: x['title'], qty: x['quantity'], price: coins(x['final_price'] ?? x['price']), url: x['url'], image: x['image'],
      }, here)), 'platform', d['currency'] ?? currency(), coins(d['total_price']), '', address(`${shopifyRoot(win)}checkout`, here)) : null;
    },
    order: () => {
      const d = node(dig(win, 'Shopify', 'checkout'));
      const reference = text(d['order_id']);
      return reference ? { reference, value: decimal(d['subtotal_price'] ?? d['total_price']), currency: text(d['currency']).slice(0, 3), items: lines(d['line_items'], (x) => line({
        sku: text(x['sku']) || x['product_id'], variant: x['variant_id'], name: x['title'], qty: x['quantity'], price: x['price'],
      }, here)) } : null;
    },
  };
};

/// Their pages have names of the shop's own; the bag's block and its settings say which it is.
const checkoutOf = (win: Win, doc: Document): string => address(dig(win, 'wcSettings', 'storePages', 'checkout', 'permalink')
  ?? doc.querySelector('a.checkout-button,.wc-block-mini-cart__footer-checkout,a.button.checkout')?.getAttribute('href'), doc.location.href);

const woocommerce: Reader = (win, doc) => {
  const here = doc.location.href;
  return {
    product: () => {
      const form = doc.querySelector<HTMLElement>('form.cart');
      const said = text(doc.querySelector('.product_meta .sku')?.textContent);
      const id = form?.dataset['product_id'] ?? form?.querySelector<HTMLButtonElement>('[name="add-to-cart"]')?.value;
      return product({
        sku: /^(n\/a)?$/i.test(said) ? id : said, variant: form?.querySelector<HTMLInputElement>('[name="variation_id"]')?.value.replace(/^0$/, ''),
        name: doc.querySelector('.product_title')?.textContent, currency: dig(win, 'wcSettings', 'currency', 'code'),
      }, here);
    },
    cart: async () => {
      // The answer holds addresses as well: only these fields are asked for.
      const d = await getJson(`${restRoot(doc)}wc/store/v1/cart?_fields=items,totals`);
      const totals = node(d['totals']);
      return d['items'] ? bag(lines(d['items'], (x) => {
        const prices = node(x['prices']);
        return line({
          sku: text(x['sku']) || x['id'], variant: x['id'], name: x['name'], qty: x['quantity'], price: coins(prices['price'], Number(prices['currency_minor_unit'] ?? 2)),
          url: x['permalink'], image: node(list(x['images'])[0])['thumbnail'],
        }, here);
      }), 'platform', totals['currency_code'], coins(totals['total_price'], Number(totals['currency_minor_unit'] ?? 2)), '', checkoutOf(win, doc)) : null;
    },
    order: none,
  };
};

const magento: Reader = (win, doc) => {
  const here = doc.location.href;
  const price = (): unknown => doc.querySelector<HTMLElement>('[data-price-type="finalPrice"]')?.dataset['priceAmount'];
  return {
    product: () => product({
      sku: doc.querySelector<HTMLElement>('#product_addtocart_form')?.dataset['productSku'] ?? doc.querySelector('[itemprop="sku"]')?.textContent,
      name: doc.querySelector('h1.page-title')?.textContent, price: price(),
    }, here),
    cart: async () => {
      const cart = node(dig(stored('mage-cache-storage'), 'cart'));
      return cart['items'] ? bag(lines(cart['items'], (x) => line({
        sku: x['product_sku'], name: x['product_name'], qty: x['qty'], price: x['product_price_value'], url: x['product_url'], image: dig(x, 'product_image', 'src'),
      }, here)), 'platform', '', coins(Number(cart['subtotalAmount']) * 100), '', address(dig(win, 'checkout', 'checkoutUrl') ?? '/checkout/', here)) : null;
    },
    order: none,
  };
};
