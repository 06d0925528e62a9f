// SPDX-License-Identifier: Apache-2.0
/// The limits of a request, a connection and a message just below, at and above, where no other file has them. Those
/// of single messages are in 25-bad-input, of frames in rfc6455/, of pictures in 63-hostile and 65-upload.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

import { bearer, http, picture, post, rest } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SHOP, SITE, customer, eventually, keeper, live, openView, say, shop, writeCatalogue } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';
import { quarters, sha256 } from './lib/picture.mjs';
import { binary } from './lib/server.mjs';
import { address, siteKey } from './lib/signed.mjs';

const ACTS = 10; // a second, the default; a burst is four seconds of it
const MOTION = 45;
const DESCRIPTORS = 600;
const OPEN = 64; // requests without an answer

const later = keeper(after);
let server, hurried;
before(async () => {
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], args: ['--capacity', '100', '--chat-per-minute', '10000', '--rate-talk', '10000', '--rate-search', '10000'] });
  hurried = hurry();
  hurried.catch(() => {}); // its test is the last
});

/// Far more acts than are allowed, for as long as the line lives.
async function hurry() {
  const pair = await live(server);
  await openView(pair, 1, pair.a);
  const mark = (i) => pair.c.ask('mark.add', { slot: 1, kind: 'circle', colour: 1, points: [0.1, 0.1, 0.2, 0.2 + i / 1000] });
  const began = Date.now();
  const replies = await Promise.all(Array.from({ length: 5 * ACTS }, (_, i) => mark(i)));
  const burst_ms = Date.now() - began;
  while (pair.c.isOpen && Date.now() - began < 120000) {
    for (let i = 0; i < ACTS; i++) void mark(i);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { code, reason } = await pair.c.closed;
  await pair.a.cut();
  return { replies, burst_ms, code, reason, lived_ms: Date.now() - began };
}

/* --- HTTP ---------------------------------------------------------------------------------------- */

/// The status of a request that goes out as it stands.
function sent(text) {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.on('error', () => {}); // who is hung up on in the middle sees a reset
    socket.on('close', () => resolve(answer ? Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)[1]) : undefined));
  });
}

const asked = (path, more = '') => sent(`GET ${path} HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n${more}\r\n`);

test('an address has 4096 bytes', async () => {
  const path = (n) => `/${'x'.repeat(n - 1)}`;
  assert.equal(await asked(path(4095)), 404);
  assert.equal(await asked(path(4096)), 404);
  assert.equal(await asked(path(4097)), 414);
});

test('headers have 8 KiB, in one line or in several; of those nobody reads a line holds 16', async () => {
  const one = (n) => `Cookie: ${'y'.repeat(n)}\r\n`;
  const several = (n) => ['Cookie', 'User-Agent', 'Accept', 'Accept-Language'].map((name) => `${name}: ${'z'.repeat(n / 4)}\r\n`).join('');
  for (const more of [one, several]) {
    assert.equal(await asked('/healthz', more(7900)), 200);
    assert.equal(await asked('/healthz', more(8400)), 431);
  }
  assert.equal(await asked('/healthz', `X-Other: ${'x'.repeat(12000)}\r\n`), 200);
  assert.equal(await asked('/healthz', `X-Other: ${'x'.repeat(17000)}\r\n`), undefined, 'the library hangs up without a word');
});

test('a body of the REST interface has 64 KiB, a page a hundred rows', async () => {
  const ada = await rest(server, 'ada');
  const body = (n) => ({ name: 'x'.repeat(n - '{"name":""}'.length) });
  for (const n of [65535, 65536]) assert.notEqual((await ada.put('/site/none', body(n))).status, 413, `${n} bytes`);
  assert.equal((await ada.put('/site/none', body(65537))).status, 413);
  assert.equal((await ada.get('/people?limit=99')).status, 200);
  assert.equal((await ada.get('/people?limit=100')).status, 200);
  assert.equal((await ada.get('/people?limit=101')).status, 400);
});

