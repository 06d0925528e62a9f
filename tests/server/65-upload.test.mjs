// SPDX-License-Identifier: Apache-2.0
/// Pictures that people send: what is asked for, what comes, what is refused, and that nothing else is left behind.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SHOP, customer, eventually, keeper, live, openView, shop } from './lib/kit.mjs';
import { gps, chunk, header, look, metric, photo, quarters } from './lib/picture.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', 'max', ['oto', 'associate', OTHER_SITE]], args: ['--capacity', '20', '--rate-talk', '1000'] });
});

const JPEG = photo();
const grantOf = (media) => media.slice(media.indexOf('?'));
const idOf = (media) => media.split('?')[0];

const ask = (peer, bytes, { use = 'chat', type = 'image/jpeg', name = 'IMG_1.jpg', c } = {}) =>
  peer.request('file.ask', { name, type, bytes: bytes.length ?? bytes, use }, c ? { c } : {});

function send(bearer, body, { origin = SHOP, headers = {}, path = '/u' } = {}) {
  return http(server, path, {
    method: 'POST', body,
    headers: { 'Content-Length': body.length, ...(origin ? { Origin: origin } : {}), ...(bearer ? { Authorization: `Bearer ${bearer}` } : {}), ...headers },
  });
}

function refusedAs(answer, status, type) {
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.json().type], [status, 'application/problem+json', type], answer.text);
  assert.ok(answer.json().detail.length > 20, answer.text);
  return answer.json();
}

/// Every file under the data directory that is of pictures.
function files(data = server.data, kinds = ['masters', 'uploads', 'originals', 'cache']) {
  const found = [];
  const walk = (at) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(at, entry.name));
      else found.push(join(at, entry.name));
    }
  };
  for (const kind of kinds) {
    try { walk(join(data, kind)); } catch (error) { if (error.code !== 'ENOENT') throw error; }
  }
  return found.sort();
}

const seen = async (peer, op, test) => (await peer.waitFor(op, test)).d;
const stateOf = (peer, ticket, state) => seen(peer, 'file.state', (d) => d.ticket === ticket && d.state === state);

test('a picture for the chat: asked, sent, shown to both, and looked at', async () => {
  const { c, a } = await live(server);
  const { url, ticket, until } = await ask(c, JPEG);
  assert.equal(url, '/u');
  assert.ok(until > Date.now() + 590_000 && until < Date.now() + 601_000);
  const answer = await send(ticket, JPEG);
  assert.equal(answer.status, 201, answer.text);
  const { id, media, width, height } = answer.json();
  assert.deepEqual([width, height, idOf(media)], [1600, 1600, id]);
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.deepEqual([answer.headers['access-control-allow-origin'], answer.headers['cache-control']], [SHOP, 'no-store']);
  await stateOf(c, ticket, 'checking');
  assert.equal(idOf((await stateOf(c, ticket, 'ready')).media), id);
  for (const peer of [c, a]) {
    const row = await seen(peer, 'chat.send', (d) => d.kind === 'picture');
    assert.equal(idOf(row.body.media), id);
    const thumb = await picture(server, `/t/${id}/640${grantOf(row.body.media)}`);
    assert.deepEqual([thumb.status, look(thumb.body)], [200, { type: 'image/jpeg', width: 640, height: 640 }]);
  }
  const info = await picture(server, `/iiif/3/${id}/info.json${grantOf(media)}`);
  assert.deepEqual([info.status, info.json().width], [200, 1600]);
  await eventually('nothing but its master', () => files().filter((f) => f.includes(id)).map((f) => f.split('.').pop()).sort().join() === 'tif,tix');
});

test('a picture for the viewer stands beside the active piece, and its first sight comes before its master', async () => {
  const { c, a, n } = await live(server);
  await openView({ c, a, n }, 2);
  const bytes = photo('gold-hoops/hero.jpg');
  const { ticket } = await ask(a, bytes, { use: 'view', c: n });
  const answer = await send(ticket, bytes, { origin: server.origin });
  assert.equal(answer.status, 201, answer.text);
  for (const peer of [c, a]) {
    const added = await seen(peer, 'view.item');
    assert.deepEqual([added.add.sku, added.add.title, idOf(added.add.media), added.active], ['VT-1', 'Ring 1', answer.json().id, added.add.slot]);
  }
  const at = `/t/${answer.json().id}/1280${grantOf(answer.json().media)}`;
  await eventually('sharper by itself', async () => look((await picture(server, at, { headers: { Accept: 'image/jpeg' } })).body).width === 1280);
});

