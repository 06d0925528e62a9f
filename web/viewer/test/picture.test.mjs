// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { load } from './load.mjs';

/// Pixels that do not come: the smaller ones stay, and the larger are asked for again, more and more rarely.

const { createPicture } = await load(new URL('../picture.ts', import.meta.url));

/// Every picture asked for, and whether it comes: the width is its address.
let asked;
let comes;
beforeEach(() => [asked, comes] = [[], () => true]);

class Image {
  append() {}
  remove() {}
  setAttribute(name, value) { this[name] = value; }
  async decode() {
    const width = Number(this.src.split('/')[1]);
    asked.push(this.src);
    if (!comes(this.src)) throw new Error('no picture');
    [this.naturalWidth, this.naturalHeight] = [width, width];
  }
}
globalThis.document = { createElement: () => new Image() };

const make = () => createPicture({ prepend() {} }, (media, width) => `${media}/${width}`, () => {});
const settled = async () => { for (let i = 0; i < 20; i++) await null; };
const clock = (t) => t.mock.timers.enable({ apis: ['setTimeout'] });

test('a larger picture that failed is asked for again until it comes', async (t) => {
  clock(t);
  const picture = make();
  picture.show('a', '');
  picture.need(300);
  await settled();
  comes = () => false;
  picture.need(1200);
  await settled();
  assert.deepEqual([picture.state, picture.pixels, picture.busy], ['loaded', 320, false], 'the smaller one stays');
  t.mock.timers.tick(1999);
  await settled();
  assert.deepEqual(asked, ['a/320', 'a/1280'], 'not at once');
  t.mock.timers.tick(1);
  await settled();
  comes = () => true;
  t.mock.timers.tick(4000);
  await settled();
  assert.deepEqual(asked, ['a/320', 'a/1280', 'a/1280', 'a/1280']);
  assert.equal(picture.pixels, 1280);
  t.mock.timers.tick(600_000);
  await settled();
  assert.equal(asked.length, 4, 'and then no more');
});

test('it is asked for seven times in all, within two minutes', async (t) => {
  clock(t);
  const picture = make();
  picture.show('a', '');
  picture.need(300);
  await settled();
  comes = () => false;
  picture.need(1200);
  for (let s = 0; s < 126; s += 2) {
    await settled();
    t.mock.timers.tick(2000);
  }
  await settled();
  assert.equal(asked.length, 1 + 7);
  for (let s = 0; s < 3000; s += 100) {
    t.mock.timers.tick(100_000);
    await settled();
  }
  assert.equal(asked.length, 1 + 7);
});

test('another medium begins anew, and what waited for the former is not asked for', async (t) => {
  clock(t);
  const picture = make();
  picture.show('a', '');
  picture.need(300);
  await settled();
  comes = (src) => !src.endsWith('1280');
  picture.need(1200);
  await settled();
  picture.show('b', '');
  picture.need(300);
  await settled();
  t.mock.timers.tick(600_000);
  await settled();
  assert.deepEqual(asked, ['a/320', 'a/1280', 'b/320']);
  picture.need(1200);
  await settled();
  t.mock.timers.tick(2000);
  await settled();
  assert.deepEqual(asked.slice(3), ['b/1280', 'b/1280'], 'two seconds again, not four');
  picture.stop();
  t.mock.timers.tick(600_000);
  await settled();
  assert.equal(asked.length, 5);
});

test('the first that fails is an error, asked for again by hand', async (t) => {
  clock(t);
  comes = () => false;
  const picture = make();
  picture.show('a', '');
  picture.need(300);
  await settled();
  t.mock.timers.tick(600_000);
  await settled();
  assert.deepEqual([picture.state, asked.length], ['error', 1]);
  comes = () => true;
  picture.again();
  picture.need(300);
  await settled();
  assert.deepEqual([picture.state, picture.pixels], ['loaded', 320]);
});
