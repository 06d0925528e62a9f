// SPDX-License-Identifier: Apache-2.0
/// Pictures that mean harm, against the running server: each is refused with its reason, no worker's death costs more
/// than its own request, and a live session does not notice.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { BUSY, http, picture } from './lib/http.mjs';
import { SITE, eventually, keeper, live, openView, shop, writeCatalogue } from './lib/kit.mjs';
import { FLAG } from './lib/protocol.mjs';
import { chunk, gps, header, importPictures, look, metric, photo, quarters, sha256, withSegment } from './lib/picture.mjs';
import { kill } from './lib/workers.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;

before(async () => {
  server = await shop(later, { args: ['--media-workers', '1', '--media-budget', '1h'] });
});

const get = (path, headers) => picture(server, path, { headers });
const once = (path, headers) => http(server, path, { headers });
const add = (files) => importPictures(server, { site: SITE, folder, writeCatalogue }, files);

/// The JPEG says it has this many pixels.
const claiming = (jpeg, width, height) => {
  const out = Buffer.from(jpeg);
  for (let at = 2; ; at += 2 + out.readUInt16BE(at + 2)) {
    if (out[at + 1] < 0xc0 || out[at + 1] > 0xc2) continue;
    out.writeUInt16BE(height, at + 5);
    out.writeUInt16BE(width, at + 7);
    return out;
  }
};

test('each kind of bad original is told from the others, and stays refused without work', async () => {
  const jpeg = photo();
  const png = quarters(640, 480);
  const rows = {
    'cut-30.jpg': [jpeg.subarray(0, jpeg.length * 0.3), 422, 'truncated'],
    'cut-60.jpg': [jpeg.subarray(0, jpeg.length * 0.6), 422, 'truncated'],
    'cut-99.jpg': [jpeg.subarray(0, jpeg.length * 0.99), 422, 'truncated'],
    'cut.png': [png.subarray(0, png.length - 20), 422, 'truncated'],
    'bomb.jpg': [claiming(jpeg, 65500, 65500), 413, 'too-big'],
    'wide.jpg': [claiming(jpeg, 20000, 100), 413, 'too-big'],
    'bomb.png': [Buffer.concat([header(30000, 30000), chunk('IDAT', Buffer.alloc(64)), chunk('IEND', Buffer.alloc(0))]), 413, 'too-big'],
    'zero.png': [Buffer.concat([header(0, 10), chunk('IDAT', Buffer.alloc(8)), chunk('IEND', Buffer.alloc(0))]), 422],
    'rubbish.png': [Buffer.concat([header(100, 100), chunk('IDAT', Buffer.from('no deflate stream at all')), chunk('IEND', Buffer.alloc(0))]), 422],
    'script.jpg': [Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('<script>alert(1)</script>')]), 422],
    'rubbish.webp': [Buffer.concat([Buffer.from('RIFF\x40\0\0\0WEBPVP8 \x34\0\0\0', 'latin1'), Buffer.alloc(52, 7)]), 422],
  };
  const ids = await add(Object.fromEntries(Object.entries(rows).map(([name, [bytes]]) => [name, bytes])));
  for (const [name, [, status, type]] of Object.entries(rows)) {
    const answer = await get(`/iiif/3/${ids[name]}/info.json`);
    assert.equal(answer.status, status, `${name}: ${answer.status} ${answer.text}`);
    const body = answer.json();
    if (type) assert.equal(body.type, type, name);
    assert.ok(body.detail.length > 10 && !/vips|libjpeg|png:|\/tmp|VipsJpeg/i.test(answer.text), answer.text);
    if (type === 'too-big') assert.ok(body.limit > 0 && body.given > body.limit, answer.text);
  }
  const made = await metric(http, server, 'vitrine_media_job_seconds_count');
  assert.equal((await get(`/t/${ids['rubbish.webp']}/320`)).status, 422);
  assert.equal(await metric(http, server, 'vitrine_media_job_seconds_count'), made, 'a refusal is remembered');
  assert.equal(await metric(http, server, 'vitrine_media_worker_deaths_total'), 0);
});

