// SPDX-License-Identifier: Apache-2.0
/// After a session: wrap-up, rating, and the sessions that were.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { associate, customer, keeper, live, shop, take } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '50'] });
});

test('wrap-up and rating: rows for staff, columns of the session', async () => {
  const { c, a, n } = await live(server);
  assert.equal((await a.refusal('session.close', { outcome: 'sold' }, { c: n })).code, 'state.wrong', 'not while it runs');
  await a.request('session.end', { why: 'done' }, { c: n });
  await c.waitFor('session.state', (d) => d.state === 'ended');
  await a.request('session.close', { outcome: 'sold', labels: ['ring'], note: 'Wants it engraved.' }, { c: n });
  await c.request('rating.give', { stars: 2 });
  assert.equal((await a.waitFor('rating.give')).d.stars, 2);
  await c.request('rating.give', { stars: 5, text: 'Lovely.' });
  assert.deepEqual((await a.waitFor('rating.give')).d, { stars: 5, text: 'Lovely.' });
  assert.equal((await c.refusal('rating.give', { stars: 6 })).code, 'field.bad');
  const max = await associate(server, 'max');
  const { c: m } = await max.request('conv.open', { conv: c.conv });
  const snapshot = await max.waitFor('snapshot');
  assert.deepEqual(snapshot.d.profile.labels, ['ring']);
  assert.ok(snapshot.d.thread.some((row) => row.op === 'session.close' && row.d.outcome === 'sold'));
  const { sessions } = await max.request('session.history', {}, { c: m });
  assert.equal(sessions.length, 1);
  const [{ state, outcome, note, stars, associate: who, reference }] = sessions;
  assert.deepEqual({ state, outcome, note, stars, who }, { state: 'ended', outcome: 'sold', note: 'Wants it engraved.', stars: 5, who: 'Lea' });
  assert.match(reference, /^\d-\d{3}$/);
  assert.equal(c.seen('session.close').length, 0);
  for (const peer of [c, a, max]) await peer.cut();
});

test('a second session has its own place in the history', async () => {
  const { c, a, n } = await live(server);
  await a.request('session.end', {}, { c: n });
  await c.waitFor('session.state', (d) => d.state === 'ended');
  await a.request('session.close', { outcome: 'unresolved' }, { c: n });
  await c.request('queue.join', { lang: 'en' });
  await take(a, c.conv);
  await a.request('session.end', {}, { c: n });
  await c.request('rating.give', { stars: 4 });
  const { sessions } = await a.request('session.history', {}, { c: n });
  assert.deepEqual(sessions.map((s) => [s.outcome, s.stars]), [[undefined, 4], ['unresolved', undefined]]);
  for (const peer of [c, a]) await peer.cut();
});

test('away: staff are told how long and why', async () => {
  const { c, a, n } = await live(server);
  await c.request('away', { returnSeconds: 600, message: 'Paying' });
  const told = await a.waitFor('away');
  assert.deepEqual(told.d, { returnSeconds: 600, message: 'Paying' });
  assert.equal(told.by, 'c');
  assert.equal((await c.refusal('away', { returnSeconds: 1801 })).code, 'field.bad');
  await a.request('session.end', {}, { c: n });
  for (const peer of [c, a]) await peer.cut();
  const idle = await customer(server);
  assert.equal((await idle.refusal('away', { returnSeconds: 10 })).code, 'state.wrong');
  await idle.cut();
});
