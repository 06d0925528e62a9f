// SPDX-License-Identifier: Apache-2.0
/// The waiting line: places rise and fall and are told, limits hold, nobody loses a place by a lost line or a restart.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { associate, back, customer, shop, take } from './lib/kit.mjs';

const join = (peer, d) => peer.request('queue.join', { lang: 'en', ...d });

async function line(server, count, d) {
  const peers = [];
  for (let i = 0; i < count; i++) {
    const c = await customer(server, { name: `customer ${i + 1}` });
    assert.equal((await join(c, d)).position, i + 1);
    peers.push(c);
  }
  return peers;
}

const started = (t, options) => shop((fn) => t.after(fn), options);

test('places fall when those before are taken or leave', async (t) => {
  const server = await started(t);
  const [one, two, three, four] = await line(server, 4);
  const first = (await four.waitFor('queue.place', (d) => d.position === 4)).d;
  assert.ok(first.eta[0] <= first.eta[1] && first.eta[1] > 0);
  const a = await associate(server);
  await take(a, one.conv);
  await two.waitFor('queue.place', (d) => d.position === 1);
  await three.waitFor('queue.place', (d) => d.position === 2);
  await three.request('queue.leave', {});
  const last = (await four.waitFor('queue.place', (d) => d.position === 2)).d;
  assert.ok(last.eta[1] < first.eta[1], 'and so does the wait');
  assert.equal(three.seen('session.state').at(-1).d.state, 'ended');
  await join(three);
  await three.waitFor('queue.place', (d) => d.position === 3);
  for (const peer of [one, two, three, four, a]) await peer.cut();
});

test('places rise when somebody comes back to an older place', async (t) => {
  const server = await started(t, { args: ['--away-hold', '300ms'] });
  const [one, two] = await line(server, 2);
  const a = await associate(server);
  await take(a, one.conv);
  await two.waitFor('queue.place', (d) => d.position === 1);
  await a.cut();
  await one.waitFor('session.state', (d) => d.state === 'waiting' && d.why === 'associate-left');
  await one.waitFor('queue.place', (d) => d.position === 1);
  await two.waitFor('queue.place', (d) => d.position === 2);
  await one.cut();
  await two.cut();
});

const queue = (id, more = {}) => ({ id, name: id, ...more });

test('each queue has its own line', async (t) => {
  const server = await started(t, { settings: { queues: [queue('rings'), queue('watches')] } });
  const [, rings] = await line(server, 2, { queue: 'rings' });
  const [watch] = await line(server, 1, { queue: 'watches' });
  const a = await associate(server);
  const { rows } = await a.request('queue.watch', { tab: 'unassigned', queue: 'rings' });
  assert.deepEqual(rows.map((row) => row.queue), ['rings', 'rings']);
  for (const peer of [rings, watch, a]) await peer.cut();
});

test('department and language choose the queue; an unknown name is no reason to send anybody away', async (t) => {
  const settings = {
    queues: [queue('rings-fr', { department: 'rings', languages: ['fr'] }), queue('rings', { department: 'rings', languages: ['en', 'de'] }), queue('care')],
  };
  const server = await started(t, { settings });
  const a = await associate(server);
  for (const [d, want] of [
    [{ queue: 'rings', lang: 'fr-CH' }, 'rings-fr'], [{ queue: 'rings', lang: 'de' }, 'rings'], [{ queue: 'rings', lang: 'it' }, 'rings-fr'],
    [{ queue: 'care', lang: 'fr' }, 'care'], [{ lang: 'fr' }, 'rings-fr'], [{ lang: 'it' }, 'care'], [{ queue: 'gone', lang: 'en' }, 'rings'],
  ]) {
    const c = await customer(server);
    await c.request('queue.join', d);
    assert.equal((await c.waitFor('session.state', (s) => s.state === 'waiting')).d.queue, want, JSON.stringify(d));
    await c.request('queue.leave', {});
    await c.cut();
  }
  await a.cut();
});

