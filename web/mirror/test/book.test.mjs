// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { Book } = await load(new URL('../book.ts', import.meta.url));
const { Css } = await load(new URL('../css.ts', import.meta.url));
const node = (id, ...childNodes) => ({ type: 2, id, tagName: 'p', attributes: {}, childNodes });
const picture = (root) => ({ type: 2, data: { node: root } });
const change = (d) => ({ type: 3, data: { source: 0, adds: [], removes: [], texts: [], attributes: [], ...d } });

test('the sum is that of the tree as it was told', () => {
  const book = new Book();
  book.enter(picture(node(1, node(2, node(3)), node(4))));
  assert.deepEqual(book.sum(), { nodes: 4, xor: 1 ^ 2 ^ 3 ^ 4 });
  book.enter(change({ adds: [{ parentId: 4, nextId: null, node: node(5) }] }));
  assert.deepEqual(book.sum(), { nodes: 5, xor: 1 ^ 2 ^ 3 ^ 4 ^ 5 });
  book.enter(change({ removes: [{ parentId: 1, id: 2 }] }));
  assert.deepEqual(book.sum(), { nodes: 3, xor: 1 ^ 4 ^ 5 }, 'what was in it goes as well');
  book.enter(change({ removes: [{ parentId: 1, id: 4 }], adds: [{ parentId: 1, nextId: null, node: node(4) }, { parentId: 4, nextId: null, node: node(5) }] }));
  assert.deepEqual(book.sum(), { nodes: 3, xor: 1 ^ 4 ^ 5 }, 'moved');
  book.enter(picture(node(9)));
  assert.deepEqual(book.sum(), { nodes: 1, xor: 9 });
});

test('what names a node nobody was told of does not leave', () => {
  const book = new Book();
  book.enter(picture(node(1, node(2))));
  assert.equal(book.enter(change({ adds: [{ parentId: 7, nextId: null, node: node(8) }], removes: [{ parentId: 7, id: 9 }], texts: [{ id: 7, value: 'x' }], attributes: [{ id: 7, attributes: {} }] })), null);
  assert.equal(book.enter({ type: 3, data: { source: 5, id: 7, text: '' } }), null);
  assert.ok(book.enter({ type: 3, data: { source: 5, id: 2, text: '' } }));
  assert.equal(book.sum().nodes, 2);
});

test('a style text goes once, then by its name; a short one in place', async () => {
  const asked = [];
  const posted = [];
  const css = new Css({
    ask: (hashes) => { asked.push(hashes); return Promise.resolve({ missing: hashes.slice(0, 1), url: '/u', ticket: 't' }); },
    post: (url, ticket, body) => { posted.push([url, ticket, JSON.parse(body)]); return Promise.resolve(); },
  });
  const text = 'a{color:red}'.repeat(30);
  const sheets = [{ _cssText: text }, { _cssText: 'b{}' }, { rule: `${text} ` }];
  const keys = ['_cssText', '_cssText', 'rule'];
  await css.name(sheets.map((at, i) => ({ at, key: keys[i], text: at[keys[i]] })));
  await new Promise((done) => setTimeout(done, 10));
  assert.match(sheets[0]._cssText, /^vt-css:[0-9a-f]{64}$/);
  assert.equal(sheets[1]._cssText, 'b{}');
  assert.equal(asked.length, 1);
  assert.equal(asked[0].length, 2);
  assert.deepEqual(posted, [['/u', 't', { css: { [asked[0][0]]: text } }]]);
  const again = { _cssText: text };
  await css.name([{ at: again, key: '_cssText', text }]);
  assert.equal(again._cssText, sheets[0]._cssText);
  assert.equal(asked.length, 1);
});
