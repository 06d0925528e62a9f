// SPDX-License-Identifier: Apache-2.0
/// Consent, capability by capability: asked, given, refused, stopped; what it opens; the ledger; what is refused without it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { associate, back, eventually, keeper, live, setSettings, shop } from './lib/kit.mjs';
import { tables } from './lib/protocol.mjs';

const FAST = ['--rate-act', '10000', '--capacity', '100'];
const later = keeper(after);
let server;
before(async () => { server = await shop(later, { associates: ['lea', 'max', ['sam', 'supervisor']], args: FAST }); });

const words = (state, names) => Object.fromEntries(names.map((name) => [name, state[name]]));
const state = (peer, fits = () => true) => peer.waitFor('consent.state', fits).then(({ d }) => d);
const audited = (verb) => server.admin(['audit', 'list']).then(({ stdout }) => stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((record) => record.verb === verb));
async function leave({ c, a, n }) {
  await a.ask('session.end', {}, { c: n });
  await a.cut();
  await c.cut();
}

test('asked, given, used, stopped', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await a.request('consent.ask', { capabilities: ['mirror', 'point'], text: 'May I?' }, { c: n });
  assert.deepEqual((await c.waitFor('consent.ask')).d, { capabilities: ['mirror', 'point'], text: 'May I?' });
  assert.deepEqual(words(await state(c), ['mirror', 'point', 'click']), { mirror: 'requested', point: 'requested', click: 'off' });
  assert.equal((await a.refusal('mirror.watch', { on: true }, { c: n })).code, 'consent.missing');
  await c.request('consent.give', { capabilities: ['mirror', 'point'], wording: '1/en' });
  const given = (await a.waitFor('consent.give')).d;
  assert.equal(given.wording, '1/en');
  assert.match(given.mask, /^[0-9a-f]{12}$/, 'the version of the mask rules stands in the ledger');
  const on = await state(a, (d) => d.mirror === 'on');
  assert.equal(on.point, 'on');
  assert.deepEqual(on.can, ['mirror.css', 'mirror.mark', 'mirror.watch']);
  const reply = await a.request('mirror.watch', { on: true }, { c: n });
  assert.deepEqual([reply.state, reply.viewers], ['on', 1]);
  assert.equal((await c.waitFor('mirror.state', (d) => d.state === 'on')).d.viewers, 1);
  await a.until('the pointer channel', () => a.channel('mptr', n));
  await c.until('the dom channel', () => c.channel('dom'));
  a.notice('mirror.mark', { page: 1, node: 7, points: [0.1, 0.2] }, { c: n });
  assert.equal((await c.waitFor('mirror.mark')).d.node, 7);
  const stop = c.request('consent.stop', { capabilities: ['mirror'], why: 'asked' });
  const off = await state(a, (d) => d.mirror === 'off');
  assert.equal(off.point, 'off', 'nothing is pointed at that is not seen');
  assert.deepEqual(off.can, []);
  await stop;
  assert.equal((await a.waitFor('mirror.state', (d) => d.state === 'off')).d.viewers, 0);
  assert.equal((await a.waitFor('consent.stop')).d.why, 'asked');
  await c.until('no dom channel', () => (c.channel('dom') === undefined ? true : undefined));
  await leave(pair);
});

test('the ledger: who, when, what, in which words', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await a.request('consent.ask', { capabilities: ['mirror'] }, { c: n });
  await c.request('consent.refuse', { capabilities: ['mirror'], wording: '1/fr' });
  assert.equal((await state(a, (d) => d.mirror === 'rejected')).mirror, 'rejected');
  const again = await a.refusal('consent.ask', { capabilities: ['mirror', 'point'] }, { c: n });
  assert.equal(again.code, 'consent.missing', 'only the customer reopens it');
  await c.request('consent.give', { capabilities: ['mirror'], wording: '1/fr', mask: 'abc' });
  await state(a, (d) => d.mirror === 'on');
  await a.request('consent.stop', { capabilities: ['mirror'], why: 'asked' }, { c: n });
  const { rows } = await c.request('chat.history', { before: 100000, n: 50 });
  const ledger = rows.filter(({ op }) => op.startsWith('consent.'));
  assert.deepEqual(ledger.map(({ op, by }) => `${op} ${by}`), ['consent.ask a1', 'consent.refuse c', 'consent.give c', 'consent.stop a1']);
  assert.ok(ledger.every(({ ts }) => Math.abs(ts - Date.now()) < 60000));
  assert.deepEqual(ledger[2].d, { capabilities: ['mirror'], wording: '1/fr', mask: 'abc' });
  await leave(pair);
});