test('what a customer may choose from: each queue by its name in their language', async (t) => {
  const settings = {
    queues: [
      queue('rings', { offered: true, label: { en: 'Rings and bands', fr: 'Bagues' } }),
      queue('repairs', { offered: true, label: { fr: 'Réparations' }, hours: { tz: 'UTC', week: {} } }),
      queue('trade'),
    ],
  };
  const server = await started(t, { settings });
  for (const [lang, rings, repairs] of [['fr-CH', 'Bagues', 'Réparations'], ['en', 'Rings and bands', 'repairs'], ['it', 'rings', 'repairs'], [undefined, 'rings', 'repairs']]) {
    const c = await customer(server, { lang });
    const { queues } = (await c.waitFor('queue.status')).d;
    assert.deepEqual(queues.map(({ id, label, offered, state }) => [id, label, offered, state]),
      [['rings', rings, true, 'message'], ['repairs', repairs, true, 'closed'], ['trade', 'trade', undefined, 'message']], String(lang));
    await c.cut();
  }
});

test('a queue may be shorter than the server allows', async (t) => {
  const server = await started(t, { settings: { queues: [queue('rings', { max: 1 })] } });
  const [one] = await line(server, 1);
  const late = await customer(server);
  assert.equal((await late.refusal('queue.join', { lang: 'en' })).code, 'queue.full');
  await one.cut();
  await late.cut();
});

test('a full queue refuses; a place that is free again is given', async (t) => {
  const server = await started(t, { args: ['--queue-capacity', '2'] });
  const [one, two] = await line(server, 2);
  const late = await customer(server);
  const err = await late.refusal('queue.join', { lang: 'en' });
  assert.deepEqual([err.code, err.retry], ['queue.full', true]);
  await one.request('queue.leave', {});
  assert.equal((await join(late)).position, 2);
  for (const peer of [one, two, late]) await peer.cut();
});

test('an associate has so many live conversations, no more', async (t) => {
  const server = await started(t, { args: ['--capacity', '2'], associates: ['lea', 'max'] });
  const [one, two, three] = await line(server, 3);
  const a = await associate(server);
  const first = await take(a, one.conv);
  await take(a, two.conv);
  assert.equal((await a.refusal('claim.take', { conv: three.conv })).code, 'cap.reached');
  const again = await associate(server);
  assert.equal((await again.refusal('claim.take', { conv: three.conv })).code, 'cap.reached', 'a second window is the same person');
  assert.equal(three.seen('session.state').at(-1).d.state, 'waiting');
  await a.request('session.end', {}, { c: first });
  await take(a, three.conv);
  for (const peer of [one, two, three, a, again]) await peer.cut();
});

test('of two who take the same customer one gets them', async (t) => {
  const server = await started(t, { associates: ['lea', 'max'] });
  const staff = [await associate(server, 'lea'), await associate(server, 'max')];
  for (let i = 0; i < 3; i++) {
    const c = await customer(server);
    await join(c);
    const replies = await Promise.all(staff.map((a) => a.ask('claim.take', { conv: c.conv })));
    assert.deepEqual(replies.map((reply) => (reply.ok ? 'ok' : reply.err.code)).sort(), ['claim.gone', 'ok']);
    const won = replies.findIndex((reply) => reply.ok);
    const state = await c.waitFor('session.state', (d) => d.state === 'live');
    assert.equal(state.d.associate.name, ['Lea', 'Max'][won]);
    assert.equal(state.d.reference, replies[won].d.reference);
    await c.request('session.end', {});
    await c.cut();
  }
  for (const a of staff) await a.cut();
});

