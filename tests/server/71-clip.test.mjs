// SPDX-License-Identifier: Apache-2.0
/// Clips that people film: cut and shown at once, coded anew meanwhile, looked at, refused in words; nothing of the phone's is left.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { http, picture, rest } from './lib/http.mjs';
import { SHOP, customer, eventually, keeper, live, shop } from './lib/kit.mjs';
import { look } from './lib/picture.mjs';
import { killWorkers } from './lib/workers.mjs';

const later = keeper(after);
const clip = (name) => readFileSync(fileURLToPath(new URL(`clips/${name}`, import.meta.url)));
const PHONE = clip('phone.mov');
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], args: ['--capacity', '20', '--rate-talk', '1000'] });
});

const idOf = (media) => media.split('?')[0];
const at = (media, ending, more = '') => `/v/${idOf(media)}.${ending}${media.slice(media.indexOf('?'))}${more}`;
const ask = (peer, bytes, { use = 'chat', type = 'video/mp4', name = 'IMG_2.mov', c } = {}) =>
  peer.request('file.ask', { name, type, bytes: bytes.length ?? bytes, use }, c ? { c } : {});

function send(bearer, body, cut = '', origin = SHOP) {
  return http(server, `/v/clip${cut}`, { method: 'POST', body, headers: { 'Content-Length': body.length, Origin: origin, Authorization: `Bearer ${bearer}` } });
}

async function sent(bytes, cut = '', peer) {
  const answer = await send((await ask(peer ?? await customer(server), bytes)).ticket, bytes, cut);
  assert.equal(answer.status, 201, answer.text);
  return answer.json();
}

function refusedAs(answer, status, type, says) {
  assert.deepEqual([answer.status, answer.headers['content-type'], answer.json().type], [status, 'application/problem+json', type], answer.text);
  if (says) assert.match(answer.json().detail, says);
}

const state = async (media) => (await http(server, at(media, 'json'))).json();
const ready = (media) => eventually('the clip coded anew', async () => (await state(media)).state === 'ready', 150000);

/// The boxes of an MP4 by their paths, as far as these lead.
function boxes(bytes, inside = '', from = 0, to = bytes.length) {
  const found = [];
  for (let i = from; i + 8 <= to;) {
    const length = bytes.readUInt32BE(i) || to - i;
    const path = `${inside}${bytes.toString('latin1', i + 4, i + 8)}`;
    assert.ok(length >= 8 && i + length <= to, `a whole ${path}`);
    found.push({ path, from: i + 8, to: i + length });
    if (/^(moov|moov\/trak|moov\/trak\/(mdia|mdia\/minf|mdia\/minf\/stbl))$/.test(path)) found.push(...boxes(bytes, `${path}/`, i + 8, i + length));
    i += length;
  }
  return found;
}

/// What each track is coded as, how large and how turned; how long the whole is.
function film(bytes) {
  const all = boxes(bytes);
  const head = all.find(({ path }) => path === 'moov/mvhd');
  const tracks = all.filter(({ path }) => path.endsWith('/stsd')).map(({ from }) => ({
    coded: bytes.toString('latin1', from + 12, from + 16), width: bytes.readUInt16BE(from + 40), height: bytes.readUInt16BE(from + 42),
  }));
  const turns = all.filter(({ path }) => path === 'moov/trak/tkhd').map(({ from }) => bytes.readInt32BE(from + 44) > 0);
  return { order: all.map(({ path }) => path).filter((path) => path === 'moov' || path === 'mdat'), tracks, turns, seconds: bytes.readUInt32BE(head.from + 16) / bytes.readUInt32BE(head.from + 12) };
}

const near = (is, wanted, slip = 0.08) => assert.ok(Math.abs(is - wanted) < slip, `${is} is not ${wanted}`);

