// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const src = new URL('../src/', import.meta.url);
const viewer = new URL('../../viewer/', import.meta.url);
const { words } = await load(new URL('words.ts', src));
/// All that any chunk says in English: whoever adds a chunk adds its words to every locale.
const files = [
  ...(await readdir(src)).filter((name) => /^words.*\.ts$/.test(name)).map((name) => new URL(name, src)),
  ...(await readdir(viewer)).filter((name) => /words\.ts$/.test(name)).map((name) => new URL(name, viewer)),
  new URL('../guest/words.ts', import.meta.url),
];
const english = { launcher: '' }; // the loader's word
for (const file of files) for (const said of Object.values(await load(file))) if (typeof said === 'object') Object.assign(english, said);
const dir = new URL('../locales/', import.meta.url);
const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();

test('every locale has every word, with the same blanks', async () => {
  for (const file of await readdir(dir)) {
    const locale = JSON.parse(await readFile(new URL(file, dir), 'utf8'));
    assert.deepEqual(Object.keys(locale).sort(), Object.keys(english).sort(), file);
    for (const key in english) assert.deepEqual(blanks(locale[key]), blanks(english[key]), `${file}: ${key}`);
  }
});

test('a site may say it its own way', () => {
  assert.equal(words({ ask: 'Call us over' })('ask'), 'Call us over');
  assert.equal(words({})('with', { name: 'Camille' }), 'Camille is with you');
});