test('a stop is at once, whatever grant is on its way', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  for (let i = 0; i < 20; i++) {
    const give = c.request('consent.give', { capabilities: ['mirror', 'fill'] });
    const stop = c.request('consent.stop', { capabilities: ['mirror'], why: 'asked' });
    await Promise.all([give, stop]);
    await a.waitFor('consent.stop');
    await a.waitFor('consent.give');
    const last = a.seen('consent.state').at(-1)?.d;
    assert.ok(!last || (last.mirror === 'off' && last.fill === 'off'), 'whichever the store had first');
  }
  await leave(pair);
});

test('what is acted on needs what is seen', async () => {
  const pair = await live(server);
  const { c } = pair;
  assert.equal((await c.refusal('consent.give', { capabilities: ['click'] })).code, 'consent.missing');
  await c.request('consent.give', { capabilities: ['navigate'] }); // for itself
  await c.request('consent.give', { capabilities: ['trail', 'contact'] });
  assert.deepEqual(words(await state(c, (d) => d.contact === 'on'), ['navigate', 'trail', 'mirror']), { navigate: 'on', trail: 'on', mirror: 'off' });
  await leave(pair);
});

test('without consent every verb is refused, and on record', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const verbs = tables().filter((row) => row.needs);
  assert.ok(verbs.length >= 6, 'the tables name them');
  for (const row of verbs) {
    const [peer, options] = row.from.includes('customer') ? [c, {}] : [a, { c: n }];
    const code = row.kind === 'n' ? (await peer.noticeFault(row.op, row.example, options))?.code : (await peer.refusal(row.op, row.example, options)).code;
    assert.equal(code, 'consent.missing', row.op);
  }
  const records = await eventually('the records', async () => {
    const found = (await audited('consent.refused')).filter(({ object }) => object === c.conv);
    return verbs.every((row) => found.some(({ detail }) => detail.op === row.op)) ? found : null;
  });
  assert.ok(!JSON.stringify(records).includes('"value"'));
  assert.deepEqual(c.seen('ask'), [], 'the page was asked for nothing');
  await leave(pair);
});

test('one capability opens nothing of another', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.request('consent.give', { capabilities: ['mirror', 'click'] });
  await state(a, (d) => d.click === 'on');
  for (const op of ['mirror.scroll', 'mirror.fill']) {
    const { example } = tables().find((row) => row.op === op);
    assert.equal((await a.refusal(op, example, { c: n })).code, 'consent.missing', op);
  }
  await leave(pair);
});

test('it outlives a page change and a lost line, and ends with the session', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.request('consent.give', { capabilities: ['mirror', 'point', 'trail'] });
  await state(a, (d) => d.mirror === 'on');
  await c.cut();
  const c2 = await back(server, c);
  await c2.until('the dom channel', () => c2.channel('dom'));
  assert.equal((await a.ask('mirror.watch', { on: true }, { c: n })).ok, true);
  const c3 = await back(server, c2, { from: { ...c2.resume, epoch: 99, s: 0, cs: 0 } });
  const { consents, mirror } = (await c3.waitFor('snapshot')).d;
  assert.deepEqual(words(consents, ['mirror', 'point', 'fill']), { mirror: 'on', point: 'on', fill: 'off' });
  assert.equal(mirror.state, 'on');
  await a.request('session.end', {}, { c: n });
  const off = await state(c3, (d) => d.mirror === 'off');
  assert.deepEqual(words(off, ['point', 'trail']), { point: 'off', trail: 'on' });
  const stop = await c3.waitFor('consent.stop');
  assert.deepEqual([stop.d.why, stop.by], ['ended', 'system']);
  await a.cut();
  await c3.cut();
});

test('trail and contact stand when the conversation has left memory; the page is asked for anew', async () => {
  const own = await shop(later, { args: FAST });
  const { c, a, n } = await live(own);
  await c.request('consent.refuse', { capabilities: ['trail'] });
  await c.request('consent.give', { capabilities: ['contact', 'mirror'] });
  await c.request('consent.stop', { capabilities: ['contact'], why: 'asked' });
  await c.request('consent.give', { capabilities: ['contact'] });
  await a.request('session.end', {}, { c: n });
  await a.cut();
  await c.cut();
  await own.restart();
  const again = await back(own, c);
  const { consents } = (await again.waitFor('snapshot')).d;
  assert.deepEqual(words(consents, ['trail', 'contact', 'mirror']), { trail: 'rejected', contact: 'on', mirror: 'off' });
  again.notice('page.at', { n: 9, url: '/seen', title: 'Seen' });
  await again.beat();
  const late = await associate(own);
  await late.request('conv.open', { conv: c.conv });
  assert.ok(!((await late.waitFor('snapshot')).d.trail ?? []).some(({ url }) => url === '/seen'), 'and it is kept to');
  await late.cut();
  await again.cut();
});

