// SPDX-License-Identifier: Apache-2.0
/// No content where only events belong: a whole visit, every text of it a canary, and then the log at its most talkative, the
/// metrics, the audit log, the answers to what was refused: not one canary, not one whole address. The addresses of people are
/// in no file at all.

import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, login, post, rest, ticket } from './lib/http.mjs';
import { holds, query, sendPicture } from './lib/kept.mjs';
import { SHOP, SITE, eventually, keeper, shop, take } from './lib/kit.mjs';
import { mailServer } from './lib/mail.mjs';
import { Peer } from './lib/peer.mjs';
import { photo } from './lib/picture.mjs';
import { PASSWORD, binary } from './lib/server.mjs';

const later = keeper(after);
const WORD = 'canary7f3a';
const V4 = '203.0.113.77';
const V6 = '2001:db8:77:1:2:3:4:5';
let made = 0;
/// Each text of its own, so that what leaks names its place.
const canary = (where) => `${WORD}-${where}-${made++}`;
const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

for (const format of ['text', 'json']) {
  test(`a whole visit leaves no word of it in what operators read: ${format}`, async () => {
    const mail = await mailServer(later);
    const queues = [{ id: 'rings', name: 'Rings' }, { id: 'watches', name: 'Watches' }];
    const server = await shop(later, {
      settings: { queues, canned: [{ id: 'a', shortcut: 'hi', text: canary('canned') }], greeting: { on: true, text: canary('greeting') } },
      associates: ['lea', 'max', ['sam', 'supervisor'], ['ada', 'admin']],
      args: ['--log-level', 'debug', '--log-format', format, '--trusted-proxies', '127.0.0.1', '--capacity', '50', '--rate-act', '500',
        '--mail-url', mail.url, '--mail-from', 'shop@maison.test', '--mail-plain', '--answer-window', '0s'],
    });
    const refusals = [];
    const open = async (name, address, options = {}) => {
      const peer = await Peer.open(server, { name, headers: { 'X-Forwarded-For': address }, ...options });
      peer.socket.on('message', (bytes, isBinary) => {
        if (!isBinary && JSON.parse(bytes).err) refusals.push(`${bytes}`);
      });
      peer.socket.on('close', (_, reason) => refusals.push(`${reason}`));
      return peer;
    };
    const hello = (n) => ({ site: SITE, role: 'customer', lang: 'en', page: { n, url: `${SHOP}/ring?q=${canary('url')}`, title: canary('title'), product: { sku: canary('sku'), name: canary('product') } } });

    const c = await open('customer', V4, { origin: SHOP });
    await c.hello(hello(1));
    await c.request('identify', { id: canary('id'), name: canary('name'), email: `${canary('mail')}@example.com` });
    const key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
    const unsigned = `${b64({ alg: 'HS256' })}.${b64({ aud: SITE, sub: canary('sub'), name: canary('claim'), exp: Math.floor(Date.now() / 1000) + 300 })}`;
    await c.ask('identify', { token: `${unsigned}.${createHmac('sha256', 'wrong').update(unsigned).digest('base64url')}` });
    await c.request('identify', { token: `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}` });
    await c.request('context', { keys: { [canary('key')]: canary('value') } });
    await c.request('page.at', { n: 2, url: `${SHOP}/other?utm=${canary('url')}`, title: canary('title') }).catch(() => c.notify?.('page.at', {}));
    await c.request('queue.join', { queue: 'rings', lang: 'en', text: canary('question'), product: { sku: canary('sku'), name: canary('product') } });
    const staff = async (name) => {
      const peer = await open(name, V6);
      await peer.hello({ site: SITE, role: 'associate', token: await ticket(server, name) });
      return peer;
    };
    const [a, max, sam] = [await staff('lea'), await staff('max'), await staff('sam')];
    const n = await take(a, c.conv);
    const chat = (peer, kind, body, options, more = {}) => peer.request('chat.send', { kind, body, ...more }, options);
    await chat(c, 'text', { text: canary('chat') });
    await chat(a, 'text', { text: canary('reply') }, { c: n });
    await chat(a, 'note', { text: canary('note') }, { c: n });
    const asked = await chat(a, 'form', { text: canary('form'), fields: [{ id: 'city', label: canary('label'), kind: 'text', required: true }] }, { c: n });
    await chat(c, 'answer', { values: [{ id: 'city', value: canary('answer') }] }, {}, { re: asked.cs });
    await a.request('label.set', { add: [canary('label')] }, { c: n });
    const file = await c.request('file.ask', { name: `${canary('file')}.jpg`, type: 'image/jpeg', bytes: 10, use: 'chat' });
    await http(server, '/u', { method: 'POST', body: 'no picture', headers: { 'Content-Length': 10, Origin: SHOP, Authorization: `Bearer ${file.ticket}`, 'X-Forwarded-For': V4 } });
    await sendPicture(server, c, photo());
    const guest = await c.request('guest.invite', { name: canary('guest') });
    const g = await open('guest', V6);
    await g.hello({ site: SITE, role: 'guest', code: new URLSearchParams(new URL(guest.url).hash.slice(1)).get('vt'), name: canary('guest') });
    await sam.request('supervisor.watch', { conv: c.conv, on: true });
    await sam.request('supervisor.whisper', { text: canary('whisper') }, { c: sam.welcome.convs[0]?.c ?? n });
    const people = Object.fromEntries(query(server, 'SELECT login, person FROM associate'));
    const moved = await a.request('transfer.ask', { to: people.max, note: canary('transfer') }, { c: n });
    await max.request('transfer.answer', { conv: c.conv, ask: moved.ask, ok: false, why: canary('why') });
    await refuseAll(server, c, a, n);
    await a.request('session.end', { why: canary('end') }, { c: n }).catch(() => a.request('session.end', {}, { c: n }));
    await a.request('session.close', { outcome: 'sold', labels: [canary('label')], note: canary('wrap') }, { c: n });
    await c.request('recap.send', { by: 'email', email: `${canary('recap')}@example.com` }).catch((error) => refusals.push(error.message));
    await c.request('chat.contact', { email: `${canary('contact')}@example.com`, name: canary('contact') }).catch((error) => refusals.push(error.message));
    const answers = await refuseRest(server);
    const ada = await rest(server, 'ada');
    await ada.get(`/search?q=${WORD}`);
    await eventually('the recap by mail', () => mail.mails().length > 0);
    for (const peer of [c, a, max, sam, g]) await peer.cut();

    const token = { headers: { Host: server.host } };
    const seen = {
      metrics: (await http(server, '/metrics', token)).text,
      healthz: (await http(server, '/healthz')).text,
      readyz: (await http(server, '/readyz')).text,
      'refusals on sockets': refusals.join('\n'),
      'refusals by HTTP': answers.join('\n'),
      'the audit by REST': (await ada.get('/audit/export')).text,
    };
    assert.ok(seen.metrics.includes('vitrine_peers') && refusals.length > 5 && answers.length > 5, 'there was something to look at');
    assert.ok(holds(server, WORD).length > 0, 'the thread is kept: what is looked for could be found');
    if (!readFileSync(binary).includes('__asan_init')) assert.match(readFileSync(`/proc/${server.child.pid}/limits`, 'utf8'), /^Max core file size\s+0\s+0/m);
    if (!readFileSync(binary).includes('__asan_init') && process.getuid() !== 0) assert.equal(statSync(`/proc/${server.child.pid}/environ`).uid, 0, 'nobody may attach');
    await server.halt();
    seen.log = server.log;
    seen['the audit on disk'] = ['audit.db', 'audit.db-wal'].map((name) => { try { return readFileSync(join(server.data, name), 'latin1'); } catch { return ''; } }).join('\n');
    for (const [what, text] of Object.entries(seen)) {
      const found = [...text.matchAll(new RegExp(`.{0,80}${WORD}[\\w-]*.{0,40}`, 'gi'))].map(([line]) => line);
      assert.deepEqual(found, [], `${what} holds words of people`);
      for (const address of [V4, V6, '2001:db8:77:1', PASSWORD]) assert.ok(!text.includes(address), `${what} holds ${address}`);
    }
    for (const address of [V4, V6]) assert.deepEqual(holds(server, address), [], address);
  });
}

