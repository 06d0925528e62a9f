// SPDX-License-Identifier: Apache-2.0
/// The servers under test and their load generators: started, pinned (servers to the first core, generators to the
/// second), spoken to by lines, ended.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const top = dirname(dirname(dirname(here)));
export const vitrine = process.env.VITRINE_BIN || join(top, 'build/release/vitrine');
const tools = process.env.VITRINE_BENCH || join(dirname(vitrine), 'tests/bench');
const PASSWORD = 'a long enough password';
const SERVER_CORE = '0';
const BOTH_CORES = '0,1';
const LOAD_CORE = '1';
const ANSWER_MS = 180000;
const KNOWN_MS = 3000; // by when a server knows what `vitrine admin` wrote
const LOGINS = 14; // a hundred conversations each, and further ones as viewers

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/// A little ahead of other work where that is allowed: a generator that waits for its turn cannot keep a plan.
function pinned(core, words, options) {
  const child = spawn('nice', ['-n', '-10', 'taskset', '-c', core, ...words], options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/// Environment without options of a developer's own server.
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITRINE_')));
}

/// The next lines of a child, one promise each; rejects when it ends or is silent for too long.
function lineReader(child, what) {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${what}: no answer in ${ANSWER_MS} ms`)), ANSWER_MS);
    });
    const { value, done } = await Promise.race([lines.next(), late]).finally(() => clearTimeout(timer));
    if (done) throw new Error(`${what} ended`);
    return value;
  };
}

async function end(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), 12000);
  await gone;
  clearTimeout(timer);
}

function admin(data, words, input = '') {
  return new Promise((resolve, reject) => {
    const child = execFile(vitrine, ['admin', ...words, '--data', data], { env: environment() }, (error, _, stderr) =>
      error ? reject(new Error(`vitrine admin ${words.join(' ')}: ${stderr}`)) : resolve(),
    );
    child.stdin.end(input);
  });
}

async function prepare(data, logins) {
  await admin(data, ['site', 'add', '--name', 'Bench', '--key', 'pk_bench', '--origin', 'https://shop.test']);
  for (let i = 0; i < logins; i++)
    await admin(data, ['associate', 'add', '--site', 'pk_bench', '--login', `a${i}`, '--name', `A${i}`, '--role', 'associate', '--password-stdin'], `${PASSWORD}\n`);
}

function login(url, name) {
  const body = JSON.stringify({ name, password: PASSWORD });
  const { protocol, hostname, port, origin } = new URL(url);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length, Origin: origin, 'X-Vitrine-CSRF': '1' };
  const request = protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: '/api/v1/login', method: 'POST', headers, agent: false, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      const [cookie] = answer.headers['set-cookie'] ?? [];
      if (answer.statusCode === 200 && cookie) resolve(cookie.split(';')[0]);
      else reject(new Error(`login of ${name}: ${answer.statusCode}`));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function certificate(folder) {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return ['--tls-cert', cert, '--tls-key', key];
}

/// One server with its generator. `kind`: vitrine, bare, ws, socket.io.
export class Target {
  /// `roam`: not pinned, for what is about two threads taking turns and not about CPU.
  /// `logins`: associates, a hundred conversations each. `under`: a program that runs the server, valgrind with its options.
  constructor(kind, { args = [], tls = false, roam = false, logins = LOGINS, under = [] } = {}) {
    this.kind = kind;
    this.under = under;
    this.args = args;
    this.tls = tls;
    this.logins = logins;
    this.core = roam ? BOTH_CORES : SERVER_CORE;
  }

  static async start(kind, options) {
    const target = new Target(kind, options);
    await (kind === 'vitrine' ? target.startVitrine() : target.startRelay());
    const cookies = [];
    for (let i = 0; kind === 'vitrine' && i < target.logins; i++) cookies.push(await login(target.url, `a${i}`));
    const protocol = { vitrine: 'vitrine', 'socket.io': 'socketio' }[kind] ?? 'plain';
    const words = [join(tools, 'load'), protocol, new URL(target.url).port, String(target.server.pid)];
    target.load = pinned(LOAD_CORE, [...words, ...(target.tls ? ['tls'] : []), ...cookies], { stdio: ['pipe', 'pipe', 'inherit'] });
    target.nextAnswer = lineReader(target.load, `load of ${kind}`);
    return target;
  }

  async startVitrine() {
    this.folder = mkdtempSync(join(process.env.VITRINE_BENCH_DATA || tmpdir(), 'vitrine-bench-'));
    const data = join(this.folder, 'data');
    await prepare(data, this.logins);
    const words = [...this.under, vitrine, 'serve', '--data', data, '--listen', '127.0.0.1:0', '--log-level', 'error', '--max-sockets-address', '100000', '--capacity', '100', '--queue-capacity', '5000'];
    await this.listen(pinned(this.core, [...words, ...(this.tls ? certificate(this.folder) : []), ...this.args], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  startRelay() {
    const words = this.kind === 'bare' ? [join(tools, 'bare')] : [process.execPath, join(here, 'peers', `${this.kind.replace('.', '')}.mjs`)];
    return this.listen(pinned(this.core, words, { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  async listen(child) {
    this.server = child;
    const line = await lineReader(child, this.kind)();
    this.url = /(https?:\S+)/.exec(line)?.[1];
    if (!this.url) throw new Error(`${this.kind} said ${line}`);
  }

  /// One command to the generator; resolves its answer, rejects when that is a refusal.
  async ask(command, keys = {}) {
    const text = Object.entries(keys).map(([name, value]) => ` ${name}=${Number(value)}`).join('');
    this.load.stdin.write(`${command}${text}\n`);
    const answer = JSON.parse(await this.nextAnswer());
    if (!answer.ok) throw new Error(`${this.kind}: ${command}${text}: ${answer.why}`);
    return answer;
  }

  run(keys) {
    return this.ask('run', keys);
  }

  /// Bytes of memory that are this process's share of the machine's (PSS).
  get memory() {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${this.server.pid}/smaps_rollup`, 'utf8'))[1]) * 1024;
  }

  /// Resident bytes; cheap to ask often, unlike `memory`.
  get resident() {
    return Number(readFileSync(`/proc/${this.server.pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  }

  /// The site pk_noisy beside the bench's own, from a process of its own, with so many messages and rows a second. { on(), off() }; off resolves what came of it.
  async noise({ messages, rows }) {
    const data = join(this.folder, 'data');
    await admin(data, ['site', 'add', '--name', 'Noisy', '--key', 'pk_noisy', '--origin', 'https://noisy.test']);
    await admin(data, ['associate', 'add', '--site', 'pk_noisy', '--login', 'noisy', '--name', 'Noisy', '--role', 'admin', '--password-stdin'], `${PASSWORD}\n`);
    await new Promise((resolve) => setTimeout(resolve, KNOWN_MS));
    const words = [process.execPath, join(here, 'noise.mjs'), this.url, await login(this.url, 'noisy'), String(messages), String(rows)];
    this.noisy = pinned(LOAD_CORE, words, { env: environment(), stdio: ['pipe', 'pipe', 'inherit'] });
    const answer = lineReader(this.noisy, 'noise');
    await answer();
    return { on: () => this.noisy.stdin.write('on\n'), off: async () => { this.noisy.stdin.write('off\n'); return JSON.parse(await answer()); } };
  }

  /// A number of the server's own metrics page.
  async metric(name) {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  }

  async stop() {
    this.load.stdin.end();
    await end(this.load, 'SIGTERM');
    if (this.noisy) await end(this.noisy, 'SIGTERM');
    await end(this.server, 'SIGTERM');
    if (this.folder) rmSync(this.folder, { recursive: true, force: true });
  }
}
