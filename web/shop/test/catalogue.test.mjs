// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BRANCHES, CATALOG_DIR, readCatalogue, readStock, toVitrineJson } from '../catalogue.mjs';
import { readJpegSize } from '../lib/jpeg.mjs';
import { parseXml } from '../lib/xml.mjs';

const products = readCatalogue();
const bySku = (sku) => products.find((piece) => piece.sku === sku);

test('the feed holds ten pieces in 31 sizes', () => {
  assert.equal(products.length, 10);
  assert.equal(products.flatMap((piece) => piece.variants).length, 31);
  assert.equal(new Set(products.flatMap((piece) => piece.variants.map((variant) => variant.sku))).size, 31);
});

test('a sale price is the price, and the former one is kept', () => {
  assert.deepEqual([bySku('VT-1002').price, bySku('VT-1002').listPrice], [368000, 398000]);
  assert.deepEqual([bySku('VT-1001').price, bySku('VT-1001').listPrice], [245000, null]);
});

test('text keeps its letters', () => {
  assert.equal(bySku('VT-1004').title, 'Meadow Pavé Band');
  assert.equal(bySku('VT-1004').kind, 'Wedding bands');
});

test('availability and stock agree, size by size', () => {
  for (const variant of products.flatMap((piece) => piece.variants)) {
    assert.deepEqual(Object.keys(variant.stock), BRANCHES, variant.sku);
    assert.equal(variant.available, variant.total > 0, variant.sku);
  }
});

test('a picture carries its size and the hash of its original', () => {
  const [hero] = bySku('VT-5001').pictures;
  const bytes = readFileSync(join(CATALOG_DIR, hero.path));
  assert.equal(hero.media, createHash('sha256').update(bytes).digest('hex'));
  assert.deepEqual([hero.width, hero.height], [4000, 4000]);
});

test("Vitrine's JSON has every field the import reads", () => {
  const json = toVitrineJson(products);
  assert.deepEqual([json.version, json.currency, json.products.length], [1, 'EUR', 10]);
  for (const piece of json.products) {
    assert.match(piece.price, /^\d+\.\d\d$/);
    assert.match(piece.url, /^\/products\/[a-z-]+\/$/);
    assert.ok(piece.pictures.length === 1 || piece.pictures.length === 5, piece.sku);
    assert.equal(piece.spin?.length, piece.pictures.length === 5 ? 24 : undefined, piece.sku);
    if (piece.spin) assert.deepEqual([piece.spin[0], piece.spin[6]], piece.pictures.slice(1, 3), 'in order, once around');
    for (const variant of piece.variants) {
      assert.deepEqual(Object.keys(variant), ['sku', 'size', 'colour', 'price', 'available', 'stock']);
    }
  }
});

function withFeed(change, check) {
  const dir = mkdtempSync(join(tmpdir(), 'shop-feed-'));
  try {
    cpSync(CATALOG_DIR, dir, { recursive: true });
    writeFileSync(join(dir, 'feed.xml'), change(readFileSync(join(CATALOG_DIR, 'feed.xml'), 'utf8')));
    check(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const BROKEN_FEEDS = [
  ['a price without currency', '2450.00 EUR', '2450.00', /price "2450.00"/],
  ['another currency', '2450.00 EUR', '2450.00 USD', /currency USD/],
  ['a picture outside photos/', 'photos/solitaire-ring/hero.jpg', '../stock.csv', /picture address/],
  ['a size that stock does not know', '<g:id>VT-2001</g:id>', '<g:id>VT-2009</g:id>', /VT-2009: no row/],
  ['a missing title', '<g:title>Tide Hoop Earrings</g:title>', '', /VT-2001: no title/],
];

for (const [what, from, to, message] of BROKEN_FEEDS) {
  test(`${what} stops the build and is named`, () => {
    withFeed((text) => text.replaceAll(from, to), (dir) => assert.throws(() => readCatalogue({ dir }), message));
  });
}

test('stock rows are checked', () => {
  assert.equal(readStock('id,store_code,quantity\nA,paris,3\n').get('A').paris, 3);
  for (const row of ['A,berlin,1', 'A,paris,-1', 'A,paris,1,2', 'A,paris,', 'A,paris,1e3']) {
    assert.throws(() => readStock(`id,store_code,quantity\n${row}`), /stock/, row);
  }
  assert.throws(() => readStock('id;store;n\n'), /unknown columns/);
});

test('the XML reader reads what a feed holds', () => {
  const root = parseXml('<?xml version="1.0"?><!-- a --><r a="1 &amp; 2"><b>x &lt; &#233;&#x41;</b><c/><![CDATA[<raw>]]></r>');
  assert.equal(root.attributes.a, '1 & 2');
  assert.equal(root.children[0].text, 'x < éA');
  assert.equal(root.text, '<raw>');
});

test('the XML reader refuses everything else', () => {
  const bad = [
    '', '<a>', '</a>', '<a></b>', '<a/><b/>', 'text<a/>', '<a>&nbsp;</a>', '<a>&amp</a>', '<a>1 & 2</a>', '<a b=c/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a/>', '<a><!-- </a>', '<a b="1" b="2"/>', '<a>&#x110000;</a>', '<a>&#0;</a>', '<a <b/>',
    '<![CDATA[x]]><a/>', '<a>'.repeat(17) + '</a>'.repeat(17),
  ];
  for (const text of bad) assert.throws(() => parseXml(text), `accepted ${text}`);
});

test('the JPEG reader refuses what is not one', () => {
  for (const bytes of [[], [0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 0, 0, 0, 0], [0xff, 0xd8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]) {
    assert.throws(() => readJpegSize(Buffer.from(bytes)), /JPEG/);
  }
});