/// What comes wrong is answered by what is wrong with it, never by itself.
async function refuseAll(server, c, a, n) {
  const word = canary('bad');
  for (const [op, d] of [['chat.send', { kind: word, body: {} }], ['chat.send', { kind: 'text', body: { text: 7, [word]: word } }], ['chat.send', { kind: 'text', body: { text: 'x' }, [word]: word }],
    [word, {}], ['queue.join', { lang: word.repeat(9) }], ['identify', { email: word }], ['context', { keys: { [word.repeat(5)]: word } }]]) {
    const reply = await c.ask(op, d);
    assert.ok(reply.err || op === 'chat.send', `${op} passed`);
  }
  for (const [op, d] of [['conv.open', { conv: word }], ['label.set', { add: [word.repeat(9)] }], ['transfer.ask', { to: word }], ['view.open', { items: [{ media: word, [word]: 1 }] }]]) await a.ask(op, d, { c: n });
  for (const text of [`{"op":"${word}`, word]) {
    const noise = await Peer.open(server, { origin: SHOP, headers: { 'X-Forwarded-For': V4 } });
    noise.socket.send(text);
    await noise.cut();
  }
  const wrong = await Peer.open(server, { origin: SHOP });
  await wrong.ask('hello', { site: SITE, role: 'customer', caps: [], resume: [{ conv: word, epoch: 1, s: 0, cs: 0, tok: word.padEnd(22, 'x').slice(0, 22) }] });
  await wrong.ask('hello', { site: word, role: 'customer', caps: [] });
  await wrong.cut();
}

