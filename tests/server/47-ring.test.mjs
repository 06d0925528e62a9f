// SPDX-License-Identifier: Apache-2.0
/// Asking associates: whom first, who next, what becomes of a card, and that nobody is lost or served twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { rest } from './lib/http.mjs';
import { SITE, associate, customer, shop, take } from './lib/kit.mjs';
import { PASSWORD } from './lib/server.mjs';

const started = (t, options) => shop((fn) => t.after(fn), options);
const asked = (conv) => (d) => d.conv === conv;
const AT_ONCE_MS = 15000; // and not after the thirty seconds that a circle has in these tests

async function waiting(server, d = {}) {
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en', ...d });
  return c;
}

async function free(server, login, set = {}) {
  const a = await associate(server, login);
  await a.request('presence.set', { mode: 'available', ...set });
  return a;
}

const cut = (...peers) => Promise.all(peers.map((peer) => peer.cut()));

test('a card says who asks; taken it goes from the others', async (t) => {
  const server = await started(t, { associates: ['lea', 'max', 'ann'] });
  const [lea, max, ann] = [await free(server, 'lea'), await free(server, 'max'), await associate(server, 'ann')];
  const c = await waiting(server, { product: { sku: 'VT-7', name: 'Halo ring' } });
  for (const a of [lea, max]) {
    const { d, ts } = await a.waitFor('claim.ask', asked(c.conv));
    assert.deepEqual([d.queue, d.before, d.lang, d.product.sku], ['main', false, 'en', 'VT-7']);
    assert.ok(d.until - ts > 15000 && d.until - ts <= 20500);
  }
  const state = await c.waitFor('session.state', (d) => d.state === 'claimed');
  assert.equal(state.d.associate, undefined, 'asked is not taken');
  await take(max, c.conv);
  const gone = await lea.waitFor('claim.gone', asked(c.conv));
  assert.equal(gone.d.why, 'taken');
  assert.equal((await lea.refusal('claim.take', { conv: c.conv })).code, 'claim.gone');
  assert.equal((await lea.refusal('claim.decline', { conv: c.conv })).code, 'claim.gone');
  assert.equal(ann.seen('claim.ask').length, 0, 'who has not said available is not asked');
  await cut(c, lea, max, ann);
});

test('taking from the list goes on beside the cards', async (t) => {
  const server = await started(t, { associates: ['lea', 'max'] });
  const [lea, max] = [await free(server, 'lea'), await associate(server, 'max')];
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  await take(max, c.conv);
  assert.equal((await lea.waitFor('claim.gone', asked(c.conv))).d.why, 'taken');
  await cut(c, lea, max);
});

test('with the last place taken the other cards go; with a place again they are asked again', async (t) => {
  const server = await started(t);
  const lea = await free(server, 'lea', { cap: 1 });
  const [one, two] = [await waiting(server), await waiting(server)];
  await lea.waitFor('claim.ask', asked(one.conv));
  const n = await take(lea, two.conv);
  await lea.waitFor('claim.gone', asked(one.conv));
  await one.waitFor('session.state', (d) => d.state === 'waiting');
  await lea.request('session.end', {}, { c: n });
  await lea.waitFor('claim.ask', asked(one.conv));
  await cut(one, two, lea);
});

test('of two lines of the same people whoever waits longest is asked for first', async (t) => {
  const server = await started(t, { settings: { queues: ['a', 'b', 'c'].map((id) => ({ id, name: id })) } });
  const line = [];
  for (const queue of ['c', 'a', 'b', 'a', 'c', 'b']) line.push(await waiting(server, { queue }));
  const lea = await free(server, 'lea', { cap: 1 });
  for (const c of line) {
    const { d } = await lea.waitFor('claim.ask');
    assert.equal(d.conv, c.conv);
    await lea.request('session.end', {}, { c: await take(lea, c.conv) });
  }
  await cut(lea, ...line);
});