test('a token has ten requests a second, and fifty at once', async () => {
  const ada = await rest(server, 'ada');
  const { token } = (await ada.post('/site/tokens', { name: 'hasty', verbs: ['read'] })).json();
  const hasty = bearer(server, token);
  const began = Date.now();
  const answers = [];
  const worker = async () => {
    while (answers.length < 90 && !answers.some(({ status }) => status === 429)) answers.push(await hasty.get('/site'));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  const most = 50 + Math.ceil((10 * (Date.now() - began)) / 1000);
  const good = answers.filter(({ status }) => status === 200).length;
  const late = answers.find(({ status }) => status === 429);
  if (!late) return assert.ok(good <= most, `${good} of at most ${most}`); // so slow a machine that it never was too fast
  assert.ok(good >= 50 && good <= most, `${good} of 50 to ${most}`);
  assert.equal(late.headers['retry-after'], '1');
  assert.equal((await ada.get('/site')).status, 200, 'a person is not held up by it');
});

/* --- connections --------------------------------------------------------------------------------- */

/// A socket that says nothing, from an address of its own on this machine.
function socketFrom(of, localAddress) {
  const { port, hostname } = new URL(of.url);
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: hostname, localAddress }, () => resolve(socket));
    socket.on('error', reject);
    socket.answer = new Promise((told) => socket.once('data', (bytes) => told(bytes.toString('latin1'))));
  });
}

const status = (of) => http(of, '/healthz');

/// The last place is taken, and the next one is refused. The line of the answer before may not have quite gone: then the first try finds
/// no place, and its own line is none of those that are held.
async function refused(of, held, with_) {
  let answer;
  for (let tries = 0; tries < 3 && answer?.status !== with_; tries++) {
    held.push(await socketFrom(of, '127.0.0.1'));
    answer = await status(of);
  }
  assert.equal(answer.status, with_);
  return answer;
}

test('sockets of one address, and sockets in all', async (t) => {
  const small = await shop((fn) => t.after(fn), { associates: [], args: ['--max-sockets-address', '5', '--max-sockets', '8'] });
  await eventually('the first one gone', async () => / 1$/m.test(/^vitrine_connections.* \d+$/m.exec((await http(small, '/metrics')).text)[0]));
  const five = [];
  for (let i = 0; i < 4; i++) five.push(await socketFrom(small, '127.0.0.1'));
  assert.equal((await status(small)).status, 200, 'the fifth');
  const sixth = await refused(small, five, 429);
  assert.equal(sixth.json().type, 'too-many');
  assert.equal(sixth.headers['retry-after'], '10');
  const others = [await socketFrom(small, '127.0.0.2'), await socketFrom(small, '127.0.0.2'), await socketFrom(small, '127.0.0.2')];
  const ninth = await socketFrom(small, '127.0.0.3');
  assert.match(await ninth.answer, /^HTTP\/1\.1 503 .*Retry-After: 10/s);
  for (const socket of [...five, ...others, ninth]) socket.destroy();
  await eventually('room again', () => status(small).then((answer) => answer.status === 200, () => false));
});

test('an exempted network is not counted; nine tenths of the descriptors are for sockets', async (t) => {
  const few = join(mkdtempSync(join(tmpdir(), 'vitrine-few-')), 'vitrine');
  t.after(() => rmSync(dirname(few), { recursive: true }));
  writeFileSync(few, `#!/bin/sh\nulimit -n ${DESCRIPTORS}\nexec ${binary} "$@"\n`, { mode: 0o700 });
  const open = await shop((fn) => t.after(fn), { bin: few, associates: [], args: ['--max-sockets-address', '2', '--exempt-addresses', '10.0.0.0/8,127.0.0.0/8'] });
  await eventually('the first one gone', async () => / 1$/m.test(/^vitrine_connections.* \d+$/m.exec((await http(open, '/metrics')).text)[0]));
  const many = await Promise.all(Array.from({ length: (DESCRIPTORS / 10) * 9 - 1 }, () => socketFrom(open, '127.0.0.1')));
  assert.equal((await status(open)).status, 200, 'the last there is room for');
  await refused(open, many, 503);
  for (const socket of many) socket.destroy();
  await eventually('room again', () => status(open).then((answer) => answer.status === 200, () => false));
});

/* --- messages ------------------------------------------------------------------------------------ */

test('texts are 32 deep', async () => {
  const deep = (n) => `{"op":"hb","new":${'['.repeat(n - 1)}${']'.repeat(n - 1)},"d":{"t":9}}`;
  const c = await customer(server);
  for (const n of [31, 32]) {
    c.raw(deep(n));
    await c.waitFor('hb', (d) => d.t === 9);
  }
  assert.equal((await c.rawRefusal(deep(33))).code, 'json.bad');
  await c.cut();
});

