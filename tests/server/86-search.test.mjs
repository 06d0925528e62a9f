// SPDX-License-Identifier: Apache-2.0
/// What was said is found by its words, by staff of the site alone, and no more once it is erased.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { OTHER_SITE, eventually, keeper, live, say, shop } from './lib/kit.mjs';
import { searchKnows } from './lib/kept.mjs';

const later = keeper(after);
let server;
let lea;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', ['ada', 'admin'], ['oto', 'supervisor', OTHER_SITE]] });
  lea = await rest(server, 'lea');
});

const cut = async ({ c, a }) => { await c.ask('session.end', {}); for (const peer of [c, a]) await peer.cut(); };
const search = async (q, more = '', who = lea) => {
  const answer = await who.get(`/search?q=${encodeURIComponent(q)}${more}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json();
};
const texts = async (q, ...rest) => (await search(q, ...rest)).hits.map(({ parts }) => parts.join(''));

test('words, begun words, accents, notes and names; the newest first, page by page', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.request('identify', { name: 'Zénobie Marchand' });
  await say(c, 'Is the halo in rosé gold?');
  await say(a, 'Rose gold, yes: 18 carats.', { c: n });
  await say(a, 'asks for rose gold again', { c: n, kind: 'note' });
  await say(c, 'silver "OR" {text}: * -NEAR( is fine too');
  await searchKnows(server);
  assert.deepEqual(await texts('rose gold'), ['asks for rose gold again', 'Rose gold, yes: 18 carats.', 'Is the halo in rosé gold?']);
  const { hits: [note, reply] } = await search('ROSÉ gol');
  assert.deepEqual(note.parts, ['asks for ', 'rose', ' ', 'gold', ' again']);
  assert.deepEqual([note.conversation, note.by, note.op, note.name, note.staff, reply.staff], [c.conv, 'a1', 'chat.send', 'Zénobie Marchand', true, false]);
  assert.deepEqual(await texts('zenobie'), ['Zénobie Marchand'], 'a name is found by itself');
  const first = await search('rose', '&limit=2');
  assert.deepEqual([first.hits.length, await texts('rose', `&limit=2&after=${first.next}`)], [2, ['Is the halo in rosé gold?']]);
  for (const q of ['"OR"', '{text}: silver', 'fine *', 'NEAR(', 'silver OR']) assert.equal((await search(q)).hits.length, 1, q);
  for (const q of ['platinum', 'ose gold', '***', 'gold OR silver']) assert.deepEqual(await texts(q), [], q);
  for (const q of ['', 'x'.repeat(201)]) assert.equal((await lea.get(`/search?q=${q}`)).status, 400);
  assert.equal((await lea.get('/search')).status, 400);
  assert.deepEqual(await texts('rose', '', await rest(server, 'oto')), [], 'another site has nothing of it');
  await cut(pair);
});

test('a restart and an erasure: the index follows, and no file keeps the word', async () => {
  const pair = await live(server);
  const { c } = pair;
  await say(c, 'xylographwombat on the clasp');
  await cut(pair);
  await server.restart();
  await searchKnows(server);
  assert.deepEqual(await texts('xylographwomb'), ['xylographwombat on the clasp']);
  const ada = await rest(server, 'ada');
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 200);
  assert.deepEqual(await texts('xylographwomb'), []);
  await eventually('no file has it', () => execFileSync('sh', ['-c', `grep -rl xylographwombat ${server.data} || true`], { encoding: 'utf8' }).trim() === ''); // the log is cut after five seconds without a write
});
