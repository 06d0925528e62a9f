// SPDX-License-Identifier: Apache-2.0
/// Rights per queue: who works for one queue sees, is rung for and opens that queue's customers; another queue's are as missing
/// as none. Who was given a customer has them. Who looks into what they have no part in leaves a record.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { http, login, post, rest } from './lib/http.mjs';
import { SITE, associate, customer, eventually, keeper, say, shop, take } from './lib/kit.mjs';
import { searchKnows } from './lib/kept.mjs';
import { PASSWORD } from './lib/server.mjs';

const later = keeper(after);
const SECRET = 'a word only watchmakers say';
const MISSING = 'AAAAAAAAAAAAAAAAAAAAAA';
let server;
let ada; // REST
let people; // login -> id
before(async () => {
  const queues = [{ id: 'rings', name: 'Rings' }, { id: 'watches', name: 'Watches' }];
  server = await shop(later, {
    settings: { queues, ring: { known: 0, first: 1, total: 1800, card: 60 } },
    associates: ['ron', 'wim', 'all', ['sue', 'supervisor'], ['ada', 'admin']],
    args: ['--capacity', '50', '--rate-act', '500'],
  });
  ada = await rest(server, 'ada');
  people = Object.fromEntries((await ada.get('/people')).json().people.map((one) => [one.login, one.id]));
  for (const [name, queues] of [['ron', ['rings']], ['wim', ['watches']], ['sue', ['rings']], ['ada', ['rings']]]) {
    const put = await ada.put(`/people/${people[name]}`, { queues });
    assert.deepEqual([put.status, put.json().queues], [200, queues]);
  }
});

const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
async function asks(queue) {
  const c = await customer(server);
  await c.request('queue.join', { queue, lang: 'en' });
  return c;
}
const watch = async (peer, tab = 'all') => (await peer.request('queue.watch', { tab })).rows.map(({ conv }) => conv);
const heardBy = (peer) => {
  const all = { text: '' };
  peer.socket.on('message', (bytes, isBinary) => { if (!isBinary) all.text += bytes; });
  return all;
};
const records = async (query) => (await ada.get(`/audit?${query}`)).json().records;

test('the account names queues of the site, and only those', async () => {
  const refused = async (queues) => {
    const answer = await ada.put(`/people/${people.ron}`, { queues });
    assert.deepEqual([answer.status, answer.json().pointer], [422, '/queues'], JSON.stringify(queues));
  };
  for (const queues of ['rings', ['pens'], [7], ['rings watches'], [''], Array(90).fill('rings')]) await refused(queues);
  assert.deepEqual((await ada.get(`/people/${people.ron}`)).json().queues, ['rings']);
  assert.deepEqual((await ada.get(`/people/${people.all}`)).json().queues, []);
  const [record] = await records(`verb=person.changed&object=${people.ron}`);
  assert.equal(record.detail.queues, 'rings');
});

