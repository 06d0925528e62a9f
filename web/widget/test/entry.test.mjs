// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { openStore } = await load(new URL('../src/entry.ts', import.meta.url));

function storage(items = new Map()) {
  globalThis.sessionStorage = { getItem: (k) => items.get(k) ?? null, setItem: (k, v) => items.set(k, v), removeItem: (k) => items.delete(k) };
  return items;
}

test('nothing is written before somebody asks for it; one entry then', () => {
  const items = storage();
  const store = openStore('pk', false);
  assert.equal(items.size, 0);
  store.put({ draft: 'hello' });
  assert.deepEqual([...items.keys()], ['vitrine:pk']);
  assert.equal(openStore('pk', false).entry.draft, 'hello');
  store.forget();
  assert.equal(items.size, 0);
});

test('storage off, full or foreign: it goes on without', () => {
  const items = storage();
  openStore('pk', true).put({ draft: 'x' });
  assert.equal(items.size, 0);
  items.set('vitrine:pk', 'not json');
  assert.equal(openStore('pk', false).entry.draft, '');
  globalThis.sessionStorage = { getItem() { throw new Error('denied'); }, setItem() { throw new Error('full'); }, removeItem() { throw new Error('denied'); } };
  const store = openStore('pk', false);
  store.put({ draft: 'kept in memory' });
  store.forget();
  assert.equal(store.entry.link, null);
});
