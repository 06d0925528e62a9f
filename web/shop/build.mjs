// SPDX-License-Identifier: Apache-2.0
// Builds the shop: static pages, the browser's modules, photographs, Vitrine's import file.
//
//   node build.mjs [--out web/dist/shop]
//
// Modules and styles lie in one folder named by their contents, so they may be cached for good
// and still import each other by plain names. Originals keep the paths the feed gives them.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CATALOG_DIR, readCatalogue, writeCatalogue } from './catalogue.mjs';
import { readJpegSize } from './lib/jpeg.mjs';
import { bagPage } from './pages/bag.mjs';
import { checkoutPage } from './pages/checkout.mjs';
import { listPage } from './pages/list.mjs';
import { notFoundPage } from './pages/not-found.mjs';
import { productPage } from './pages/product.mjs';
import { thanksPage } from './pages/thanks.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const RENDITIONS_DIR = join(HERE, 'renditions');
const RENDITION_WIDTHS = [480, 960, 1600];

/* Written into a folder we clear first, so that nobody's other folder is ever cleared. */
const MARK = '.vitrine-shop';

export const DEFAULT_OUT = resolve(HERE, '../dist/shop');

function shortHash(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 12);
}

function write(out, path, content) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function clearOutput(out) {
  if (existsSync(out) && readdirSync(out).length > 0) {
    if (!existsSync(join(out, MARK))) throw new Error(`${out} is not empty and was not made by this build`);
    rmSync(out, { recursive: true });
  }
  write(out, MARK, '');
}

/** Page sizes of a hero beside its original; an original of page size is used as it is. */
function sourcesOf(picture, handle, out) {
  const original = { url: `/${picture.path}`, width: picture.width };
  if (!picture.path.endsWith('/hero.jpg')) return [original];
  return RENDITION_WIDTHS.flatMap((width) => {
    if (picture.width === width) return [original];
    const bytes = readFileSync(join(RENDITIONS_DIR, `${handle}-${width}.jpg`));
    const path = `img/${handle}-${width}.${shortHash(bytes)}.jpg`;
    write(out, path, bytes);
    return [{ url: `/${path}`, width }];
  });
}

function withSources(products, out) {
  return products.map((piece) => ({
    ...piece,
    pictures: piece.pictures.map((picture) => ({ ...picture, sources: sourcesOf(picture, piece.handle, out) })),
  }));
}

/** What the browser needs to know of a piece: enough for the bag, nothing that is in the page. */
function toClientPiece(piece) {
  const [hero] = piece.pictures;
  return {
    sku: piece.sku,
    handle: piece.handle,
    title: piece.title,
    price: piece.price,
    image: `/${hero.path}`,
    thumb: hero.sources[0].url,
    pictures: piece.pictures.map((picture) => picture.path),
    variants: piece.variants.map(({ sku, size, available, stock, total }) => ({ sku, size, available, stock, total })),
  };
}

function writeAssets(products, out) {
  const files = new Map(readdirSync(join(HERE, 'client')).sort().map((name) => [name, readFileSync(join(HERE, 'client', name))]));
  const pieces = JSON.stringify(products.map(toClientPiece), null, 1);
  files.set('pieces.js', Buffer.from(`// Made by build.mjs from the catalogue.\nexport const PIECES = ${pieces};\n`));
  const folder = `assets/${shortHash(...[...files].flat())}`;
  for (const [name, bytes] of files) write(out, `${folder}/${name}`, bytes);
  const names = [...files.keys()];
  return {
    base: `/${folder}`,
    styles: names.filter((name) => name.endsWith('.css')),
    modules: names.filter((name) => name.endsWith('.js') && name !== 'shop.js'),
  };
}

/** The front page's one detail, cut from a large original. */
function writeDetail(out) {
  const bytes = readFileSync(join(RENDITIONS_DIR, 'closely.jpg'));
  const path = `img/closely.${shortHash(bytes)}.jpg`;
  write(out, path, bytes);
  return { url: `/${path}`, ...readJpegSize(bytes) };
}

function writePages(products, assets, out) {
  write(out, 'index.html', listPage({ products, closely: writeDetail(out), assets }));
  for (const piece of products) write(out, `products/${piece.handle}/index.html`, productPage({ piece, assets }));
  write(out, 'bag/index.html', bagPage({ assets }));
  write(out, 'checkout/index.html', checkoutPage({ assets }));
  write(out, 'thanks/index.html', thanksPage({ assets }));
  write(out, '404.html', notFoundPage({ assets }));
}

/** Builds everything into `out`, which is cleared first. Returns the products it built. */
export function buildShop({ out = DEFAULT_OUT } = {}) {
  const catalogue = readCatalogue();
  clearOutput(out);
  cpSync(join(CATALOG_DIR, 'photos'), join(out, 'photos'), { recursive: true });
  const products = withSources(catalogue, out);
  const assets = writeAssets(products, out);
  writePages(products, assets, out);
  writeCatalogue(out, catalogue);
  return products;
}

function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: DEFAULT_OUT } } });
  const out = resolve(values.out);
  const products = buildShop({ out });
  process.stdout.write(`shop: ${products.length} pieces in ${out}\n`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) main();