test('64 requests are open at once', async () => {
  const c = await customer(server);
  const [most, more] = await Promise.all([OPEN, OPEN + 8].map(async (n) => {
    const peer = n === OPEN ? c : await customer(server);
    return Promise.all(Array.from({ length: n }, () => peer.ask('chat.history', { before: 9, n: 1 }))).finally(() => peer.cut());
  }));
  assert.ok(most.every((reply) => reply.ok), JSON.stringify(most.find((reply) => !reply.ok)));
  const refused = more.filter((reply) => reply.err);
  assert.ok(refused.length <= 8);
  for (const { err } of refused) assert.deepEqual([err.code, err.field, err.retry], ['rate.limited', '/id', true]);
});

test('motion: the newest wins, the writer is told, the end of a gesture arrives', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  const SENT = 8 * MOTION; // a burst is half of it
  for (let x = 1; x < SENT; x++) c.ptr({ x });
  c.ptr({ x: 65000 }, { flags: 16 });
  assert.equal((await c.waitFor('rate', (d) => d.n === c.channel('ptr'))).d.hz, 15);
  await a.waitFrame('PTR', (frame) => frame.body.x === 65000 && a.chans.get(frame.head.chan).c === n);
  assert.ok(a.frames.length < SENT, 'what was too much is left out');
  await c.beat();
  await c.cut();
  await a.cut();
});

test('rows that wait for the store: more are refused, said so, and never acknowledged', async (t) => {
  const tight = await shop((fn) => t.after(fn), { args: ['--store-queue', '8', '--chat-per-minute', '10000', '--rate-talk', '10000'] });
  const { c, a } = await live(tight);
  const told = new Map();
  const send = async (text, cid) => told.set(text, { cid, reply: await c.ask('chat.send', { kind: 'text', body: { text } }, { cid }) });
  for (let round = 0; round < 20 && ![...told.values()].some(({ reply }) => reply.err); round++)
    await Promise.all(Array.from({ length: 60 }, (_, i) => send(`${round}.${i}`, `7d444840-9dc0-11d1-b245-${String(round * 60 + i).padStart(12, '0')}`)));
  const refused = [...told].filter(([, { reply }]) => reply.err);
  assert.ok(refused.length > 0, 'sixty at once are more than eight');
  for (const [, { reply }] of refused) assert.deepEqual([reply.err.code, reply.err.retry], ['store.unavailable', true]);
  const kept = async () => {
    const rows = [];
    for (let before_ = 4294967295, more = true; more; before_ = rows[0].cs) {
      const page = await c.request('chat.history', { before: before_, n: 50 });
      rows.unshift(...page.rows);
      more = page.more;
    }
    return rows.map((row) => row.d.body.text);
  };
  const texts = await kept();
  for (const [text, { reply }] of told) assert.equal(texts.filter((row) => row === text).length, reply.ok ? 1 : 0, text);
  const [again, { cid }] = refused[0];
  await c.request('chat.send', { kind: 'text', body: { text: again } }, { cid });
  assert.ok((await kept()).includes(again), 'said again it is taken');
  await c.cut();
  await a.cut();
});

test('a hello of an address that is full is told before a byte is read', async (t) => {
  const small = await shop((fn) => t.after(fn), { associates: [], args: ['--max-sockets-address', '2'] });
  await eventually('room', () => Peer.open(small, { origin: SHOP }).then((peer) => peer.cut().then(() => true), () => false));
  const one = await customer(small, { site: SITE });
  const two = await customer(small, { site: SITE });
  await assert.rejects(Peer.open(small, { origin: SHOP }), { status: 429 });
  await say(one, 'still here');
  await one.cut();
  await two.cut();
});

/* --- a site among others -------------------------------------------------------------------------- */

const ROWS = 5; // a second; four seconds of it at once
const MESSAGES = 40;
const REQUESTS = 4;
const PICTURES = REQUESTS * 4 + 3;

/// What a burst of `n` requests at once comes to: how many were taken, and at most how many may have been.
async function burst(n, rate, ask) {
  const began = Date.now();
  const replies = [];
  while (replies.length < n) replies.push(...(await Promise.all(Array.from({ length: Math.min(OPEN, n - replies.length) }, (_, i) => ask(i)))));
  return { good: replies.filter((reply) => reply.ok).length, errors: replies.flatMap(({ err }) => err ?? []), most: 4 * rate + Math.ceil((rate * (Date.now() - began)) / 1000) };
}

