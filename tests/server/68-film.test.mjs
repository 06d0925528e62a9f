// SPDX-License-Identifier: Apache-2.0
/// Films of stills: asked for in a conversation, played while they are encoded, whole with ranges after, and refused in words.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request as open } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture, rest } from './lib/http.mjs';
import { SITE, eventually, keeper, live, shop, writeCatalogue } from './lib/kit.mjs';
import { look, photo, quarters, sha256 } from './lib/picture.mjs';
import { killWorkers } from './lib/workers.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-film-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pictures = { 'one.jpg': photo(), 'two.png': quarters(800, 600) };
const [ONE, TWO] = Object.values(pictures).map(sha256);
const CAPTION = 'Ring Aurora · 1.290 €';
let server;
let pair;
let seconds = 1;

before(async () => {
  server = await shop(later, { associates: ['lea', 'max', ['ada', 'admin']], args: ['--media-workers', '0', '--capacity', '9', '--rate-talk', '500'] });
  const path = writeCatalogue(folder, [
    { sku: 'ONE', title: 'Ring of roses', price: '1290.00', url: '/1', pictures: ['one.jpg'], variants: [] },
    { sku: 'TWO', title: 'Ring of four colours', price: '12.50', url: '/2', pictures: ['two.png'], variants: [] },
  ], pictures);
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, path]);
  pair = await live(server);
});

const idOf = (media) => media.split('?')[0];
const at = (media, ending, more = '') => `/v/${idOf(media)}.${ending}${media.slice(media.indexOf('?'))}${more}`;
/// A film nobody asked for before: no two have the same length.
const fresh = (count = 2, each = 2) => {
  seconds += 0.05;
  return { stills: Array.from({ length: count }, (_, i) => ({ id: i % 2 ? TWO : ONE, seconds: i ? each : seconds, caption: CAPTION })), size: [320, 240], name: 'Anna & Zoë' };
};
const make = (film, { a, n } = pair) => a.request('film.make', film, { c: n });
const over = (job, state = 'ready') => pair.a.waitFor('film.job', (d) => d.job === job && d.state === state).then(({ d }) => d);
const made = async (film) => {
  const { job, media } = await make(film);
  await over(job);
  return media;
};

