// SPDX-License-Identifier: Apache-2.0
/// Spins: from pictures of the catalogue to spin frames of the film's size, and one turn shared by all.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture } from './lib/http.mjs';
import { SITE, customer, eventually, keeper, leave, live, shop, viewSeen, writeCatalogue } from './lib/kit.mjs';
import { look, metric, photo, quarters, sha256 } from './lib/picture.mjs';
import { FLAG } from './lib/protocol.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-spin-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const N = 24;
const names = Array.from({ length: N }, (_, i) => `spin-${String(i).padStart(2, '0')}.jpg`);
const ring = names.map((name) => photo(`solitaire-ring/${name}`));
const wide = Array(8).fill(quarters(1600, 902));
const piece = (sku, more) => ({ sku, title: sku, price: '10.00', ...more });
const get = (path, headers, method) => picture(server, path, { headers, method });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // for rules that are about time itself

let server;
let said;

before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--media-workers', '0', '--capacity', '50', '--rate-act', '500'] });
  const files = Object.fromEntries(names.map((name, i) => [name, ring[i]]));
  files['hero.jpg'] = photo('solitaire-ring/hero.jpg');
  wide.forEach((bytes, i) => { files[`wide-${i}.png`] = bytes; });
  files['small.png'] = quarters(64, 64);
  const products = [
    piece('RING', { pictures: ['hero.jpg'], spin: names }),
    piece('WIDE', { pictures: [], spin: Object.keys(files).filter((name) => name.startsWith('wide')) }),
    piece('FEW', { spin: names.slice(0, 7) }),
    piece('MANY', { spin: Array.from({ length: 73 }, () => names[0]) }),
    piece('ODD', { spin: [...names.slice(0, 11), 'small.png'] }),
    piece('GONE', { spin: [...names.slice(0, 11), 'nothing.jpg'] }),
    piece('TEXT', { spin: names[0] }),
  ];
  const { stderr } = await server.admin(['catalogue', 'import', '--site', SITE, writeCatalogue(folder, products, files)]);
  said = stderr;
  // Its pictures may be there before the server has read it.
  const c = await customer(server);
  await eventually('the catalogue is served', async () => (await c.ask('catalogue.product', { sku: 'RING' })).ok);
  await c.cut();
  await eventually('its pictures are served', async () => (await get(`/t/${sha256(ring[0])}/160`)).status === 200);
});

/// What the view is told of the spin that begins with this picture.
async function opened(pair, media) {
  const { seq, slots, items } = await pair.c.request('view.open', { items: [{ sku: 'RING', media }, { media: 'm2' }], active: 1, mode: 'image' });
  await pair.a.waitFor('view.open');
  return { seq, slots, spin: items[0].spin };
}

async function turning(pair, media = sha256(ring[0])) {
  const view = await opened(pair, media);
  const { seq } = await pair.c.request('view.set', { base: view.seq, mode: 'spin' });
  await pair.a.waitFor('view.set', (d) => d.mode === 'spin');
  return { ...view, seq };
}

let id;
test('a spin begins with its first picture, which stands among the piece\'s', async () => {
  const pair = await live(server);
  const { media } = await pair.c.request('catalogue.product', { sku: 'RING' });
  assert.deepEqual(media, [sha256(photo('solitaire-ring/hero.jpg')), sha256(ring[0])]);
  const { spin } = await opened(pair, media[1]);
  assert.match(spin.id, /^[0-9a-f]{64}$/);
  assert.equal(spin.n, N);
  id = spin.id;
  const view = await viewSeen(server, pair);
  assert.deepEqual(view.items.map((item) => item.spin), [{ id, n: N }, undefined]);
  const { item } = await pair.a.request('view.item', { add: { media: media[1] } }, { c: pair.n });
  assert.deepEqual(item.spin, { id, n: N });
  assert.deepEqual((await pair.c.waitFor('view.item')).d.add.spin, { id, n: N });
  assert.equal((await opened(pair, media[0])).spin, undefined, 'the piece\'s other pictures do not turn');
  await leave(pair);
});

