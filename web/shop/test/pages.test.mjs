// SPDX-License-Identifier: Apache-2.0
// The built pages: what they promise to machines, and that nothing in them is missing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildShop } from '../build.mjs';

const out = mkdtempSync(join(tmpdir(), 'shop-pages-'));
after(() => rmSync(out, { recursive: true }));
const products = buildShop({ out });

function htmlFiles(dir = out) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return htmlFiles(path);
    return entry.name.endsWith('.html') ? [path] : [];
  });
}

const pages = htmlFiles().map((path) => ({ path: path.slice(out.length), text: readFileSync(path, 'utf8') }));
const jsonLd = (text) => [...text.matchAll(/<script type="application\/ld\+json">(.*?)<\/script>/gs)].map((match) => JSON.parse(match[1]));
const productPage = (piece) => pages.find((page) => page.path === `/products/${piece.handle}/index.html`);

function exists(url) {
  const path = join(out, url.replace(/[?#].*/, ''));
  return existsSync(path) && (!statSync(path).isDirectory() || existsSync(join(path, 'index.html')));
}

test('there is a page for everything', () => {
  assert.equal(pages.length, 10 + 5);
  for (const path of ['/index.html', '/bag/index.html', '/checkout/index.html', '/thanks/index.html', '/404.html']) {
    assert.ok(pages.some((page) => page.path === path), path);
  }
});

for (const { path, text } of pages) {
  test(`${path}: links, pictures and scripts are there`, () => {
    const urls = [...text.matchAll(/\s(?:href|src)="([^"]+)"/g)].map((match) => match[1]);
    const sets = [...text.matchAll(/srcset="([^"]+)"/g)].flatMap((match) => match[1].split(', ').map((part) => part.split(' ')[0]));
    for (const url of [...urls, ...sets]) {
      if (url.startsWith('#') || url.startsWith('__VITRINE__/')) continue;
      assert.ok(exists(url), url);
    }
  });

  test(`${path}: every picture has its room and its words`, () => {
    for (const [tag] of text.matchAll(/<img\b[^>]*>/g)) assert.match(tag, / width="\d+" height="\d+" alt="/);
  });

  test(`${path}: nothing inline for the policy to refuse`, () => {
    assert.doesNotMatch(text, /<style|\sstyle="|\son[a-z]+="/);
    for (const [, attributes, body] of text.matchAll(/<script\b([^>]*)>(.*?)<\/script>/gs)) {
      assert.ok(body === '' || attributes.includes('application/ld+json'), attributes);
    }
  });

  test(`${path}: one snippet tag, one JSON-LD block, one h1 in sight`, () => {
    assert.equal(text.match(/<script async nonce="__NONCE__" src="__VITRINE__\/v1\/vitrine\.js" data-site="__SITE__" data-invite="__INVITE__"><\/script>/g).length, 1);
    const [data, ...more] = jsonLd(text);
    assert.equal(more.length, 0);
    assert.equal(data['@context'], 'https://schema.org');
    assert.ok(data['@type'] && data.name);
    assert.match(text, /<html lang="en">/);
    assert.match(text, /<h1>/);
  });
}

function checkOffer(offer, piece) {
  assert.equal(offer['@type'], 'Offer');
  assert.equal(Number(offer.price) * 100, piece.price);
  assert.equal(offer.priceCurrency, 'EUR');
  assert.match(offer.availability, /^https:\/\/schema\.org\/(InStock|OutOfStock)$/);
  if (piece.listPrice) assert.equal(Number(offer.priceSpecification.price) * 100, piece.listPrice);
}

for (const piece of products) {
  test(`${piece.handle}: JSON-LD says the whole piece`, () => {
    const [data] = jsonLd(productPage(piece).text);
    assert.equal(data.sku, piece.sku);
    const variants = data['@type'] === 'ProductGroup' ? data.hasVariant : [data];
    assert.equal(variants.length, piece.variants.length);
    variants.forEach((variant, n) => {
      assert.equal(variant.sku, piece.variants[n].sku);
      checkOffer(variant.offers, piece);
      assert.equal(variant.offers.availability.endsWith('/InStock'), piece.variants[n].available);
    });
  });

  test(`${piece.handle}: each image names the media id of its original`, () => {
    const [data] = jsonLd(productPage(piece).text);
    assert.equal(data.image.length, piece.pictures.length);
    for (const image of data.image) {
      const bytes = readFileSync(join(out, image.contentUrl));
      assert.equal(image.identifier, createHash('sha256').update(bytes).digest('hex'));
    }
  });

  test(`${piece.handle}: sold-out sizes cannot be chosen and say so`, () => {
    const { text } = productPage(piece);
    for (const variant of piece.variants.filter((each) => !each.available)) {
      assert.match(text, new RegExp(`value="${variant.sku}" required disabled>`));
      assert.match(text, new RegExp(`Size [^<]*\\b${variant.size}\\b[^<]* sold out in every branch`));
    }
    assert.match(text, /data-vitrine-open>Ask about this piece</);
  });
}

test('catalogue.json lies beside the photographs it names', () => {
  const json = JSON.parse(readFileSync(join(out, 'catalogue.json'), 'utf8'));
  for (const path of json.products.flatMap((piece) => piece.pictures)) assert.ok(existsSync(join(out, path)), path);
});

test('a sale is struck through with words for those who cannot see it', () => {
  const { text } = pages.find((page) => page.path === '/index.html');
  assert.match(text, /<span class="sr">Sale price <\/span><ins>€3,680<\/ins> <span class="sr">, before <\/span><del>€3,980<\/del>/);
});

test('checkout asks with the real autocomplete names', () => {
  const { text } = pages.find((page) => page.path === '/checkout/index.html');
  for (const name of ['email', 'shipping given-name', 'shipping postal-code', 'cc-name', 'cc-number', 'cc-exp', 'cc-csc']) {
    assert.ok(text.includes(`autocomplete="${name}"`), name);
  }
  assert.match(text, /<button class="button" type="submit" disabled data-pay>/);
});

test('a build clears its own folder and nobody else\'s', () => {
  const other = mkdtempSync(join(tmpdir(), 'shop-other-'));
  try {
    writeFileSync(join(other, 'letter.txt'), 'mine');
    assert.throws(() => buildShop({ out: other }), /not made by this build/);
    assert.ok(existsSync(join(other, 'letter.txt')));
  } finally {
    rmSync(other, { recursive: true });
  }
});

test('what is sent for a first view stays small', () => {
  const assets = readdirSync(join(out, 'assets')).flatMap((dir) => readdirSync(join(out, 'assets', dir)).map((name) => join(out, 'assets', dir, name)));
  const bytes = assets.reduce((sum, path) => sum + statSync(path).size, 0);
  assert.ok(bytes < 64 * 1024, `${bytes} bytes of script and style`);
});
