// SPDX-License-Identifier: Apache-2.0
/// `vitrine doctor` behind the real nginx and Apache: nothing to mend with our own examples, and every planted mistake found and its cure named.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';

import { http, picture } from './lib/http.mjs';
import { SHOP, SITE, customer, siteIsThere } from './lib/kit.mjs';
import { sendPicture } from './lib/kept.mjs';
import { photo } from './lib/picture.mjs';
import { apache, certificate, doctor, example, failing, folder, freePort, nginx, placed } from './lib/proxy.mjs';
import { Server } from './lib/server.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the doctor judges the certificates here

const web = process.env.VITRINE_WEB ? ['--web', process.env.VITRINE_WEB] : [];
const later = (t) => (fn) => t.after(fn);

/// A started server that takes itself for https://localhost:port.
async function started(t, port, args = []) {
  const options = ['--base-url', `https://localhost:${port}`, ...args];
  const server = new Server({ args: options });
  t.after(() => server.stop());
  await server.start();
  await server.addSite({ key: SITE, origins: [SHOP] });
  await siteIsThere(server, SITE, SHOP);
  // The beat is what the doctor waits for; the server's own line to a test that has other work is not given up that soon.
  return { server, options: ['--data', server.data, '--listen', server.host, '--beat-idle', '300ms', ...web, ...options] };
}

/// The server as it is met by its public address.
const through = (server, port) => ({
  url: `https://localhost:${port}`, origin: `https://localhost:${port}`, host: `localhost:${port}`, socketUrl: `wss://localhost:${port}/v1/socket`, data: server.data,
});

async function passes(t, start) {
  const dir = folder(later(t));
  const tls = certificate(dir);
  const [port, plain] = [await freePort(), await freePort()];
  const { server, options } = await started(t, port, ['--trusted-proxies', '127.0.0.1']);
  await start(dir, { upstream: server.host, tls, port, plain });
  const us = `localhost:${port}`;
  const shop = await pages(t, `<script async nonce="abc" src="https://${us}/v1/vitrine.js" data-site="${SITE}"></script>`,
    `script-src 'nonce-abc' 'strict-dynamic'; connect-src https://${us} wss://${us}; img-src https:; media-src https://${us}; trusted-types vitrine`);
  await server.mustAdmin(['site', 'origin', 'add', '--site', SITE, shop]);
  const found = await doctor([...options, '--page', shop], { ca: tls.ca });
  assert.deepEqual(failing(found), []);
  assert.equal(found.status, 0);
  for (const check of ['media.worker', 'media.films', 'media.fonts', 'tls.chain', 'tls.name', 'tls.expiry', 'tls.versions', 'proxy.upgrade', 'proxy.upload', 'proxy.range', 'proxy.idle', 'proxy.buffering', 'proxy.address', 'proxy.host', 'page.script', 'page.site', 'page.origin', 'page.csp'])
    assert.equal(found.of(check)?.level, 'ok', JSON.stringify(found.of(check) ?? check) + found.stderr);
  // What the doctor says holds: a conversation, and a picture sent into it, by the public address.
  const outside = through(server, port);
  const c = await customer(outside);
  const sent = await sendPicture(outside, c, photo(), { use: 'chat' });
  assert.equal((await http(outside, '/doctor')).status, 401);
  assert.equal((await http(outside, '/doctor', { headers: { Authorization: `Bearer ${'A'.repeat(80)}` } })).status, 401);
  const part = await http(outside, '/v1/vitrine.js', { headers: { Range: 'bytes=0-9' } });
  assert.equal(part.status, 206, part.text);
  assert.equal((await picture(outside, sent.thumb)).status, 200);
  assert.equal(part.body.length, 10);
  await c.cut();
}

test('behind nginx as in the example nothing has to be mended', (t) => passes(t, (dir, places) => nginx(later(t), dir, placed(example('nginx.conf'), places), places.port)));

test('behind Apache as in the example nothing has to be mended', (t) => passes(t, (dir, places) => apache(later(t), dir, placed(example('apache.conf'), places), places)));

/// Each planted mistake: its check, and what the cure must name.
function assertFound(found, wanted) {
  for (const [check, cure] of Object.entries(wanted)) {
    const finding = found.of(check);
    assert.equal(finding?.level, 'fail', `${check} was not found: ${JSON.stringify(finding)}\n${failing(found).join('\n')}`);
    for (const words of [cure].flat()) assert.ok(finding.cure.includes(words), `${check} names no "${words}": ${finding.cure}`);
  }
  assert.equal(found.status, 1);
}

