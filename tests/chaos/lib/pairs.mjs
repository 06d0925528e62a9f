// SPDX-License-Identifier: Apache-2.0
/// Customers and associates in live sessions, who come back by themselves, with a canary and a ledger for each pair.

import { randomBytes } from 'node:crypto';

import { ticket } from '../../server/lib/http.mjs';
import { SHOP, SITE } from '../../server/lib/kit.mjs';
import { Client } from './client.mjs';
import { Reading, Voice, audit, sum } from './ledger.mjs';
import { sleep } from './report.mjs';
import { Watched, points, text } from './watched.mjs';

export const A_DESK = 10; // conversations of one associate; a hello resumes 16 at most
const READERS = 4; // ledgers that are read at once
export const ROOMY = ['--rate-talk', '10000', '--rate-act', '10000', '--rate-search', '10000', '--rate-motion', '10000', '--chat-per-minute', '10000', '--capacity', '100', '--queue-capacity', '20000', '--exempt-addresses', '127.0.0.0/8'];

/// The logins that `n` pairs need, for shop().
export const logins = (n) => Array.from({ length: Math.ceil(n / A_DESK) }, (_, i) => `desk${i}`);

/// The server as seen through a proxy's port.
export const via = (server, port) => (port ? { origin: server.origin, socketUrl: server.socketUrl.replace(/:\d+\//, `:${port}/`) } : server);

async function welcomed(server, port, options, hello, name) {
  const peer = await Watched.open(via(server, port), { name, ...options });
  peer.convs = new Map();
  await peer.hello(hello);
  for (const conv of peer.welcome.convs) peer.convs.set(conv.conv, conv.c);
  return peer;
}

function dialCustomer(server, port, name) {
  return (old) => welcomed(server, port(), { origin: SHOP }, { site: SITE, role: 'customer', ...(old ? { resume: [old.resume] } : {}) }, name);
}

function dialDesk(server, port, login) {
  return async (old) => {
    const token = await ticket(server, login);
    const resume = old ? [...old.convs].map(([conv, c]) => ({ conv, ...old.chain(c).position })) : [];
    return welcomed(server, port(), {}, { site: SITE, role: 'associate', token, resume }, login).catch((error) => {
      if (error.code === 'token.bad') throw new Error('the ticket was another process\'s'); // two share the port: a new one
      throw error;
    });
  };
}

export class Pair {
  constructor(customer, desk) {
    this.customer = customer;
    this.desk = desk;
    this.canary = randomBytes(16).toString('hex');
    this.voices = [new Voice('c', this.canary), new Voice('a', this.canary)];
  }

  get conv() {
    return this.customer.peer.conv;
  }

  /// Sides as talk() and strokes need them.
  async atCustomer() {
    return { peer: await this.customer.up() };
  }

  async atDesk() {
    const peer = await this.desk.up();
    return { peer, c: peer?.convs.get(this.conv) };
  }

  async open() {
    const { peer } = this.customer;
    await peer.request('queue.join', { lang: 'en' });
    const { c } = await this.desk.peer.request('claim.take', { conv: peer.conv });
    this.desk.peer.convs.set(peer.conv, c);
    await peer.until('the session', () => (peer.seen('session.state').some((event) => event.d.state === 'live') ? true : undefined));
    await peer.request('view.open', { items: [{ sku: 'VT-1', media: 'm1', title: text(this.canary, 'ring') }], active: 1, mode: 'image' });
    await peer.until('the channels', () => (peer.channel('view') && peer.channel('ptr') && peer.channel('draw') ? true : undefined));
    await this.desk.peer.until('the channels', () => (this.desk.peer.channel('draw', c) ? true : undefined));
  }

  /// A stroke of the canary, by whichever side is there. Without a channel (the line is new) nothing is drawn.
  draw(peer, c) {
    if (peer?.isOpen && peer.channel('draw', c) !== undefined) peer.draw({ stroke: 1 + Math.floor(Math.random() * 60000), slot: 1, kind: 0, colour: 1, points: points(this.canary) }, c === undefined ? {} : { c });
  }

  talk(isOver, options) {
    return [this.voices[0].talk(() => this.atCustomer(), isOver, options), this.voices[1].talk(() => this.atDesk(), isOver, options)];
  }

  /// What is still open is said until it is acknowledged.
  async settle() {
    for (const [voice, where] of [[this.voices[0], () => this.atCustomer()], [this.voices[1], () => this.atDesk()]]) {
      for (let tries = 0; voice.open.length; tries++) {
        const { peer, c } = await where();
        await voice.again(peer, c);
        if (tries > 100) throw new Error(`${voice.name}: ${voice.open.length} messages stay without an answer: ${[...voice.refused]}`);
      }
    }
  }

  async audit() {
    const [{ peer }, { peer: staff, c }] = [await this.atCustomer(), await this.atDesk()];
    return audit(peer, staff, c, this.voices);
  }
}

/// `n` live pairs; `port()` is asked at each dialling, and gives a proxy's port or undefined.
export async function livePairs(run, server, n, { port = () => undefined, deskPort = port } = {}) {
  const [desks, pairs] = [[], []];
  run.after(() => Promise.all([...desks, ...pairs.map((pair) => pair.customer)].map((client) => client.stop())));
  const names = logins(n); // a few at a time: passwords under way count as attempts of this address
  while (desks.length < names.length) desks.push(...(await Promise.all(names.slice(desks.length, desks.length + 8).map((login) => new Client(login, dialDesk(server, deskPort, login)).start()))));
  for (let at = 0; at < n; at += 20) {
    const some = await Promise.all(Array.from({ length: Math.min(20, n - at) }, async (_, i) => {
      const customer = await new Client(`customer${at + i}`, dialCustomer(server, port, `customer${at + i}`)).start();
      const pair = new Pair(customer, desks[Math.floor((at + i) / A_DESK)]);
      await pair.open();
      return pair;
    }));
    pairs.push(...some);
  }
  return { desks, pairs };
}

/// Resolves when each has a line; who has none in time is named with what the last try said.
export async function allUp(clients, ms = 60000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no line after ${ms} ms: ${clients.filter(({ peer }) => !peer?.isOpen).map(({ name, closes, lastFault }) => `${name} (closed ${closes.slice(-3)}; ${lastFault?.message ?? 'no try has failed'})`).join(', ')}`)), ms);
  });
  await Promise.race([Promise.all(clients.map((client) => client.up())), late]).finally(() => clearTimeout(timer));
}

export async function customers(run, server, n, port = () => undefined) {
  const made = [];
  run.after(() => Promise.all(made.map((client) => client.stop())));
  for (let at = 0; at < n; at += 100) made.push(...(await Promise.all(Array.from({ length: Math.min(100, n - at) }, (_, i) => new Client(`c${at + i}`, dialCustomer(server, port, `c${at + i}`)).start()))));
  return made;
}

export async function auditAll(pairs) {
  const found = [];
  for (let at = 0; at < pairs.length; at += 20) {
    found.push(...(await Promise.all(pairs.slice(at, at + 20).map(async (pair) => {
      await pair.settle();
      return pair.audit();
    }))));
  }
  return sum(found);
}

/// Reads the ledgers of pairs that talk on, each once in `everyMs`, until `isOver()`; then to their ends. Resolves the sum.
export async function readAll(pairs, isOver, tell, everyMs = 60000) {
  const readings = pairs.map((pair) => new Reading(pair.conv, pair.voices, tell));
  const slice = async (i) => {
    const [{ peer }, { peer: staff, c }] = [await pairs[i].atCustomer(), await pairs[i].atDesk()];
    await readings[i].slice(peer, staff, c);
  };
  const reader = async (_, first) => {
    for (let i = first; !isOver(); i = (i + READERS) % pairs.length) {
      await slice(i).catch((error) => {
        if (error.code !== 'line.lost') throw error;
      });
      await sleep(Math.min(2000, (everyMs * READERS) / pairs.length));
    }
  };
  await Promise.all(Array.from({ length: Math.min(READERS, pairs.length) }, reader));
  for (const [i, pair] of pairs.entries()) {
    await pair.settle();
    await slice(i);
  }
  return sum(readings.map(({ found }) => found));
}

/// Canaries seen outside their pair, over every peer that ever was; and how many were seen where they belong.
export function strays(pairs) {
  const own = new Map(pairs.map((pair) => [pair.conv, pair.canary]));
  const found = { seen: 0, strokes: 0, strays: 0 };
  const look = (peer, canary, c) => {
    for (const other of peer.canaries.get(c) ?? []) if (other !== canary) found.strays++;
  };
  for (const pair of pairs) {
    for (const peer of pair.customer.past) {
      found.seen += peer.looked;
      found.strokes += peer.strokes;
      for (const c of peer.canaries.keys()) look(peer, pair.canary, c);
    }
  }
  for (const desk of new Set(pairs.map((pair) => pair.desk))) {
    for (const peer of desk.past) {
      found.seen += peer.looked;
      found.strokes += peer.strokes;
      const named = new Map([...peer.convs].map(([conv, c]) => [c, own.get(conv)]));
      for (const c of peer.canaries.keys()) look(peer, named.get(c), c);
    }
  }
  return found;
}

/// What broke a chain of numbers, or ended a client that should have come back.
export const faults = (clients) => clients.flatMap((client) => [client.broken, ...client.past.map((peer) => peer.broken)].filter(Boolean));
