// SPDX-License-Identifier: Apache-2.0
import type { Cart, CartItem } from '../protocol/index.js';
import { bag, decimal, line, lines, node, product, text } from './values.js';
import type { FoundOrder, FoundProduct, Node } from './values.js';

type Push = (...entries: unknown[]) => number;

/// GA4 in the dataLayer: what was pushed before us and what is pushed from now on, by Tag Manager's objects or gtag's calls.
/// Of an event only its pieces and sums are read; user data beside them is not.
export class Layer {
  product: FoundProduct | null = null;
  order: FoundOrder | null = null;
  private _layer: { push: Push } | undefined;
  private _undo = (): void => undefined;

  /// `cart` is the bag as an earlier page of this visit left it; null: nothing has been heard of one.
  constructor(public cart: Cart | null, private _here: () => string, private _changed: () => void) {}

  /// The layer may come later than we, or be another one.
  look(layer: unknown): void {
    if (!Array.isArray(layer) || layer === this._layer) return;
    this.end();
    this._layer = layer;
    for (const entry of layer) this._take(entry);
    const was = layer.push;
    const ours: Push = (...entries) => {
      const made = was.apply(layer, entries);
      // Whatever we make of it, the page's own call goes on.
      try { for (const entry of entries) if (this._take(entry)) this._changed(); } catch { /* not what it should be */ }
      return made;
    };
    layer.push = ours;
    this._undo = () => { if (layer.push === ours) layer.push = was; };
  }

  end(): void {
    this._undo();
    this._undo = () => undefined;
    this._layer = undefined;
  }

  /// A further page shows something else; the bag is the visit's.
  turn(): void {
    this.product = this.order = null;
  }

  private _take(given: unknown): boolean {
    const entry = node(given);
    const isCall = entry[0] === 'event';
    const name = text(isCall ? entry[1] : entry['event']);
    const d = node(isCall ? entry[2] : entry['ecommerce']);
    const currency = d['currency'] ?? node((d['items'] as unknown[] | undefined)?.[0])['currency'];
    const items = lines(d['items'], (x) => this._line(x));
    if (name === 'view_item') this._view(node((d['items'] as unknown[] | undefined)?.[0]), currency);
    else if (name === 'add_to_cart' || name === 'remove_from_cart') this._count(items, name[0] === 'a' ? 1 : -1, currency);
    else if (/^(view_cart|begin_checkout|add_(shipping|payment)_info)$/.test(name)) this.cart = bag(items, 'datalayer', currency, d['value']);
    else if (name === 'purchase') {
      const reference = text(d['transaction_id']).slice(0, 64);
      const value = decimal(d['value']);
      if (reference && value) this.order = { reference, value, currency: text(currency).slice(0, 3), items };
      this.cart = bag([], 'datalayer', currency, 0);
    } else return false;
    return true;
  }

  private _line(x: Node): CartItem | null {
    return line({ sku: x['item_id'], variant: x['item_variant'], name: x['item_name'], price: x['price'], qty: x['quantity'] ?? 1, url: x['item_url'], image: x['image_url'] }, this._here());
  }

  private _view(x: Node, currency: unknown): void {
    this.product = product({ sku: x['item_id'], variant: x['item_variant'], name: x['item_name'], price: x['price'], currency, image: x['image_url'] }, this._here());
  }

  /// Put in or taken out: counted upon what is known.
  private _count(items: CartItem[], sign: 1 | -1, currency: unknown): void {
    const held = (this.cart?.items ?? []).map((item) => ({ ...item }));
    for (const item of items) {
      const there = held.find((h) => h.sku === item.sku && h.variant === item.variant);
      if (there) there.qty += sign * item.qty;
      else if (sign > 0) held.push(item);
    }
    this.cart = bag(held.filter((h) => h.qty > 0), 'datalayer', currency ?? this.cart?.currency, '');
  }
}
