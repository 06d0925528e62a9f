// SPDX-License-Identifier: Apache-2.0
/// The real nginx and Apache, with the files of server/docs/proxy as people take them: only names, ports and certificates are put in.

import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { top } from './protocol.mjs';
import { binary } from './server.mjs';

export const example = (name) => readFileSync(join(top, 'server/docs/proxy', name), 'utf8');

/// A port that is listened on later. Below those that the system gives to whoever asks for any: else another test could have it by then.
export async function freePort() {
  for (;;) {
    const server = createServer().listen(randomInt(10000, 32000), '127.0.0.1');
    if (!(await Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)]))) continue;
    const { port } = server.address();
    server.close();
    await once(server, 'close');
    return port;
  }
}

/// A folder that goes with the test.
export function folder(after) {
  const path = mkdtempSync(join(tmpdir(), 'vitrine-proxy-'));
  after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });

/// An authority of its own and a certificate by it, good for 90 days or since 2025 `until` ("20250601000000Z"): { ca, cert, key }, all files.
export function certificate(dir, { name = 'localhost', stem = 'site', until } = {}) {
  const file = (ending) => join(dir, `${stem}.${ending}`);
  const ca = join(dir, 'ca.pem');
  const caKey = join(dir, 'ca.key');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    readFileSync(ca);
  } catch {
    openssl('req', '-x509', ...ec, '-keyout', caKey, '-out', ca, '-days', '90', '-subj', '/CN=Vitrine tests');
  }
  openssl('req', ...ec, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${name}`);
  writeFileSync(file('ext'), `subjectAltName=DNS:${name}\n`);
  const by = ['-in', file('csr'), '-extfile', file('ext'), '-out', file('crt')];
  if (until) {
    writeFileSync(file('db'), '');
    writeFileSync(file('cnf'), `[ca]\ndefault_ca = own\n[own]\ndatabase = ${file('db')}\nnew_certs_dir = ${dir}\nrand_serial = yes\ndefault_md = sha256\npolicy = any\nx509_extensions =\n[any]\ncommonName = supplied\n`);
    openssl('ca', '-batch', '-notext', '-config', file('cnf'), '-cert', ca, '-keyfile', caKey, '-startdate', '20250101000000Z', '-enddate', until, ...by);
  } else {
    openssl('x509', '-req', '-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '90', ...by);
  }
  return { ca, cert: file('crt'), key: file('key') };
}

const CERTIFICATE = /\/etc\/letsencrypt\/live\/[^/]+\/(fullchain|privkey)\.pem/g;

/// An example with this test's places in it.
export function placed(text, { upstream, tls, port, plain }) {
  return text
    .replace(CERTIFICATE, (_, which) => (which === 'privkey' ? tls.key : tls.cert))
    .replaceAll('help.shop.example', 'localhost')
    .replaceAll('127.0.0.1:8080', upstream)
    .replace(/listen \[::\].*\n/g, '')
    .replace(/listen 80;/, `listen 127.0.0.1:${plain};`)
    .replace(/listen 443 ssl;/, `listen 127.0.0.1:${port} ssl;`)
    .replace(/\*:80>/, `*:${plain}>`)
    .replace(/\*:443>/, `*:${port}>`);
}

async function answers(port, child, log) {
  for (const until = Date.now() + 60000; Date.now() < until; ) {
    assert.equal(child.exitCode, null, `it ended:\n${log()}`);
    const socket = connect(port, '127.0.0.1');
    const is = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
    socket.destroy();
    if (is) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`nothing listens on ${port}:\n${log()}`);
}

async function run(after, command, args, port) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  await answers(port, child, () => said);
  return child;
}

/// nginx with this site; resolves when it listens on `port`.
export function nginx(after, dir, site, port) {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${join(dir, name)};`).join('\n');
  const user = process.getuid() === 0 ? 'user root;' : '';
  const path = join(dir, `nginx-${port}.conf`);
  writeFileSync(path, `${user}\ndaemon off;\npid ${join(dir, `nginx-${port}.pid`)};\nerror_log stderr;\nworker_processes 1;\nevents { worker_connections 512; }\nhttp {\n  access_log off;\n${temp}\n${site}\n}\n`);
  return run(after, '/usr/sbin/nginx', ['-p', dir, '-e', 'stderr', '-c', path], port);
}

/// Apache with this site, and the modules that the example's first lines name.
export function apache(after, dir, site, { port, plain }) {
  const modules = ['mpm_event', 'authz_core', 'alias', 'ssl', 'proxy', 'proxy_http', 'headers'].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
  const user = process.getuid() === 0 ? 'User www-data\nGroup www-data' : '';
  const path = join(dir, `apache-${port}.conf`);
  writeFileSync(path, `ServerRoot ${dir}\nServerName localhost\nPidFile ${join(dir, 'apache.pid')}\nMutex posixsem\nErrorLog ${join(dir, 'error.log')}\n${modules.join('\n')}\n${user}\nListen 127.0.0.1:${plain}\nListen 127.0.0.1:${port}\n${site}\n`);
  return run(after, '/usr/sbin/apache2', ['-DFOREGROUND', '-f', path], port);
}

/// `vitrine doctor --json`: { status, findings, of(check) }.
export function doctor(args, { ca } = {}) {
  const env = { ...process.env, ...(ca ? { SSL_CERT_FILE: ca } : {}) };
  for (const name of Object.keys(env)) if (/^VITRINE_(?!WEB$|BIN$)/.test(name)) delete env[name];
  return new Promise((resolve, reject) => {
    execFile(binary, ['doctor', '--json', ...args], { env, timeout: 180000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      try {
        const { findings } = JSON.parse(stdout);
        resolve({ status: error ? error.code : 0, stderr, findings, of: (check) => findings.find((finding) => finding.check === check) });
      } catch {
        reject(new Error(`the doctor ended with ${error?.code ?? 0}: ${stdout}\n${stderr}`));
      }
    });
  });
}

export const failing = ({ findings }) => findings.filter(({ level }) => level === 'fail').map(({ check, seen }) => `${check}: ${seen}`);
