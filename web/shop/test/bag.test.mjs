// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addItem, countItems, emptyBag, MAX_LINES, readBag, resolveLines, setQuantity, toCart, totalOf } from '../client/bag.js';
import { formatMoney, toCents, toDecimal } from '../client/money.js';

const ring = {
  sku: 'R', handle: 'ring', title: 'Ring', price: 245050, image: '/photos/ring/hero.jpg',
  variants: [
    { sku: 'R-48', size: '48', available: true, total: 2 },
    { sku: 'R-50', size: '50', available: false, total: 0 },
  ],
};
const hoops = { sku: 'H', handle: 'hoops', title: 'Hoops', price: 54000, image: '/photos/hoops/hero.jpg', variants: [{ sku: 'H', size: 'one size', available: true, total: 9 }] };
const pieces = [ring, hoops];
const start = emptyBag('bag-1');

function fill(...items) {
  return items.reduce((bag, item) => addItem(bag, pieces, item).bag, start);
}

test('adding the same size twice makes one line', () => {
  const bag = fill({ sku: 'R', variant: 'R-48' }, { sku: 'R', variant: 'R-48' });
  assert.deepEqual(bag.lines, [{ sku: 'R-48', qty: 2 }]);
  assert.deepEqual(start.lines, []);
});

test('a size is found by its number, by its text, or alone', () => {
  for (const item of [{ sku: 'R', variant: 'R-48' }, { sku: 'R', variant: '48' }, { sku: 'R-48' }]) {
    assert.equal(addItem(start, pieces, item).bag.lines[0].sku, 'R-48');
  }
  assert.equal(addItem(start, pieces, { sku: 'H' }).bag.lines[0].sku, 'H');
});

const REFUSED = [
  ['a sold-out size', { sku: 'R', variant: 'R-50' }, 'out-of-stock'],
  ['more than there are', { sku: 'R', variant: 'R-48', qty: 3 }, 'out-of-stock'],
  ['a piece without its size', { sku: 'R' }, 'choose-a-size'],
  ['an unknown piece', { sku: 'X' }, 'unknown-product'],
  ['an unknown size', { sku: 'R', variant: 'R-99' }, 'unknown-product'],
  ['nothing of it', { sku: 'H', qty: 0 }, 'bad-quantity'],
  ['half of it', { sku: 'H', qty: 0.5 }, 'bad-quantity'],
  ['less than nothing', { sku: 'H', qty: -1 }, 'bad-quantity'],
  ['a word for a number', { sku: 'H', qty: '2' }, 'bad-quantity'],
];

for (const [what, item, reason] of REFUSED) {
  test(`adding ${what} is refused as ${reason}`, () => assert.deepEqual(addItem(start, pieces, item), { ok: false, reason }));
}

test('what is already held counts against the stock', () => {
  const bag = fill({ sku: 'R', variant: 'R-48', qty: 2 });
  assert.equal(addItem(bag, pieces, { sku: 'R', variant: 'R-48' }).reason, 'out-of-stock');
});

test('a quantity is set, and nought takes the line out', () => {
  const bag = fill({ sku: 'R', variant: 'R-48' }, { sku: 'H', qty: 2 });
  assert.equal(countItems(setQuantity(bag, pieces, { sku: 'H', variant: 'H', qty: 5 }).bag), 6);
  assert.deepEqual(setQuantity(bag, pieces, { sku: 'H', variant: 'H', qty: 0 }).bag.lines, [{ sku: 'R-48', qty: 1 }]);
  assert.equal(setQuantity(bag, pieces, { sku: 'H', variant: 'H', qty: 10 }).reason, 'out-of-stock');
  assert.equal(setQuantity(start, pieces, { sku: 'H', variant: 'H', qty: 1 }).reason, 'not-in-bag');
});

test('totals are whole cents', () => {
  const lines = resolveLines(fill({ sku: 'R', variant: 'R-48', qty: 2 }, { sku: 'H', qty: 3 }), pieces);
  assert.equal(totalOf(lines), 2 * 245050 + 3 * 54000);
});

test('the cart for Vitrine has absolute addresses and decimal prices', () => {
  const cart = toCart(fill({ sku: 'R', variant: 'R-48', qty: 2 }), pieces, 'https://shop.example');
  assert.deepEqual(cart, {
    id: 'bag-1', currency: 'EUR', total: '4901.00', checkout: 'https://shop.example/checkout/',
    items: [{
      sku: 'R', variant: 'R-48', name: 'Ring, 48', qty: 2, price: '2450.50',
      url: 'https://shop.example/products/ring/', image: 'https://shop.example/photos/ring/hero.jpg',
    }],
  });
});

test('a stored bag comes back', () => {
  const bag = fill({ sku: 'R', variant: 'R-48' }, { sku: 'H', qty: 2 });
  assert.deepEqual(readBag(JSON.stringify(bag), pieces, 'other'), bag);
});

test('what is stored is not trusted', () => {
  const wrong = [null, '', '{', '7', 'null', '[]', '{"v":2}', '{"v":1,"id":"a"}', '{"v":1,"id":7,"lines":[]}', `"${'x'.repeat(20_000)}"`];
  for (const text of wrong) assert.deepEqual(readBag(text, pieces, 'new'), emptyBag('new'));
  const mixed = { v: 1, id: 'a', lines: [{ sku: 'R-48', qty: 99 }, { sku: 'gone', qty: 1 }, null, { sku: 'H', qty: 'x' }, { sku: 'R-50', qty: 1 }] };
  assert.deepEqual(readBag(JSON.stringify(mixed), pieces, 'b').lines, [{ sku: 'R-48', qty: 2 }]);
});

test('a bag has a last line', () => {
  const many = Array.from({ length: MAX_LINES + 1 }, (_, n) => ({ ...hoops, sku: `S${n}`, variants: [{ ...hoops.variants[0], sku: `S${n}` }] }));
  const full = many.slice(0, MAX_LINES).reduce((bag, piece) => addItem(bag, many, { sku: piece.sku }).bag, start);
  assert.equal(addItem(full, many, { sku: `S${MAX_LINES}` }).reason, 'bag-full');
});

test('money goes to cents and back', () => {
  for (const text of ['0.00', '0.05', '12.50', '2450.00']) assert.equal(toDecimal(toCents(text)), text);
  assert.equal(toCents('7'), 700);
  assert.equal(toCents('7.5'), 750);
  assert.equal(formatMoney(245000), '€2,450');
  assert.equal(formatMoney(5), '€0.05');
});

test('one of a line may have been offered at another price, which stays with it', () => {
  const offer = { code: 'V-7H2K-9QMD', price: 200000 };
  let bag = addItem(start, pieces, { sku: 'R', variant: 'R-48', offer }).bag;
  assert.equal(totalOf(resolveLines(bag, pieces)), 200000);
  assert.equal(toCart(bag, pieces, 'https://shop.example').items[0].price, '2000.00');
  bag = addItem(bag, pieces, { sku: 'R', variant: 'R-48' }).bag;
  assert.equal(totalOf(resolveLines(bag, pieces)), 200000 + 245050, 'the second has its own');
  bag = readBag(JSON.stringify(setQuantity(bag, pieces, { sku: 'R', variant: 'R-48', qty: 1 }).bag), pieces, 'new');
  assert.deepEqual(bag.lines, [{ sku: 'R-48', qty: 1, offer }]);
  assert.deepEqual(readBag(JSON.stringify({ ...bag, lines: [{ sku: 'R-48', qty: 1, offer: { code: 'x', price: -1 } }] }), pieces, 'new').lines, [{ sku: 'R-48', qty: 1 }]);
});
