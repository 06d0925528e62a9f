// SPDX-License-Identifier: Apache-2.0
import type { Piece, Result } from './answer.js';
import { restRoot, shopifyRoot, stored } from './platform.js';
import { systemOf } from './system.js';
import type { System, Win } from './system.js';
import { list, node, text } from './values.js';
import type { Node } from './values.js';

/// Putting a piece into the bag where the page has registered nothing: by the shop system's own documented calls, on the page's own
/// origin, as its buttons do. Each answers what became of it; what cannot be told from the answer is a failure, never a success.

export interface Adapter {
  name: System;
  add(piece: Piece): Promise<Result>;
  /// Absent: the system has no call that could be made without its own page.
  update?(piece: Piece): Promise<Result>;
}

type Maker = (win: Win, doc: Document) => Omit<Adapter, 'name'>;

const WAIT_MS = 8000;
const done: Result = { success: true };
const not = (reason: Result['reason']): Result => ({ success: false, reason: reason! });
const isNumber = (x: string | undefined): x is string => /^\d+$/.test(x ?? '');

async function call(url: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<{ ok: boolean; status: number; d: Node; answer: Response }> {
  const answer = await fetch(url, { ...init, headers: { accept: 'application/json', ...init.headers }, signal: AbortSignal.timeout(WAIT_MS) });
  const d = node(await answer.json().catch(() => null));
  return { ok: answer.ok, status: answer.status, d, answer };
}

const json = (body: object, headers: Record<string, string> = {}): RequestInit & { headers: Record<string, string> } =>
  ({ method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });

/// Only pages of this very shop are read.
function own(url: string | undefined, doc: Document): URL | null {
  try {
    const to = new URL(url ?? '', doc.location.href);
    return url && to.origin === doc.location.origin ? to : null;
  } catch { return null; }
}

/// Shopify's Ajax API takes the number of a variant; one with a sku of the shop's is looked for at its page.
const shopify: Maker = (win, doc) => {
  const root = shopifyRoot(win);
  const idOf = async ({ sku, variant, url }: Piece): Promise<string | undefined> => {
    if (isNumber(variant)) return variant;
    const page = own(url, doc);
    const { d } = page ? await call(`${page.pathname.replace(/\/$/, '')}.js`) : { d: {} as Node };
    const all = list(d['variants']).map(node);
    const found = all.find((v) => [variant, sku].includes(text(v['sku'])) && text(v['sku'])) ?? (all.length === 1 ? all[0] : undefined);
    return found ? text(found['id']) : isNumber(sku) && !all.length ? sku : undefined;
  };
  const told = ({ ok, status, d }: { ok: boolean; status: number; d: Node }): Result => {
    if (ok) return done;
    if (status === 422) return not(/sold out|stock|available|maximum/i.test(text(d['description']) + text(d['message'])) ? 'stock' : 'refused');
    return not(status === 404 ? 'unknown' : 'failed');
  };
  return {
    add: async (piece) => {
      const id = await idOf(piece);
      if (!id) return not('unknown');
      if (piece.code) await fetch(`${root}discount/${encodeURIComponent(piece.code)}`, { redirect: 'manual' });
      return told(await call(`${root}cart/add.js`, json({ items: [{ id: Number(id), quantity: piece.qty }] })));
    },
    update: async (piece) => {
      const id = await idOf(piece);
      return id ? told(await call(`${root}cart/change.js`, json({ id, quantity: piece.qty }))) : not('unknown');
    },
  };
};

/// WooCommerce's Store API: the nonce of the session comes with its bag.
const woocommerce: Maker = (_win, doc) => {
  const api = `${restRoot(doc)}wc/store/v1/`;
  const bagNow = (): ReturnType<typeof call> => call(`${api}cart?_fields=items`);
  const told = ({ ok, status, d }: { ok: boolean; status: number; d: Node }): Result => {
    const code = text(d['code']);
    if (ok) return done;
    if (/stock|quantity/.test(code)) return not('stock');
    return not(/invalid_product|not_found|invalid_id/.test(code) ? 'unknown' : status < 500 ? 'refused' : 'failed');
  };
  const send = (nonce: Response, path: string, body: object): ReturnType<typeof call> => call(`${api}cart/${path}`, json(body, { Nonce: nonce.headers.get('Nonce') ?? '' }));
  return {
    add: async ({ sku, variant, qty, code }) => {
      const named = isNumber(variant) ? variant : undefined;
      // Their list knows both a product's and a variation's sku.
      const { d } = named ? { d: {} as Node } : await call(`${api}products?sku=${encodeURIComponent(variant ?? sku)}&_fields=id`).then(async (first) => ({ d: first.d }));
      const id = named ?? (text(node(list(Object.values(d))[0])['id']) || (isNumber(sku) ? sku : ''));
      if (!id) return not('unknown');
      const { answer } = await bagNow();
      const result = told(await send(answer, 'add-item', { id: Number(id), quantity: qty }));
      if (result.success && code) await send(answer, 'apply-coupon', { code });
      return result;
    },
    update: async ({ sku, variant, qty }) => {
      const { answer, d } = await bagNow();
      const held = list(d['items']).map(node).find((x) => [text(x['id']), text(x['sku'])].some((id) => id && [variant, sku].includes(id)));
      if (!held) return not('unknown');
      return told(qty ? await send(answer, 'update-item', { key: held['key'], quantity: qty }) : await send(answer, 'remove-item', { key: held['key'] }));
    },
  };
};

/// Magento has no call that knows a sku and the visitor's bag: the form of the piece's page is sent as its button would. What is in the
/// bag is changed as its small bag beside the page does it, by the line's number.
const magento: Maker = (win, doc) => {
  const send = async (to: URL, body: FormData): Promise<{ ok: boolean; d: Node }> => {
    const key = /(?:^|; )form_key=([^;]*)/.exec(doc.cookie)?.[1];
    if (key) body.set('form_key', key);
    const answer = await fetch(to, { method: 'POST', body, headers: { 'X-Requested-With': 'XMLHttpRequest' }, signal: AbortSignal.timeout(WAIT_MS) });
    return { ok: answer.ok, d: node(await answer.json().catch(() => null)) };
  };
  const reload = (): Result => {
    (win['require'] as ((names: string[], fn: (data: { reload(sections: string[], fresh: boolean): void }) => void) => void) | undefined)
      ?.(['Magento_Customer/js/customer-data'], (data) => data.reload(['cart'], true));
    return done;
  };
  const formOf = async ({ sku, url }: Piece): Promise<{ form: HTMLFormElement; page: Document } | null> => {
    const find = (page: Document): HTMLFormElement | null => [...page.querySelectorAll<HTMLFormElement>('form[data-product-sku]')].find((f) => f.dataset['productSku'] === sku) ?? null;
    const here = find(doc);
    const at = own(url, doc);
    if (here || !at) return here && { form: here, page: doc };
    const answer = await fetch(at, { signal: AbortSignal.timeout(WAIT_MS) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const form = find(page);
    return form && { form, page };
  };
  return {
    add: async (piece) => {
      const found = await formOf(piece);
      if (!found) return not('unknown');
      if (found.page.querySelector('.stock.unavailable')) return not('stock');
      const body = new FormData(found.form);
      body.set('qty', String(piece.qty));
      const to = own(found.form.getAttribute('action') ?? '', doc);
      if (!to) return not('failed');
      const { ok, d } = await send(to, body);
      if (!ok) return not('failed');
      // With an address to go to it wants something chosen first, or has refused.
      return text(d['backUrl']) ? not('refused') : reload();
    },
    update: async ({ sku, variant, qty }) => {
      const held = list(node(node(stored('mage-cache-storage'))['cart'])['items']).map(node).find((x) => [variant, sku].includes(text(x['product_sku'])));
      const to = own(text(node(win['checkout'])[qty ? 'updateItemQtyUrl' : 'removeItemUrl']) || `/checkout/sidebar/${qty ? 'updateItemQty' : 'removeItem'}/`, doc);
      if (!held) return not('unknown');
      if (!to) return not('failed');
      const body = new FormData();
      body.set('item_id', text(held['item_id']));
      if (qty) body.set('item_qty', String(qty));
      const { ok, d } = await send(to, body);
      if (!ok) return not('failed');
      return d['success'] === true ? reload() : not(/stock|qty|quantity|available/i.test(text(d['error_message'])) ? 'stock' : 'refused');
    },
  };
};

export function adapterOf(win: Win, doc: Document): Adapter | null {
  const name = systemOf(win, doc);
  return name ? { name, ...{ shopify, woocommerce, magento }[name](win, doc) } : null;
}
