// SPDX-License-Identifier: Apache-2.0
/// Thumbs: the ladder, the format by Accept, and a cache that answers before any work is done.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture } from './lib/http.mjs';
import { SITE, eventually, keeper, shop, writeCatalogue } from './lib/kit.mjs';
import { importPictures, look, metric, photo, quarters, sha256 } from './lib/picture.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-thumbs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;
let id;
let small;

before(async () => {
  server = await shop(later, { associates: [], args: ['--media-workers', '0'] });
  const ids = await importPictures(server, { site: SITE, folder, writeCatalogue }, { 'photo.jpg': photo(), 'small.png': quarters(300, 200) });
  id = ids['photo.jpg'];
  small = ids['small.png'];
});

const get = (path, headers, method) => picture(server, path, { headers, method });
const jobs = () => metric(http, server, 'vitrine_media_job_seconds_count');
const place = (kind, of, ending = '') => join(server.data, kind, of.slice(0, 2), of.slice(2, 4), of + ending);

test('an original becomes a master on first need, and goes', async () => {
  // Until the master is there every width is the first sight of it.
  await eventually('its own size', async () => look((await get(`/t/${id}/640`)).body).width === 640);
  const answer = await get(`/t/${id}/640`);
  assert.equal(answer.status, 200);
  assert.deepEqual(look(answer.body), { type: 'image/jpeg', width: 640, height: 640 });
  await eventually('the other one, too', async () => look((await get(`/t/${small}/160`)).body).width === 160);
  await eventually('the original is gone', () => !existsSync(place('originals', id)));
  assert.ok(existsSync(place('masters', id, '.tif')) && existsSync(place('masters', id, '.tix')));
  const second = await server.mustAdmin(['catalogue', 'import', '--site', SITE, join(folder, 'catalogue.json')]);
  assert.match(second, /2 pictures \(0 new\)|2 pictures \(1 new\)/);
  assert.ok(!existsSync(place('originals', id)), 'what has a master is not copied again');
});

test('every step of the ladder, never upscaled', async () => {
  for (const step of [160, 320, 480, 640, 960, 1280, 1920]) {
    const { width, height } = look((await get(`/t/${id}/${step}`)).body);
    assert.deepEqual([width, height], step > 1600 ? [1600, 1600] : [step, step]);
    const own = look((await get(`/t/${small}/${step}`)).body);
    assert.deepEqual([own.width, own.height], step > 300 ? [300, 200] : [160, 107]);
  }
});

test('other widths lead to the next step', async () => {
  for (const [asked, given] of [[1, 160], [161, 320], [500, 640], [1000, 1280], [1921, 1920], [99999, 1920]]) {
    const answer = await get(`/t/${id}/${asked}`);
    assert.deepEqual([answer.status, answer.headers.location], [302, `/t/${id}/${given}`]);
  }
  for (const path of [`/t/${id}/0`, `/t/${id}/-1`, `/t/${id}/abc`, `/t/${id}/`, `/t/${id}/640/1`, `/t/${id}`]) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.headers['content-type']], [400, 'application/problem+json'], path);
    assert.match(answer.json().detail, /160, 320, 480/);
  }
  for (const path of [`/t/${id.toUpperCase()}/640`, '/t/x/640', `/t/${'0'.repeat(64)}/640`, '/t/..%2f..%2fstore.db/640']) {
    assert.ok([400, 404].includes((await get(path)).status), path);
  }
});

test('the format by Accept, q=0 and bare wildcards among it', async () => {
  for (const [accept, type] of [
    [undefined, 'jpeg'], ['*/*', 'jpeg'], ['image/*', 'jpeg'], ['', 'jpeg'], ['text/html', 'jpeg'],
    ['image/avif,image/webp,image/apng,*/*;q=0.8', 'avif'], ['image/webp,*/*', 'webp'], ['image/avif;q=0,image/webp', 'webp'],
    ['image/avif;q=0.0, image/webp;q=0.000', 'jpeg'], ['IMAGE/WEBP', 'webp'], ['image/png,image/*;q=0.5', 'jpeg'], ['image/avif;q=0.1', 'avif'],
  ]) {
    const answer = await get(`/t/${id}/320`, accept === undefined ? {} : { Accept: accept });
    assert.deepEqual([answer.status, answer.headers['content-type'], look(answer.body).type], [200, `image/${type}`, `image/${type}`], accept);
    assert.match(answer.headers.vary, /accept/i);
  }
});