test('with nothing in the viewer a picture opens it', async () => {
  const { c, a, n } = await live(server);
  const { ticket } = await ask(a, JPEG, { use: 'view', c: n });
  assert.equal((await send(ticket, JPEG, { origin: server.origin })).status, 201);
  const view = await seen(c, 'view.open');
  assert.equal(view.items.length, 1);
});

test('without a live session a picture for the viewer goes into the thread', async () => {
  const c = await customer(server);
  const { ticket } = await ask(c, JPEG, { use: 'view' });
  assert.equal((await send(ticket, JPEG)).status, 201);
  assert.equal((await seen(c, 'chat.send')).kind, 'picture');
});

test('the same picture twice is one picture, in another conversation another one', async () => {
  const c = await customer(server);
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await send((await ask(c, JPEG)).ticket, JPEG)).json().id);
  const other = await customer(server);
  ids.push((await send((await ask(other, JPEG)).ticket, JPEG)).json().id);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

test('a ticket is good once, for its bytes, from its page', async () => {
  const c = await customer(server);
  const first = await ask(c, JPEG);
  assert.equal((await send(first.ticket, JPEG)).status, 201);
  refusedAs(await send(first.ticket, JPEG), 403, 'expired');
  const second = await ask(c, JPEG);
  refusedAs(await send(second.ticket, JPEG.subarray(0, 5000)), 400, 'syntax');
  await stateOf(c, second.ticket, 'refused');
  for (const origin of [OTHER_SHOP, 'https://shop.test.evil.test', 'null', null]) {
    const { ticket } = await ask(c, JPEG);
    const answer = await send(ticket, JPEG, { origin });
    refusedAs(answer, 403, 'expired');
    if (origin !== OTHER_SHOP) assert.equal(answer.headers['access-control-allow-origin'], undefined, origin);
    refusedAs(await send(ticket, JPEG), 403, 'expired');
  }
  for (const headers of [{}, { Authorization: 'Bearer' }, { Authorization: `Basic ${first.ticket}` }, { Authorization: `Bearer ${first.ticket} x` }, { Authorization: `Bearer ${'A'.repeat(21)}é` }]) {
    refusedAs(await send(null, JPEG, { headers }), 403, 'signature');
  }
});

test('file.ask refuses what would be refused anyway, with a sentence', async () => {
  const c = await customer(server);
  for (const [d, code, field] of [
    [{ type: 'audio/mp4' }, 'field.bad', '/d/type'], [{ type: 'image/svg+xml' }, 'field.bad', '/d/type'], [{ type: 'application/pdf' }, 'field.bad', '/d/type'],
    [{ bytes: 40_000_001 }, 'too.large', '/d/bytes'],
  ]) {
    const reply = await c.ask('file.ask', { name: 'x', type: 'image/jpeg', bytes: 10, use: 'chat', ...d });
    assert.deepEqual([reply.err?.code, reply.err?.field], [code, field]);
  }
  assert.ok((await ask(c, 40_000_000, { type: '' })).ticket, 'some browsers do not know the type');
});

test('each kind of bad picture is told by what it is, to the sender and to the asker, and leaves nothing', async () => {
  const c = await customer(server);
  await eventually('what came before is done', () => !files(server.data, ['uploads']).length);
  const before = files();
  const png = quarters(64, 48);
  const rows = [
    [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'not-a-picture'],
    [Buffer.from('%PDF-1.4\n'), 415, 'not-a-picture'],
    [Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'latin1'), 415, 'not-a-picture'],
    [Buffer.from('#EXTM3U\nfile:///etc/passwd\n'), 415, 'not-a-picture'],
    [JPEG.subarray(0, JPEG.length * 0.7), 422, 'truncated'],
    [Buffer.concat([header(30000, 100), chunk('IDAT', Buffer.alloc(9)), chunk('IEND', Buffer.alloc(0))]), 413, 'too-big'],
    [Buffer.concat([header(12000, 12000), chunk('IDAT', Buffer.alloc(9)), chunk('IEND', Buffer.alloc(0))]), 413, 'too-big'],
    [Buffer.concat([png.subarray(0, 60), Buffer.alloc(png.length - 60 - 12, 7), png.subarray(-12)]), 422, null],
  ];
  for (const [bytes, status, type] of rows) {
    const { ticket } = await ask(c, bytes);
    const answer = await send(ticket, bytes);
    const problem = refusedAs(answer, status, type ?? answer.json().type);
    assert.equal((await stateOf(c, ticket, 'refused')).why, problem.detail);
  }
  assert.deepEqual(files(), before);
  assert.match(await (await open('A'.repeat(22), 40_000_001)).answer, /^HTTP\/1.1 413 .*"too-big"/s);
  const reply = await http(server, '/u', { method: 'POST', headers: { Origin: SHOP, 'Transfer-Encoding': 'chunked' }, body: 'x' });
  assert.equal(reply.status, 501);
});