test('what is not a picture does not even become an original', async () => {
  for (const [name, bytes] of Object.entries({ 'a.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>', 'a.jpg': '%PDF-1.4', 'b.jpg': 'push graphic-context', 'c.png': 'GIF89a' })) {
    const products = [{ sku: 'X', title: 'X', price: '1.00', url: '/x', pictures: [name], variants: [] }];
    const { stderr } = await server.admin(['catalogue', 'import', '--site', SITE, writeCatalogue(folder, products, { [name]: Buffer.from(bytes) })]);
    assert.match(stderr, /is no JPEG, PNG or WebP/);
    assert.equal((await get(`/t/${sha256(Buffer.from(bytes))}/320`)).status, 404);
  }
});

test('no output has what a camera wrote beside the picture', async () => {
  const tagged = gps(photo());
  const { 'gps.jpg': id } = await add({ 'gps.jpg': tagged });
  for (const path of ['/t/ID/320', '/t/ID/1920', '/iiif/3/ID/full/max/0/default.jpg', '/iiif/3/ID/full/400,/0/default.png', '/iiif/3/ID/full/400,/0/default.webp', '/iiif/3/ID/full/400,/0/default.avif', '/iiif/3/ID/0,0,512,512/512,512/0/default.jpg']) {
    const answer = await get(path.replace('ID', id));
    assert.equal(answer.status, 200, `${path} ${answer.text.slice(0, 200)}`);
    for (const word of ['Exif\0', 'EXIF', 'xmpmeta', 'SECRET', 'XMP ', 'ICC_PROFILE', 'iCCP', 'eXIf', 'Lavc']) assert.equal(answer.body.indexOf(word, 0, 'latin1'), -1, `${word} in ${path}`);
  }
});

/// The same numbers every time (xorshift32).
function numbers(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/// Some bytes wrong, some gone, some twice; the beginning stays, so that it is still called a picture.
function mutated(bytes, next) {
  const out = Buffer.from(bytes);
  const at = () => 16 + next(out.length - 16);
  for (let i = next(12) + 1; i > 0; i--) out[at()] = next(256);
  const [from, length] = [at(), next(64)];
  const kind = next(4);
  if (kind === 0) return Buffer.concat([out.subarray(0, from), out.subarray(from + length)]);
  if (kind === 1) return Buffer.concat([out.subarray(0, from), out.subarray(from, from + length), out.subarray(from)]);
  return out;
}

test('540 pictures with wrong bytes: made or refused, and no worker dies of one', { timeout: 240000 }, async () => {
  const { 'photo.jpg': id } = await add({ 'photo.jpg': photo() });
  const seeds = { jpg: (await get(`/t/${id}/160`)).body, webp: (await get(`/t/${id}/160`, { Accept: 'image/webp' })).body, png: quarters(96, 64) };
  const next = numbers(0x5eed);
  const files = {};
  for (const [kind, bytes] of Object.entries(seeds)) for (let i = 0; i < 180; i++) files[`${i}.${kind}`] = mutated(bytes, next);
  const deaths = await metric(http, server, 'vitrine_media_worker_deaths_total');
  const waiting = Object.entries(await add(files));
  const seen = {};
  const some = async () => {
    for (let pair = waiting.pop(); pair; pair = waiting.pop()) {
      const answer = await once(`/t/${pair[1]}/160`);
      if (BUSY.includes(answer.status)) waiting.push(pair);
      else seen[answer.status] = (seen[answer.status] ?? 0) + 1;
      if (answer.status === 200) assert.match(answer.headers['content-type'], /^image\//);
      else assert.ok(!/vips|libjpeg|png:|Vips/.test(answer.text), answer.text);
    }
  };
  await Promise.all([some(), some(), some(), some()]);
  const told = Object.keys(seen).map(Number);
  assert.ok(told.every((status) => [200, 413, 415, 422].includes(status)) && seen[422] > 50 && seen[200] > 20, JSON.stringify(seen));
  assert.equal(await metric(http, server, 'vitrine_media_worker_deaths_total'), deaths);
  assert.equal((await get(`/t/${id}/320`)).status, 200);
});

/// Files that are two things at once: what they say first counts, and nothing of the rest comes out.
test('polyglots give a picture and nothing else', async () => {
  const html = Buffer.from('<script>alert(document.domain)</script>%PDF-1.4 PK\x03\x04');
  const jpeg = photo();
  const png = quarters(64, 48);
  const files = {
    'comment.jpg': withSegment(jpeg, 0xfe, html), 'tail.jpg': Buffer.concat([jpeg, html]), 'tail.png': Buffer.concat([png, html]),
    'text.png': Buffer.concat([png.subarray(0, 33), chunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), html])), png.subarray(33)]),
  };
  for (const [name, id] of Object.entries(await add(files))) {
    for (const path of [`/t/${id}/160`, `/iiif/3/${id}/full/max/0/default.png`, `/iiif/3/${id}/full/max/0/default.jpg`]) {
      const answer = await get(path);
      assert.equal(answer.status, 200, `${name} ${path}: ${answer.text.slice(0, 200)}`);
      assert.match(answer.headers['content-type'], /^image\/(jpeg|png)$/);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      for (const word of ['<script', '%PDF', 'PK\x03\x04']) assert.equal(answer.body.indexOf(word, 0, 'latin1'), -1, `${word} in ${name}`);
    }
  }
});