test('a number in a title is no more told than one in the text', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  c.notice('page.at', { n: 1, url: '/paid', title: 'Paid with 4242 4242 4242 4242' });
  assert.equal((await a.waitFor('page.at')).d.title, `Paid with ${'•'.repeat(8)}`);
  await leave({ c, a, n });
});

test('a trail that is refused is neither kept nor told', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  c.notice('page.at', { n: 1, url: '/one', title: 'One' });
  await a.waitFor('page.at');
  await c.request('consent.refuse', { capabilities: ['trail'] });
  await state(a, (d) => d.trail === 'rejected');
  c.notice('page.at', { n: 2, url: '/two', title: 'Two' });
  await c.beat();
  await c.request('consent.give', { capabilities: ['trail'] });
  await state(a, (d) => d.trail === 'on');
  c.notice('page.at', { n: 3, url: '/three', title: 'Three' });
  assert.equal((await a.waitFor('page.at')).d.url, '/three');
  const sam = await associate(server, 'sam');
  await sam.request('supervisor.watch', { conv: c.conv, on: true });
  const { trail } = (await sam.waitFor('snapshot')).d;
  assert.deepEqual(trail.map(({ url }) => url), ['/one', '/three']);
  await sam.cut();
  await leave({ c, a, n });
});

test('what nobody uses for long ends, and both are told', async () => {
  const idle = await shop(later, { args: ['--consent-idle', '1s'] });
  const { c, a } = await live(idle);
  await c.request('consent.give', { capabilities: ['mirror', 'click'] });
  await state(a, (d) => d.click === 'on');
  for (const peer of [a, c]) {
    const stop = await peer.waitFor('consent.stop');
    assert.deepEqual([stop.d.why, stop.by, stop.d.capabilities], ['idle', 'system', ['mirror', 'click']]);
  }
  await state(c, (d) => d.mirror === 'off' && d.click === 'off');
});

test('a server that was killed knows what was agreed to', async () => {
  const first = await shop(later, {});
  const { c, a } = await live(first);
  await c.request('consent.give', { capabilities: ['mirror', 'point', 'click'] });
  await c.request('consent.stop', { capabilities: ['click'], why: 'input' });
  await a.request('consent.ask', { capabilities: ['fill'] }, { c: a.chans.values().next().value.c });
  await c.request('consent.refuse', { capabilities: ['fill'] });
  await first.crash();
  await first.start();
  const c2 = await back(first, c);
  const { consents } = (await c2.waitFor('snapshot')).d;
  assert.deepEqual(words(consents, ['mirror', 'point', 'click', 'fill']), { mirror: 'on', point: 'on', click: 'off', fill: 'rejected' });
});

test('a site that wants no mirror has none', async () => {
  const without = await shop(later, {});
  await setSettings(without, { mirror: { allowed: false } });
  const { c, a, n } = await live(without);
  await eventually('the settings', async () => (await a.ask('consent.ask', { capabilities: ['mirror'] }, { c: n })).err?.code === 'consent.missing');
  assert.equal((await c.refusal('consent.give', { capabilities: ['mirror'] })).code, 'consent.missing');
  assert.equal((await c.ask('consent.give', { capabilities: ['contact'] })).ok, true, 'which is no matter of the mirror');
});

test('a supervisor who looks on counts', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const sam = await associate(server, 'sam');
  const { c: own } = await sam.request('supervisor.watch', { conv: c.conv, on: true });
  await c.request('consent.give', { capabilities: ['mirror'] });
  await state(a, (d) => d.mirror === 'on');
  await a.request('mirror.watch', { on: true }, { c: n });
  await sam.request('mirror.watch', { on: true }, { c: own });
  assert.equal((await c.waitFor('mirror.state', (d) => d.viewers === 2)).d.state, 'on');
  await sam.request('mirror.watch', { on: false }, { c: own });
  await a.cut();
  assert.equal((await c.waitFor('mirror.state', (d) => d.viewers === 0)).d.state, 'held');
  await sam.cut();
  await leave({ c, a: await associate(server, 'lea'), n });
});

