// SPDX-License-Identifier: Apache-2.0
/// Who takes customers: by hand, by rule, by a lost line; and what the shop's other people see of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { associate, customer, shop, take } from './lib/kit.mjs';

const started = (t, options) => shop((fn) => t.after(fn), options);
const of = (peer) => (d) => d.who === peer.welcome.me.id;

test('who has said nothing is busy; a choice is answered and shown to the others', async (t) => {
  const server = await started(t, { associates: ['lea', ['sam', 'supervisor']] });
  const lea = await associate(server);
  const sam = await associate(server, 'sam', { role: 'supervisor' });
  assert.deepEqual(await lea.request('presence.set', {}), { mode: 'busy', cap: 3, used: 0 });
  await sam.request('queue.watch', { tab: 'all' });
  const { d } = await sam.waitFor('presence.staff', of(lea));
  assert.deepEqual([d.name, d.mode, d.used, d.cap, d.queues], ['Lea', 'busy', 0, 3, ['main']]);
  assert.deepEqual(await lea.request('presence.set', { mode: 'available', cap: 5 }), { mode: 'available', cap: 5, used: 0 });
  await sam.waitFor('presence.staff', (s) => of(lea)(s) && s.mode === 'available' && s.cap === 5);
  assert.deepEqual(await lea.request('presence.set', { mode: 'off' }), { mode: 'off', cap: 5, used: 0 });
  await sam.waitFor('presence.staff', (s) => of(lea)(s) && s.mode === 'off' && Math.abs(s.since - Date.now()) < 60000);
  assert.equal((await lea.refusal('presence.set', { mode: 'here' })).code, 'field.bad');
  assert.equal((await lea.refusal('presence.set', { cap: 21 })).code, 'field.bad');
  const c = await customer(server);
  assert.equal((await c.refusal('presence.set', { mode: 'available' })).code, 'role.forbidden');
  for (const peer of [lea, sam, c]) await peer.cut();
});

test('at the cap one is busy, and available again with room', async (t) => {
  const server = await started(t, { associates: ['lea', 'max'] });
  const [lea, max] = [await associate(server), await associate(server, 'max')];
  await max.request('queue.watch', { tab: 'all' });
  await lea.request('presence.set', { mode: 'available', cap: 1 });
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en' });
  const n = await take(lea, c.conv);
  await max.waitFor('presence.staff', (d) => of(lea)(d) && d.mode === 'busy' && d.used === 1);
  assert.deepEqual(await lea.request('presence.set', {}), { mode: 'busy', cap: 1, used: 1 });
  const next = await customer(server);
  await next.request('queue.join', { lang: 'en' });
  assert.equal((await lea.refusal('claim.take', { conv: next.conv })).code, 'cap.reached');
  await lea.request('session.end', {}, { c: n });
  await max.waitFor('presence.staff', (d) => of(lea)(d) && d.mode === 'available' && d.used === 0);
  await lea.waitFor('claim.ask', (d) => d.conv === next.conv);
  for (const peer of [lea, max, c, next]) await peer.cut();
});

test('a lost line is off after a while; with the line back they are what they chose', async (t) => {
  const server = await started(t, { associates: ['lea', 'max'], args: ['--beat-idle', '2s'] });
  const [lea, max] = [await associate(server), await associate(server, 'max')];
  await max.request('queue.watch', { tab: 'all' });
  await lea.request('presence.set', { mode: 'available', cap: 2 });
  await max.waitFor('presence.staff', (d) => of(lea)(d) && d.mode === 'available');
  const second = await associate(server);
  await lea.cut();
  assert.equal((await second.request('presence.set', {})).mode, 'available', 'another window is line enough');
  await second.cut();
  await max.waitFor('presence.staff', (d) => of(lea)(d) && d.mode === 'off');
  const again = await associate(server);
  await max.waitFor('presence.staff', (d) => of(lea)(d) && d.mode === 'available' && d.cap === 2);
  await again.cut();
  await max.cut();
});

test('another site sees nothing of it', async (t) => {
  const server = await started(t, { other: true, associates: ['lea', ['oto', 'associate', 'pk_other']] });
  const oto = await associate(server, 'oto', { site: 'pk_other' });
  await oto.request('queue.watch', { tab: 'all' });
  await oto.waitFor('presence.staff', of(oto));
  const lea = await associate(server);
  await lea.request('presence.set', { mode: 'available' });
  await oto.request('presence.set', { mode: 'available' });
  await oto.waitFor('presence.staff', (d) => of(oto)(d) && d.mode === 'available');
  assert.ok(oto.seen('presence.staff').every(({ d }) => of(oto)(d)));
  await lea.cut();
  await oto.cut();
});