test('what cannot be taken is named, and the piece goes on without it', async () => {
  const pair = await live(server);
  for (const [sku, why] of [
    ['FEW', 'spin: 7 pictures; a spin takes 8 to 72, once around'], ['MANY', 'spin: 73 pictures; a spin takes 8 to 72, once around'],
    ['ODD', 'spin: frame 12, "small.png", is 64 x 64 pixels, the first 540 x 540; export all in one size'],
    ['GONE', 'spin: picture "nothing.jpg": No such file or directory'], ['TEXT', 'spin: it must be a list of pictures, once around'],
  ]) {
    assert.ok(said.includes(`(${sku}): ${why}`), `${sku}: ${said}`);
    assert.deepEqual((await pair.c.request('catalogue.product', { sku })).media, []);
  }
  await leave(pair);
});

test('every frame is a JPEG of the film\'s size, kept for ever by everybody', async () => {
  const answers = await Promise.all(names.map((_, i) => get(`/v/${id}/${String(i).padStart(2, '0')}.jpg`)));
  for (const { status, headers, body } of answers) {
    assert.equal(status, 200);
    assert.deepEqual(look(body), { type: 'image/jpeg', width: 540, height: 540 });
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(headers.etag, /^"[0-9a-f]{64}"$/);
  }
  assert.equal(new Set(answers.map(({ body }) => sha256(body))).size, N, 'twenty-four sides of it');
  const made = await metric(http, server, 'vitrine_media_answers_total{from="worker"}');
  const { headers: { etag } } = answers[3];
  const again = await get(`/v/${id}/03.jpg`, { 'If-None-Match': etag });
  assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, etag]);
  const head = await get(`/v/${id}/03.jpg`, {}, 'HEAD');
  assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, answers[3].headers['content-length']]);
  assert.equal(sha256((await get(`/v/${id}/03.jpg`)).body), sha256(answers[3].body));
  assert.equal(await metric(http, server, 'vitrine_media_answers_total{from="worker"}'), made, 'made once');
});

test('chroma is halved both ways, as a film has it', async () => {
  const { body } = await get(`/v/${id}/00.jpg`);
  const at = body.indexOf(Buffer.from([0xff, 0xc0]));
  assert.deepEqual([body[at + 9], body[at + 11], body[at + 14], body[at + 17]], [3, 0x22, 0x11, 0x11]);
});

test('large pictures are fitted into 1280 x 720, both sides even', async () => {
  const pair = await live(server);
  const { spin } = await opened(pair, sha256(wide[0]));
  assert.equal(spin.n, 8);
  const answer = await get(`/v/${spin.id}/07.jpg`);
  assert.deepEqual(look(answer.body), { type: 'image/jpeg', width: 1276, height: 720 });
  await leave(pair);
});

test('what is not there is said so', async () => {
  const none = '0'.repeat(64);
  for (const [path, says] of [
    [`/v/${id}/24.jpg`, /24 frames, 00 to 23; 24 is none/], [`/v/${none}/00.jpg`, /no spin/], [`/v/${id}/0.jpg`, /two digits/],
    [`/v/${id}/xx.jpg`, /two digits/], [`/v/${id}/00.png`, /two digits/], [`/v/${id}/00.jpg/`, /two digits/], ['/v/', /two digits/],
    [`/v/${id.toUpperCase()}/00.jpg`, /two digits/],
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 404, path);
    assert.match(answer.json().detail, says, path);
  }
  assert.equal((await http(server, `/v/${id}/00.jpg`, { method: 'DELETE' })).status, 405);
});

test('VIEW frames turn it for the other, and where it was left is kept', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { seq, slots } = await turning(pair);
  for (const frame of [1, 2, 3]) c.view({ vseq: seq, slot: slots[0], cx: 0x80000000, cy: 0x80000000, scale: 65536, frame, t_ms: 0 }, { flags: frame === 3 ? FLAG.EDGE : 0 });
  const event = await a.waitFor('view.set', (d) => d.frame === 3);
  assert.equal(event.by, 'c');
  const view = await viewSeen(server, pair);
  assert.deepEqual([view.mode, view.frame, view.rpm], ['spin', 3, undefined]);
  await leave(pair);
});

