// SPDX-License-Identifier: Apache-2.0
/// IIIF Image API 3.0, level 2: each rule of the specification's sections 4 and 5, by the pixels that come and not by
/// the status alone. Originals without loss make exact comparisons possible.
///
/// Rule of the specification                                        | test
/// 2.1 image URI, 2.2 info URI; 2. base URI leads to info.json, 303 | the base address …
/// 3. each segment is decoded once, reserved characters escaped     | the base address …; one picture under many names …
/// 4.1 full, square, x,y,w,h, pct:; cut at the edge, outside is 400 | regions …; regions outside or wrong
/// 4.2 max, w, ,h pct:n w,h !w,h and each with ^; upscale is 400    | sizes …
/// 4.2 max and ^max obey maxArea; `full` is no size any more        | ^max …; sizes …
/// 4.3 rotation clockwise after mirroring, decimals, 0 to 360       | rotation …; parts of a degree …
/// 4.4 default, color, gray, bitonal                                | qualities
/// 4.5 formats and their media types                                | formats …
/// 4.6 order: region, size, rotation, quality                       | rotation …; qualities
/// 4.7 canonical form and its Link                                  | one picture under many names …; parts of a degree …
/// 5.1 media types by Accept, 5.2 to 5.7 every property             | info.json …; the id is as it was asked
/// 6. level 2 and its Link; 7.1 CORS                                | info.json …; formats …; what a browser asks again
/// 7.2 errors with a body that says what                            | regions outside or wrong; sizes …; methods
/// RFC 9110: HEAD, If-None-Match, 405                               | methods; what a browser asks again

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture } from './lib/http.mjs';
import { SITE, keeper, shop, writeCatalogue } from './lib/kit.mjs';
import { QUARTERS, decodePng, importPictures, look, metric, near, photo, placeAt, places, quarters } from './lib/picture.mjs';

const W = 700;
const H = 500;
const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-iiif-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;
let ids;

before(async () => {
  server = await shop(later, { associates: [], args: ['--media-workers', '0', '--media-budget', '1h'] });
  ids = await importPictures(server, { site: SITE, folder, writeCatalogue }, { 'places.png': places(W, H), 'quarters.png': quarters(640, 480), 'photo.jpg': photo() });
});

const get = (path, headers, method) => picture(server, path, { headers, method });
const image = (name, rest, headers) => get(`/iiif/3/${ids[name]}/${rest}`, headers);

