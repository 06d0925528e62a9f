// SPDX-License-Identifier: Apache-2.0
/// Opening hours and who is there, as every open page hears of it; notices to those who wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { associate, back, customer, setSettings, shop } from './lib/kit.mjs';

const started = (t, options) => shop((fn) => t.after(fn), options);
const minute = (ms) => Math.floor(ms / 60000);
const pad = (n) => String(n).padStart(2, '0');
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/// Hours in UTC that are open only around `from` minutes from now (to `to`), today or tomorrow.
function hours(from, to) {
  const week = {};
  const add = (at, span) => (week[DAYS[at.getUTCDay()]] ??= []).push(span);
  const begin = new Date(Date.now() + from * 60000);
  const end = new Date(Date.now() + to * 60000);
  const text = (at) => `${pad(at.getUTCHours())}:${pad(at.getUTCMinutes())}`;
  if (begin.getUTCDay() === end.getUTCDay()) add(begin, [text(begin), text(end)]);
  else {
    add(begin, [text(begin), '24:00']);
    if (text(end) !== '00:00') add(end, ['00:00', text(end)]);
  }
  return { tz: 'UTC', week };
}
const queue = (id, more) => ({ id, name: id, ...more });

test('closed says until when, refuses to join, and opens for every open page by the clock', async (t) => {
  const opens = [minute(Date.now() + 3600000)];
  const server = await started(t, { settings: { queues: [queue('main', { hours: hours(60, 120) })] } });
  opens.push(minute(Date.now() + 3600000)); // the next minute may have begun
  const a = await associate(server);
  const c = await customer(server);
  const { d } = await c.waitFor('queue.status');
  assert.equal(d.state, 'closed');
  assert.ok(opens.includes(minute(d.nextOpenTime)), `${minute(d.nextOpenTime)} is none of ${opens}`);
  assert.equal(d.queues, undefined, 'one queue is nothing to choose from');
  const err = await c.refusal('queue.join', { lang: 'en' });
  assert.deepEqual([err.code, err.retry], ['queue.closed', true]);
  assert.ok(err.after > 3400000 && err.after <= 3660000);
  await setSettings(server, { queues: [queue('main', { hours: hours(-60, 60) })] });
  await c.waitFor('queue.status', (s) => s.state === 'available');
  assert.ok((await c.request('queue.join', { lang: 'en' })).position === 1);
  await c.cut();
  await a.cut();
});

test('a day without hours is closed with the shop\'s reason', async (t) => {
  // Tomorrow, too: it may begin meanwhile.
  const days = [0, 1].map((n) => new Date(Date.now() + n * 86400000).toISOString().slice(0, 10));
  const all = [['00:00', '24:00']];
  const week = Object.fromEntries(DAYS.map((name) => [name, all]));
  const settings = { queues: [queue('main', { hours: { tz: 'UTC', week, exceptions: days.map((date) => ({ date, open: [], why: 'Stocktaking' })) } })] };
  const server = await started(t, { settings });
  const c = await customer(server);
  const { d } = await c.waitFor('queue.status');
  assert.deepEqual([d.state, d.why], ['closed', 'Stocktaking']);
  assert.ok(d.nextOpenTime > Date.now() && d.nextOpenTime % 86400000 === 0, 'midnight in UTC');
  await c.cut();
});

test('several queues are told one by one; the whole is the best of them', async (t) => {
  const settings = { queues: [queue('rings', { hours: hours(30, 60) }), queue('care', { department: 'Care' })] };
  const server = await started(t, { settings });
  const c = await customer(server);
  const first = (await c.waitFor('queue.status')).d;
  assert.equal(first.state, 'message', 'open, but nobody is there');
  assert.deepEqual(first.queues.map((q) => [q.id, q.state, q.department]), [['rings', 'closed', undefined], ['care', 'message', 'Care']]);
  assert.equal((await c.refusal('queue.join', { lang: 'en', queue: 'rings' })).code, 'queue.closed');
  const a = await associate(server);
  await c.waitFor('queue.status', (s) => s.state === 'available' && s.queues[0].state === 'closed' && s.queues[1].state === 'available');
  await c.request('queue.join', { lang: 'en', queue: 'care' });
  await c.cut();
  await a.cut();
});

test('nobody left: the page says so when the lost line has been lost for long', async (t) => {
  const server = await started(t, { args: ['--beat-idle', '2s'] });
  const c = await customer(server);
  const a = await associate(server);
  await c.waitFor('queue.status', (d) => d.state === 'available');
  await a.cut();
  await c.waitFor('queue.status', (d) => d.state === 'message');
  await c.cut();
});

test('notices come with their time and the line, again after a reload, and go', async (t) => {
  const at = (minutes) => new Date(Date.now() + minutes * 60000).toISOString();
  const notice = (id, kind, more) => ({ id, kind, text: `about ${id}`, ...more });
  const settings = {
    notices: [notice('tip', 'tip', { url: '/care' }), notice('later', 'special', { from: at(60) }), notice('over', 'special', { until: at(-60) }),
      notice('busy', 'load', { when: { waitingOver: 1 } })],
  };
  const server = await started(t, { settings });
  const one = await customer(server);
  await one.request('queue.join', { lang: 'en' });
  const { d } = await one.waitFor('notice.show');
  assert.deepEqual([d.id, d.kind, d.text, d.url], ['tip', 'tip', 'about tip', '/care']);
  one.notice('notice.seen', { id: d.id });
  const two = await customer(server);
  await two.request('queue.join', { lang: 'en' });
  for (const c of [one, two]) await c.waitFor('notice.show', (n) => n.id === 'busy');
  await one.cut();
  const again = await back(server, one);
  await again.waitFor('notice.show', (n) => n.id === 'tip');
  await again.waitFor('notice.show', (n) => n.id === 'busy');
  await two.request('queue.leave', {});
  await again.waitFor('notice.drop', (n) => n.id === 'busy');
  await two.waitFor('notice.drop', (n) => n.id === 'tip');
  for (const c of [one, two, again]) assert.ok(!c.seen('notice.show').some((event) => ['later', 'over'].includes(event.d.id)));
  await again.cut();
  await two.cut();
});
