// SPDX-License-Identifier: Apache-2.0
import type { CartItem } from '../protocol/index.js';
import { decimal, isNode, line, list, node, product, text } from './values.js';
import type { FoundOrder, FoundProduct, Node } from './values.js';

/// schema.org JSON-LD: Product, ProductGroup, Order. Text that is not JSON is passed over and named: it is the page's.

const DEPTH_MAX = 6;
const isA = (x: Node, type: string): boolean => list(x['@type']).some((t) => new RegExp(`(^|/)${type}$`).test(text(t)));

export interface JsonLd {
  product: FoundProduct | null;
  order: FoundOrder | null;
  faults: string[];
}

export function jsonLd(doc: Document, here: string): JsonLd {
  const scripts = [...doc.querySelectorAll('script[type="application/ld+json"]')];
  const faults: string[] = [];
  const roots = scripts.map((script, i) => {
    // Comments and CDATA around it are an old habit; a browser sees neither as JSON.
    const json = (script.textContent ?? '').replace(/^\s*(<!--|\/\/<!\[CDATA\[|<!\[CDATA\[)|(-->|(\/\/)?\]\]>)\s*$/g, '');
    try { return JSON.parse(json) as unknown; } catch (e) {
      faults.push(`JSON-LD ${i + 1} of ${scripts.length} is not JSON: ${String((e as Error).message).slice(0, 120)}`);
      return null;
    }
  });
  const products = find(roots, 'Product(Group)?');
  const chosen = choose(products, here);
  const found = chosen ? read(chosen, here) : null;
  if (chosen && !found) faults.push('JSON-LD Product without sku, productID, mpn or gtin: add one');
  return { product: found, order: order(find(roots, 'Order')[0], here), faults };
}

function find(x: unknown, type: string, depth = 0): Node[] {
  if (depth > DEPTH_MAX || !isNode(x)) return [];
  if (Array.isArray(x)) return x.flatMap((item) => find(item, type, depth + 1));
  return isA(x, type) ? [x] : find(x['@graph'] ?? x['mainEntity'], type, depth + 1);
}

const path = (to: unknown, here: string): string => { try { return new URL(text(to), here).pathname; } catch { return ''; } };
const addressOf = (x: Node): unknown => x['url'] ?? node(list(x['offers'])[0])['url'] ?? x['@id'];

/// Several pieces on one page: the one whose address this is. None, where all name other pages: a list.
function choose(all: Node[], here: string): Node | undefined {
  if (all.length < 2) return all[0];
  return all.find((x) => addressOf(x) && path(addressOf(x), here) === path('', here)) ?? all.find((x) => !addressOf(x));
}

/// Of a group, the variant the address names, if it names one.
function variantOf(x: Node, here: string): Node | undefined {
  const query = new URL(here).searchParams.get('variant');
  return query ? list(x['hasVariant']).filter(isNode).find((v) => idOf(v) === query) : undefined;
}

function idOf(x: Node): string {
  const gtin = Object.keys(x).find((k) => k.startsWith('gtin'));
  return text(x['productGroupID']) || text(x['sku']) || text(x['productID']) || text(x['mpn']) || (gtin ? text(x[gtin]) : '');
}

function offerOf(x: Node | undefined): { price?: unknown; currency?: unknown; available?: unknown } {
  const offer = node(list(x?.['offers'])[0]);
  const spec = node(list(offer['priceSpecification'])[0]);
  const stock = text(offer['availability']);
  return {
    price: offer['price'] ?? offer['lowPrice'] ?? spec['price'], currency: offer['priceCurrency'] ?? spec['priceCurrency'],
    available: stock ? !/OutOfStock|SoldOut|Discontinued/i.test(stock) : undefined,
  };
}

function read(x: Node, here: string): FoundProduct | null {
  const chosen = variantOf(x, here);
  const own = offerOf(chosen ?? x);
  const offer = text(own.price) ? own : offerOf(node(list(x['hasVariant'])[0]));
  const images = list(x['image']);
  const first = images[0];
  return product({
    sku: idOf(x), variant: chosen && idOf(chosen), name: x['name'], ...offer, url: x['url'], available: own.available,
    image: isNode(first) ? first['contentUrl'] ?? first['url'] : first,
    media: images.filter(isNode).map((i) => text(i['identifier'])).filter((id) => /^[0-9a-f]{64}$/.test(id)),
  }, here);
}

/// Number, amount and pieces: who ordered and where it goes stand beside them, and stay there.
function order(x: Node | undefined, here: string): FoundOrder | null {
  const reference = text(x?.['orderNumber']).slice(0, 64);
  if (!x || !reference) return null;
  const due = node(x['totalPaymentDue'] ?? node(list(x['partOfInvoice'])[0])['totalPaymentDue']);
  const items = [...list(x['acceptedOffer']), ...list(x['orderedItem'])].filter(isNode).map((o): CartItem | null => {
    const piece = node(o['itemOffered'] ?? o['orderedItem']);
    const qty = node(o['eligibleQuantity'])['value'] ?? o['orderQuantity'] ?? 1;
    return line({ sku: idOf(isNode(o['itemOffered'] ?? o['orderedItem']) ? piece : o), name: piece['name'] ?? o['name'], price: o['price'], qty }, here);
  }).filter((i) => i !== null);
  const counted = items.reduce((all, { price, qty }) => all + Number(price ?? NaN) * qty, 0);
  const value = decimal(x['price']) || decimal(due['price'] ?? due['value']) || (items.length && Number.isFinite(counted) ? counted.toFixed(2) : '');
  const currency = text(x['priceCurrency'] ?? due['priceCurrency'] ?? due['currency'] ?? node(list(x['acceptedOffer'])[0])['priceCurrency']).slice(0, 3);
  return value && currency ? { reference, value, currency, items } : null;
}
