// SPDX-License-Identifier: Apache-2.0
/// HTTP: files and nothing beside them, pictures by their ids, metrics for the machine, logins with their guards.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import { http, login, post } from './lib/http.mjs';
import { SITE, eventually, keeper, shop, writeCatalogue } from './lib/kit.mjs';
import { top } from './lib/protocol.mjs';
import { PASSWORD } from './lib/server.mjs';

const CHUNK = 'widget-1a2b3c4d5e6f.js';
const PACKED = 'viewer-1a2b3c4d5e6f.js';
const BODY = 'export const x = 1;\n'.repeat(500);
const PICTURE = readFileSync(join(top, 'web/shop/catalog/photos/gold-hoops/hero.jpg'));
const ID = createHash('sha256').update(PICTURE).digest('hex');

const later = keeper(after);
const root = mkdtempSync(join(tmpdir(), 'vitrine-web-'));
after(() => rmSync(root, { recursive: true, force: true }));
let server;

before(async () => {
  const web = join(root, 'web');
  mkdirSync(join(web, 'v1'), { recursive: true });
  mkdirSync(join(web, 'console'));
  writeFileSync(join(root, 'secret.txt'), 'SECRET');
  writeFileSync(join(web, 'secret.txt'), 'SECRET');
  writeFileSync(join(web, 'v1/vitrine.js'), 'loader();\n');
  writeFileSync(join(web, 'v1', CHUNK), BODY);
  writeFileSync(join(web, 'v1', PACKED), BODY);
  writeFileSync(join(web, 'v1', `${PACKED}.gz`), gzipSync(BODY));
  writeFileSync(join(web, 'v1/.hidden'), 'SECRET');
  writeFileSync(join(web, 'console/index.html'), '<!doctype html><title>Console</title>');
  symlinkSync(join(root, 'secret.txt'), join(web, 'v1/link.txt'));
  symlinkSync(root, join(web, 'v1/folder'));
  server = await shop(later, { web, associates: ['lea', 'max'] });
  writeFileSync(join(root, 'hero.jpg'), PICTURE);
  const product = { sku: 'VT-1', title: 'Gold hoops', price: '240.00', url: '/gold-hoops', pictures: ['hero.jpg'], variants: [] };
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, writeCatalogue(root, [product])]);
});

const get = (path, headers) => http(server, path, { headers });

test('files: types, caching and who may load them', async () => {
  const loader = await get('/v1/vitrine.js');
  assert.equal(loader.status, 200);
  assert.equal(loader.text, 'loader();\n');
  assert.match(loader.headers['content-type'], /^text\/javascript/);
  assert.doesNotMatch(loader.headers['cache-control'], /immutable/);
  assert.equal(loader.headers['access-control-allow-origin'], '*');
  assert.equal(loader.headers['cross-origin-resource-policy'], 'cross-origin');
  assert.equal(loader.headers['x-content-type-options'], 'nosniff');
  assert.equal(loader.headers['set-cookie'], undefined);
  const chunk = await get(`/v1/${CHUNK}`);
  assert.equal(chunk.headers['cache-control'], 'public, max-age=31536000, immutable');
});

test('the console has a strict policy and one origin', async () => {
  const page = await get('/console/');
  assert.equal(page.status, 200);
  const csp = page.headers['content-security-policy'];
  for (const part of ["default-src 'none'", "script-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) {
    assert.ok(csp.includes(part), `${part} in ${csp}`);
  }
  assert.ok(!/unsafe|\*(?!\.)/.test(csp), csp);
  assert.equal(page.headers['access-control-allow-origin'], undefined);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.match(page.headers['cache-control'], /no-cache|no-store/);
  const bare = await get('/console');
  assert.deepEqual([bare.status, bare.headers.location], [308, '/console/']);
});

test('ETag, 304, HEAD', async () => {
  const first = await get(`/v1/${CHUNK}`);
  const { etag } = first.headers;
  assert.match(etag, /^"[^"]+"$/);
  for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get(`/v1/${CHUNK}`, { 'If-None-Match': value });
    assert.equal(again.status, 304, value);
    assert.equal(again.body.length, 0);
    assert.equal(again.headers.etag, etag);
  }
  assert.equal((await get(`/v1/${CHUNK}`, { 'If-None-Match': '"other"' })).status, 200);
  const head = await http(server, `/v1/${CHUNK}`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body.length, head.headers['content-length']], [200, 0, String(BODY.length)]);
});

