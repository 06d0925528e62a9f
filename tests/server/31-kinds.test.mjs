// SPDX-License-Identifier: Apache-2.0
/// What a message can be beside text: files, choices, forms and their answers; labels; the page's own facts.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { associate, keeper, live, say, shop } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '50', '--chat-per-minute', '1000', '--rate-talk', '500', '--rate-act', '500'] });
});

const leave = async ({ c, a }) => {
  await c.ask('session.end', {});
  await c.cut();
  await a.cut();
};
const send = (peer, kind, body, more = {}, options) => peer.request('chat.send', { kind, body, ...more }, options);
const fault = async (peer, kind, body, { c, ...more } = {}) => {
  const { code, field } = await peer.refusal('chat.send', { kind, body, ...more }, { c });
  return `${code} ${field ?? ''}`.trim();
};

const choice = { text: 'Which size?', options: [{ id: '52', label: 'Size 52' }, { id: '54', label: 'Size 54' }] };
const form = { text: 'Where shall it go?', fields: [
  { id: 'city', label: 'City', kind: 'text', required: true }, { id: 'mail', label: 'Mail', kind: 'email' }] };

test('films and files name what was uploaded', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await send(a, 'film', { media: 'f1' }, {}, { c: n });
  assert.equal((await c.waitFor('chat.send')).d.body.media, 'f1');
  await send(c, 'file', { media: 'm9', name: 'ring.jpg' });
  assert.deepEqual((await a.waitFor('chat.send')).d.body, { media: 'm9', name: 'ring.jpg' });
  assert.equal(await fault(c, 'film', { text: 'x' }), 'field.bad /d/body/media');
  assert.equal(await fault(c, 'file', { name: 'x' }), 'field.bad /d/body/media');
  assert.equal(await fault(c, 'file', { media: 'x' }), 'field.bad /d/body/name');
  await leave(pair);
});

test('a choice is asked by staff and answered by one of its options', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { cs } = await send(a, 'choice', choice, {}, { c: n });
  assert.deepEqual((await c.waitFor('chat.send')).d.body, choice);
  const answered = await send(c, 'answer', { values: [{ id: '54', value: 'Size 54' }] }, { re: cs });
  const heard = await a.waitFor('chat.send');
  assert.equal(heard.cs, answered.cs);
  assert.equal(heard.d.re, cs);
  assert.equal(heard.d.kind, 'answer');
  assert.equal(heard.by, 'c');
  assert.equal(await fault(c, 'answer', { values: [{ id: '56' }] }, { re: cs }), 'field.bad');
  assert.equal(await fault(c, 'answer', { values: [{ id: '52' }, { id: '54' }] }, { re: cs }), 'field.bad');
  assert.equal(await fault(c, 'answer', { values: [{ id: '52' }] }), 'field.bad /d/re');
  assert.equal(await fault(c, 'answer', {}, { re: cs }), 'field.bad /d/body/values');
  assert.equal(await fault(c, 'answer', { values: [{ id: '52' }] }, { re: cs + 1 }), 'field.bad', 'an answer is no question');
  assert.equal(await fault(c, 'answer', { values: [{ id: '52' }] }, { re: 4294967295 }), 'field.bad');
  assert.equal(await fault(c, 'choice', choice), 'role.forbidden /d/kind');
  assert.equal(await fault(a, 'choice', { text: 'One?', options: [choice.options[0]] }, { c: n }), 'field.bad /d/body/options');
  assert.equal(await fault(a, 'choice', { text: 'Same?', options: [choice.options[0], choice.options[0]] }, { c: n }), 'field.bad /d/body/options');
  assert.equal(await fault(a, 'choice', { options: choice.options }, { c: n }), 'field.bad /d/body/text');
  await leave(pair);
});

test('a form is filled in once it fits', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { cs } = await send(a, 'form', form, {}, { c: n });
  assert.deepEqual((await c.waitFor('chat.send')).d.body, form);
  assert.equal(await fault(c, 'answer', { values: [{ id: 'mail', value: 'a@b.example' }] }, { re: cs }), 'field.bad', 'the city is required');
  assert.equal(await fault(c, 'answer', { values: [{ id: 'city', value: '' }] }, { re: cs }), 'field.bad');
  assert.equal(await fault(c, 'answer', { values: [{ id: 'city', value: 'Lyon' }, { id: 'mail', value: 'no' }] }, { re: cs }), 'field.bad');
  assert.equal(await fault(c, 'answer', { values: [{ id: 'city', value: 'Lyon' }, { id: 'iban', value: 'x' }] }, { re: cs }), 'field.bad');
  assert.equal(await fault(c, 'answer', { values: [{ id: 'city', value: 'Lyon' }, { id: 'city', value: 'Paris' }] }, { re: cs }), 'field.bad');
  const cid = randomUUID();
  const values = [{ id: 'city', value: 'Lyon' }, { id: 'mail', value: 'ada@example.com' }];
  const first = await send(c, 'answer', { values }, { re: cs }, { cid });
  assert.equal((await send(c, 'answer', { values }, { re: cs }, { cid })).cs, first.cs, 'once for one cid');
  assert.deepEqual((await a.waitFor('chat.send')).d.body.values, values);
  assert.equal(await fault(c, 'form', form), 'role.forbidden /d/kind');
  assert.equal(await fault(a, 'form', { text: 'Empty' }, { c: n }), 'field.bad /d/body/fields');
  await leave(pair);
});

