// SPDX-License-Identifier: Apache-2.0
/// One real server: its own data directory, a free port, its log kept until something goes wrong.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { top } from './protocol.mjs';
import { dropTables, storeOf } from './tables.mjs';

export const binary = process.env.VITRINE_BIN || join(top, 'build/asan/vitrine');
const built = process.env.VITRINE_WEB || join(top, 'web/dist');
const START_MS = 60000;
const STOP_MS = 60000; // a sanitiser looks through all memory at the end

/// A test's own address on this machine, by the number of its process: a server that is started again finds its port as it was, whatever
/// ports other tests have been given on 127.0.0.1 meanwhile. Who connects is 127.0.0.1 all the same. Other runs name 127.0.0.1 themselves.
const HOME = process.argv[1]?.endsWith('.test.mjs') ? `127.${64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255}` : '127.0.0.1';

export const PASSWORD = 'a long enough password';

/// What a sanitiser prints is a failure of the test that made the server print it.
const COMPLAINT = /AddressSanitizer|LeakSanitizer|runtime error:|Assertion .* failed/;

function environment(extra) {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) if (!name.startsWith('VITRINE_')) env[name] = value;
  return { ...env, ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0', UBSAN_OPTIONS: 'print_stacktrace=1', ...extra };
}

export class Server {
  /// `args`: options of `vitrine serve`; `env`: more environment; `web`: the browser files; `bin`: another build of it.
  constructor({ args = [], env = {}, data, web = built, bin = binary } = {}) {
    this.data = data ?? mkdtempSync(join(tmpdir(), 'vitrine-test-'));
    this.args = args;
    this.web = web;
    this.bin = bin;
    this.env = { ...(storeOf(this.data) && { VITRINE_STORE: storeOf(this.data) }), ...env };
    this.url = null;
    this.log = '';
    this.child = null;
    this.logins = new Map();
  }

  /// Where its tables are, for another program.
  store() {
    return this.env.VITRINE_STORE ? { VITRINE_STORE: this.env.VITRINE_STORE } : {};
  }

  /// Runs `vitrine admin` on this server's data. Resolves { status, stdout, stderr }.
  admin(words, input = '') {
    return new Promise((resolve) => {
      const child = execFile(binary, ['admin', ...words, '--data', this.data], { env: environment(this.store()), timeout: 60000 }, (error, stdout, stderr) => {
        resolve({ status: error ? (error.code ?? -1) : 0, stdout, stderr });
      });
      child.stdin.on('error', () => {}); // it may have ended without reading
      child.stdin.end(input);
    });
  }

  async mustAdmin(words, input) {
    const { status, stdout, stderr } = await this.admin(words, input);
    assert.equal(status, 0, `vitrine admin ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  addSite({ key, name = 'Maison Test', origins, words = [] }) {
    return this.mustAdmin(['site', 'add', '--name', name, '--key', key, ...words, ...origins.flatMap((origin) => ['--origin', origin])]);
  }

  addAssociate({ site, login, name = login, role = 'associate' }) {
    const words = ['associate', 'add', '--site', site, '--login', login, '--name', name, '--role', role, '--password-stdin'];
    return this.mustAdmin(words, `${PASSWORD}\n`);
  }

  async start() {
    const listen = this.url ? new URL(this.url).host : `${HOME}:0`;
    // A worker costs a server under a sanitiser a third of a second to begin with: more than one only where a test is about them.
    const few = this.args.includes('--media-workers') ? [] : ['--media-workers', '1'];
    const args = ['serve', '--data', this.data, '--listen', listen, ...(existsSync(this.web) ? ['--web', this.web] : []), ...few, ...this.args];
    const child = spawn(this.bin, args, { env: environment(this.env), stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    child.stderr.setEncoding('utf8').on('data', (text) => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
    const line = await Promise.race([
      once(lines, 'line').then(([text]) => text),
      this.exited.then((end) => `ended ${JSON.stringify(end)}`),
    ]);
    clearTimeout(timer);
    const url = /^listening (http\S+)$/.exec(line)?.[1];
    assert.ok(url, `the server did not start: ${line}\n${this.log}`);
    this.url = url;
    return this;
  }

  get origin() {
    return this.url;
  }

  get host() {
    return new URL(this.url).host;
  }

  get socketUrl() {
    return `${this.url.replace(/^http/, 'ws')}/v1/socket`;
  }

  signal(name) {
    this.child.kill(name);
  }

  /// No warning, no clean-up: the next start finds what the disk has.
  async crash() {
    this.child.kill('SIGKILL');
    await this.exited;
    this.child = null;
    this.checkLog();
  }

  /// SIGTERM, and what it has to be: status 0, in time, without a word of a sanitiser.
  async halt() {
    if (!this.child) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), STOP_MS);
    const end = await this.exited;
    clearTimeout(timer);
    this.child = null;
    this.checkLog();
    assert.deepEqual(end, { code: 0, signal: null }, `the server ended badly:\n${this.log.slice(-4000)}`);
  }

  async restart() {
    await this.halt();
    return this.start();
  }

  /// The end of a test: halted, looked at, thrown away.
  async stop() {
    try {
      await this.halt();
    } finally {
      rmSync(this.data, { recursive: true, force: true });
      dropTables(this.data);
    }
  }

  checkLog() {
    const at = this.log.search(COMPLAINT);
    assert.equal(at, -1, `the server complained:\n${this.log.slice(Math.max(0, at - 500), at + 6000)}`);
  }
}

/// A started server that goes with the test (or the file, given `after` of node:test).
export async function serve(after, options) {
  const server = new Server(options);
  after(() => server.stop());
  return server.start();
}

/// `after` of node:test, called where a file begins: from inside a hook it would run when that hook ends.
export function keeper(after) {
  const undo = [];
  after(async () => {
    for (const fn of undo.reverse()) await fn();
  });
  return (fn) => undo.push(fn);
}