/// { parent, state } of every process.
function processes() {
  const all = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      all.set(Number(name), { state, parent: Number(parent) });
    } catch {} // it has just ended
  }
  return all;
}

/// Processes below the server's media parent.
function workers() {
  const all = processes();
  const below = (pid) => [...all].filter(([, { parent, state }]) => parent === pid && state !== 'Z').map(([each]) => each);
  return below(server.child.pid).flatMap(below);
}

const cpuOf = (pid) => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[11]);
const cpus = () => new Map(workers().map((pid) => [pid, cpuOf(pid)]));

/// The worker that has begun to work since.
const atWork = (before) => eventually('a worker at work', () => [...cpus()].find(([pid, ticks]) => ticks - (before.get(pid) ?? ticks) >= 3)?.[0]);

/// All of them, the spare too, and it waits until their sockets are closed.
async function killWorkers() {
  const killed = workers();
  killed.forEach(kill);
  await eventually('their end', () => !workers().some((pid) => killed.includes(pid)));
}

test('a worker killed in the middle costs one request, and the next has a new one', async () => {
  const { 'photo.jpg': id } = await add({ 'photo.jpg': photo() });
  assert.equal((await get(`/t/${id}/160`)).status, 200);
  await eventually('workers', () => workers().length >= 1);
  const idle = cpus();
  const slow = once(`/iiif/3/${id}/full/^5000,/0/default.png`);
  const pid = await atWork(idle);
  const queued = get(`/t/${id}/1280`, { Accept: 'image/webp' });
  kill(pid);
  const first = await slow;
  assert.equal(first.status, 500, first.text.slice(0, 300));
  const body = first.json();
  assert.equal(body.type, 'worker-died');
  assert.ok(server.log.includes(`reference=${body.reference}`), 'the log knows the reference');
  assert.equal((await queued).status, 200);
  assert.deepEqual(look((await get(`/t/${id}/480`)).body), { type: 'image/jpeg', width: 480, height: 480 });
  await eventually('the death is counted', async () => (await metric(http, server, 'vitrine_media_worker_deaths_total')) >= 1);
});

