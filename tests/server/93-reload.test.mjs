// SPDX-License-Identifier: Apache-2.0
/// What SIGHUP reads again while everybody stays: certificate, key, log file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { test } from 'node:test';

import { http } from './lib/http.mjs';
import { customer, eventually, say, shop } from './lib/kit.mjs';
import { top } from './lib/protocol.mjs';
import { certificate, folder } from './lib/proxy.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the names are of the tests

const SOCKETS = 200;
const PROMTOOL = '/usr/bin/promtool'; // of Debian's prometheus, where somebody has it

/// A page of metrics by the format's rules, each name one of the documented ones with its type. Resolves series to value.
function readMetrics(text) {
  const documented = new Map([...readFileSync(join(top, 'server/docs/metrics.md'), 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => [name, kind]));
  const series = new Map();
  let name;
  let kind;
  let below = 0;
  for (const line of text.trimEnd().split('\n')) {
    const head = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line);
    if (head?.[1] === 'HELP') name = head[2];
    if (head?.[1] === 'TYPE') {
      assert.equal(head[2], name, 'TYPE behind its HELP');
      kind = head[3];
      assert.equal(documented.get(name), kind, `${name} in server/docs/metrics.md`);
    }
    if (head) continue;
    const [, at, value] = /^(\S+) (\S+)$/.exec(line.replace(/ (?=[^"]*"[^"]*$)/g, '_')) ?? assert.fail(line);
    const own = at.replace(/\{.*/, '');
    assert.ok(own === name || (kind === 'histogram' && [`${name}_bucket`, `${name}_sum`, `${name}_count`].includes(own)), line);
    assert.ok(!series.has(at), `${at} stands twice`);
    if (own === `${name}_bucket`) {
      assert.ok(Number(value) >= below, `${line}: a bucket holds those before it`);
      below = at.includes('le="+Inf"') ? 0 : Number(value);
    }
    if (kind === 'counter') assert.ok(Number(value) >= 0, line);
    series.set(at, Number(value));
  }
  if (existsSync(PROMTOOL)) execFileSync(PROMTOOL, ['check', 'metrics'], { input: text });
  return series;
}

/// The name on the certificate that a new line is shown.
async function shown(server, options = {}) {
  const { hostname: host, port } = new URL(server.url);
  const socket = connect({ host, port: Number(port), servername: 'localhost', ...options });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  const kind = socket.getCipher().name;
  socket.destroy();
  return { name: subject.CN, kind };
}

async function reloaded(server, signal = 'SIGHUP') {
  const count = () => server.log.split('event=serve.reload').length;
  const before = count();
  server.signal(signal);
  await eventually('the reload', () => count() > before);
  return server.log.split('\n').filter((line) => line.includes('event=serve.reload')).at(-1);
}

test('200 sockets stay when the certificate is exchanged, new lines get the new one, a bad file changes nothing', async (t) => {
  const dir = folder((fn) => t.after(fn));
  const old = certificate(dir, { name: 'old.example', stem: 'old' });
  const fresh = certificate(dir, { name: 'new.example', stem: 'new' });
  // Another kind of key: in one context the old one would stay for whoever asks for it.
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', old.key, '-out', old.cert, '-days', '30', '-subj', '/CN=old.example'], { stdio: 'ignore' });
  const [cert, key] = [join(dir, 'live.crt'), join(dir, 'live.key')];
  const put = (pair) => { copyFileSync(pair.cert, cert); copyFileSync(pair.key, key); };
  put(old);
  const server = await shop((fn) => t.after(fn), { associates: [], args: ['--tls-cert', cert, '--tls-key', key, '--exempt-addresses', '127.0.0.1'] });
  const peers = [];
  for (let i = 0; i < SOCKETS; i += 20) peers.push(...(await Promise.all(Array.from({ length: 20 }, () => customer(server)))));
  assert.equal((await shown(server)).name, 'old.example');

  put(fresh);
  assert.match(await reloaded(server), /level=info/);
  assert.equal((await shown(server)).name, 'new.example');
  assert.equal((await shown(server, { maxVersion: 'TLSv1.2' })).name, 'new.example');
  const rsa = await shown(server, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }).catch((error) => error);
  assert.ok(rsa instanceof Error, `nothing of the old pair is left: ${JSON.stringify(rsa)}`);
  assert.equal(peers.filter((peer) => peer.isOpen).length, SOCKETS);
  for (const { cs } of await Promise.all(peers.map((peer) => say(peer, 'still here')))) assert.ok(cs > 0);

  writeFileSync(cert, 'no certificate');
  assert.match(await reloaded(server), /level=error.*--tls-cert/);
  assert.equal((await shown(server)).name, 'new.example');
  copyFileSync(fresh.cert, cert);
  copyFileSync(old.key, key);
  assert.match(await reloaded(server), /level=error.*--tls-key/);
  assert.equal((await shown(server)).name, 'new.example');
  assert.equal((await http(server, '/healthz')).status, 200);
  const told = readMetrics((await http(server, '/metrics')).text);
  assert.equal(told.get('vitrine_certificate_loads_total{result="taken"}'), 2);
  assert.equal(told.get('vitrine_certificate_loads_total{result="refused"}'), 2);
  const days = (told.get('vitrine_certificate_expiry_timestamp_seconds') - Date.now() / 1000) / 86400;
  assert.ok(days > 88 && days < 91, `${days} days`);
  assert.equal(told.get('vitrine_peers'), SOCKETS);
  assert.equal(peers.filter((peer) => peer.isOpen).length, SOCKETS);
  await Promise.all(peers.map((peer) => peer.cut()));
});

test('a log file that was moved away goes on in a new one, by SIGUSR1 and by SIGHUP', async (t) => {
  const dir = folder((fn) => t.after(fn));
  const path = join(dir, 'vitrine.log');
  const server = await shop((fn) => t.after(fn), { associates: [], args: ['--log-file', path] });
  assert.match(readFileSync(path, 'utf8'), /event=serve\.ready/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const signal of ['SIGUSR1', 'SIGHUP']) {
    const moved = `${path}.${signal}`;
    renameSync(path, moved);
    server.signal(signal);
    await eventually('a new file', () => existsSync(path) && readFileSync(path, 'utf8').includes(`signal=${signal}`));
    assert.doesNotMatch(readFileSync(moved, 'utf8'), new RegExp(`signal=${signal}`));
  }
  assert.equal(server.log.includes('event='), false, 'nothing of it on standard error');
});