test('who leaves takes the card along', async (t) => {
  const server = await started(t);
  const lea = await free(server, 'lea');
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  await c.request('queue.leave', {});
  assert.equal((await lea.waitFor('claim.gone', asked(c.conv))).d.why, 'left');
  await cut(c, lea);
});

test('the known one first, then the group, then everybody', async (t) => {
  const settings = { queues: [{ id: 'main', name: 'Main', groups: [['max']] }], ring: { known: 1, first: 1, total: 60 }, sticky: { seconds: 15, days: 3 } };
  const server = await started(t, { associates: ['lea', 'max', 'ann'], settings });
  const lea = await associate(server, 'lea');
  const c = await waiting(server);
  const n = await take(lea, c.conv);
  await lea.request('session.end', {}, { c: n });
  const [max, ann] = [await free(server, 'max'), await free(server, 'ann')];
  await lea.request('presence.set', { mode: 'available' });
  await c.request('queue.join', { lang: 'en' });
  const first = await lea.waitFor('claim.ask', asked(c.conv));
  assert.equal(first.d.before, true);
  const second = await max.waitFor('claim.ask', asked(c.conv));
  const third = await ann.waitFor('claim.ask', asked(c.conv));
  assert.equal(third.d.before, false);
  for (const ms of [second.ts - first.ts, third.ts - second.ts]) assert.ok(ms >= 900, `each its second: ${ms} ms`); // by the server's clock
  await cut(c, lea, max, ann);
});

/// Who speaks what; ada is there to say so, and not to be asked.
async function speaking(t, spoken, ring, queue = {}) {
  const settings = { queues: [{ id: 'main', name: 'Main', ...queue }], ring: { known: 0, total: 90, ...ring } };
  const server = await started(t, { associates: [...Object.keys(spoken), ['ada', 'admin']], settings });
  const ada = await rest(server, 'ada');
  const { people } = (await ada.get('/people')).json();
  for (const { login, id } of people) {
    if (spoken[login]) assert.deepEqual((await ada.put(`/people/${id}`, { languages: spoken[login] })).json().languages, spoken[login]);
  }
  const peers = [];
  for (const login of Object.keys(spoken)) peers.push(await free(server, login));
  return { server, ada, people, peers };
}

test('who speaks the language is asked first, then all of the circle; the next circle comes when it did', async (t) => {
  const { server, peers } = await speaking(t, { lea: ['de', 'fr'], max: ['en'], ann: [] }, { first: 4 }, { groups: [['lea', 'max']] });
  const [lea, max, ann] = peers;
  const c = await waiting(server, { lang: 'FR-ch' });
  const first = (await lea.waitFor('claim.ask', asked(c.conv))).ts;
  const second = (await max.waitFor('claim.ask', asked(c.conv))).ts;
  assert.ok(second - first >= 1900 && second - first < 3900, `half of the circle's time: ${second - first} ms`);
  const third = (await ann.waitFor('claim.ask', asked(c.conv))).ts;
  assert.ok(third - first >= 3900 && third - first < 5900, `the circle's whole time: ${third - first} ms`);
  await cut(c, lea, max, ann);
});

test('speakers who decline, or of whom there are none, hold nobody up', async (t) => {
  const { server, peers } = await speaking(t, { lea: ['fr'], max: ['en'], ann: [] }, { first: 60 });
  const [lea, max, ann] = peers;
  const one = await waiting(server, { lang: 'fr' });
  await lea.waitFor('claim.ask', asked(one.conv));
  await lea.request('claim.decline', { conv: one.conv });
  for (const a of [max, ann]) await a.waitFor('claim.ask', asked(one.conv), AT_ONCE_MS);
  const two = await waiting(server, { lang: 'it' });
  for (const a of [lea, max, ann]) await a.waitFor('claim.ask', asked(two.conv), AT_ONCE_MS);
  await cut(one, two, lea, max, ann);
});

test('a circle where nobody is free is left out while cards of the one before are out', async (t) => {
  const { server, peers } = await speaking(t, { lea: [], max: [] }, { first: 1 }, { groups: [['lea'], ['gone']] });
  const [lea, max] = peers;
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  await max.waitFor('claim.ask', asked(c.conv));
  assert.equal(lea.seen('claim.gone').length, 0);
  await cut(c, lea, max);
});

