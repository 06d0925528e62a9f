// SPDX-License-Identifier: Apache-2.0

/// A product as the page describes it in schema.org JSON-LD. `media` are Vitrine's own ids, where the page's images name them.
export interface FoundProduct {
  sku: string;
  variant?: string;
  name?: string;
  price?: string;
  currency?: string;
  url?: string;
  image?: string;
  media: string[];
}

type Node = Record<string, unknown>;

const DEPTH_MAX = 6;
const list = (x: unknown): unknown[] => (Array.isArray(x) ? x : x == null ? [] : [x]);
const text = (x: unknown): string => (typeof x === 'string' || typeof x === 'number' ? String(x).trim() : '');
const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null;
const isA = (x: Node, type: RegExp): boolean => list(x['@type']).some((t) => type.test(text(t)));

/// The first Product or ProductGroup of the page, null without one. Text that is not JSON is passed over: it is the page's.
export function productInPage(doc: Document): FoundProduct | null {
  for (const script of doc.querySelectorAll('script[type="application/ld+json"]')) {
    let data: unknown;
    try { data = JSON.parse(script.textContent ?? ''); } catch { continue; }
    const found = find(data, 0);
    if (found) return read(found, doc.location.href);
  }
  return null;
}

function find(x: unknown, depth: number): Node | null {
  if (depth > DEPTH_MAX || typeof x !== 'object' || x === null) return null;
  if (Array.isArray(x)) {
    for (const item of x) {
      const found = find(item, depth + 1);
      if (found) return found;
    }
    return null;
  }
  const node = x as Node;
  if (isA(node, /(^|\/)Product(Group)?$/)) return node;
  return find(node['@graph'] ?? node['mainEntity'], depth + 1);
}

/// Of a group, the variant the address names, if it names one.
function variantOf(product: Node, here: string): Node | undefined {
  const variants = list(product['hasVariant']).filter(isNode);
  const query = new URL(here).searchParams.get('variant');
  return query ? variants.find((v) => idOf(v) === query) : undefined;
}

function idOf(x: Node): string {
  const gtin = Object.keys(x).find((k) => k.startsWith('gtin'));
  return text(x['productGroupID']) || text(x['sku']) || text(x['productID']) || text(x['mpn']) || (gtin ? text(x[gtin]) : '');
}

function offerOf(x: Node): Node {
  const offer = list(x['offers']).find(isNode) ?? {};
  const spec = list(offer['priceSpecification']).find(isNode);
  return { price: text(offer['price'] ?? offer['lowPrice'] ?? spec?.['price']), currency: text(offer['priceCurrency'] ?? spec?.['priceCurrency']) };
}

function images(x: Node): { image: string; media: string[] } {
  const all = list(x['image']);
  const first = all[0];
  return {
    image: isNode(first) ? text(first['contentUrl'] ?? first['url']) : text(first),
    media: all.filter(isNode).map((i) => text(i['identifier'])).filter((id) => /^[0-9a-f]{64}$/.test(id)),
  };
}

function read(product: Node, here: string): FoundProduct | null {
  const sku = idOf(product).slice(0, 64);
  if (!sku) return null;
  const chosen = variantOf(product, here);
  const offer = offerOf(chosen ?? product);
  const priced = offer['price'] ? offer : offerOf(list(product['hasVariant']).find(isNode) ?? {});
  const { image, media } = images(product);
  const url = (to: string): string => { try { return new URL(to, here).href.slice(0, 2048); } catch { return ''; } };
  const found: FoundProduct = { sku, media };
  const put = (key: 'variant' | 'name' | 'price' | 'currency' | 'url' | 'image', value: string): void => { if (value) found[key] = value; };
  put('variant', chosen ? idOf(chosen).slice(0, 64) : '');
  put('name', text(product['name']).slice(0, 150));
  put('price', text(priced['price']).slice(0, 24));
  put('currency', text(priced['currency']).slice(0, 3));
  put('url', url(text(product['url']) || here));
  put('image', image && url(image));
  return found;
}
