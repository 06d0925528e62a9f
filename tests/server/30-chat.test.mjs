// SPDX-License-Identifier: Apache-2.0
/// The thread: acknowledged after the commit, in one order for all, once for one cid, notes among staff.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { associate, back, customer, keeper, live, say, shop, take } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '50', '--chat-per-minute', '1000', '--rate-talk', '500', '--rate-search', '500'] });
});

async function leave({ c, a }) {
  await c.request('session.end', {});
  await c.cut();
  await a.cut();
}

test('a message is answered with its number and reaches the other side', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { cs } = await say(c, 'Is it rosé gold? 💍');
  const heard = await a.waitFor('chat.send');
  assert.equal(heard.cs, cs);
  assert.equal(heard.by, 'c');
  assert.equal(heard.c, n);
  assert.deepEqual(heard.d, { kind: 'text', body: { text: 'Is it rosé gold? 💍' } });
  assert.ok(Math.abs(heard.ts - Date.now()) < 60000);
  const reply = await a.ask('chat.send', { kind: 'text', body: { text: 'Yes, 18 ct.' }, re: cs }, { c: n });
  const answered = await c.waitFor('chat.send');
  assert.equal(answered.d.re, cs);
  assert.equal(answered.cs, reply.d.cs);
  assert.equal(answered.by, 'a1');
  assert.equal(c.seen('chat.send').length, 1, 'the author gets the reply, not the event');
  await leave(pair);
});

test('both talk at once: everyone has the same order', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const told = [];
  for (let i = 0; i < 40; i++) {
    told.push(say(c, `c${i}`).then(({ cs }) => [cs, `c${i}`]));
    told.push(say(a, `a${i}`, { c: n }).then(({ cs }) => [cs, `a${i}`]));
  }
  const rows = (await Promise.all(told)).sort(([x], [y]) => x - y);
  assert.equal(new Set(rows.map(([cs]) => cs)).size, 80);
  const { rows: kept } = await c.request('chat.history', { before: 4294967295, n: 50 });
  assert.deepEqual(kept.map((row) => [row.cs, row.d.body.text]), rows.slice(-50));
  for (const side of ['c', 'a']) {
    const own = rows.map(([, text]) => text).filter((text) => text[0] === side);
    assert.deepEqual(own, Array.from({ length: 40 }, (_, i) => `${side}${i}`), 'each in the order it was said');
  }
  await leave(pair);
});

test('the same cid is the same message', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const cid = randomUUID();
  const first = await say(c, 'once', { cid });
  const again = await say(c, 'once', { cid });
  assert.equal(again.cs, first.cs);
  const both = await Promise.all([say(c, 'twin', { cid: first.cid = randomUUID() }), say(c, 'twin', { cid: first.cid })]);
  assert.equal(both[0].cs, both[1].cs);
  await c.cut();
  const fresh = await back(server, c);
  assert.equal((await say(fresh, 'once', { cid })).cs, first.cs, 'after a reconnect too');
  await say(fresh, 'end');
  await a.waitFor('chat.send', (d) => d.body.text === 'end');
  assert.deepEqual(a.seen('chat.send').map((event) => event.d.body.text), ['once', 'twin', 'end']);
  assert.deepEqual((await a.request('chat.history', { before: 4294967295, n: 50 }, { c: n })).rows.map((row) => row.d.body.text), ['once', 'twin', 'end']);
  await leave({ c: fresh, a });
});

test('a note stays among staff, and the chain of the customer steps over it', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const max = await associate(server, 'max');
  const { c: m } = await max.request('conv.open', { conv: c.conv });
  await say(a, 'before', { c: n });
  const { cs } = await say(a, 'difficult', { c: n, kind: 'note' });
  await say(a, 'after', { c: n });
  assert.equal((await max.waitFor('chat.send', (d) => d.kind === 'note')).cs, cs);
  const last = await c.waitFor('chat.send', (d) => d.body.text === 'after');
  assert.equal(last.p, cs - 1, 'p names the number before, for this audience');
  assert.ok(c.seen('chat.send').every((event) => event.d.kind !== 'note'));
  assert.deepEqual((await c.request('chat.history', { before: 4294967295, n: 50 })).rows.map((row) => row.d.body.text), ['before', 'after']);
  assert.equal((await c.refusal('chat.send', { kind: 'note', body: { text: 'x' } })).code, 'role.forbidden');
  await max.request('conv.close', {}, { c: m });
  await max.cut();
  await leave(pair);
});

test('kinds: text, note, product and picture, each with its body', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const product = { sku: 'VT-1', name: 'Halo ring', price: '1290.00', currency: 'EUR' };
  await a.request('chat.send', { kind: 'product', body: { product } }, { c: n });
  assert.deepEqual((await c.waitFor('chat.send')).d.body.product, product);
  await a.request('chat.send', { kind: 'picture', body: { media: 'm1' } }, { c: n });
  assert.equal((await c.waitFor('chat.send')).d.body.media, 'm1');
  const fault = async (kind, body) => (({ code, field }) => `${code} ${field}`)(await a.refusal('chat.send', { kind, body }, { c: n }));
  assert.equal(await fault('text', {}), 'field.bad /d/body/text');
  assert.equal(await fault('text', { text: '' }), 'field.bad /d/body/text');
  assert.equal(await fault('product', {}), 'field.bad /d/body/product');
  assert.equal(await fault('picture', { text: 'x' }), 'field.bad /d/body/media');
  await leave(pair);
});