test('a clip for the chat: asked, cut, shown to both as the phone wrote it, then upright', async () => {
  const { c, a, n } = await live(server);
  const { url, ticket } = await ask(a, PHONE, { c: n, type: 'video/quicktime' });
  assert.equal(url, '/v/clip');
  const answer = await send(ticket, PHONE, '?from=1.2&to=3.2', server.origin);
  assert.equal(answer.status, 201, answer.text);
  const { id, media, width, height, seconds, sound } = answer.json();
  assert.deepEqual([idOf(media), width, height, seconds, sound], [id, 360, 640, 2, 'kept']);
  for (const peer of [c, a]) {
    const { d } = await peer.waitFor('chat.send', ({ kind }) => kind === 'film');
    assert.deepEqual([idOf(d.body.media), d.body.seconds], [id, 2]);
  }
  await a.waitFor('file.state', (d) => d.ticket === ticket && d.state === 'ready');
  const first = await http(server, at(media, 'mp4'));
  assert.equal(first.status, 200);
  assert.deepEqual(look((await picture(server, at(media, 'jpg'))).body), { type: 'image/jpeg', width: 360, height: 640 });
  await ready(media);
  const whole = await http(server, at(media, 'mp4'));
  assert.deepEqual([whole.status, whole.headers['content-type'], whole.headers['cache-control'], whole.headers['accept-ranges']], [200, 'video/mp4', 'private, max-age=600', 'bytes']);
  const made = film(whole.body);
  assert.deepEqual([made.order, made.tracks.map(({ coded }) => coded), made.tracks[0].width, made.tracks[0].height, made.turns], [['moov', 'mdat'], ['avc1', 'mp4a'], 360, 640, [false, false]]);
  near(made.seconds, 2);
  await eventually('nothing but its master', () => files(id).join() === 'film,mp4');
});

/// Endings of the server's files whose name holds this.
function files(what, folder = server.data) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(what, join(folder, entry.name)) : entry.name.includes(what) ? [entry.name.split('.').pop()] : []).sort();
}

test('a clip for the viewer is a film of it, played for both', async () => {
  const { c, a, n } = await live(server);
  const { ticket } = await ask(a, PHONE, { use: 'view', c: n });
  assert.equal((await send(ticket, PHONE, '?to=2', server.origin)).status, 201);
  const { d: view } = await c.waitFor('view.open');
  assert.deepEqual(view.items.map(({ film }) => film), [{ seconds: 2, sound: true }]);
  await a.request('film.play', { slot: 1, t: 0.5, rate: 1, paused: false }, { c: n });
  const { d } = await c.waitFor('film.play');
  assert.deepEqual([d.slot, d.t, d.paused], [1, 0.5, false]);
});

test('before it is coded anew it is remuxed: turned by its header, ranges, kept by nobody, no word of the phone\'s', async () => {
  // Coding takes both of the workers that films may have, so the cut is what is there.
  const busy = await Promise.all(Array.from({ length: 2 }, (_, i) => sent(PHONE, `?from=0.${i}&to=1.5`)));
  const { media } = await sent(PHONE, '?from=2');
  const first = await http(server, at(media, 'mp4'));
  const part = await http(server, at(media, 'mp4'), { headers: { Range: 'bytes=0-99' } });
  if (first.headers['cache-control'] === 'no-store' && part.headers['cache-control'] === 'no-store') {
    assert.deepEqual([first.status, part.status, part.headers['content-range']], [200, 206, `bytes 0-99/${first.body.length}`]);
    const cut = film(first.body);
    assert.deepEqual([cut.order, cut.tracks.map(({ coded }) => coded), cut.turns], [['moov', 'mdat'], ['avc1', 'mp4a'], [true, false]]);
    near(cut.seconds, 2, 0.15);
    const tight = await http(server, at(media, 'mp4', '&max=1000'));
    if ((await state(media)).state !== 'ready') refusedAs(tight, 503, 'not-ready');
  } else {
    assert.equal((await state(media)).state, 'ready');
  }
  for (const word of ['48.85', 'Anna', 'Apple']) {
    assert.ok(PHONE.includes(word) && !first.body.includes(word), word);
  }
  for (const one of [...busy, { media }]) await ready(one.media);
  const whole = await http(server, at(media, 'mp4'));
  for (const word of ['48.85', 'Anna', 'Apple']) assert.ok(!whole.body.includes(word), word);
});