test('languages are tags of two or three letters, by REST and on the command line', async (t) => {
  const { server, ada, people, peers } = await speaking(t, { lea: ['fr'] }, {});
  const { id } = people.find(({ login }) => login === 'lea');
  for (const languages of ['fr', ['fr-CH'], ['FR'], [7], [''], ['fr de'], Array(22).fill('fr')]) {
    const answer = await ada.put(`/people/${id}`, { languages });
    assert.deepEqual([answer.status, answer.json().pointer], [422, '/languages'], JSON.stringify(languages));
  }
  assert.deepEqual((await ada.get(`/people/${id}`)).json().languages, ['fr']);
  assert.deepEqual((await ada.put(`/people/${id}`, { languages: [] })).json().languages, []);
  const add = (tags) => server.admin(['associate', 'add', '--site', SITE, '--login', 'kit', '--name', 'Kit', '--password-stdin', '--languages', tags], `${PASSWORD}\n`);
  assert.match((await add('fr,french')).stderr, /french is not/);
  assert.equal((await add('fr,de')).status, 0);
  const kit = await rest(server, 'kit');
  assert.deepEqual((await kit.get('/me')).json().person.languages, ['fr', 'de']);
  await cut(...peers);
});

test('declined goes on to the next at once; with away no more come', async (t) => {
  const settings = { queues: [{ id: 'main', name: 'Main', groups: [['lea'], ['max']] }], ring: { known: 0, first: 30, total: 90 } };
  const server = await started(t, { associates: ['lea', 'max'], settings });
  const [lea, max] = [await free(server, 'lea'), await free(server, 'max')];
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  assert.equal(max.seen('claim.ask').length, 0);
  await lea.request('claim.decline', { conv: c.conv, away: true });
  await max.waitFor('claim.ask', asked(c.conv));
  assert.equal((await lea.request('presence.set', {})).mode, 'busy');
  const next = await waiting(server);
  await max.waitFor('claim.ask', asked(next.conv));
  assert.ok(!lea.seen('claim.ask').some(({ d }) => d.conv === next.conv));
  await cut(c, next, lea, max);
});

test('a card runs out; nobody came: the customer is told, keeps the place, and is asked for again', async (t) => {
  const server = await started(t, { settings: { ring: { known: 0, first: 0, total: 3, card: 1 } } });
  const lea = await free(server, 'lea');
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  assert.equal((await lea.waitFor('claim.gone', asked(c.conv))).d.why, 'expired');
  await c.waitFor('session.state', (d) => d.state === 'waiting' && !d.why);
  const told = await c.waitFor('session.state', (d) => d.why === 'unclaimed');
  assert.deepEqual([told.d.state, told.d.position], ['waiting', 1]);
  await lea.until('the second card', () => (lea.seen('claim.ask').length > 1 ? true : undefined));
  await take(lea, c.conv);
  const live = await c.waitFor('session.state', (d) => d.state === 'live');
  assert.equal(live.d.why, undefined);
  await cut(c, lea);
});

test('with nobody there at all the customer is told too', async (t) => {
  const server = await started(t, { settings: { ring: { known: 0, first: 0, total: 2 } } });
  const c = await waiting(server);
  await c.waitFor('session.state', (d) => d.why === 'unclaimed');
  const lea = await free(server, 'lea');
  await lea.waitFor('claim.ask', asked(c.conv));
  await cut(c, lea);
});