test('a site has its own messages, rows, renders and requests to others; no other site notices', async (t) => {
  const asked = [];
  const png = quarters(64, 64);
  const host = createServer(({ url }, answer) => {
    asked.push(url);
    answer.end(png);
  }).listen(0, '127.0.0.1');
  host.keepAliveTimeout = 0; // a line that the host ends as it is used again would cost that picture a minute's wait
  t.after(() => host.close());
  t.after(() => host.closeAllConnections());
  await once(host, 'listening');
  const at = `http://127.0.0.1:${host.address().port}`;
  const settings = { imageHosts: ['127.0.0.1'] };
  const limits = ['--site-rows', ROWS, '--site-messages', MESSAGES, '--site-renders', '1ms', '--site-requests', REQUESTS];
  const both = await shop((fn) => t.after(fn), { other: true, settings, associates: ['lea', ['ada', 'admin'], ['oto', 'admin', OTHER_SITE]], args: [...limits.map(String), '--chat-per-minute', '10000', '--rate-talk', '10000', '--rate-act', '10000', '--rate-search', '10000', '--media-fetch-private', '--login-tries', '2'] });
  const { c, a } = await live(both);
  const stranger = await customer(both, { site: OTHER_SITE, origin: OTHER_SHOP });
  await stranger.request('queue.join', { lang: 'en' });
  const refused = async (what) => Number(new RegExp(`^vitrine_site_refused_total\\{site="${SITE}",what="${what}"\\} (\\d+)$`, 'm').exec((await http(both, '/metrics')).text)?.[1] ?? 0);

  const rows = await burst(6 * ROWS, ROWS, (i) => c.ask('chat.send', { kind: 'text', body: { text: `row ${i}` } }));
  assert.ok(rows.good > 0 && rows.good <= rows.most, `${rows.good} rows of at most ${rows.most}`);
  for (const err of rows.errors) assert.ok(err.code === 'rate.limited' && err.after > 0 && err.after <= 1000 + 20000, JSON.stringify(err));
  assert.equal(await refused('rows'), rows.errors.length);
  await say(stranger, 'nobody of the other site waits');
  const [ada, oto] = [await rest(both, 'ada'), await rest(both, 'oto')];
  const remove = (who) => who.del('/webhooks/none');
  assert.equal((await ada.get('/webhooks')).status, 200); // whose login it is is known from here on
  assert.equal((await oto.get('/webhooks')).status, 200);
  const writes = await burst(6 * ROWS, ROWS, async () => { const answer = await remove(ada); return answer.status === 404 ? { ok: true } : { err: answer }; });
  assert.ok(writes.good <= writes.most && writes.errors.length > 0, `${writes.good} of at most ${writes.most}`);
  for (const answer of writes.errors) {
    assert.deepEqual([answer.status, answer.json().type], [429, 'too-many'], answer.text);
    assert.match(answer.json().detail, /Retry-After says how long to wait. Nothing was changed\.$/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  }
  assert.equal(await refused('rows'), rows.errors.length + writes.errors.length);
  assert.deepEqual([(await ada.get('/webhooks')).status, (await remove(oto)).status], [200, 404], 'reading goes on, and so does the other site');

  const messages = await burst(6 * MESSAGES, MESSAGES, () => c.ask('chat.history', { before: 9, n: 1 }));
  assert.ok(messages.good > MESSAGES && messages.good <= messages.most, `${messages.good} of at most ${messages.most}`);
  for (const err of messages.errors) assert.deepEqual([err.code, err.after > 0], ['rate.limited', true]);
  assert.equal(await refused('messages'), messages.errors.length);
  assert.ok((await burst(MESSAGES, MESSAGES, () => stranger.ask('chat.history', { before: 9, n: 1 }))).errors.length === 0);
  // A slow machine has some left again by now: what is asked in one breath with the motion takes it.
  let thinned;
  const heard = c.waitFor('rate', (d) => d.n === c.channel('ptr')).then(({ d }) => (thinned = d));
  while (!thinned) {
    const asked = Array.from({ length: OPEN }, () => c.ask('chat.history', { before: 9, n: 1 }));
    for (let x = 0; x < 8; x++) c.ptr({ x });
    await Promise.race([heard, Promise.all(asked)]);
    await Promise.all(asked);
  }
  assert.equal(thinned.hz, 15, 'motion is thinned');
  await c.beat();
  await c.request('session.end', {}); // nobody is kept in anything
  await eventually('in time it has some again', () => a.ask('presence.set', { mode: 'available' }).then((reply) => reply.ok));

  const folder = mkdtempSync(join(tmpdir(), 'vitrine-limits-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await both.mustAdmin(['site', 'set', '--site', OTHER_SITE, '--settings', join(both.data, 'settings.json')]);
  const importing = (site, sku, pictures, files) => both.mustAdmin(['catalogue', 'import', '--site', site, writeCatalogue(folder, [{ sku, title: sku, price: '1.00', pictures }], files)]);
  await importing(SITE, 'MANY', ['own.png', ...Array.from({ length: PICTURES }, (_, i) => `${at}/many-${i}`)], { 'own.png': png });
  await eventually('a burst of them', () => asked.length >= 4 * REQUESTS);
  await importing(OTHER_SITE, 'ONE', [`${at}/one`]);
  await eventually('the rest at its pace', () => new Set(asked).size === PICTURES + 1, 60000); // one may be asked twice

  const key = siteKey(both, SITE);
  const draw = (name, ask = picture) => ask(both, address(key, 'card', sha256(png), { name }));
  assert.equal((await draw('first')).status, 200);
  const second = await draw('second', http);
  assert.deepEqual([second.status, second.json().type], [429, 'budget']);
  assert.ok(Number(second.headers['retry-after']) > 0);
  assert.equal((await draw('first')).status, 200, 'what is there is given');
  assert.equal(await refused('renders'), 1);
  // A photo that somebody sends is made in its site's time, a cut of a catalogue's picture in that of the site that shows it.
  // Each that is made costs more than comes back meanwhile, so one of a few is refused whatever the machine's pace.
  const send = async (side) => {
    const photo = quarters(side, side);
    const { url, ticket } = await c.request('file.ask', { name: 'a.png', type: 'image/png', bytes: photo.length, use: 'chat' });
    return http(both, url, { method: 'POST', body: photo, headers: { 'Content-Length': photo.length, Origin: SHOP, Authorization: `Bearer ${ticket}` } });
  };
  let left = 0;
  const cut = (Referer, ask = http) => ask(both, `/iiif/3/${sha256(png)}/${++left},8,20,20/max/0/default.png`, { headers: Referer ? { Referer } : {} });
  const untilRefused = async (ask) => {
    let answer;
    for (let i = 0; i < 30 && answer?.status !== 429; i++) answer = await ask(i);
    assert.deepEqual([answer.status, answer.json().type], [429, 'budget'], answer.text);
    assert.match(answer.json().detail, /used up for this shop/);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  };
  await untilRefused((i) => send(40 + i));
  await untilRefused(() => cut(`${SHOP}/ring?x=1`));
  assert.equal((await cut(`${OTHER_SHOP}/`, picture)).status, 200, 'the other site has its own');
  assert.equal((await cut(null, picture)).status, 200, 'and so have those who do not say');
  await untilRefused(() => cut(null));

  const guess = async () => (await post(both, '/api/v1/login', { name: 'oto', password: 'none of those' })).status;
  assert.deepEqual([await guess(), await guess(), await guess()], [401, 401, 429], 'as many as --login-tries says');
});

/* Last: it has run since the first of them. */
test('acts: forty at once and ten a second; for ten seconds over, 4200', async () => {
  const { replies, burst_ms, code, reason, lived_ms } = await hurried;
  const good = replies.filter((reply) => reply.ok).length;
  const most = 4 * ACTS + Math.ceil((ACTS * burst_ms) / 1000);
  assert.ok(good >= 4 * ACTS - 1 && good <= most, `${good} of ${4 * ACTS - 1} to ${most}`); // joining the line was one, too
  for (const { err } of replies.filter((reply) => reply.err)) assert.ok(err.code === 'rate.limited' && err.after > 0 && err.after <= 1000, JSON.stringify(err));
  assert.equal(code, 4200);
  assert.ok(Number(reason) > 0, 'the reason is the wait in ms');
  assert.ok(lived_ms > 9000, 'not before');
});