test('spin.turn: from a frame on by itself, either way, and stopped on one', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { slots } = await turning(pair);
  const { seq } = await c.request('spin.turn', { slot: slots[0], frame: 4, rpm: 60 });
  const { d, by } = await a.waitFor('spin.turn');
  assert.deepEqual([by, d], ['c', { seq, slot: slots[0], frame: 4, rpm: 60 }]);
  await pause(300); // at least seven frames of 24 a second; after whole seconds it is where it was
  const turned = await eventually('whoever comes later begins where it is by now', async () => {
    const seen = await viewSeen(server, pair);
    return seen.frame !== 4 && seen;
  });
  assert.equal(turned.rpm, 60);
  await c.request('spin.turn', { slot: slots[0], frame: 9, rpm: 0 });
  assert.deepEqual((await a.waitFor('spin.turn', (e) => e.rpm === 0)).d.frame, 9);
  await pause(100);
  const stands = await viewSeen(server, pair);
  assert.deepEqual([stands.frame, stands.rpm], [9, undefined]);
  await leave(pair);
});

test('spin.turn is refused with the reason', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await opened(pair, sha256(ring[0]));
  const refused = async (peer, d, options) => {
    const { code, field } = await peer.refusal('spin.turn', d, options);
    return field ? `${code} ${field}` : code;
  };
  const good = { slot: slots[0], frame: 0, rpm: 0 };
  assert.equal(await refused(c, good), 'view.stale /d/slot', 'a still does not turn');
  await c.request('view.set', { base: seq, mode: 'spin' });
  assert.equal(await refused(a, good, { c: n }), 'driver.other');
  assert.equal(await refused(c, { ...good, frame: N }), 'field.bad /d/frame');
  assert.equal(await refused(c, { ...good, rpm: 61 }), 'field.bad /d/rpm');
  assert.equal(await refused(c, { ...good, slot: slots[1] }), 'not.found /d/slot', 'no spin begins with it');
  assert.equal(await refused(c, { ...good, slot: 999 }), 'not.found /d/slot');
  await c.request('spin.turn', { ...good, rpm: -12.5 });
  await c.request('view.set', { base: seq + 2, active: slots[1] });
  assert.deepEqual([(await viewSeen(server, pair)).frame, (await viewSeen(server, pair)).rpm], [undefined, undefined]);
  await leave(pair);
});

test('a mark stays on the frame it was drawn on', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { slots } = await turning(pair);
  await c.request('spin.turn', { slot: slots[0], frame: 7, rpm: 0 });
  await c.request('mark.add', { slot: slots[0], kind: 'circle', colour: 0, points: [0.2, 0.2, 0.4, 0.4] });
  assert.equal((await a.waitFor('mark.add')).d.frame, 7);
  assert.equal((await viewSeen(server, pair)).marks[0].frame, 7);
  await leave(pair);
});

test('the recap keeps the side that was looked at', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { slots } = await turning(pair);
  await c.request('spin.turn', { slot: slots[0], frame: 7, rpm: 0 });
  await c.request('mark.add', { slot: slots[0], kind: 'circle', colour: 0, points: [0.2, 0.2, 0.4, 0.4] });
  await c.request('view.close', {});
  const { d } = await a.waitFor('view.kept');
  assert.deepEqual([d.media, d.mode, d.frame, d.marks.length], [sha256(ring[7]), 'spin', 7, 1]);
  await leave(pair);
});

/* --- the film of a spin --- */

const frames = ring.map(sha256);
const film = (media, ending, more = '') => get(`/v/${media.split('?')[0]}.${ending}${media.slice(media.indexOf('?'))}${more}`);

/// Asked for, and waited for.
async function filmed({ a, n }, d) {
  const { job, media } = await a.request('film.make', d, { c: n });
  const over = await a.waitFor('film.job', (e) => e.job === job && ['ready', 'failed'].includes(e.state));
  return { job, media, ...over.d };
}

/// Width, height and number of pictures of an MP4, index first.
function movie(bytes) {
  const at = (name) => bytes.indexOf(name, 0, 'latin1');
  assert.ok(at('moov') > 0 && at('moov') < at('mdat'), 'its index is first');
  const tkhd = at('tkhd');
  return { width: bytes.readUInt32BE(tkhd + 80) >> 16, height: bytes.readUInt32BE(tkhd + 84) >> 16, pictures: bytes.readUInt32BE(at('stsz') + 12) };
}