test('a dead line gives its cards back at once; a second window keeps them', async (t) => {
  const settings = { queues: [{ id: 'main', name: 'Main', groups: [['lea'], ['max']] }], ring: { known: 0, first: 30, total: 90 } };
  const server = await started(t, { associates: ['lea', 'max'], settings });
  const [lea, max] = [await free(server, 'lea'), await free(server, 'max')];
  const c = await waiting(server);
  await lea.waitFor('claim.ask', asked(c.conv));
  const window = await associate(server, 'lea');
  await window.waitFor('claim.ask', asked(c.conv));
  await lea.cut();
  assert.equal((await window.request('presence.set', {})).mode, 'available');
  assert.equal(max.seen('claim.ask').length, 0);
  const before = Date.now();
  await window.cut();
  await max.waitFor('claim.ask', asked(c.conv));
  assert.ok(Date.now() - before < AT_ONCE_MS);
  await cut(c, max);
});

test('a full console gets no card; the first in the line is asked for first', async (t) => {
  const server = await started(t);
  const lea = await free(server, 'lea', { cap: 1 });
  const [one, two] = [await waiting(server), await waiting(server)];
  await lea.waitFor('claim.ask', asked(one.conv));
  await one.waitFor('session.state', (d) => d.state === 'claimed');
  assert.equal(lea.seen('claim.ask').length, 1, 'one free hand, one card');
  const n = await take(lea, one.conv);
  await lea.request('presence.set', {});
  assert.equal(lea.seen('claim.ask').length, 1);
  await lea.request('session.end', {}, { c: n });
  await lea.waitFor('claim.ask', asked(two.conv));
  await cut(one, two, lea);
});

/// 8 associates, half of whom lose their line between the card and the taking, or decline; each customer is served once, and nobody is
/// offered before somebody who waited longer, but for those who came back.
test('a busy day: everybody served once, in order', { timeout: 280000 }, async (t) => {
  const CUSTOMERS = 300;
  const logins = Array.from({ length: 8 }, (_, i) => `a${i + 1}`);
  const server = await started(t, {
    associates: logins, settings: { ring: { known: 0, first: 0, total: 1800, card: 120 } },
    args: ['--queue-capacity', '1000', '--max-sockets-address', '2000', '--rate-act', '1000', '--away-hold', '2s'],
  });
  const customers = [];
  for (let i = 0; i < CUSTOMERS; i += 10) {
    customers.push(...await Promise.all(Array.from({ length: 10 }, () => customer(server))));
  }
  for (const c of customers) await c.request('queue.join', { lang: 'en' }); // one after the other: their order is the test's
  const served = [];
  const left = () => CUSTOMERS - served.length;

  async function day(login, index) {
    let a = null;
    for (let cards = 0; left() > 0;) {
      a ??= await free(server, login, { cap: 1 + (index % 3) });
      const card = await a.until('a card', () => a.left.find(({ op }) => op === 'claim.ask') ?? (left() === 0 ? 'over' : undefined), 1000).catch(() => null);
      if (!card || card === 'over') continue; // the loop asks whether anybody is left
      a.left.splice(a.left.indexOf(card), 1);
      const { conv } = card.d;
      cards++;
      if (index % 2 && cards % 8 === 1) { // the line is lost with the card in hand
        await a.cut();
        a = null;
      } else if (index % 2 && cards % 4 === 2) {
        await a.ask('claim.decline', { conv });
      } else {
        const reply = await a.ask('claim.take', { conv });
        if (!reply.ok) continue;
        served.push(conv);
        await a.request('session.end', {}, { c: reply.d.c });
      }
    }
    await a?.cut();
  }
  await Promise.all(logins.map(day));
  assert.equal(served.length, CUSTOMERS);
  assert.equal(new Set(served).size, CUSTOMERS, 'nobody twice');
  for (const c of customers) assert.equal(c.seen('session.state').filter(({ d }) => d.state === 'live').length, 1);
  const firsts = customers.flatMap((c) => c.seen('session.state').find(({ d }) => d.state === 'claimed')?.ts ?? []);
  assert.ok(firsts.length > CUSTOMERS / 2, 'most were asked for, not only taken');
  const before = firsts.flatMap((ts, i) => (i > 0 && ts < firsts[i - 1] ? [`${i}: ${firsts[i - 1] - ts} ms`] : []));
  assert.deepEqual(before, [], 'nobody is asked for before who waited longer');
  await cut(...customers);
});
