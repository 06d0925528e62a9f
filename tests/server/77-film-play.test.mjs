// SPDX-License-Identifier: Apache-2.0
/// One film seen together: who may play it, what everybody is told, who comes later, what a crash leaves; and a film whose making
/// goes wrong harms no other.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { http, picture } from './lib/http.mjs';
import { SITE, back, keeper, live, say, shop, viewSeen, writeCatalogue } from './lib/kit.mjs';
import { photo, quarters, sha256 } from './lib/picture.mjs';
import { killWorkers } from './lib/workers.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-film-play-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pictures = { 'one.jpg': photo(), 'two.png': quarters(800, 600) };
const [ONE, TWO] = Object.values(pictures).map(sha256);
let server;

before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '9'] });
  const path = writeCatalogue(folder, [
    { sku: 'ONE', title: 'Ring of roses', price: '1290.00', url: '/1', pictures: ['one.jpg'], variants: [] },
    { sku: 'TWO', title: 'Ring of four colours', price: '12.50', url: '/2', pictures: ['two.png'], variants: [] },
  ], pictures);
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, path]);
});

const film = (seconds) => ({ stills: [{ id: ONE, seconds: 1 }, { id: TWO, seconds: seconds - 1 }], size: [320, 240] });
const bare = (media) => media.split('?')[0];

/// A pair with a picture and a film of `seconds` in the view, the picture on show.
async function filmed(seconds, options) {
  const pair = await live(server, options);
  const { media } = await pair.a.request('film.make', film(seconds), { c: pair.n });
  const { slots, items } = await pair.a.request('view.open', { items: [{ media: ONE }, { media, title: 'A film' }], active: 1, mode: 'image' }, { c: pair.n });
  await pair.c.waitFor('view.open');
  return { ...pair, media, slots, items };
}

const play = (pair, t, more = {}) => pair.a.request('film.play', { slot: pair.slots[1], t, rate: 1, paused: false, ...more }, { c: pair.n });

test('a film says how long it is, and its thumbs are its poster', async () => {
  const { items, media, c } = await filmed(3.25);
  assert.deepEqual(items.map(({ film: it }) => it), [undefined, { seconds: 3.25 }]);
  const told = c.seen('view.open').at(-1).d.items[1];
  assert.deepEqual([bare(told.media), told.film], [bare(media), { seconds: 3.25 }]);
  const thumb = await http(server, `/t/${bare(media)}/320?${media.split('?')[1]}`);
  assert.deepEqual([thumb.status, thumb.headers.location], [302, `/v/${bare(media)}.jpg?${media.split('?')[1]}`]);
  const poster = await picture(server, thumb.headers.location);
  assert.deepEqual([poster.status, poster.headers['content-type']], [200, 'image/jpeg']);
});

test('a film in the thread says how long it is, whatever its sender says', async () => {
  const { a, c, n, media } = await filmed(2.5);
  await a.request('chat.send', { kind: 'film', body: { media, text: 'Three for you', seconds: 99 } }, { c: n });
  const { d } = await c.waitFor('chat.send', (it) => it.kind === 'film');
  assert.deepEqual([d.body.seconds, d.body.text, bare(d.body.media)], [2.5, 'Three for you', bare(media)]);
  assert.equal((await picture(server, `/v/${bare(media)}.jpg?${d.body.media.split('?')[1]}`)).status, 200);
});

test('both are told from where it plays since when, by server time; whoever comes later as well', async () => {
  const pair = await filmed(4);
  const [, slot] = pair.slots;
  const since = Date.now();
  const reply = await play(pair, 1.5);
  assert.ok(reply.at >= since - 1 && reply.at <= Date.now() + 1, `at ${reply.at}`);
  assert.deepEqual([reply.active, reply.mode], [slot, 'film']);
  const { d, by } = await pair.c.waitFor('film.play');
  assert.deepEqual([d, by], [{ ...reply, slot, t: 1.5, rate: 1, paused: false }, 'a1']);

  const seen = await viewSeen(server, pair);
  assert.deepEqual([seen.active, seen.mode, seen.t, seen.rate, seen.paused, seen.at], [slot, 'film', 1.5, 1, false, reply.at]);

  await pair.c.cut();
  const next = await play(pair, 2, { paused: true });
  const again = await back(server, pair.c);
  const missed = await again.waitFor('film.play', (it) => it.seq === next.seq);
  assert.deepEqual([missed.d.t, missed.d.paused, missed.d.at], [2, true, next.at]);
});