test('labels: among staff, kept, and in the snapshot', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await a.request('label.set', { add: ['ring', 'urgent', 'ring'] }, { c: n });
  const max = await associate(server, 'max');
  const { c: m } = await max.request('conv.open', { conv: c.conv });
  assert.deepEqual((await max.waitFor('snapshot')).d.profile.labels, ['ring', 'urgent']);
  await a.request('label.set', { add: ['sold'], drop: ['urgent'] }, { c: n });
  assert.deepEqual((await max.waitFor('label.set')).d, { add: ['sold'], drop: ['urgent'] });
  const listed = (await a.request('queue.watch', { tab: 'all' })).rows.find((row) => row.conv === c.conv);
  assert.deepEqual(listed.labels, ['ring', 'sold'], 'the list can be narrowed by them');
  const before = a.chain(n).position.cs;
  await a.request('label.set', { add: ['sold'] }, { c: n });
  await say(a, 'still here', { c: n });
  assert.equal(a.chain(n).position.cs, before + 1, 'what is so already makes no row');
  await c.waitFor('chat.send');
  assert.equal(c.seen('label.set').length, 0);
  assert.equal(c.seen('snapshot').every((event) => event.d.profile === undefined), true);
  const withLabel = async (label) => (await max.request('queue.watch', { tab: 'all', label })).rows.map((row) => row.conv);
  assert.deepEqual([await withLabel('sold'), await withLabel('urgent')], [[c.conv], []]);
  await max.request('conv.close', {}, { c: m });
  const { c: again } = await max.request('conv.open', { conv: c.conv });
  assert.deepEqual((await max.waitFor('snapshot', (_, event) => event.c === again)).d.profile.labels, ['ring', 'sold']);
  await max.cut();
  await leave(pair);
});

test('labels and context outlive a crash', async () => {
  const own = await shop(later, {});
  const { c, a, n } = await live(own);
  await a.request('label.set', { add: ['kept'] }, { c: n });
  await c.request('context', { keys: { tier: 'gold' } });
  await say(c, 'behind them'); // committed after both, since the store keeps the order
  await own.crash();
  await own.start();
  const lea = await associate(own, 'lea');
  await lea.request('conv.open', { conv: c.conv });
  const { profile } = (await lea.waitFor('snapshot')).d;
  assert.deepEqual(profile.labels, ['kept']);
  assert.deepEqual(profile.context, { tier: 'gold' });
  for (const peer of [c, a, lea]) await peer.cut();
});

test('context: bounded, merged, for staff alone', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.request('context', { keys: { budget: { amount: '900', currency: 'EUR' }, tier: 'gold' } });
  assert.deepEqual((await a.waitFor('context')).d.keys, { budget: { amount: '900', currency: 'EUR' }, tier: 'gold' });
  await c.request('context', { keys: { tier: null, visits: 3 } });
  await a.waitFor('context');
  const max = await associate(server, 'max');
  await max.request('conv.open', { conv: c.conv });
  assert.deepEqual((await max.waitFor('snapshot')).d.profile.context, { budget: { amount: '900', currency: 'EUR' }, visits: 3 });
  const bad = async (keys) => (await c.refusal('context', { keys })).code;
  assert.equal(await bad(['x']), 'field.bad');
  assert.equal(await bad({ '': 1 }), 'field.bad');
  assert.equal(await bad({ deep: { a: { b: 1 } } }), 'field.bad');
  assert.equal(await bad({ list: [1] }), 'field.bad');
  assert.equal(await bad({ long: 'x'.repeat(1001) }), 'field.bad');
  assert.equal(await bad(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, i]))), 'field.bad');
  assert.equal(await bad(Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`k${i}`, i]))), 'too.large', 'with the two that are there');
  await max.cut();
  await leave(pair);
});