test('an invitation names them, and so does the command line; whoever joins has them', async () => {
  const refused = await ada.post('/invitations', { name: 'Ivo', role: 'associate', queues: ['pens'] });
  assert.deepEqual([refused.status, refused.json().pointer], [422, '/queues']);
  const made = (await ada.post('/invitations', { name: 'Ivo', role: 'associate', queues: ['watches'] })).json();
  assert.deepEqual((await ada.get('/invitations')).json().invitations.map((one) => one.queues), [['watches']]);
  assert.equal((await post(server, '/api/v1/links/accept', { link: made.link.split('=')[1], password: PASSWORD, login: 'ivo' })).status, 200);
  const words = ['--site', SITE, '--name', 'Kit', '--password-stdin'];
  const wrong = await server.admin(['associate', 'add', '--login', 'kit', ...words, '--queues', 'rings,pens'], `${PASSWORD}\n`);
  assert.ok(wrong.status !== 0 && /no queue pens/.test(wrong.stderr), wrong.stderr);
  await server.mustAdmin(['associate', 'add', '--login', 'kit', ...words, '--queues', 'rings,watches'], `${PASSWORD}\n`);
  const link = await server.mustAdmin(['invite', '--site', SITE, '--queues', 'rings', '--name', 'Uma']);
  assert.equal((await post(server, '/api/v1/links/accept', { link: /#invite=(\S+)/.exec(link)[1], password: PASSWORD, login: 'uma' })).status, 200);
  const all = (await ada.get('/people')).json().people;
  assert.deepEqual(['ivo', 'kit', 'uma'].map((name) => all.find((one) => one.login === name).queues), [['watches'], ['rings', 'watches'], ['rings']]);
  for (const name of ['ivo', 'kit', 'uma']) await ada.del(`/people/${all.find((one) => one.login === name).id}`);
});

test('lists, pushed rows, rings and the search keep to the queues; admins and who has none named see all', async () => {
  const [ron, wim, all, sue] = [await associate(server, 'ron'), await associate(server, 'wim'), await associate(server, 'all'), await associate(server, 'sue')];
  const chief = await associate(server, 'ada');
  const heard = heardBy(ron);
  for (const peer of [ron, wim, all, sue, chief]) await watch(peer);
  for (const peer of [ron, wim, all]) await peer.request('presence.set', { mode: 'available' });
  const ring = await asks('rings');
  const clock = await asks('watches');
  await clock.request('identify', { name: 'Zerbinetta' });
  await say(clock, SECRET);
  await ron.waitFor('claim.ask', (d) => d.conv === ring.conv);
  await wim.waitFor('claim.ask', (d) => d.conv === clock.conv);
  for (const conv of [ring.conv, clock.conv]) await all.waitFor('claim.ask', (d) => d.conv === conv);
  for (const peer of [all, chief]) await peer.waitFor('queue.row', (d) => d.conv === clock.conv);
  for (const peer of [ron, sue]) assert.deepEqual(await watch(peer), [ring.conv]);
  assert.deepEqual(await watch(wim), [clock.conv]);
  for (const peer of [all, chief]) assert.deepEqual((await watch(peer)).sort(), [ring.conv, clock.conv].sort());
  await wim.request('presence.set', { mode: 'busy' });
  await searchKnows(server);
  const found = async (name) => (await (await rest(server, name)).get('/search?q=watchmakers')).json().hits.map(({ conversation }) => conversation);
  assert.deepEqual([await found('ron'), await found('sue')], [[], []]);
  assert.deepEqual([await found('wim'), await found('all'), await found('ada')], [[clock.conv], [clock.conv], [clock.conv]]);
  for (const word of [SECRET, 'Zerbinetta', clock.conv]) assert.ok(!heard.text.includes(word), `Ron heard ${word}`);
  for (const c of [ring, clock]) await c.request('queue.leave', {});
  await cut(ron, wim, all, sue, chief, ring, clock);
});

test('by its id another queue\'s conversation is as missing as none, to associate and supervisor', async () => {
  const clock = await asks('watches');
  const wim = await associate(server, 'wim');
  const n = await take(wim, clock.conv);
  await say(clock, SECRET);
  for (const name of ['ron', 'sue']) {
    const peer = await associate(server, name);
    const heard = heardBy(peer);
    const tries = [['conv.open', {}], ['claim.take', {}], ['transfer.answer', { ask: 1, ok: true }], ['colleague.answer', { ask: 1, ok: true }], ['claim.decline', {}]];
    if (name === 'sue') tries.push(['supervisor.watch', { on: true }]);
    for (const [op, d] of tries) {
      const theirs = (await peer.ask(op, { conv: clock.conv, ...d })).err;
      const none = (await peer.ask(op, { conv: MISSING, ...d })).err;
      assert.deepEqual([theirs.code, theirs.msg, theirs.field], [none.code, none.msg, none.field], `${op} by ${name}`);
    }
    for (const c of [n, n + 1]) assert.equal((await peer.refusal('chat.history', { before: 100, n: 5 }, { c })).code, 'not.found');
    await peer.cut();
    const again = await associate(server, name, { resume: [{ conv: clock.conv, epoch: 1, s: 0, cs: 0 }] });
    assert.deepEqual(again.welcome?.convs ?? [], [], 'a hello resumes nothing of it');
    await again.beat();
    assert.ok(!heard.text.includes(SECRET) && !heard.text.includes(clock.conv), name);
    await again.cut();
  }
  await clock.request('session.end', {});
  await cut(wim, clock);
});

test('who was given a customer has them: hand-over, colleague, code; and no longer than that', async () => {
  const clock = await asks('watches');
  const [wim, ron] = [await associate(server, 'wim'), await associate(server, 'ron')];
  await ron.request('presence.set', { mode: 'available' });
  const n = await take(wim, clock.conv);
  const called = await wim.request('colleague.ask', { to: people.ron }, { c: n });
  const { c } = await ron.request('colleague.answer', { conv: clock.conv, ask: called.ask, ok: true });
  await say(ron, 'from the ring desk', { c });
  await ron.request('colleague.leave', {}, { c });
  await eventually('the colleague is out', async () => (await ron.ask('chat.history', { before: 100, n: 5 }, { c })).err?.code === 'not.found');
  assert.equal((await ron.refusal('conv.open', { conv: clock.conv })).code, 'not.found');
  const handed = await wim.request('transfer.ask', { to: people.ron, note: 'yours' }, { c: n });
  await ron.request('transfer.answer', { conv: clock.conv, ask: handed.ask, ok: true });
  assert.equal((await wim.ask('chat.history', { before: 100, n: 5 }, { c: n })).ok, true, 'it is of Wim\'s queue still');
  await clock.request('session.end', {});
  assert.equal((await ron.request('conv.open', { conv: clock.conv })).c > 0, true, 'the wrap-up is theirs to write');
  const caller = await customer(server);
  await caller.request('queue.join', { queue: 'watches', lang: 'en' });
  const { code } = await caller.request('code.make', {});
  const used = await ron.request('code.use', { code });
  await say(ron, 'hello on the telephone', { c: used.c });
  await caller.request('session.end', {});
  // Who did not wait in any line: in the queue of whoever took them.
  const visitor = await customer(server);
  const shown = await visitor.request('code.make', {});
  await wim.request('code.use', { code: shown.code });
  assert.equal((await visitor.waitFor('session.state', (s) => s.state === 'live')).d.queue, 'watches');
  assert.equal((await ron.refusal('conv.open', { conv: visitor.conv })).code, 'not.found');
  await visitor.request('session.end', {});
  await cut(clock, caller, visitor, wim, ron);
});

test('given to another queue, it leaves the lists and the eyes of this one', async () => {
  const c = await asks('rings');
  const [ron, wim] = [await associate(server, 'ron'), await associate(server, 'wim')];
  await watch(ron);
  await watch(wim);
  const n = await take(ron, c.conv);
  await ron.request('transfer.ask', { queue: 'watches' }, { c: n });
  await wim.waitFor('queue.row', (d) => d.conv === c.conv && d.queue === 'watches' && d.state === 'waiting');
  await ron.waitFor('queue.row', (d) => d.conv === c.conv && d.state === 'ended');
  assert.equal((await ron.waitFor('conv.gone')).d.conv, c.conv, 'told so');
  await eventually('Ron is out', async () => (await ron.ask('chat.history', { before: 100, n: 5 }, { c: n })).err?.code === 'not.found');
  assert.deepEqual(await watch(ron), []);
  await take(wim, c.conv);
  await say(c, SECRET);
  await c.request('session.end', {});
  await cut(c, ron, wim);
});

test('a right that changes closes the sockets, and the next ones have the new one', async () => {
  const clock = await asks('watches');
  const all = await associate(server, 'all');
  assert.deepEqual(await watch(all), [clock.conv]);
  await ada.put(`/people/${people.all}`, { queues: ['rings'] });
  assert.ok([4002, 4502].includes((await all.closed).code));
  const less = await associate(server, 'all');
  assert.deepEqual(await watch(less), []);
  assert.equal((await less.refusal('conv.open', { conv: clock.conv })).code, 'not.found');
  await ada.put(`/people/${people.all}`, { queues: [] });
  await less.closed;
  await clock.request('queue.leave', {});
  await clock.cut();
});

test('who looks in without a part in it leaves a record; who takes part does not', async () => {
  const c = await asks('rings');
  const [ron, sue, chief] = [await associate(server, 'ron'), await associate(server, 'sue'), await associate(server, 'ada')];
  const n = await take(ron, c.conv);
  await ron.request('conv.open', { conv: c.conv });
  await sue.request('supervisor.watch', { conv: c.conv, on: true });
  await sue.request('supervisor.watch', { conv: c.conv, on: false });
  await sue.request('conv.open', { conv: c.conv });
  await chief.request('conv.open', { conv: c.conv });
  const seen = await eventually('the records', async () => {
    const list = await records(`verb=conversation.opened&object=${c.conv}`);
    return list.length >= 2 ? list : null;
  });
  assert.deepEqual(seen.map(({ actor }) => actor).sort(), [people.sue, people.ada].sort(), 'once an hour each, and not who serves');
  assert.deepEqual(seen.map(({ detail }) => detail), [{ role: 'supervisor' }, { role: 'supervisor' }]);
  await c.request('session.end', {});
  assert.ok(n > 0);
  await cut(c, ron, sue, chief);
});

test('logins one by one: the admin sees and ends them, of their own site only', async () => {
  const first = await login(server, 'wim');
  const second = (await post(server, '/api/v1/login', { name: 'wim', password: PASSWORD })).headers['set-cookie'][0].split(';')[0];
  const list = async () => (await ada.get(`/people/${people.wim}/logins`)).json().logins;
  const logins = await list();
  assert.equal(logins.length, 2);
  assert.ok(logins.every((one) => one.id && one.created && !one.current));
  const peer = await associate(server, 'wim');
  assert.equal((await ada.del(`/logins/${MISSING}`)).status, 404);
  assert.equal((await ada.del(`/logins/${logins[0].id}`)).status, 204);
  assert.ok([4002, 4502].includes((await peer.closed).code));
  const me = async (cookie) => (await http(server, '/api/v1/me', { headers: { Cookie: cookie } })).status;
  assert.deepEqual([await me(first), await me(second)], [200, 401], 'the newest is listed first');
  assert.equal((await list()).length, 1);
  assert.equal((await records(`verb=login.revoked&object=${people.wim}`))[0].detail.login, 'one');
  await (await associate(server, 'wim')).cut();
});
