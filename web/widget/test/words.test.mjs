// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { words, english: first } = await load(new URL('../src/words.ts', import.meta.url));
const { englishMore } = await load(new URL('../src/words-more.ts', import.meta.url));
const { englishPhoto } = await load(new URL('../src/words-photo.ts', import.meta.url));
const views = await Promise.all(['words', 'tool-words', 'compare-words', 'ask-words', 'film-words'].map((name) => load(new URL(`../../viewer/${name}.ts`, import.meta.url))));
const ofViewer = Object.assign({}, ...views.flatMap((v) => Object.values(v)));
const { englishGuest } = await load(new URL('../guest/words.ts', import.meta.url));
// The launcher's label is the loader's word.
const { englishFloor } = await load(new URL('../src/words-floor.ts', import.meta.url));
const { englishSession } = await load(new URL('../src/words-session.ts', import.meta.url));
const { englishEnding } = await load(new URL('../src/words-ending.ts', import.meta.url));
const { englishSharing } = await load(new URL('../src/words-sharing.ts', import.meta.url));
const { englishBag } = await load(new URL('../src/words-bag.ts', import.meta.url));
const { englishChoice } = await load(new URL('../src/words-choice.ts', import.meta.url));
const { englishBasket } = await load(new URL('../src/words-basket.ts', import.meta.url));
const { englishSearch } = await load(new URL('../src/words-search.ts', import.meta.url));
const { englishSizes } = await load(new URL('../src/words-sizes.ts', import.meta.url));
const { englishCalm } = await load(new URL('../src/words-calm.ts', import.meta.url));
const { englishOffer } = await load(new URL('../src/words-offer.ts', import.meta.url));
const { englishWatch } = await load(new URL('../src/words-watch.ts', import.meta.url));
const english = { launcher: '', ...first, ...englishMore, ...englishPhoto, ...ofViewer, ...englishFloor, ...englishSession, ...englishSharing, ...englishChoice, ...englishBag, ...englishOffer, ...englishWatch, ...englishCalm, ...englishSearch, ...englishSizes, ...englishBasket, ...englishEnding, ...englishGuest };
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