test('packed by the build: for who takes it, and only then', async () => {
  const plain = await get(`/v1/${PACKED}`);
  assert.deepEqual([plain.text, plain.headers['content-encoding'], plain.headers.vary], [BODY, undefined, 'Accept-Encoding']);
  for (const accepts of ['gzip', 'br, GZIP;q=0.5', 'gzip, deflate, br, zstd']) {
    const packed = await get(`/v1/${PACKED}`, { 'Accept-Encoding': accepts });
    assert.equal(gunzipSync(packed.body).toString(), BODY, accepts);
    assert.match(packed.headers['content-type'], /^text\/javascript/);
    assert.deepEqual([packed.headers['content-encoding'], packed.headers.vary], ['gzip', 'Accept-Encoding']);
    assert.notEqual(packed.headers.etag, plain.headers.etag);
  }
  for (const accepts of ['br', 'gzip;q=0', 'identity', 'gzipped', '']) {
    assert.equal((await get(`/v1/${PACKED}`, { 'Accept-Encoding': accepts })).text, BODY, accepts);
  }
  assert.equal((await get(`/v1/${CHUNK}`, { 'Accept-Encoding': 'gzip' })).text, BODY, 'not packed: as it is');
  const part = await get(`/v1/${PACKED}`, { 'Accept-Encoding': 'gzip', Range: 'bytes=0-1' });
  assert.deepEqual([part.status, [...part.body]], [206, [0x1f, 0x8b]], 'a part of what is sent');
});

test('ranges', async () => {
  const part = async (range, more) => {
    const answer = await get(`/v1/${CHUNK}`, { Range: range, ...more });
    return [answer.status, answer.text, answer.headers['content-range']];
  };
  const n = BODY.length;
  assert.deepEqual(await part('bytes=0-5'), [206, BODY.slice(0, 6), `bytes 0-5/${n}`]);
  assert.deepEqual(await part(`bytes=${n - 3}-`), [206, BODY.slice(-3), `bytes ${n - 3}-${n - 1}/${n}`]);
  assert.deepEqual(await part('bytes=-4'), [206, BODY.slice(-4), `bytes ${n - 4}-${n - 1}/${n}`]);
  assert.deepEqual(await part(`bytes=10-${n * 2}`), [206, BODY.slice(10), `bytes 10-${n - 1}/${n}`]);
  assert.deepEqual([(await part(`bytes=${n}-`))[0], (await part(`bytes=${n}-`))[2]], [416, `bytes */${n}`]);
  for (const odd of ['bytes=5-1', 'bytes=a-b', 'bytes=', 'lines=0-5', 'bytes=0-1,4-5', 'bytes=99999999999999999999-']) {
    const [status] = await part(odd);
    assert.ok([200, 416].includes(status), `${odd}: ${status}`);
  }
  assert.equal((await part('bytes=0-5', { 'If-Range': '"other"' }))[0], 200);
});

const OUTSIDE = [
  '/v1/../secret.txt', '/v1/%2e%2e/secret.txt', '/v1/%2e%2e%2fsecret.txt', '/v1/..%2fsecret.txt', '/v1/.%2e/secret.txt', '/v1/..%5csecret.txt',
  '/v1/%252e%252e/secret.txt', '/v1/....//secret.txt', '/v1//../../secret.txt', '/v1/./../secret.txt', '/v1/..;/secret.txt', '/v1/%c0%ae%c0%ae/secret.txt',
  '/v1/../../secret.txt', '/console/../secret.txt', '/console/%2e%2e/%2e%2e/secret.txt', '/v1/link.txt', '/v1/folder/secret.txt', '/v1/.hidden',
  '/secret.txt', '/../secret.txt', '//secret.txt', '/v1/vitrine.js/', '/v1/vitrine.js/x', '/v1/', '/v1', `/v1/${'a'.repeat(300)}`,
  '/t/../../store.db', `/t/${ID}/%2e%2e/%2e%2e/store.db`, '/store.db', '/originals/', '/V1/vitrine.js', '/v1/VITRINE.JS', '/v1/vitrine.js.map', '/etc/passwd',
];

test('nothing outside the folders, in any spelling', async (t) => {
  for (const path of OUTSIDE) {
    await t.test(path.slice(0, 60), async () => {
      const answer = await get(path);
      assert.ok([400, 404].includes(answer.status), `${answer.status}`);
      assert.ok(!answer.text.includes('SECRET') && !answer.text.includes('SQLite') && !answer.text.includes('loader()'));
    });
  }
});

test('a NUL in the address is no address', async () => {
  const answer = await get('/v1/vitrine.js%00.txt').catch((error) => error);
  assert.ok(answer.code === 'ECONNRESET' || [400, 404].includes(answer.status), `${answer.status}`);
});

test('methods, sizes and framing', async () => {
  const put = await http(server, '/v1/vitrine.js', { method: 'PUT', headers: { 'Content-Length': 0 } });
  assert.equal(put.status, 405);
  assert.match(put.headers.allow, /GET/);
  assert.equal((await get(`/v1/${'x'.repeat(4200)}`)).status, 414);
  assert.equal((await get('/healthz', { Cookie: 'y'.repeat(9000) })).status, 431);
  assert.equal((await post(server, '/api/v1/login', undefined, { body: `{"name":"${'z'.repeat(70000)}"}` })).status, 413);
  const none = await get('/no/such/page');
  assert.equal(none.status, 404);
  assert.match(none.headers['content-type'], /problem\+json/);
});