test('a text has 8 KiB, counted in bytes', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await say(c, 'é'.repeat(4096));
  assert.equal((await a.waitFor('chat.send')).d.body.text.length, 4096);
  const err = await c.refusal('chat.send', { kind: 'text', body: { text: `${'é'.repeat(4096)}x` } });
  assert.deepEqual([err.code, err.field, err.retry], ['too.large', '/d/body/text', false]);
  await leave(pair);
});

test('typing and reading reach the other side only', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  c.notice('chat.typing', { on: true });
  assert.deepEqual((await a.waitFor('chat.typing')).d, { on: true });
  c.notice('chat.typing', { on: false });
  assert.deepEqual((await a.waitFor('chat.typing', (d) => !d.on)).d, { on: false });
  const { cs } = await say(a, 'read me', { c: n });
  await c.waitFor('chat.send');
  c.ack();
  assert.deepEqual((await a.waitFor('chat.read', (d) => d.delivered === cs)).by, 'c');
  c.notice('chat.read', { read: cs });
  await a.waitFor('chat.read', (d) => d.read === cs);
  c.notice('chat.read', { read: cs - 1 });
  c.notice('chat.read', { read: cs + 1000 });
  await c.beat();
  await a.beat();
  assert.ok(a.seen('chat.read').every(({ d }) => !(d.read > cs) && !(d.delivered > cs)), 'nobody reads what is not there');
  assert.equal(c.seen('chat.typing').length + c.seen('chat.read').length, 0);
  const late = await associate(server, 'max');
  const { c: m } = await late.request('conv.open', { conv: c.conv });
  const { d } = await late.waitFor('snapshot');
  assert.deepEqual(d.read.find((mark) => mark.who === 'c'), { who: 'c', read: cs, delivered: cs });
  await late.request('conv.close', {}, { c: m });
  await late.cut();
  await leave(pair);
});

test('unread customers show in the list until staff reads', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await a.request('queue.watch', { tab: 'mine' });
  const { cs } = await say(c, 'hello?');
  await a.waitFor('queue.row', (row) => row.conv === c.conv && row.unread === 1);
  a.notice('chat.read', { read: cs }, { c: n });
  await a.waitFor('queue.row', (row) => row.conv === c.conv && row.unread === 0);
  await leave(pair);
});

test('history goes back page by page', async () => {
  const pair = await live(server);
  const { c } = pair;
  const all = [];
  for (let i = 0; i < 23; i++) all.push((await say(c, `m${i}`)).cs);
  const pages = [];
  let before_ = 4294967295;
  for (let more = true; more; ) {
    const reply = await c.request('chat.history', { before: before_, n: 10 });
    pages.unshift(...reply.rows.map((row) => row.cs));
    more = reply.more;
    before_ = reply.rows[0].cs;
  }
  assert.deepEqual(pages, all);
  assert.deepEqual(await c.request('chat.history', { before: all[0], n: 10 }), { rows: [], more: false });
  await leave(pair);
});

test('history gives as many rows as fit a message', async () => {
  const pair = await live(server);
  const { c } = pair;
  for (let i = 0; i < 12; i++) await say(c, `${i}-${'x'.repeat(8000)}`);
  const { rows, more } = await c.request('chat.history', { before: 4294967295, n: 50 });
  assert.ok(rows.length >= 6 && rows.length < 12, `${rows.length} rows`);
  assert.equal(more, true);
  assert.ok(rows.at(-1).d.body.text.startsWith('11-'));
  const fresh = await back(server, c, { from: { ...c.resume, epoch: 0 } });
  const { d } = await fresh.waitFor('snapshot');
  assert.ok(d.thread.length >= 4 && d.more);
  assert.ok(d.thread.at(-1).d.body.text.startsWith('11-'), 'the newest rows stay');
  await leave({ c: fresh, a: pair.a });
});

test('the thread works without a session', async () => {
  const c = await customer(server);
  const { cs } = await say(c, 'anybody there?');
  await c.request('queue.join', { lang: 'en' });
  const a = await associate(server);
  const n = await take(a, c.conv);
  assert.equal(a.seen('snapshot').at(-1).d.thread[0].cs, cs);
  await c.request('session.end', { why: 'done' });
  await a.waitFor('session.state', (d) => d.state === 'ended' && d.why === 'done');
  await say(a, 'one more thing', { c: n });
  await c.waitFor('chat.send');
  await c.cut();
  await a.cut();
});

test('limits: five a second in bursts of four seconds; a customer twenty a minute', async (t) => {
  const strict = await shop((fn) => t.after(fn), { associates: ['lea'] });
  const pair = await live(strict);
  const { c, a, n } = pair;
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => a.ask('chat.send', { kind: 'text', body: { text: `${i}` } }, { c: n })));
  const refused = answers.filter((answer) => answer.err);
  assert.ok(refused.length >= 1 && refused.length <= 40, `${refused.length} of 60 refused`); // a second that they take gives room for five
  assert.ok(refused.every(({ err }) => err.code === 'rate.limited' && err.retry && err.after > 0 && err.after <= 1000));
  for (let i = 0; i < 20; i++) {
    const answer = await c.ask('chat.send', { kind: 'text', body: { text: `c${i}` } });
    assert.ok(answer.ok, JSON.stringify(answer));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000)); // lets the bucket of the second fill again
  const err = await c.refusal('chat.send', { kind: 'text', body: { text: 'the 21st' } });
  assert.equal(err.code, 'rate.limited');
  assert.ok(err.after > 30000 && err.after <= 60000, `wait ${err.after}`);
  await c.cut();
  const fresh = await back(strict, c);
  assert.equal((await fresh.refusal('chat.send', { kind: 'text', body: { text: 'x' } })).code, 'rate.limited', 'a new socket is no new minute');
  await fresh.cut();
  await a.cut();
});