async function png(name, rest) {
  const answer = await image(name, rest);
  assert.equal(answer.status, 200, `${rest}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert.equal(answer.headers['content-type'], 'image/png');
  return decodePng(answer.body);
}

async function problem(name, rest, status, type, says) {
  const answer = await image(name, rest);
  assert.equal(answer.status, status, `${rest}: ${answer.status} ${answer.text.slice(0, 200)}`);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.equal(answer.headers['cache-control'], 'no-store');
  const body = answer.json();
  assert.deepEqual([body.type, body.status], [type, status]);
  assert.ok(body.title && body.detail, rest);
  if (says) assert.match(body.detail, says, rest);
}

test('info.json: what is there, in the words of section 5', async () => {
  const answer = await image('photo.jpg', 'info.json');
  assert.equal(answer.status, 200);
  const info = answer.json();
  assert.equal(info['@context'], 'http://iiif.io/api/image/3/context.json');
  assert.deepEqual([info.id, info.type, info.protocol, info.profile], [`${server.url}/iiif/3/${ids['photo.jpg']}`, 'ImageService3', 'http://iiif.io/api/image', 'level2']);
  assert.deepEqual([info.width, info.height, info.maxArea], [1600, 1600, 25000000]);
  assert.deepEqual(info.tiles, [{ width: 512, height: 512, scaleFactors: [1, 2, 4] }]);
  assert.deepEqual(info.preferredFormats, ['webp', 'jpg']);
  for (const size of info.sizes) assert.equal((await image('photo.jpg', `full/${size.width},${size.height}/0/default.jpg`)).status, 200);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.match(answer.headers.vary, /accept/i);
  assert.equal(answer.headers['access-control-allow-origin'], '*');
  assert.match(answer.headers.link, /level2\.json>;rel="profile"/);
  const ld = await image('photo.jpg', 'info.json', { Accept: 'application/ld+json' });
  assert.equal(ld.headers['content-type'], 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"');
  assert.deepEqual(ld.json(), info);
});

test('the base address leads to info.json; the id is read once', async () => {
  for (const path of [`/iiif/3/${ids['photo.jpg']}`]) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.headers.location], [303, `/iiif/3/${ids['photo.jpg']}/info.json`]);
  }
  const [first, ...rest] = ids['photo.jpg'];
  const escaped = `%${first.charCodeAt(0).toString(16)}${rest.join('')}`;
  assert.equal((await get(`/iiif/3/${escaped}/info.json`)).status, 200);
  assert.equal((await get(`/iiif/3/%25${escaped.slice(1)}/info.json`)).status, 404, 'a segment is decoded once');
  assert.equal((await get(`/iiif/3/${'0'.repeat(64)}/info.json`)).status, 404);
  assert.equal((await get('/iiif/3/no-such-picture/info.json')).status, 404);
});

test('regions: exactly the pixels asked for', async () => {
  for (const [region, x, y, w, h] of [
    ['full', 0, 0, W, H], ['square', 100, 0, 500, 500], ['0,0,10,10', 0, 0, 10, 10], ['123,45,67,89', 123, 45, 67, 89],
    ['690,490,50,50', 690, 490, 10, 10], ['600,0,1000,20', 600, 0, 100, 20], ['pct:10,20,30,40', 70, 100, 210, 200],
    ['pct:0,0,100,100', 0, 0, W, H], ['pct:90,90,20,20', 630, 450, 70, 50], ['699,499,1,1', 699, 499, 1, 1],
    ['500,300,200,200', 500, 300, 200, 200],
  ]) {
    const got = await png('places.png', `${region}/max/0/default.png`);
    assert.deepEqual([got.width, got.height], [w, h], region);
    for (const [dx, dy] of [[0, 0], [w - 1, 0], [0, h - 1], [w - 1, h - 1], [w >> 1, h >> 1]]) {
      assert.deepEqual(got.at(dx, dy), placeAt(x + dx, y + dy), `${region} at ${dx},${dy}`);
    }
  }
});

test('regions outside or wrong', async () => {
  for (const region of ['700,0,10,10', '0,500,10,10', '0,0,0,10', '0,0,10,0', 'pct:100,0,10,10', 'pct:0,0,0,0']) await problem('places.png', `${region}/max/0/default.png`, 400, 'outside');
  for (const region of ['all', '1,2,3', '1,2,3,4,5', 'a,b,c,d', '-1,0,10,10', 'pct:1,2,3', 'pct:', '1.5,0,10,10', 'SQUARE', '']) {
    const answer = await image('places.png', `${region}/max/0/default.png`);
    assert.ok([400, 404].includes(answer.status), region);
  }
  await problem('places.png', 'nowhere/max/0/default.png', 400, 'syntax', /region "nowhere".*full, square/);
});

test('sizes: what comes and what is refused', async () => {
  for (const [size, w, h] of [
    ['max', 700, 500], ['350,', 350, 250], [',100', 140, 100], ['pct:50', 350, 250], ['pct:10', 70, 50], ['123,45', 123, 45],
    ['!200,200', 200, 143], ['!2000,100', 140, 100], ['1,1', 1, 1], ['700,500', 700, 500], ['!700,500', 700, 500], ['^350,', 350, 250],
    ['^1400,', 1400, 1000], ['^,1000', 1400, 1000], ['^pct:200', 1400, 1000], ['^900,800', 900, 800], ['^!1000,1000', 1000, 714],
  ]) {
    const answer = await image('places.png', `full/${size}/0/default.jpg`);
    assert.equal(answer.status, 200, `${size}: ${answer.text.slice(0, 200)}`);
    assert.deepEqual(look(answer.body), { type: 'image/jpeg', width: w, height: h }, size);
  }
  for (const size of ['701,', ',501', 'pct:101', '701,500', '1400,1000']) await problem('places.png', `full/${size}/0/default.jpg`, 400, 'upscale', /\^/);
  for (const size of ['0,', ',0', '0,0', 'pct:0']) assert.equal((await image('places.png', `full/${size}/0/default.jpg`)).status, 400, size);
  await problem('places.png', 'full/^20000,/0/default.jpg', 400, 'outside');
  for (const size of ['full', 'MAX', ',', '', 'pct:', '^', '!', '!10', '1.5,', 'w,h', '-5,', '10,10,10', '^^max']) {
    const answer = await image('places.png', `full/${size}/0/default.jpg`);
    assert.ok([400, 404].includes(answer.status), `${size}: ${answer.status}`);
  }
  await problem('places.png', 'full/full/0/default.jpg', 400, 'syntax', /size "full".*max/);
});

test('^max stays within maxArea', async () => {
  const answer = await http(server, `/iiif/3/${ids['quarters.png']}/0,0,300,200/^max/0/default.jpg`);
  if (answer.status === 504) { // 25 megapixels have 3 s, which a busy machine under a sanitizer may not have
    assert.equal(answer.json().type, 'deadline');
    return;
  }
  const { width, height } = look(answer.body);
  assert.ok(width * height <= 25000000 && width * height > 24900000 && Math.abs(width / height - 1.5) < 0.01, `${width} x ${height}`);
});

test('a scaled picture is the same picture', async () => {
  const got = await png('quarters.png', 'full/160,/0/default.png');
  assert.deepEqual([got.width, got.height], [160, 120]);
  for (const row of [0, 1]) for (const column of [0, 1]) near(got.at(40 + 80 * column, 30 + 60 * row), QUARTERS[row][column], 2, `${row},${column}`);
});

test('rotation and mirroring, clockwise, the mirror first', async () => {
  const [[red, green], [blue, white]] = QUARTERS;
  for (const [turn, w, h, corners] of [
    ['0', 320, 240, [red, green, blue, white]], ['90', 240, 320, [blue, red, white, green]], ['180', 320, 240, [white, blue, green, red]],
    ['270', 240, 320, [green, white, red, blue]], ['!0', 320, 240, [green, red, white, blue]], ['!90', 240, 320, [white, green, blue, red]],
    ['360', 320, 240, [red, green, blue, white]], ['!180', 320, 240, [blue, white, red, green]], ['90.0', 240, 320, [blue, red, white, green]],
  ]) {
    const got = await png('quarters.png', `full/320,240/${turn}/default.png`);
    assert.deepEqual([got.width, got.height], [w, h], turn);
    const [x, y] = [w >> 2, h >> 2];
    [[x, y], [w - x, y], [x, h - y], [w - x, h - y]].forEach(([px, py], i) => near(got.at(px, py), corners[i], 3, `${turn}, corner ${i}`));
  }
  const slanted = await png('quarters.png', 'full/320,240/45/default.png');
  const side = (320 + 240) / Math.SQRT2;
  assert.ok(Math.abs(slanted.width - side) < 3 && Math.abs(slanted.height - side) < 3, `${slanted.width} x ${slanted.height}`);
  for (const turn of ['361', '-1', 'left', '', '!', '9e1', '!!0', '1e3']) {
    assert.ok([400, 404].includes((await image('quarters.png', `full/320,/${turn}/default.png`)).status), turn);
  }
  await problem('quarters.png', 'full/320,/361/default.png', 400, 'syntax', /rotation "361"/);
});

test('qualities', async () => {
  const colour = await png('quarters.png', 'full/160,/0/color.png');
  near(colour.at(40, 30), QUARTERS[0][0], 2);
  const gray = await png('quarters.png', 'full/160,/0/gray.png');
  for (const [x, y] of [[40, 30], [120, 30], [40, 90]]) {
    const [r, g, b] = gray.at(x, y);
    assert.ok(r === g && g === b && r > 10 && r < 245, `${r},${g},${b}`);
  }
  const bitonal = await png('quarters.png', 'full/160,/0/bitonal.png');
  assert.deepEqual(bitonal.at(120, 90), [255, 255, 255]);
  assert.deepEqual(bitonal.at(40, 90), [0, 0, 0]);
  for (let x = 0; x < 160; x += 7) assert.ok([0, 255].includes(bitonal.at(x, 60)[0]));
  await problem('quarters.png', 'full/160,/0/native.png', 400, 'syntax', /native/);
});

test('formats: four, each what it says', async () => {
  for (const [format, type] of Object.entries({ jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif' })) {
    const answer = await image('photo.jpg', `square/300,/0/default.${format}`);
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, type]);
    assert.deepEqual(look(answer.body), { type, width: 300, height: 300 });
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
    assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
  }
  for (const ending of ['default.gif', 'default.tif', 'default.pdf', 'default.jp2', 'default.jpeg', 'default.JPG', 'default', '.jpg', 'default.']) {
    assert.ok([400, 404].includes((await image('photo.jpg', `square/300,/0/${ending}`)).status), ending);
  }
});

test('one picture under many names has one key and one canonical name', async () => {
  const names = ['full/350,/0/default.png', 'full/350,250/0/default.png', 'full/pct:50/0/color.png', '0,0,700,500/,250/360/default.png', 'pct:0,0,100,100/!350,350/0/default.png', 'full/%33%35%30%2C/0/default%2Epng'];
  const answers = await Promise.all(names.map((name) => image('places.png', name)));
  for (const [i, answer] of answers.entries()) {
    assert.equal(answer.status, 200, names[i]);
    assert.equal(answer.headers.etag, answers[0].headers.etag, names[i]);
    assert.ok(answer.body.equals(answers[0].body), names[i]);
  }
  const canonical = /<([^>]+)>;rel="canonical"/.exec(answers[3].headers.link)[1];
  assert.equal(canonical, `${server.url}/iiif/3/${ids['places.png']}/full/350,250/0/default.png`);
  assert.match(answers[0].headers.link, /<http:\/\/iiif\.io\/api\/image\/3\/level2\.json>;rel="profile"/);
  assert.equal((await get(new URL(canonical).pathname)).headers.etag, answers[0].headers.etag);
});

test('aligned tiles are copied, no worker has a part in them, and they are the picture', async () => {
  await image('photo.jpg', 'info.json');
  const jobs = await metric(http, server, 'vitrine_media_job_seconds_count');
  const copies = await metric(http, server, 'vitrine_media_answers_total', 'from="tile"');
  const wanted = [];
  for (const factor of [1, 2, 4]) {
    const step = 512 * factor;
    for (let y = 0; y < 1600; y += step) {
      for (let x = 0; x < 1600; x += step) {
        const [w, h] = [Math.min(step, 1600 - x), Math.min(step, 1600 - y)];
        wanted.push({ x, y, w, h, tw: Math.ceil(w / factor), th: Math.ceil(h / factor) });
      }
    }
  }
  for (const { x, y, w, h, tw, th } of wanted) {
    const answer = await image('photo.jpg', `${x},${y},${w},${h}/${tw},${th}/0/default.jpg`);
    assert.equal(answer.status, 200);
    assert.deepEqual(look(answer.body), { type: 'image/jpeg', width: tw, height: th });
  }
  assert.equal(await metric(http, server, 'vitrine_media_job_seconds_count'), jobs);
  assert.equal(await metric(http, server, 'vitrine_media_answers_total', 'from="tile"'), copies + wanted.length);
  /* The copied tile, ingested as a picture of its own and asked for without loss, against the same region rendered. */
  const tile = (await image('photo.jpg', '512,512,512,512/512,512/0/default.jpg')).body;
  const { 'tile.jpg': id } = await importPictures(server, { site: SITE, folder, writeCatalogue }, { 'tile.jpg': tile });
  const copied = decodePng((await get(`/iiif/3/${id}/full/max/0/default.png`)).body);
  const rendered = await png('photo.jpg', '512,512,512,512/max/0/default.png');
  let off = 0;
  for (let y = 0; y < 512; y += 5) for (let x = 0; x < 512; x += 5) off += Math.abs(copied.at(x, y)[1] - rendered.at(x, y)[1]);
  assert.ok(off / 103 ** 2 < 3, `mean difference ${off / 103 ** 2}`);
});

test('parts of a degree and of a percent', async () => {
  const turned = await image('quarters.png', 'full/320,240/22.50/default.png');
  const { width, height } = decodePng(turned.body);
  const [cos, sin] = [Math.cos(Math.PI / 8), Math.sin(Math.PI / 8)];
  assert.ok(Math.abs(width - (320 * cos + 240 * sin)) < 3 && Math.abs(height - (320 * sin + 240 * cos)) < 3, `${width} x ${height}`);
  assert.match(turned.headers.link, /\/full\/320,240\/22\.5\/default\.png>;rel="canonical"/);
  const mirrored = await image('quarters.png', 'full/320,240/!22.5/default.png');
  assert.notEqual(mirrored.headers.etag, turned.headers.etag);
  assert.match(mirrored.headers.link, /\/!22\.5\/default\.png>;rel="canonical"/);
  const part = await png('places.png', 'pct:12.5,12.5,50.5,50/max/0/default.png');
  assert.ok(Math.abs(part.width - W * 0.505) <= 1 && Math.abs(part.height - H / 2) <= 1, `${part.width} x ${part.height}`);
  const [x, y] = [Math.round(W / 8), Math.round(H / 8)];
  near(part.at(0, 0).slice(0, 2), [x, y], 1, 'its corner');
  assert.deepEqual(look((await image('places.png', 'full/pct:33.0/0/default.jpg')).body), { type: 'image/jpeg', width: 231, height: 165 });
});

test('the id is as it was asked, escapes and all', async () => {
  const [first, ...rest] = ids['photo.jpg'];
  const escaped = `%${first.charCodeAt(0).toString(16)}${rest.join('')}`;
  const info = await get(`/iiif/3/${ids['photo.jpg']}/info.json`);
  const other = await get(`/iiif/3/${escaped}/info.json`);
  for (const key of Object.keys(info.json()).filter((name) => name !== 'id')) assert.deepEqual(other.json()[key], info.json()[key], key);
  assert.ok([ids['photo.jpg'], escaped].some((id) => other.json().id === `${server.url}/iiif/3/${id}`), other.json().id);
  assert.equal((await get(new URL(other.json().id).pathname)).status, 303);
  for (const [accept, type] of [['application/json', 'application/json'], ['*/*', 'application/json'], ['text/html', 'application/json'], ['application/ld+json;q=0', 'application/json'], ['text/html, application/ld+json;q=0.9', 'application/ld+json']]) {
    const answer = await image('photo.jpg', 'info.json', { Accept: accept });
    assert.ok(answer.headers['content-type'].startsWith(type), `${accept}: ${answer.headers['content-type']}`);
  }
});

test('what a browser asks again costs nothing, from whatever page', async () => {
  const origin = { Origin: 'https://elsewhere.test' };
  const first = await image('photo.jpg', '10,10,700,700/350,/0/default.webp', origin);
  assert.equal(first.headers['access-control-allow-origin'], '*');
  const jobs = await metric(http, server, 'vitrine_media_job_seconds_count');
  for (const path of ['10,10,700,700/350,/0/default.webp', '10,10,700,700/350,350/0/color.webp']) {
    const again = await image('photo.jpg', path, { ...origin, 'If-None-Match': first.headers.etag });
    assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, first.headers.etag]);
    assert.equal(again.headers['access-control-allow-origin'], '*');
  }
  const changed = await image('photo.jpg', '10,10,700,700/350,/0/gray.webp', { 'If-None-Match': first.headers.etag });
  assert.equal(changed.status, 200);
  assert.equal(await metric(http, server, 'vitrine_media_job_seconds_count'), jobs + 1, 'only the other one was made');
  const tile = await image('photo.jpg', '0,0,512,512/512,512/0/default.jpg');
  assert.equal((await image('photo.jpg', '0,0,512,512/512,512/0/default.jpg', { 'If-None-Match': tile.headers.etag })).status, 304);
});

test('methods', async () => {
  const path = `/iiif/3/${ids['quarters.png']}/full/64,/0/default.png`;
  const whole = await get(path);
  const head = await get(path, {}, 'HEAD');
  assert.deepEqual([head.status, head.body.length, head.headers['content-length'], head.headers.etag], [200, 0, String(whole.body.length), whole.headers.etag]);
  const put = await get(path, {}, 'PUT');
  assert.deepEqual([put.status, put.headers.allow], [405, 'GET, HEAD']);
});