test('health, readiness, metrics', async (t) => {
  assert.deepEqual([(await get('/healthz')).text, (await get('/readyz')).text], ['ok\n', 'ready\n']);
  const page = await get('/metrics');
  assert.equal(page.status, 200);
  assert.match(page.text, /^# TYPE vitrine_\w+ counter$/m);
  assert.equal((await get('/metrics', { 'X-Forwarded-For': '203.0.113.9' })).status, 403, 'a proxy speaks for others');
  const guarded = await shop((fn) => t.after(fn), { associates: [], env: { VITRINE_METRICS_TOKEN: 'a-token-for-metrics' } });
  const ask = (Authorization) => http(guarded, '/metrics', { headers: Authorization ? { Authorization } : {} });
  for (const value of [undefined, 'Bearer wrong', 'Bearer ', 'a-token-for-metrics', 'Basic a-token-for-metrics', 'Bearer a-token-for-metricsx']) assert.equal((await ask(value)).status, 401, value);
  assert.equal((await ask('Bearer a-token-for-metrics')).status, 200);
});

test('login: the cookie and who it is', async () => {
  const answer = await post(server, '/api/v1/login', { name: 'lea', password: PASSWORD });
  assert.equal(answer.status, 200);
  const [cookie, ...attributes] = answer.headers['set-cookie'][0].split('; ');
  assert.match(cookie, /^__Host-vt_login=[\w-]{22}$/);
  for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']) assert.ok(attributes.includes(attribute), attribute);
  assert.ok(!attributes.some((attribute) => /^domain/i.test(attribute)));
  assert.equal(answer.headers['cache-control'], 'no-store');
  const me = await get('/api/v1/me', { Cookie: cookie });
  assert.deepEqual(me.json().person.site.key, SITE);
  assert.equal((await get('/api/v1/me')).status, 401);
  assert.equal((await get('/api/v1/me', { Cookie: `${cookie}x` })).status, 401);
  const out = await post(server, '/api/v1/logout', undefined, { cookie });
  assert.equal(out.status, 204);
  assert.match(out.headers['set-cookie'][0], /Max-Age=0/);
  assert.equal((await get('/api/v1/me', { Cookie: cookie })).status, 401);
});

test('writes need our origin and the header', async () => {
  const cookie = await login(server, 'max');
  const ask = (options) => post(server, '/api/v1/tickets', undefined, { cookie, ...options });
  assert.equal((await ask({})).status, 200);
  for (const origin of [null, 'null', 'https://shop.test', `${server.url}.evil.example`, server.url.replace('http', 'https'), 'http://127.0.0.1:1']) {
    assert.equal((await ask({ origin })).status, 403, `${origin}`);
  }
  for (const csrf of [null, '0', 'true']) assert.equal((await ask({ csrf })).status, 403, `${csrf}`);
  assert.equal((await ask({ cookie: undefined })).status, 401);
  assert.equal((await get('/api/v1/tickets', { Cookie: cookie, Origin: server.url, 'X-Vitrine-CSRF': '1' })).status, 405);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const form = await post(server, '/api/v1/login', { name: 'max', password: PASSWORD }, { type, csrf: null, origin: 'https://evil.example' });
    assert.equal(form.status, 403, type);
  }
});

test('a bad body names its field', async () => {
  for (const [body, word] of [['{', 'json'], ['[]', ''], ['{"name":1,"password":"x"}', 'name'], ['{"name":"lea"}', 'password'], ['{"name":"lea","name":"x","password":"y"}', '']]) {
    const answer = await post(server, '/api/v1/login', undefined, { body });
    assert.equal(answer.status, 400, body);
    assert.match(answer.headers['content-type'], /problem\+json/);
    assert.ok(answer.text.toLowerCase().includes(word), answer.text);
  }
});

test('five failures of a name, then a wait; one text for all causes', async (t) => {
  const own = await shop((fn) => t.after(fn), { associates: ['lea', 'max'] });
  const texts = new Set();
  for (let i = 0; i < 5; i++) {
    const answer = await post(own, '/api/v1/login', { name: 'lea', password: `wrong ${i}` });
    assert.equal(answer.status, 401);
    texts.add(answer.text);
  }
  const unknown = await post(own, '/api/v1/login', { name: 'nobody', password: 'wrong' });
  texts.add(unknown.text);
  assert.equal(texts.size, 1, [...texts].join('\n'));
  const waiting = await post(own, '/api/v1/login', { name: 'lea', password: PASSWORD });
  assert.equal(waiting.status, 429, 'the right password does not help either');
  assert.ok(Number(waiting.headers['retry-after']) > 0);
  assert.equal((await post(own, '/api/v1/login', { name: 'max', password: PASSWORD })).status, 200, 'others are not concerned');
  for (let i = 0; i < 14; i++) await post(own, '/api/v1/login', { name: `guess${i}`, password: 'x' });
  assert.equal((await post(own, '/api/v1/login', { name: 'another', password: 'x' })).status, 429, 'twenty of one address');
});

test('nothing secret is in the log', async () => {
  await eventually('a login in the log', () => /event=login /.test(server.log));
  for (const word of [PASSWORD, '__Host-vt_login', 'SECRET']) assert.ok(!server.log.includes(word), word);
});