/// A shop whose pages all are this, with this policy: its address.
async function pages(t, html, policy) {
  const server = createServer((_, res) => res.writeHead(200, { 'Content-Type': 'text/html', 'Content-Security-Policy': policy }).end(html));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/// A proxy whose clock is an hour ahead: its address.
async function clockAhead(t, { hostname, port }) {
  const ahead = createServer((req, res) => {
    const on = request({ host: hostname, port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
      res.writeHead(answer.statusCode, { ...answer.headers, date: new Date(Date.now() + 3600e3).toUTCString() });
      answer.pipe(res);
    });
    on.on('error', () => res.destroy());
    req.pipe(on);
  });
  t.after(() => ahead.close());
  t.after(() => ahead.closeAllConnections());
  await once(ahead.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${ahead.address().port}`;
}

test('twenty-three planted mistakes are found, and each cure names its line', async (t) => {
  const dir = folder(later(t));
  const tls = certificate(dir, { name: 'elsewhere.example', until: '20250601000000Z' });
  const [bad, good, dead] = [await freePort(), await freePort(), await freePort()];
  const config = join(dir, 'vitrine.conf');
  writeFileSync(config, '# of the test\nmedia-fetch-private = true\n');
  const { server, options } = await started(t, bad, ['--config', config]);
  const conf = [...options, '--mail-url', `smtp://127.0.0.1:${dead}`, '--mail-from', 'shop@shop.example'];

  // The proxy: no upgrade, bodies of a megabyte, nobody named, cut after a second, the wrong name, and over.
  const thin = `server { listen 127.0.0.1:${bad} ssl; ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};
    location / { proxy_pass http://${server.host}; proxy_read_timeout 1s; } }`;
  await nginx(later(t), dir, thin, bad);
  // The machine: rights of directory and key, few descriptors, no mail server.
  chmodSync(server.data, 0o755);
  chmodSync(join(server.data, 'vitrine.key'), 0o644);
  execFileSync('prlimit', ['--pid', String(server.child.pid), '--nofile=1024:1024']);

  // A page with the right key, at an origin that the site does not list.
  const strange = await pages(t, `<script async src="https://localhost:${bad}/v1/vitrine.js" data-site="${SITE}"></script>`, "img-src 'self'");
  const first = await doctor([...conf, '--page', strange], { ca: tls.ca });
  assertFound(first, {
    'page.origin': `vitrine admin site origin add --data ${server.data} --site ${SITE} ${strange}`,
    'page.csp-img': `add https://localhost:${bad} to img-src`,
    'data.mode': `chmod 700 ${server.data}`,
    'key.mode': 'chmod 600',
    'options.development': [`${config}:2`, 'media-fetch-private = false'],
    'mail.server': 'mail-url = smtp:',
    'tls.name': ['certbot certonly -d localhost', 'server_name localhost;', 'ServerName localhost'],
    'tls.expiry': 'certbot renew',
    'proxy.upgrade': ['proxy_set_header Upgrade $http_upgrade', 'upgrade=websocket'],
    'proxy.upload': ['client_max_body_size', 'LimitRequestBody'],
  });

  // Who can read the key asks the server itself what arrives there.
  chmodSync(join(server.data, 'vitrine.key'), 0o600);
  chmodSync(server.data, 0o700);
  const second = await doctor(conf, { ca: tls.ca });
  assertFound(second, {
    'proxy.idle': ['proxy_read_timeout 120s;', 'ProxyTimeout 120'],
    'proxy.address': 'X-Forwarded-For $proxy_add_x_forwarded_for',
    'limits.descriptors': 'LimitNOFILE=65536',
  });

  // A careful proxy whom nobody believes, at a name the server does not have; an authority nobody knows.
  const site = certificate(dir, { stem: 'good' });
  await nginx(later(t), dir, placed(example('nginx.conf'), { upstream: server.host, tls: site, port: good, plain: await freePort() }), good);
  // The shop's page: a key nobody has, a policy without us, and behind a clock an hour ahead.
  const page = await pages(t, '<!doctype html><script async src="https://help.shop.example/v1/vitrine.js" data-site="pk_wrong"></script>', "default-src 'self'; script-src 'self' https://cdn.example; trusted-types shop");
  const ahead = await clockAhead(t, new URL(server.url));
  const unnamed = conf.filter((word, i) => word !== '--base-url' && conf[i - 1] !== '--base-url');
  const [third, fourth, fifth] = await Promise.all([
    doctor([...conf, '--url', `https://localhost:${good}`]),
    doctor([...conf, '--url', ahead, '--page', `${page}/ring`]),
    doctor(unnamed),
  ]);
  const unset = fifth.of('tls.used');
  assert.ok(unset?.level === 'warn' && unset.cure.includes(`${config}: add \`base-url = https://`), JSON.stringify(unset));
  assertFound(third, {
    'tls.chain': 'ssl_certificate',
    'origin.base-url': `base-url = https://localhost:${good}`,
    'proxy.trusted': [config, 'trusted-proxies = 127.0.0.1'],
  });

  assertFound(fourth, {
    'clock.date': 'set-ntp',
    'page.script': `src="${ahead}/v1/vitrine.js"`,
    'page.site': 'vitrine admin site list',
    'page.csp-script': `add ${ahead} to script-src`,
    'page.csp-connect': 'to connect-src',
    'page.csp-types': 'trusted-types',
  });
});
