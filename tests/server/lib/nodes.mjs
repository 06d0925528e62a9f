// SPDX-License-Identifier: Apache-2.0
/// Several nodes of one shop: a real redis-server, two servers over one data directory, and before them the balancer
/// that a shop would have: each new connection goes to the next node that takes it.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { http } from './http.mjs';
import { eventually, shop } from './kit.mjs';
import { freePort } from './proxy.mjs';
import { Server } from './server.mjs';

const ORIGIN = 'http://help.test';

/// Keeps nothing on disk: each start is empty.
export class Redis {
  constructor(port, folder) {
    Object.assign(this, { port, folder, child: null });
  }

  async start() {
    this.child = spawn('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.folder], { stdio: 'ignore' });
    this.exited = once(this.child, 'exit');
    await eventually('redis answers', () => this.ask('PING').then((answer) => answer === 'PONG', () => false));
    return this;
  }

  ask(...words) {
    return new Promise((resolve, reject) => {
      execFile('redis-cli', ['-p', String(this.port), ...words], { timeout: 5000 }, (error, stdout) => (error ? reject(error) : resolve(stdout.trim())));
    });
  }

  signal(name) {
    this.child.kill(name);
  }

  async stop() {
    this.child?.kill('SIGKILL');
    await this.exited;
    this.child = null;
  }
}

/// `places()` in turn; one that refuses is passed over.
async function balancer(after, places) {
  const open = new Set();
  let turn = 0;
  const dial = (browser, tries) => {
    const list = places();
    if (tries === list.length) return browser.destroy();
    const node = connect(list[turn++ % list.length]);
    let is = false;
    node.setNoDelay(true);
    node.once('connect', () => {
      is = true;
      browser.pipe(node).pipe(browser);
    });
    node.once('error', () => (is ? browser.destroy() : dial(browser, tries + 1)));
    node.once('close', () => is && browser.destroy());
    browser.once('close', () => node.destroy());
    browser.once('error', () => node.destroy());
  };
  const server = createServer((browser) => {
    open.add(browser);
    browser.setNoDelay(true);
    browser.once('close', () => open.delete(browser));
    dial(browser, 0);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/// A node: a Server that knows whether it leads.
class Node extends Server {
  get origin() {
    return ORIGIN;
  }

  /// Of its last start.
  get leads() {
    const last = this.log.match(/event=node\.(leads|follows|lost)/g)?.at(-1) ?? '';
    return last.endsWith('leads') && this.child !== null;
  }
}

/// { nodes, redis, shop }: `shop` is the whole, behind the balancer, as the other helpers take a server.
export async function group(after, { associates, args = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-redis-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const redis = await new Redis(await freePort(), folder).start();
  after(() => redis.stop());
  const all = [...args, '--redis', `redis://127.0.0.1:${redis.port}`, '--base-url', ORIGIN];
  const first = await shop(after, { associates, args: all });
  Object.setPrototypeOf(first, Node.prototype);
  const second = new Node({ data: first.data, args: all });
  after(() => second.halt());
  await second.start();
  const nodes = [first, second];
  const url = await balancer(after, () => nodes.map((node) => new URL(node.url)).map(({ hostname, port }) => ({ host: hostname, port: Number(port) })));
  const whole = Object.create(first, { url: { value: url }, origin: { value: ORIGIN } });
  return { nodes, redis, shop: whole };
}

export const leaderOf = (nodes) => eventually('one of them leads', () => nodes.find((node) => node.leads));

/// What the group says of itself, by whichever way in: { epoch, count, redis }.
export async function stateOf(server) {
  const { status, text } = await http(server, '/metrics');
  assert.equal(status, 200);
  const value = (name) => Number(new RegExp(`^vitrine_${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return { epoch: value('node_epoch'), count: value('nodes'), redis: value('node_redis_up'), lines: value('node_lines_total') };
}