/// The answer as it comes: when each piece did, and all of it.
function stream(path, headers = {}, onFirst = () => {}) {
  const { hostname, port } = new URL(server.url);
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const asked = open({ hostname, port, path, headers, agent: false }, (answer) => {
      const pieces = [];
      answer.once('data', onFirst);
      answer.on('data', (bytes) => pieces.push({ ms: Date.now() - began, bytes }));
      answer.on('error', (error) => resolve({ status: answer.statusCode, headers: answer.headers, pieces, error }));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, pieces, body: Buffer.concat(pieces.map((p) => p.bytes)), ms: Date.now() - began }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function boxes(bytes) {
  const kinds = [];
  for (let i = 0; i + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(i);
    kinds.push(bytes.toString('latin1', i + 4, i + 8));
    assert.ok(length >= 8 && i + length <= bytes.length, `a whole ${kinds.at(-1)}`);
    i += length;
  }
  return kinds;
}

function refusedAs(answer, status, type) {
  assert.deepEqual([answer.status, answer.json().type], [status, type], answer.text);
  assert.ok(answer.json().detail.length > 20, answer.text);
}

test('a film is played while it is encoded, and has its index first afterwards', async () => {
  const { job, media } = await make({ ...fresh(4, 2), size: [480, 480] });
  assert.equal(idOf(media), job);
  let known;
  const live = await stream(at(media, 'mp4'), { Range: 'bytes=0-' }, () => { known = pair.a.seen('film.job').at(-1).d.state; });
  assert.deepEqual([live.status, live.headers['content-type'], live.headers['transfer-encoding'], live.headers['content-length']], [200, 'video/mp4', 'chunked', undefined]);
  const kinds = boxes(live.body);
  assert.deepEqual(kinds.slice(0, 4), ['ftyp', 'moov', 'moof', 'mdat']);
  assert.ok(kinds.filter((kind) => kind === 'moof').length > 60, `${kinds.length} boxes`);
  assert.ok(['queued', 'encoding'].includes(known), `the first byte while it was ${known}`);
  await over(job);
  const jobs = pair.a.seen('film.job').filter(({ d }) => d.job === job).map(({ d }) => d);
  assert.deepEqual([jobs[0].state, jobs.at(-1).state], ['queued', 'ready']);
  const parts = jobs.filter(({ state }) => state === 'encoding').map(({ part }) => part);
  assert.ok(parts.length > 3 && parts.every((part, i) => part >= (parts[i - 1] ?? 0)), parts.join(' '));

  const whole = await http(server, at(media, 'mp4'));
  assert.deepEqual([whole.status, whole.headers['accept-ranges'], whole.headers['cache-control']], [200, 'bytes', 'private, max-age=600']);
  assert.equal(Number(whole.headers['content-length']), whole.body.length);
  const order = boxes(whole.body).filter((kind) => kind === 'moov' || kind === 'mdat' || kind === 'moof');
  assert.deepEqual(order, ['moov', 'mdat']);
});

test('ranges, conditions and HEAD are those of a file', async () => {
  const media = await made(fresh());
  const path = at(media, 'mp4');
  const whole = await http(server, path);
  const part = await http(server, path, { headers: { Range: 'bytes=100-199' } });
  assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes 100-199/${whole.body.length}`]);
  assert.ok(part.body.equals(whole.body.subarray(100, 200)));
  assert.equal((await http(server, path, { headers: { Range: 'bytes=99999999-' } })).status, 416);
  const known = await http(server, path, { headers: { 'If-None-Match': whole.headers.etag } });
  assert.deepEqual([known.status, known.body.length], [304, 0]);
  const head = await http(server, path, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.body.length], [200, String(whole.body.length), 0]);
});

test('a range from the middle waits for the end of the encoding', async () => {
  const { media } = await make(fresh(4, 2));
  const part = await http(server, at(media, 'mp4'), { headers: { Range: 'bytes=10-19' } });
  assert.deepEqual([part.status, part.body.length], [206, 10]);
});

test('poster, animation, state; and the smaller copy once it is there', async () => {
  const { media } = await make(fresh());
  const poster = await picture(server, at(media, 'jpg'));
  assert.deepEqual([poster.status, look(poster.body)], [200, { type: 'image/jpeg', width: 320, height: 240 }]);
  const still = await picture(server, at(media, 'webp'));
  assert.deepEqual([still.status, still.headers['content-type'], still.body.includes('ANMF')], [200, 'image/webp', true]);
  const state = (await http(server, at(media, 'json'))).json();
  assert.ok(['queued', 'encoding', 'ready'].includes(state.state) && state.formats.includes('jpg'), JSON.stringify(state));
  await over(idOf(media));
  const first = await http(server, at(media, 'webm'));
  if (first.status === 503) refusedAs(first, 503, 'not-ready');
  await eventually('the smaller copy', async () => (await http(server, at(media, 'json'))).json().formats.includes('webm'), 240000); // it gives way to all else on the machine
  const smaller = await http(server, at(media, 'webm'));
  assert.deepEqual([smaller.status, smaller.headers['content-type'], smaller.body.readUInt32BE(0)], [200, 'video/webm', 0x1a45dfa3]);
  const whole = await http(server, at(media, 'mp4'));
  assert.ok(smaller.body.length < whole.body.length, `${smaller.body.length} to ${whole.body.length} bytes`);
  assert.deepEqual((await http(server, at(media, 'json'))).json().state, 'ready');
});

test('the same film twice is one', async () => {
  const film = fresh();
  const [one, two] = await Promise.all([make(film), make(film)]);
  assert.equal(one.job, two.job);
  await over(one.job);
  assert.equal((await make(film)).job, one.job);
});

test('a limit of bytes is kept, or told to be too small', async () => {
  const media = await made({ ...fresh(), size: [640, 640] });
  const whole = await http(server, at(media, 'mp4'));
  const most = Math.floor(whole.body.length * 0.7);
  const fitted = await picture(server, at(media, 'mp4', `&max=${most}`), { headers: { Range: 'bytes=0-99999999' } });
  assert.ok([200, 206].includes(fitted.status) && fitted.body.length <= most, `${fitted.status}, ${fitted.body.length} of ${most}`);
  assert.equal(fitted.headers['cache-control'], 'private, max-age=600');
  const far = await picture(server, at(media, 'mp4', '&max=12000'));
  assert.ok(far.status === 200 && far.body.length <= 12000, `${far.status}, ${far.body.length} bytes`);
  for (const [ending, type] of [['jpg', 'image/jpeg'], ['webp', 'image/webp']]) {
    const look_ = await picture(server, at(media, ending, '&max=9000'));
    assert.deepEqual([look_.status, look_.headers['content-type'], look_.body.length <= 9000], [200, type, true], `${ending}: ${look_.body.length} bytes`);
  }
  refusedAs(await picture(server, at(media, 'mp4', '&max=1000')), 422, 'too-long');
  refusedAs(await http(server, at(media, 'mp4', '&max=many')), 400, 'syntax');
  refusedAs(await http(server, at(media, 'mp4', '&max=999')), 400, 'syntax');
});

test('what fits a channel as it is goes as it is', async () => {
  const media = await made(fresh());
  const whole = await http(server, at(media, 'mp4'));
  for (const most of [5_000_000, 16_000_000]) {
    const same = await picture(server, at(media, 'mp4', `&max=${most}`));
    assert.deepEqual([same.status, same.headers.etag], [200, whole.headers.etag]);
    assert.ok(same.body.equals(whole.body));
  }
});

test('without its grant a film is nobody\'s, and another conversation cannot name its pictures', async () => {
  const media = await made(fresh());
  const id = idOf(media);
  refusedAs(await http(server, `/v/${id}.mp4`), 403, 'signature');
  refusedAs(await http(server, at(media, 'mp4').replace(/s=./, (s) => (s === 's=A' ? 's=B' : 's=A'))), 403, 'signature');
  refusedAs(await http(server, `/v/${'0'.repeat(64)}.mp4`), 404, 'unknown');
  refusedAs(await http(server, `/v/${id}.gif`), 404, 'unknown');
  const other = await live(server, { login: 'max' });
  const known = await other.a.refusal('film.make', { stills: [{ id: media }] }, { c: other.n });
  assert.equal(known.code, 'not.found', JSON.stringify(known));
});

test('what is no film is refused with the reason', async () => {
  const refused = async (film, says) => {
    const error = await pair.a.refusal('film.make', film, { c: pair.n });
    assert.match(`${error.code} ${error.msg}`, says);
  };
  await refused({ stills: Array(3).fill({ id: ONE, seconds: 7 }) }, /21\.0 seconds together; a film has at most 20/);
  await refused({ stills: [{ id: ONE }], size: [1280, 1280] }, /1280 x 720/);
  await refused({ stills: [{ id: ONE, from: [0.5, 0, 0.9, 1] }] }, /inside the picture/);
  await refused({ stills: [{ id: ONE, caption: 'x'.repeat(81) }] }, /81 characters; 80/);
});

test('a picture that is not there ends in words, at the one who asked and at the address', async () => {
  const { job, media } = await make({ stills: [{ id: 'a'.repeat(64), seconds: 2 }] });
  const { why } = await over(job, 'failed');
  assert.ok(why.length > 10, why);
  refusedAs(await http(server, at(media, 'mp4')), 404, 'unknown');
});

test('a worker killed in the middle breaks the film off, and it is made whole when asked again', async () => {
  const { job, media } = await make({ ...fresh(5, 2), size: [640, 640] });
  const coming = stream(at(media, 'mp4'));
  await pair.a.waitFor('film.job', (d) => d.job === job && d.state === 'encoding' && d.part > 0.05);
  killWorkers(server);
  const broken = await coming;
  assert.ok(broken.error, 'a short body must not look whole');
  const { why } = await over(job, 'failed');
  assert.ok(why.length > 10, why);
  await eventually('a worker', async () => (await http(server, at(media, 'jpg'))).status === 200);
  await eventually('the whole film', async () => (await http(server, at(media, 'mp4'), { headers: { Range: 'bytes=0-9' } })).status === 206);
});

test('only staff make films', async () => {
  const error = await pair.c.refusal('film.make', fresh());
  assert.match(error.code, /forbidden|role/, JSON.stringify(error));
});

/// Every file of the server whose name holds this.
function files(what, at = server.data) {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(what, join(at, entry.name)) : entry.name.includes(what) ? [join(at, entry.name)] : []);
}

test('a film goes with its conversation', async () => {
  const ada = await rest(server, 'ada');
  const other = await live(server, { login: 'max' });
  const { job, media } = await make(fresh(), other);
  assert.equal((await http(server, at(media, 'mp4'))).status, 200);
  assert.deepEqual(files(job).map((name) => name.split('.').pop()), ['film']);
  const erased = await ada.del(`/conversations/${other.c.conv}`);
  assert.equal(erased.status, 200, erased.text);
  await eventually('an end of the film', async () => (await http(server, at(media, 'mp4'))).status === 404);
  await eventually('an end of its file', () => files(job).length === 0);
});

test('a new server, without a cache, makes a film again', async () => {
  const media = await made(fresh());
  const before_ = await http(server, at(media, 'mp4'));
  await server.halt();
  rmSync(join(server.data, 'cache'), { recursive: true, force: true });
  await server.start();
  const again = await stream(at(media, 'mp4'));
  assert.deepEqual([again.status, boxes(again.body).includes('moof')], [200, true]);
  const whole = await http(server, at(media, 'mp4'));
  assert.ok(whole.body.equals(before_.body), 'the same bytes');
});