test('the same again: after the second kill it is refused without another', async () => {
  const { 'photo.jpg': id } = await add({ 'photo.jpg': photo() });
  const path = `/iiif/3/${id}/full/^5000,/0/default.png`; // the first kill was the test's before
  await eventually('workers', () => workers().length >= 1);
  const idle = cpus();
  const second = once(path);
  await atWork(idle);
  await killWorkers();
  assert.equal((await second).status, 500);
  const began = await metric(http, server, 'vitrine_media_job_seconds_count');
  const third = await get(path);
  assert.ok(third.status === 500 && third.json().type === 'worker-died', third.text.slice(0, 300));
  assert.equal(await metric(http, server, 'vitrine_media_job_seconds_count'), began);
  const other = await get(`/t/${id}/320`);
  assert.equal(other.status, 200, `its other sizes are not: ${other.text.slice(0, 300)}`);
});

test('pictures to order have a price; thumbs and tiles do not', async (t) => {
  const poor = await shop((fn) => t.after(fn), { associates: [], args: ['--media-budget', '100ms', '--media-budget-back', '1ms'] });
  const ids = await importPictures(poor, { site: SITE, folder, writeCatalogue }, { 'photo.jpg': photo() });
  const path = (i) => `/iiif/3/${ids['photo.jpg']}/${i},3,900,900/700,/0/default.png`;
  let answer = await picture(poor, path(0));
  for (let i = 1; i < 40 && answer.status !== 429; i++) answer = await http(poor, path(i));
  assert.equal(answer.status, 429);
  assert.equal(answer.json().type, 'budget');
  assert.ok(Number(answer.headers['retry-after']) >= 1);
  assert.equal((await picture(poor, `/t/${ids['photo.jpg']}/320`)).status, 200);
  assert.equal((await picture(poor, `/iiif/3/${ids['photo.jpg']}/0,0,512,512/512,512/0/default.jpg`)).status, 200);
  assert.equal((await picture(poor, path(0))).status, 200, 'what is made is given');
  assert.ok((await metric(http, poor, 'vitrine_media_refused_total', 'why="budget"')) >= 1);
});

test('more than can wait is told so at once', async () => {
  const { 'photo.jpg': id } = await add({ 'photo.jpg': photo() });
  const answers = await Promise.all(Array.from({ length: 90 }, (_, i) => once(`/iiif/3/${id}/${i},1,1400,1400/1300,/0/default.png`)));
  const count = (status) => answers.filter((answer) => answer.status === status).length;
  assert.ok(count(503) >= 10 && count(200) + count(503) + count(504) === 90, JSON.stringify(answers.map((answer) => answer.status)));
  const busy = answers.find((answer) => answer.status === 503);
  assert.equal(busy.json().type, 'busy');
  assert.ok(Number(busy.headers['retry-after']) >= 1);
  assert.equal((await get(`/iiif/3/${id}/0,1,1400,1400/1300,/0/default.png`)).status, 200, 'asked again when it says');
});

test('a live pair points on while bombs are taken apart', async () => {
  const pair = await live(server);
  await openView(pair);
  const { c, a } = pair;
  const { 'photo.jpg': id } = await add({ 'photo.jpg': photo() });
  let going = true;
  const made = [];
  const hammer = async (from) => {
    for (let i = from; going; i += 4) {
      const began = performance.now();
      const { status } = await once(`/iiif/3/${id}/${i % 300},${i % 200},1200,1200/^2500,/${i % 360}/default.png`);
      if (status !== 503) made.push(performance.now() - began); // the others wait for nothing
    }
  };
  const crowd = [0, 1, 2, 3].map(hammer);
  const waits = [];
  for (let i = 0; i < 40; i++) {
    const began = performance.now();
    const sent = c.ptr({ slot: 1, x: 1000 + i }, { flags: FLAG.EDGE });
    await a.waitFrame('PTR', (frame) => Buffer.from(frame.bytes).equals(Buffer.from(sent)));
    waits.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  going = false;
  await Promise.all(crowd);
  for (const list of [waits, made]) list.sort((x, y) => x - y);
  assert.ok(made.length >= 2, `${made.length} pictures`);
  // Whatever else the machine has to do: a pointer that waited for pictures would take as long as they do.
  assert.ok(waits[20] < made[made.length >> 1] / 5, `median ${waits[20]} ms, worst ${waits[39]} ms; a picture takes ${made[made.length >> 1]} ms`);
});