test('the list shows who waits, who is served, and what they looked at', async (t) => {
  const server = await started(t, { associates: ['lea', 'max'] });
  const lea = await associate(server, 'lea');
  const max = await associate(server, 'max');
  await lea.request('queue.watch', { tab: 'all' });
  const c = await customer(server);
  await join(c, { product: { sku: 'VT-7', name: 'Halo ring', price: '1290.00', currency: 'EUR' }, text: 'Which size?' });
  const { d } = await lea.waitFor('queue.row', (row) => row.conv === c.conv && row.state === 'waiting');
  assert.equal(d.product.sku, 'VT-7');
  assert.equal(d.online, true);
  assert.ok(Math.abs(d.since - Date.now()) < 60000);
  assert.match(d.name, /^\S+/);
  const rows = async (peer, tab) => (await peer.request('queue.watch', { tab })).rows.map((row) => row.conv);
  assert.deepEqual([await rows(max, 'mine'), await rows(max, 'unassigned'), await rows(max, 'all')], [[], [c.conv], [c.conv]]);
  await take(max, c.conv);
  const taken = await lea.waitFor('queue.row', (row) => row.conv === c.conv && row.state === 'live');
  assert.equal(taken.d.associate, 'Max');
  assert.equal(taken.d.person, max.welcome.me.id, 'whose it is does not hang on a name');
  assert.equal(taken.d.lang, 'en');
  assert.deepEqual([await rows(max, 'mine'), await rows(max, 'unassigned'), await rows(lea, 'mine')], [[c.conv], [], []]);
  await c.cut();
  await lea.waitFor('queue.row', (row) => row.conv === c.conv && row.online === false);
  const fresh = await back(server, c);
  await lea.waitFor('queue.row', (row) => row.conv === c.conv && row.online === true);
  await fresh.request('session.end', {});
  await lea.waitFor('queue.row', (row) => row.conv === c.conv && row.state === 'ended');
  for (const peer of [fresh, lea, max]) await peer.cut();
});

test('the place outlives a lost line and a restart', async (t) => {
  const server = await started(t);
  const [one, two, three] = await line(server, 3, { product: { sku: 'VT-2' } });
  await two.cut();
  const again = await back(server, two);
  await again.waitFor('queue.place', (d) => d.position === 2);
  await server.crash();
  await server.start();
  const places = await Promise.all([three, again, one].map(async (peer) => {
    const fresh = await back(server, peer);
    assert.equal(fresh.welcome.convs[0].recovered, false, 'a restart is a new epoch');
    const { d } = await fresh.waitFor('snapshot');
    assert.equal(d.state.state, 'waiting');
    if (d.state.position) return [fresh, d.state.position];
    return [fresh, (await fresh.waitFor('queue.place')).d.position];
  }));
  assert.deepEqual(places.map(([, place]) => place), [3, 2, 1]);
  const a = await associate(server);
  const { rows } = await a.request('queue.watch', { tab: 'all' });
  assert.deepEqual(rows.map((row) => [row.state, row.product?.sku]), Array(3).fill(['waiting', 'VT-2']));
  await take(a, places[2][0].conv);
  for (const peer of [a, ...places.map(([fresh]) => fresh)]) await peer.cut();
});

test('a place without a socket ends after the hold', async (t) => {
  const server = await started(t, { args: ['--away-hold', '300ms'] });
  const [one, two] = await line(server, 2);
  await one.cut();
  await two.waitFor('queue.place', (d) => d.position === 1);
  const fresh = await back(server, one);
  const { recovered } = fresh.welcome.convs[0];
  if (recovered) await fresh.waitFor('session.state', (d) => d.state === 'ended');
  else await fresh.waitFor('snapshot', (d) => ['none', 'ended'].includes(d.state.state));
  assert.equal((await join(fresh)).position, 2, 'and it may be asked for again');
  await fresh.cut();
  await two.cut();
});

test('who waited in silence is not given up for lost when somebody takes them', async (t) => {
  const server = await started(t, { args: ['--beat-idle', '60s', '--beat-live', '1s'] }); // given up after 2.5 s in a live session
  const c = await customer(server);
  await join(c);
  await new Promise((resolve) => setTimeout(resolve, 2600)); // about time: silent, as the slow beat allows
  const a = await associate(server);
  await take(a, c.conv);
  const gone = await Promise.race([c.closed, new Promise((resolve) => setTimeout(resolve, 800))]);
  assert.equal(gone, undefined, `closed ${c.why}`);
  await c.cut();
  await a.cut();
});

test('reference numbers differ among the live', async (t) => {
  const server = await started(t, { args: ['--capacity', '100'] });
  const a = await associate(server);
  const references = new Set();
  for (let i = 0; i < 15; i++) {
    const c = await customer(server);
    await join(c);
    const { reference } = await a.request('claim.take', { conv: c.conv });
    assert.match(reference, /^\d-\d{3}$/);
    references.add(reference);
  }
  assert.equal(references.size, 15);
  await a.cut();
});