test('a set\'s film has the set\'s id, and is the same for everybody', async () => {
  const [one, other] = [await live(server), await live(server, { login: 'max' })];
  const { job, media, state } = await filmed(one, { frames });
  assert.deepEqual([job, state], [id, 'ready']);
  const mp4 = await film(media, 'mp4');
  assert.deepEqual([mp4.status, mp4.headers['content-type']], [200, 'video/mp4']);
  assert.deepEqual(movie(mp4.body), { width: 540, height: 540, pictures: N });
  const again = await filmed(other, { frames, reverse: false });
  assert.deepEqual([again.job, again.media.split('?')[0]], [id, id]);
  assert.ok((await film(again.media, 'mp4')).body.equals(mp4.body));
  const state_ = (await film(media, 'json')).json();
  assert.deepEqual([state_.id, state_.state], [id, 'ready']);
  await leave(one);
  await leave(other);
});

test('its poster is the first frame, its animation the whole turn, and the smaller copy follows', async () => {
  const pair = await live(server);
  const { media } = await filmed(pair, { frames });
  assert.deepEqual(look((await film(media, 'jpg')).body), { type: 'image/jpeg', width: 540, height: 540 });
  const webp = await film(media, 'webp');
  assert.deepEqual([webp.status, webp.headers['content-type']], [200, 'image/webp']);
  assert.equal(webp.body.toString('latin1').split('ANMF').length - 1, N);
  await eventually('the smaller copy', async () => (await film(media, 'webm')).status === 200, 240000); // it gives way to all else on the machine
  await leave(pair);
});

test('it is shown, sent and played as a film', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { media } = await filmed(pair, { frames });
  const { items: [item], slots: [slot] } = await a.request('view.open', { items: [{ media }], active: 1, mode: 'image' }, { c: n });
  assert.deepEqual([item.film, item.spin], [{ seconds: 3 }, undefined]);
  assert.equal((await film(item.media, 'mp4')).status, 200);
  await a.request('film.play', { slot, t: 1, rate: 1, paused: false }, { c: n });
  assert.equal((await c.waitFor('film.play')).d.t, 1);
  const thumb = await get(`/t/${item.media.replace('?', '/320?')}`);
  assert.deepEqual([thumb.status, thumb.headers.location], [302, `/v/${item.media.replace('?', '.jpg?')}`]);
  await a.request('chat.send', { kind: 'film', body: { media } }, { c: n });
  const { d } = await c.waitFor('chat.send', ({ kind }) => kind === 'film');
  assert.equal((await film(d.body.media, 'mp4')).status, 200);
  await leave(pair);
});

test('the other way round it is another film, of the conversation alone', async () => {
  const pair = await live(server);
  const { job, media, state } = await filmed(pair, { frames, reverse: true });
  assert.notEqual(job, id);
  assert.equal(state, 'ready');
  assert.equal(movie((await film(media, 'mp4')).body).pictures, N);
  const [there, back] = await Promise.all([film(media, 'jpg'), film((await filmed(pair, { frames })).media, 'jpg')]);
  assert.ok(there.body.equals(back.body), 'both begin with the same frame');
  await leave(pair);
});

test('without a grant a set\'s film is nobody\'s, its frames everybody\'s', async () => {
  const bare = await get(`/v/${id}.mp4`);
  assert.deepEqual([bare.status, bare.json().type], [403, 'signature']);
  assert.equal((await get(`/v/${id}/00.jpg`)).status, 200);
});

test('frames that are no turn are refused with the reason', async () => {
  const pair = await live(server);
  const { a, n } = pair;
  const refused = async (d) => {
    const { code, msg, field } = await a.refusal('film.make', d, { c: n });
    return `${code} ${field} ${msg}`;
  };
  assert.match(await refused({ frames: frames.slice(0, 7) }), /field.bad/);
  assert.match(await refused({ frames: frames.map((f) => f.slice(1)) }), /field.bad.*Frame 0 must be a picture's id/);
  assert.match(await refused({ frames, stills: [{ id: frames[0] }] }), /field.bad/);
  const { state, why } = await filmed(pair, { frames: [...frames.slice(0, 11), sha256(wide[0])] });
  assert.equal(state, 'failed');
  assert.match(why, /Spin frame 11 is 1600 x 902 pixels, the first 540 x 540/);
  const gone = await filmed(pair, { frames: [...frames.slice(0, 9), 'a'.repeat(64)] });
  assert.equal(gone.state, 'failed');
  await leave(pair);
});