async function refuseRest(server) {
  const word = canary('http');
  const answers = [];
  const cookie = await login(server, 'ada');
  const keep = (answer) => answers.push(`${JSON.stringify(answer.headers)} ${answer.text}`);
  keep(await post(server, '/api/v1/login', { name: word, password: word }));
  keep(await post(server, '/api/v1/login', { name: word }));
  keep(await post(server, '/api/v1/login', undefined, { body: `{"name":"${word}`, type: 'application/json' }));
  keep(await post(server, '/api/v1/links/look', { link: word }));
  const ada = await rest(server, 'ada', cookie);
  const sam = await rest(server, 'sam');
  for (const path of [`/people/${word}`, `/conversations/${word}/export`, `/customers/${word}/export`, `/reports/${word}`, `/reports/waits?tz=${word}`, `/reports/waits?from=${word}`, `/search?q=x&after=${word}`, `/${word}`]) keep(await ada.get(path));
  keep(await ada.put('/people/x', { name: word }));
  keep(await ada.post('/invitations', { name: word, role: word }));
  keep(await ada.post('/invitations', { name: word, role: 'admin', mail: word }));
  keep(await sam.post('/invitations', { name: word, role: 'admin' }));
  // A picture's id is no word of anybody: its 404 names it.
  for (const path of [`/t/no-such/640?q=${word}`, `/iiif/3/no-such/full/max/0/default.jpg?q=${word}`, `/p/${word}?q=${word}`, `/v/${word}`, `/${word}?q=${word}`, `/u?q=${word}`, `/r/?x=${word}`, `/v1/socket?t=${word}`]) keep(await http(server, path, { headers: { 'X-Forwarded-For': V4, Referer: `${SHOP}/?q=${word}`, 'User-Agent': word, Cookie: `__Host-vt_login=${word}` } }));
  keep(await http(server, '/u', { method: 'POST', body: word, headers: { 'Content-Length': word.length, Authorization: `Bearer ${word}`, Origin: SHOP } }));
  keep(await http(server, '/api/v1/site', { headers: { Authorization: `Bearer vt_${word}` } }));
  keep(await http(server, `/${word}`, { method: 'POST', body: randomUUID(), headers: { 'Content-Length': 36 } }));
  return answers;
}
