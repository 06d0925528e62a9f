// SPDX-License-Identifier: Apache-2.0
// The catalogue: the shop's Merchant feed and stock list, read into pieces with their sizes.
//
// The pages, the browser's data and `catalogue.json` (Vitrine's JSON, the file the server
// imports) are all made from these pieces and from nothing else. Money is whole cents. A row
// that cannot be sold as written (no price, unknown branch, missing picture) stops the build:
// a shop that guesses shows the wrong price.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toCents, toDecimal } from './client/money.js';
import { readJpegSize } from './lib/jpeg.mjs';
import { parseXml } from './lib/xml.mjs';

export const CATALOG_DIR = join(dirname(fileURLToPath(import.meta.url)), 'catalog');
export const BRANCHES = ['paris', 'lisbon', 'online'];

const CURRENCY = 'EUR';
const MAX_VARIANTS = 64;
const TURNS = { '00': 'seen from the front', '06': 'a quarter turn', '12': 'seen from behind', '18': 'three quarters of a turn' };

function fail(where, why) {
  throw new Error(`catalogue: ${where}: ${why}`);
}

/** One feed item as a map of its g: fields; repeated fields keep all values. */
function readItem(element) {
  const fields = new Map();
  for (const child of element.children) {
    const name = child.name.replace(/^g:/, '');
    fields.set(name, [...(fields.get(name) ?? []), child.text.trim()]);
  }
  const id = fields.get('id')?.[0] ?? fail('item', 'no id');
  return {
    id,
    all: (name) => fields.get(name) ?? [],
    maybe: (name) => fields.get(name)?.[0] ?? null,
    one: (name) => fields.get(name)?.[0] || fail(id, `no ${name}`),
  };
}

function readPrice(text, where) {
  const match = /^(\d{1,9}(?:\.\d{1,2})?) ([A-Z]{3})$/.exec(text);
  if (!match) fail(where, `price "${text}" is not "12.00 ${CURRENCY}"`);
  if (match[2] !== CURRENCY) fail(where, `currency ${match[2]}, this shop sells in ${CURRENCY}`);
  return toCents(match[1]);
}

export function readStock(text) {
  const [head, ...rows] = text.trim().split(/\r?\n/);
  if (head !== 'id,store_code,quantity') fail('stock', `unknown columns "${head}"`);
  const stock = new Map();
  for (const row of rows) {
    const [id, branch, quantity, ...rest] = row.split(',');
    if (!BRANCHES.includes(branch) || !/^\d{1,4}$/.test(quantity) || rest.length > 0) fail('stock', `row "${row}"`);
    const counts = stock.get(id) ?? {};
    stock.set(id, { ...counts, [branch]: Number(quantity) });
  }
  return stock;
}

function describePicture(title, file) {
  const frame = /spin-(\d\d)\.jpg$/.exec(file)?.[1];
  return frame ? `${title}, ${TURNS[frame] ?? `spin frame ${Number(frame)}`}` : title;
}

/** Feed addresses point at the shop's own photos/ folder; the file beside the feed is the original. */
function readPicture(url, title, dir) {
  const path = new URL(url).pathname.slice(1);
  if (!/^photos\/[a-z0-9-]+\/[a-z0-9-]+\.jpg$/.test(path)) fail(title, `picture address "${url}"`);
  const bytes = readFileSync(join(dir, path));
  const media = createHash('sha256').update(bytes).digest('hex');
  return { path, media, alt: describePicture(title, path), ...readJpegSize(bytes) };
}

/** A feed may name ten pictures at most, so a full turn is what lies beside them: photos/<piece>/spin-NN.jpg, in order. */
function readSpin(first, dir) {
  const folder = dirname(first.path);
  const files = existsSync(join(dir, folder)) ? readdirSync(join(dir, folder)) : [];
  return files.filter((name) => /^spin-\d\d\.jpg$/.test(name)).sort().map((name) => `${folder}/${name}`);
}