test('a clip that is sent to the viewer is watched together as a film is, with its sound', async () => {
  const clip = readFileSync(fileURLToPath(new URL('clips/phone.mov', import.meta.url)));
  const { a, c, n } = await live(server);
  const { ticket } = await a.request('file.ask', { name: 'IMG_2.mov', type: 'video/quicktime', bytes: clip.length, use: 'view' }, { c: n });
  const headers = { 'Content-Length': clip.length, Origin: server.origin, Authorization: `Bearer ${ticket}` };
  const answer = await http(server, '/v/clip?from=1.2&to=3.2', { method: 'POST', body: clip, headers });
  assert.equal(answer.status, 201, answer.text);
  const { d } = await c.waitFor('view.open');
  assert.deepEqual([d.items[0].film, bare(d.items[0].media)], [{ seconds: 2, sound: true }, answer.json().id]);
  const { slot, media } = d.items[0];
  if (d.driver !== 'a1') await a.request('view.drive', { take: true }, { c: n });
  const { mode } = await a.request('film.play', { slot, t: 0.5, rate: 1, paused: false }, { c: n });
  assert.equal(mode, 'film');
  assert.equal((await http(server, `/v/${bare(media)}.mp4?${media.split('?')[1]}`)).status, 200);
});

test('a worker killed over one film harms no other: the next is made, the view goes on', async () => {
  const pair = await filmed(2);
  const { job } = await pair.a.request('film.make', { ...film(18), size: [720, 720] }, { c: pair.n });
  await pair.a.waitFor('film.job', (d) => d.job === job && d.state === 'encoding' && d.part > 0);
  const { job: next } = await pair.a.request('film.make', film(2.75), { c: pair.n });
  killWorkers(server);
  const { d } = await pair.a.waitFor('film.job', (it) => it.job === job && it.state === 'failed');
  assert.ok(d.why.length > 10, d.why);
  // It was killed with it, or waited behind it: then it is made; a second wish makes it in any case.
  await pair.a.until('the end of the other', () => pair.a.seen('film.job').findLast(({ d: it }) => it.job === next && /ready|failed/.test(it.state)));
  const again = await pair.a.request('film.make', film(2.75), { c: pair.n });
  await pair.a.waitFor('film.job', (it) => it.job === again.job && it.state === 'ready');
  assert.equal((await play(pair, 0.5)).mode, 'film');
});

test('the customer plays as well, once the wheel is theirs', async () => {
  const pair = await filmed(2);
  const d = { slot: pair.slots[1], t: 0.5, rate: 1, paused: true };
  const other = await pair.c.refusal('film.play', d);
  assert.equal(other.code, 'driver.other');
  await pair.a.request('view.drive', { take: false }, { c: pair.n });
  await pair.c.waitFor('view.drive');
  await pair.c.request('view.drive', { take: true });
  const { at } = await pair.c.request('film.play', d);
  const told = await pair.a.waitFor('film.play');
  assert.deepEqual([told.by, told.d.paused, told.d.at], ['c', true, at]);
});

test('what is no film, or later than its end, is refused with words', async () => {
  const pair = await filmed(2);
  const refused = async (d, says) => {
    const { code, msg } = await pair.a.refusal('film.play', { slot: pair.slots[1], t: 0, rate: 1, paused: false, ...d }, { c: pair.n });
    assert.match(`${code}: ${msg}`, says);
  };
  await refused({ slot: pair.slots[0] }, /not\.found: .*no film/);
  await refused({ slot: 99 }, /not\.found/);
  await refused({ t: 2.1 }, /field\.bad: .*shorter/);
  await refused({ rate: 9 }, /field\.bad/);
  await refused({ t: -1 }, /field\.bad/);
});

test('another piece on show ends the playing, and the camera does not move the film', async () => {
  const pair = await filmed(2);
  await play(pair, 1, { paused: true });
  const { seq } = await pair.a.request('view.set', { base: (await viewSeen(server, pair)).seq, active: pair.slots[0] }, { c: pair.n });
  assert.ok(seq);
  const seen = await viewSeen(server, pair);
  assert.deepEqual([seen.active, seen.at, seen.paused], [pair.slots[0], undefined, undefined]);
});

test('a server that was killed still knows where the film is', async () => {
  const pair = await filmed(3);
  const { at } = await play(pair, 0.75, { rate: 0.5 });
  // One saving is under way at a time: the first word is stored behind that of the opening, the second behind that of the playing.
  for (const text of ['Look', 'there']) await say(pair.a, text, { c: pair.n });
  await server.crash();
  await server.start();
  const { d } = await (await back(server, pair.c)).waitFor('snapshot');
  assert.deepEqual([d.view.mode, d.view.t, d.view.rate, d.view.at, d.view.items[1].film], ['film', 0.75, 0.5, at, { seconds: 3 }]);
});
