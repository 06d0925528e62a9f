// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { bare, cut, keep } = await load(new URL('../attributes.ts', import.meta.url));
const plain = (tag, name, value, el = {}) => keep(el, tag, false, name, value);

test('addresses lose what was asked of them', () => {
  assert.equal(cut('https://ada:pw@shop.example/a/b.png?token=1#x'), 'https://shop.example/a/b.png');
  assert.equal(cut('/a?b#c'), '/a');
  assert.equal(cut('blob:https://shop.example/1'), '');
  assert.equal(cut('javascript:alert(1)'), '');
  assert.equal(cut('data:text/html,x'), '');
  assert.equal(cut('data:image/png;base64,AA=='), 'data:image/png;base64,AA==');
});

test('so do those in style', () => {
  assert.equal(bare('a{background:url("/x.png?u=1") no-repeat, url(/y.png?u=2#z)}'), 'a{background:url("/x.png") no-repeat, url(/y.png#z)}');
  assert.equal(bare("b{fill:url(#g);src:url('f.woff2')}"), "b{fill:url(#g);src:url('f.woff2')}");
  assert.equal(bare('c{background:url("data:image/svg+xml,%3Csvg?x#y")}'), 'c{background:url("data:image/svg+xml,%3Csvg?x#y")}');
  assert.deepEqual(plain('p', 'style', { color: 'red', background: ['url(/a?b)', 'important'], top: false }), { color: 'red', background: ['url(/a)', 'important'], top: false });
});

test('lists of what is good: the rest stays here', () => {
  for (const name of ['class', 'id', 'dir', 'colspan', 'hidden', 'type', 'rr_width']) assert.equal(plain('div', name, 'x'), 'x', name);
  for (const name of ['title', 'alt', 'aria-label', 'aria-description', 'data-user', 'onclick', 'action', 'formaction', 'ping', 'srcdoc', 'srcset', 'name', 'content', 'nonce', 'integrity', 'target']) {
    assert.equal(plain('div', name, 'x'), undefined, name);
  }
  assert.equal(plain('button', 'aria-expanded', 'true'), 'true');
  assert.equal(plain('button', 'data-state', 'open'), 'open');
  assert.equal(plain('button', 'data-state', 'ada@shop.example'), undefined);
  assert.equal(plain('progress', 'value', '0.4'), '0.4');
  assert.equal(plain('button', 'value', 'secret'), undefined);
});

test('links lead nowhere, pictures are those the browser has chosen', () => {
  assert.equal(plain('a', 'href', '/order?token=1'), '#');
  assert.equal(plain('link', 'href', '/a.css?v=1'), '/a.css');
  assert.equal(plain('img', 'src', '/a.png', { currentSrc: 'https://shop.example/a@2x.png?w=2' }), 'https://shop.example/a@2x.png');
  assert.equal(plain('iframe', 'src', '/frame'), undefined);
  assert.equal(keep({}, 'use', true, 'href', '#gem'), '#gem');
  assert.equal(keep({}, 'use', true, 'href', '/sprite.svg#gem'), undefined);
});