function readVariant(item, stock) {
  const counts = stock.get(item.id) ?? fail(item.id, 'no row in stock.csv');
  const total = BRANCHES.reduce((sum, branch) => sum + (counts[branch] ?? 0), 0);
  const available = item.one('availability') === 'in_stock';
  if (available !== total > 0) fail(item.id, `feed says ${item.one('availability')}, stock.csv counts ${total}`);
  return { sku: item.id, size: item.one('size'), colour: item.one('color'), available, stock: counts, total };
}

function readProduct(items, stock, dir) {
  const first = items[0];
  const title = first.one('title');
  const [type, kind] = first.one('product_type').split(' > ');
  const list = readPrice(first.one('price'), first.id);
  const sale = first.maybe('sale_price');
  const urls = [first.one('image_link'), ...first.all('additional_image_link')];
  const pictures = urls.map((url) => readPicture(url, title, dir));
  return {
    sku: first.maybe('item_group_id') ?? first.id,
    handle: new URL(first.one('link')).pathname.replace(/^\/products\//, ''),
    title,
    description: first.one('description'),
    type,
    kind: kind ?? type,
    brand: first.one('brand'),
    material: first.one('material'),
    colour: first.one('color'),
    width: first.one('product_width'),
    height: first.one('product_height'),
    price: sale ? readPrice(sale, first.id) : list,
    listPrice: sale ? list : null,
    currency: CURRENCY,
    pictures,
    spin: readSpin(pictures[0], dir),
    variants: items.map((item) => readVariant(item, stock)),
  };
}

/** Sizes of one piece differ in size and stock only; this shop has one price per piece. */
function checkGroup(items) {
  for (const name of ['title', 'link', 'price', 'sale_price', 'image_link']) {
    const values = new Set(items.map((item) => item.maybe(name)));
    if (values.size > 1) fail(items[0].id, `sizes disagree about ${name}`);
  }
  if (items.length > MAX_VARIANTS) fail(items[0].id, `more than ${MAX_VARIANTS} sizes`);
}

/** Reads the feed in its own order. `dir` holds feed.xml, stock.csv and photos/. */
export function readCatalogue({ dir = CATALOG_DIR } = {}) {
  const channel = parseXml(readFileSync(join(dir, 'feed.xml'), 'utf8')).children[0];
  const stock = readStock(readFileSync(join(dir, 'stock.csv'), 'utf8'));
  const groups = new Map();
  for (const element of channel.children.filter((child) => child.name === 'item')) {
    const item = readItem(element);
    const group = item.maybe('item_group_id') ?? item.id;
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  return [...groups.values()].map((items) => {
    checkGroup(items);
    return readProduct(items, stock, dir);
  });
}

/** Vitrine's JSON. Paths are relative to the file; `price` is what the customer pays today. */
export function toVitrineJson(products) {
  return {
    version: 1,
    currency: CURRENCY,
    products: products.map((piece) => ({
      sku: piece.sku,
      title: piece.title,
      description: piece.description,
      price: toDecimal(piece.price),
      was: piece.listPrice === null ? undefined : toDecimal(piece.listPrice),
      currency: piece.currency,
      type: piece.kind === piece.type ? piece.type : `${piece.type} > ${piece.kind}`,
      brand: piece.brand,
      material: piece.material,
      url: `/products/${piece.handle}/`,
      product_width: piece.width,
      product_height: piece.height,
      pictures: piece.pictures.map((picture) => picture.path),
      spin: piece.spin.length > 0 ? piece.spin : undefined,
      variants: piece.variants.map((variant) => ({
        sku: variant.sku,
        size: variant.size,
        colour: variant.colour,
        price: toDecimal(piece.price),
        available: variant.available,
        stock: variant.stock,
      })),
    })),
  };
}

export function writeCatalogue(out, products = readCatalogue()) {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'catalogue.json'), `${JSON.stringify(toVitrineJson(products), null, 1)}\n`);
}