test('what a browser recorded, silent ones, ten bits, fragments: all become the same kind of film', async () => {
  const rows = [
    ['recorded.webm', 'kept', 2, ['avc1', 'mp4a']], ['silent.webm', 'none', 1.92, ['avc1']], ['ten-bit.mp4', 'none', 2, ['avc1']],
    ['av1.mp4', 'none', 1, ['avc1']], ['fragments.mp4', 'kept', 2, ['avc1', 'mp4a']], ['raw-sound.mkv', 'left-out', 1, ['avc1']],
  ];
  for (const [name, sound, seconds, coded] of rows) {
    const made = await sent(clip(name));
    assert.equal(made.sound, sound, name);
    near(made.seconds, seconds, 0.1);
    await ready(made.media);
    const whole = film((await http(server, at(made.media, 'mp4'))).body);
    assert.deepEqual(whole.tracks.map((track) => track.coded), coded, name);
    near(whole.seconds, seconds, 0.15);
  }
});

test('poster, strip, animation and state; a byte limit is kept', async () => {
  const { media } = await sent(PHONE, '?to=2');
  const strip = await picture(server, at(media, 'strip.jpg'));
  assert.deepEqual([strip.status, look(strip.body)], [200, { type: 'image/jpeg', width: 540, height: 96 }]);
  const moving = await picture(server, at(media, 'webp'));
  assert.deepEqual([moving.status, moving.headers['content-type'], moving.body.includes('ANMF')], [200, 'image/webp', true]);
  const again = await http(server, at(media, 'strip.jpg'), { headers: { 'If-None-Match': strip.headers.etag } });
  assert.equal(again.status, 304);
  await ready(media);
  const { state: is, seconds, width, height, formats } = await state(media);
  assert.deepEqual([is, seconds, width, height, formats], ['ready', 2, 360, 640, ['jpg', 'strip.jpg', 'webp', 'mp4']]);
  const whole = await http(server, at(media, 'mp4'));
  const most = Math.floor(whole.body.length * 0.7);
  const fitted = await picture(server, at(media, 'mp4', `&max=${most}`));
  assert.ok(fitted.status === 200 && fitted.body.length <= most, `${fitted.status}, ${fitted.body.length} of ${most}`);
  refusedAs(await picture(server, at(media, 'mp4', '&max=1000')), 422, 'too-long', /does not fit 1000 bytes/);
  const head = await http(server, at(media, 'mp4'), { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length']], [200, String(whole.body.length)]);
});

test('the same part twice is one clip, another part another', async () => {
  const c = await customer(server);
  const [one, two, three] = [await sent(PHONE, '?to=1', c), await sent(PHONE, '?to=1', c), await sent(PHONE, '?to=2', c)];
  assert.equal(one.id, two.id);
  assert.notEqual(one.id, three.id);
  assert.notEqual(one.id, (await sent(PHONE, '?to=1')).id);
});

test('what is no clip, too large, too long or cut off is refused with the reason', async () => {
  const refused = async (bytes, status, type, says, cut) => {
    const c = await customer(server);
    const { ticket } = await ask(c, bytes);
    const answer = await send(ticket, bytes, cut);
    refusedAs(answer, status, type, says);
    const { d } = await c.waitFor('file.state', ({ state: how }) => how === 'refused');
    assert.match(d.why, says);
  };
  await refused(clip('four-k.mp4'), 413, 'too-big', /3840 x 2160 pixels; 1920 x 1080 are allowed/);
  await refused(clip('over-a-minute.mp4'), 413, 'too-big', /61 s long; 60 s are allowed/);
  await refused(clip('half-minute.mp4'), 422, 'too-long', /25\.0 s long; a clip has at most 20/, '?from=0&to=25');
  await refused(PHONE, 400, 'outside', /begins at 9\.0 s; the clip ends at 4\.\d s/, '?from=9');
  await refused(PHONE, 400, 'outside', /end must come after/, '?from=3&to=2');
  await refused(PHONE, 400, 'syntax', /"from" is a time in seconds/, '?from=soon');
  await refused(PHONE.subarray(0, PHONE.length >> 1), 422, 'truncated', /ends too early/);
  await refused(clip('silent.webm').subarray(0, 9000), 422, 'truncated', /ends too early/);
  await refused(clip('old.3gp'), 415, 'not-a-clip', /coded as "s263"/);
  await refused(clip('sound-only.m4a'), 415, 'not-a-clip', /without a moving picture/);
  await refused(Buffer.from('#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n'), 415, 'not-a-clip', /a playlist/);
  await refused(Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n"), 415, 'not-a-clip', /a playlist/);
  await refused(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'not-a-clip', /an SVG drawing/);
});

test('without a cut a longer clip gives its first twenty seconds', async () => {
  const { seconds } = await sent(clip('half-minute.mp4'));
  assert.equal(seconds, 20);
});

test('a head that promises pictures where there are none ends in words, and leaves nothing', async () => {
  const bad = Buffer.from(PHONE);
  bad.fill(0, bad.indexOf('mdat') + 4, bad.lastIndexOf('moov') - 4);
  const c = await customer(server);
  const { ticket } = await ask(c, bad);
  const answer = await send(ticket, bad);
  if (answer.status !== 201) {
    refusedAs(answer, 422, 'broken', /record it again/);
    return;
  }
  const { id, media } = answer.json();
  refusedAs(await picture(server, at(media, 'jpg')), 422, 'broken');
  await eventually('an end', async () => (await state(media)).state === 'failed');
  assert.deepEqual(files(id), ['clip', 'film']);
});

test('rights: too much is refused before a byte goes, a ticket is of one clip, a stranger sees nothing', async () => {
  const c = await customer(server);
  assert.match((await c.refusal('file.ask', { name: 'x.mp4', type: 'video/mp4', bytes: 100_000_001, use: 'chat' })).msg, /100 MB/);
  const { ticket } = await ask(c, PHONE.length + 1);
  refusedAs(await send(ticket, PHONE), 400, 'syntax');
  refusedAs(await send(ticket, PHONE), 403, 'expired');
  const { id, media } = await sent(PHONE, '?to=1');
  refusedAs(await http(server, `/v/${id}.mp4`), 403, 'signature');
  refusedAs(await http(server, at(media, 'webm')), 404, 'unknown');
  assert.equal((await c.refusal('chat.send', { kind: 'film', body: { media } })).code, 'not.found');
});

test('a worker killed in the middle costs time, not the clip; what was cut stays to be looked at', async () => {
  const { media } = await sent(PHONE, '?from=0.1');
  await eventually('coding', async () => (await state(media)).state !== 'queued');
  killWorkers(server);
  assert.equal((await http(server, at(media, 'mp4'))).status, 200);
  await ready(media);
});

test('a server killed in the middle codes it anew when it is back', async () => {
  const { id, media } = await sent(PHONE, '?from=0.3&to=3.9');
  await server.crash();
  await server.start();
  await eventually('the clip coded anew', async () => { const answer = await http(server, at(media, 'json')); return answer.status === 200 && answer.json().state === 'ready'; }, 150000);
  await eventually('nothing but its master', () => files(id).join() === 'film,mp4');
});

test('a clip is written out with its conversation, and goes with it', async () => {
  const ada = await rest(server, 'ada');
  const c = await customer(server);
  const { id, media } = await sent(PHONE, '?from=0.4', c);
  await ready(media);
  const out = await ada.get(`/conversations/${c.conv}/export?format=tar`);
  assert.ok(out.body.includes(`pictures/${id}.mp4`), 'written out it has the clip');
  const erased = await ada.del(`/conversations/${c.conv}`);
  assert.equal(erased.status, 200, erased.text);
  await eventually('an end of the clip', async () => (await http(server, at(media, 'mp4'))).status === 404);
  await eventually('an end of its files', () => files(id).length === 0);
});