test('no byte of where a photo was taken is in anything the server gives or keeps', async () => {
  const c = await customer(server);
  const bytes = gps(JPEG);
  const { ticket } = await ask(c, bytes);
  const answer = await send(ticket, bytes);
  assert.equal(answer.status, 201, answer.text);
  const { id, media } = answer.json();
  const grant = grantOf(media);
  const given = [];
  for (const type of ['image/jpeg', 'image/webp', 'image/avif']) {
    for (const step of [160, 640, 1920]) given.push((await picture(server, `/t/${id}/${step}${grant}`, { headers: { Accept: type } })).body);
  }
  for (const ending of ['jpg', 'png', 'webp', 'avif']) given.push((await picture(server, `/iiif/3/${id}/full/300,/0/default.${ending}${grant}`)).body);
  for (const bytesOf of given) {
    assert.ok(bytesOf.length > 500);
    for (const word of ['SECRET-GPS', 'Exif\0', 'xmpmeta']) assert.equal(bytesOf.indexOf(word), -1);
  }
  await eventually('the original has gone', () => !files(server.data, ['uploads']).length);
});

test("another conversation's picture is not to be had", async () => {
  const c = await customer(server);
  const { id, media } = (await send((await ask(c, JPEG)).ticket, JPEG)).json();
  const other = await customer(server);
  for (const path of [`/t/${id}/320`, `/iiif/3/${id}/info.json`]) {
    assert.equal((await http(server, path)).status, 403, path);
    assert.equal((await picture(server, path + grantOf(media))).status, 200, path);
  }
  assert.equal((await other.ask('chat.send', { kind: 'picture', body: { media } })).err.code, 'not.found');
});

test('a preflight from a shop is answered, from elsewhere without a word', async () => {
  const from = (origin) => http(server, '/u', { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' } });
  const ours = await from(SHOP);
  assert.deepEqual([ours.status, ours.headers['access-control-allow-origin'], ours.headers['access-control-allow-methods']], [204, SHOP, 'POST']);
  assert.match(ours.headers['access-control-allow-headers'], /authorization/i);
  assert.equal((await from('https://evil.test')).headers['access-control-allow-origin'], undefined);
});

test('twenty an hour and conversation', async () => {
  const c = await customer(server);
  const bad = Buffer.from('not a picture');
  for (let i = 0; i < 20; i++) assert.equal((await send((await ask(c, bad)).ticket, bad)).status, 415);
  const reply = await c.ask('file.ask', { name: 'x', type: 'image/jpeg', bytes: 10, use: 'chat' });
  assert.equal(reply.err.code, 'rate.limited');
  assert.ok(reply.err.after > 3_500_000);
  assert.ok((await ask(await customer(server), bad)).ticket, 'others may');
});

/// A POST whose body comes as the test likes.
async function open(ticket, length) {
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port });
  await new Promise((resolve) => socket.once('connect', resolve));
  const answer = new Promise((resolve) => {
    let text = '';
    socket.on('data', (part) => { text += part; });
    socket.on('close', () => resolve(text));
    socket.on('error', () => {});
  });
  socket.write(`POST /u HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${SHOP}\r\nConnection: close\r\nAuthorization: Bearer ${ticket}\r\nContent-Length: ${length}\r\n\r\n`);
  return { socket, answer };
}

test('a body cut off leaves nothing and is told', async () => {
  const c = await customer(server);
  await eventually('what came before is done', () => !files(server.data, ['uploads']).length);
  const before = files();
  const lost = await metric(http, server, 'vitrine_uploads_total', 'lost');
  const { ticket } = await ask(c, JPEG);
  const { socket } = await open(ticket, JPEG.length);
  socket.write(JPEG.subarray(0, JPEG.length / 2));
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  assert.match((await stateOf(c, ticket, 'refused')).why, /broke/);
  assert.equal(await metric(http, server, 'vitrine_uploads_total', 'lost'), lost + 1);
  assert.deepEqual(files(), before);
});