test('headers: kept for ever, for everybody', async () => {
  const { headers } = await get(`/t/${id}/480`);
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(headers.etag, /^"[0-9a-f]{64}"$/);
  assert.equal(headers['set-cookie'], undefined);
});

test('304 before any work, also for what was never made', async () => {
  const known = await get(`/t/${id}/960`, { Accept: 'image/webp' });
  const made = await jobs();
  const again = await get(`/t/${id}/960`, { Accept: 'image/webp', 'If-None-Match': `W/"x", ${known.headers.etag}` });
  assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, known.headers.etag]);
  assert.match(again.headers.vary, /accept/i);
  assert.equal((await get(`/t/${id}/1280`, { Accept: 'image/avif', 'If-None-Match': '*' })).status, 304);
  assert.equal(await jobs(), made);
  assert.equal((await get(`/t/${id}/960`, { Accept: 'image/webp', 'If-None-Match': '"other"' })).status, 200);
});

test('HEAD is GET without a body', async () => {
  const whole = await get(`/t/${id}/320`);
  const head = await get(`/t/${id}/320`, {}, 'HEAD');
  assert.equal(head.body.length, 0);
  for (const name of ['content-length', 'content-type', 'etag', 'cache-control', 'vary']) assert.equal(head.headers[name], whole.headers[name]);
});

test('eight ask at once, one is made', async () => {
  const made = await jobs();
  const answers = await Promise.all(Array.from({ length: 8 }, () => get(`/t/${id}/1280`, { Accept: 'image/webp' })));
  for (const answer of answers) assert.deepEqual([answer.status, sha256(answer.body)], [200, sha256(answers[0].body)]);
  assert.equal(await jobs(), made + 1);
});

test('a page of new pictures shows all of them', async () => {
  const files = Object.fromEntries(Array.from({ length: 24 }, (_, i) => [`spin-${i}.jpg`, photo(`solitaire-ring/spin-${String(i).padStart(2, '0')}.jpg`)]));
  const ids = Object.values(await importPictures(server, { site: SITE, folder, writeCatalogue }, files));
  // A machine with other work says when to ask again, and a page does.
  const shown = (each) => eventually(`picture ${each}`, async () => {
    const answer = await get(`/t/${each}/320`, { Accept: 'image/avif,image/webp,*/*' });
    assert.equal(answer.status, 200, answer.text.slice(0, 200));
    return answer.status === 200 && answer.body.length > 500;
  });
  await Promise.all(ids.map(shown));
});

test('after a restart the disk answers, without a worker', async () => {
  const first = await get(`/t/${id}/640`, { Accept: 'image/webp' });
  await server.restart();
  const second = await get(`/t/${id}/640`, { Accept: 'image/webp' });
  assert.deepEqual([second.status, second.headers.etag, sha256(second.body)], [200, first.headers.etag, sha256(first.body)]);
  assert.equal(await metric(http, server, 'vitrine_media_answers_total', 'from="disk"'), 1);
  await get(`/t/${id}/640`, { Accept: 'image/webp' });
  assert.equal(await metric(http, server, 'vitrine_media_answers_total', 'from="ram"'), 1);
});

test('originals left from before are ingested in the background', async () => {
  await server.halt();
  const ids = await importPictures(server, { site: SITE, folder, writeCatalogue }, { 'bed.jpg': photo('pearl-drops/hero.jpg'), 'q.png': quarters(301, 201) });
  await server.start();
  for (const each of Object.values(ids)) await eventually('a master', () => existsSync(place('masters', each, '.tix')) && !existsSync(place('originals', each)));
});
