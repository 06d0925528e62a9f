// SPDX-License-Identifier: Apache-2.0
// The real server on a free port, asked over raw sockets where a client would tidy the request.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildShop } from '../build.mjs';
import { contentPolicy, createShopServer, readOrigin } from '../serve.mjs';

const SERVE = fileURLToPath(new URL('../serve.mjs', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'shop-serve-'));
const root = join(dir, 'shop');
let child;
let base;

before(async () => {
  buildShop({ out: root });
  writeFileSync(join(dir, 'secret.html'), 'secret');
  symlinkSync(join(dir, 'secret.html'), join(root, 'link.html'));
  writeFileSync(join(root, 'notes.key'), 'secret');
  child = spawn(process.execPath, [SERVE, '--port', '0', '--root', root, '--vitrine', 'https://help.example:8443', '--site', 'pk_test'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  assert.match(line, /^shop http:\/\/127\.0\.0\.1:\d+$/);
  base = line.slice('shop '.length);
});

after(async () => {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  rmSync(dir, { recursive: true });
  assert.equal(code, 0);
});

const get = (path, options) => fetch(base + path, { redirect: 'manual', ...options });

function askRaw(target, method = 'GET') {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => { text += part; });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

test('a page carries address, key and nonce, and the policy fits them', async () => {
  const response = await get('/');
  const text = await response.text();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-cache');
  assert.doesNotMatch(text, /__(VITRINE|SITE|NONCE)__/);
  const [, nonce] = /<script async nonce="([^"]+)" src="https:\/\/help\.example:8443\/v1\/vitrine\.js" data-site="pk_test" data-invite="">/.exec(text);
  assert.equal(response.headers.get('content-security-policy'), contentPolicy('https://help.example:8443', nonce));
});

test('the nonce is new each time', async () => {
  const policies = await Promise.all([get('/'), get('/')]).then((all) => all.map((each) => each.headers.get('content-security-policy')));
  assert.notEqual(policies[0], policies[1]);
});

test('the policy allows no inline code and sockets to one host', () => {
  const policy = contentPolicy('https://help.example', 'n');
  assert.doesNotMatch(policy, /unsafe|\*/);
  for (const part of ["default-src 'self'", 'connect-src \'self\' https://help.example wss://help.example', "style-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", 'trusted-types vitrine']) {
    assert.ok(policy.split('; ').includes(part), part);
  }
});

test('photographs, scripts and styles have their type and their age', async () => {
  const page = await get('/').then((response) => response.text());
  const kinds = [
    [/href="(\/assets\/[^"]+\.css)"/, 'text/css; charset=utf-8', /immutable/],
    [/src="(\/assets\/[^"]+\/shop\.js)"/, 'text/javascript; charset=utf-8', /immutable/],
    [/src="(\/img\/[^"]+\.jpg)"/, 'image/jpeg', /immutable/],
  ];
  const named = kinds.map(([pattern, ...rest]) => [pattern.exec(page)[1], ...rest]);
  for (const [path, type, age] of [...named, ['/photos/gold-hoops/hero.jpg', 'image/jpeg', /max-age=3600$/], ['/catalogue.json', 'application/json; charset=utf-8', /no-cache/]]) {
    const response = await get(path);
    assert.equal(response.status, 200, path);
    assert.equal(response.headers.get('content-type'), type, path);
    assert.match(response.headers.get('cache-control'), age, path);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal((await response.arrayBuffer()).byteLength, Number(response.headers.get('content-length')));
  }
});

test('what is not there is a page that says so', async () => {
  const response = await get('/products/none/');
  assert.equal(response.status, 404);
  assert.match(await response.text(), /This page is not here/);
  assert.ok(response.headers.get('content-security-policy'));
});

test('a page without its slash is sent to the one with it', async () => {
  const response = await get('/products/gold-hoops?variant=x');
  assert.equal(response.status, 301);
  assert.equal(response.headers.get('location'), '/products/gold-hoops/?variant=x');
});

test('HEAD is GET without the body', async () => {
  const response = await get('/bag/', { method: 'HEAD' });
  assert.equal(response.status, 200);
  assert.ok(Number(response.headers.get('content-length')) > 1000);
  assert.equal(await response.text(), '');
});

const OUTSIDE = [
  '/../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html', '/%2e%2e%2fsecret.html', '/photos/../../secret.html', '//secret.html',
  '/..\\secret.html', '/%5c..%5csecret.html', '/photos/%00.jpg', '/%', '/%ff', '/link.html', '/notes.key', '/.vitrine-shop', '/photos', 'secret.html',
  '//evil.example/', '/\\evil.example', 'http://evil.example/../secret.html',
];

for (const target of OUTSIDE) {
  test(`"${target}" names nothing here`, async () => {
    const answer = await askRaw(target);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
    assert.doesNotMatch(answer, /^secret/m);
  });
}

test('other methods and endless addresses are refused', async () => {
  const post = await askRaw('/checkout/', 'POST');
  assert.match(post, /^HTTP\/1\.1 405 /);
  assert.match(post, /^Allow: GET, HEAD\r$/m);
  assert.match(await askRaw(`/${'a'.repeat(3000)}`), /^HTTP\/1\.1 414 /);
});

test('settings that could bend the policy are refused', () => {
  for (const vitrine of ['help.example', 'ftp://help.example', 'https://help.example/path', "https://help.example/; script-src 'unsafe-inline'", 'https://a@help.example', 'https://help.example?x', '']) {
    assert.throws(() => readOrigin(vitrine), vitrine);
  }
  assert.equal(readOrigin('https://help.example/'), 'https://help.example');
  assert.throws(() => createShopServer({ root, vitrine: 'https://help.example', site: 'x" onload="' }), /public key/);
});