test('a body in small pieces is taken; one that stops is ended', async () => {
  const c = await customer(server);
  const { ticket } = await ask(c, JPEG);
  const { socket, answer } = await open(ticket, JPEG.length);
  for (let at = 0; at < JPEG.length; at += 7000) {
    socket.write(JPEG.subarray(at, at + 7000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await stateOf(c, ticket, 'ready');
  assert.match(await answer, /^HTTP\/1.1 201 /);
  const again = await ask(c, JPEG);
  const slow = await open(again.ticket, JPEG.length);
  slow.socket.write(JPEG.subarray(0, 1000));
  const started = Date.now();
  await slow.answer;
  assert.ok(Date.now() - started < 60_000);
  await stateOf(c, again.ticket, 'refused');
});

test('killed in the middle of uploads, the next start finds nothing of them', async () => {
  const own = await shop(later, { associates: [] });
  const before = server;
  server = own;
  try {
    const c = await customer(own);
    const kept = (await send((await ask(c, JPEG)).ticket, JPEG)).json();
    await eventually('its master alone', () => files().some((f) => f.endsWith(`${kept.id}.tix`)) && !files(own.data, ['uploads']).length);
    const resting = files();
    const { socket } = await open((await ask(c, JPEG)).ticket, JPEG.length);
    socket.write(JPEG.subarray(0, JPEG.length / 2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await own.crash();
    await own.start();
    assert.deepEqual(files(), resting);
    assert.equal((await picture(own, `/t/${kept.id}/320${grantOf(kept.media)}`)).status, 200, 'what was acknowledged is there');
  } finally {
    server = before;
  }
});

test('what was acknowledged in the last moment is there after a kill', async () => {
  const own = await shop(later, { associates: [] });
  const before = server;
  server = own;
  try {
    const c = await customer(own);
    const { id, media } = (await send((await ask(c, JPEG)).ticket, JPEG)).json();
    await own.crash();
    await own.start();
    await eventually('the picture', async () => (await picture(own, `/t/${id}/320${grantOf(media)}`)).status === 200);
    await eventually('no original', () => !files(own.data, ['uploads']).length);
  } finally {
    server = before;
  }
});

/* --- a phone ------------------------------------------------------------------------------------------- */

const openCode = (secret, origin = server.origin) => send(secret, Buffer.alloc(0), { origin, path: '/u/phone' });

test('a code serves one phone, and what it sends is shown at once', async () => {
  const { c, a, n } = await live(server);
  await openView({ c, a, n });
  const { url, until, ticket } = await a.request('view.phone', {}, { c: n });
  assert.ok(until > Date.now());
  const [page, secret] = url.split('#');
  assert.equal(page, `${server.origin}/phone/`);
  refusedAs(await send(secret, JPEG, { origin: server.origin }), 403, 'expired');
  refusedAs(await openCode(secret, SHOP), 403, 'expired');
  const opened = await openCode(secret);
  assert.equal(opened.status, 200, opened.text);
  const { key, left, seconds, site } = opened.json();
  assert.deepEqual([left, seconds > 590, typeof site], [20, true, 'string']);
  await stateOf(a, ticket, 'open');
  assert.deepEqual([(await openCode(secret)).status, (await openCode(secret)).json().type], [409, 'used']);
  const answer = await send(key, JPEG, { origin: server.origin });
  assert.deepEqual([answer.status, answer.json().left], [201, 19]);
  for (const peer of [c, a]) assert.equal(idOf((await seen(peer, 'view.item')).add.media), answer.json().id);
  await stateOf(a, ticket, 'ready');
  await a.request('view.phone', { stop: true }, { c: n });
  refusedAs(await send(key, JPEG, { origin: server.origin }), 403, 'expired');
});

test('a new code ends the one before', async () => {
  const { a, n } = await live(server);
  const first = (await a.request('view.phone', {}, { c: n })).url.split('#')[1];
  const second = (await a.request('view.phone', {}, { c: n })).url.split('#')[1];
  refusedAs(await openCode(first), 403, 'expired');
  assert.equal((await openCode(second)).status, 200);
});
