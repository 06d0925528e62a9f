// SPDX-License-Identifier: Apache-2.0
/// G4: bytes that nobody should send, on raw sockets, against the server under the sanitisers: mutated handshakes,
/// frames, messages, requests and uploads, every stream made from its own seed. No report, no growth, and whoever
/// behaves is served meanwhile. VITRINE_SECONDS: how long; VITRINE_SEED: the first seed.

import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { http } from '../server/lib/http.mjs';
import { SHOP, SITE, customer, live, say, shop } from '../server/lib/kit.mjs';
import { photo } from '../server/lib/picture.mjs';
import { top } from '../server/lib/protocol.mjs';
import { frame, handshake } from '../server/rfc6455/line.mjs';
import { ROOMY } from './lib/pairs.mjs';
import { LONG, chaos, pick, sleep } from './lib/report.mjs';
import { sanitised } from './lib/starve.mjs';

const SECONDS = Number(process.env.VITRINE_SECONDS) || pick(5, 3600);
const FIRST_SEED = Number(process.env.VITRINE_SEED) || 1;
const AT_ONCE = 24;
const LINE_MS = 400; // a stream that waits for an answer nobody owes it
const BYTES_MOST = 70000;

/* --- chance, the same each time -------------------------------------------------------------------- */

class Dice {
  constructor(seed) {
    this.state = Math.imul(seed, 0x9e3779b1) >>> 0;
  }

  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(n) {
    return n > 0 ? this.next() % n : 0;
  }

  of(list) {
    return list[this.below(list.length)];
  }
}

const WORDS = ['\0', '\r\n', '\r\n\r\n', '%00', '%ff', '../', '{', '[', '"', '\\u0000', '\\ud800', '99999999999999999999', '-1', '1e999', 'null', ',', ':', '\x80', '\xff\xfe', 'Content-Length: 0\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n'].map((word) => Buffer.from(word, 'latin1'));

const CHANGES = [
  (bytes, dice) => (bytes[dice.below(bytes.length)] ^= 1 << dice.below(8)),
  (bytes, dice) => (bytes[dice.below(bytes.length)] = dice.of([0, 1, 0x7f, 0x80, 0xff, dice.below(256)])),
  (bytes, dice) => bytes.subarray(0, dice.below(bytes.length)),
  (bytes, dice) => {
    const at = dice.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), dice.of(WORDS), bytes.subarray(at)]);
  },
  (bytes, dice) => {
    const [at, n] = [dice.below(bytes.length), 1 + dice.below(64)];
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + n)]);
  },
  (bytes, dice) => {
    const at = dice.below(bytes.length);
    const piece = bytes.subarray(at, at + 1 + dice.below(256));
    return Buffer.concat([bytes.subarray(0, at), ...Array(1 + dice.below(8)).fill(piece), bytes.subarray(at)]);
  },
];

/// `most` changes, or none: what is right now and then takes the next byte further.
function mutated(given, dice, most) {
  let bytes = Buffer.from(given);
  for (let left = dice.below(most + 1); left > 0 && bytes.length; left--) {
    const changed = dice.of(CHANGES)(bytes, dice);
    if (Buffer.isBuffer(changed)) bytes = changed.subarray(0, BYTES_MOST);
  }
  return bytes;
}

/* --- what is mutated ---------------------------------------------------------------------------------- */

const parsed = (name) => JSON.parse(readFileSync(join(top, 'protocol/vectors', `${name}.json`), 'utf8'));

/// Every message of the golden examples that a client may send, and every line that is wrong in one way.
function messages() {
  const texts = [];
  const walk = (value) => {
    if (typeof value === 'string' && value.startsWith('{')) texts.push(value);
    else if (value && typeof value === 'object') {
      if (value.op && value.d) texts.push(JSON.stringify({ id: 1, cid: '00000000-0000-4000-8000-000000000000', ...value }));
      for (const one of Object.values(value)) walk(one);
    }
  };
  for (const name of readdirSync(join(top, 'protocol/vectors'))) walk(parsed(name.replace('.json', '')));
  return texts.map((text) => Buffer.from(text));
}

/// The bytes of the golden frames.
function frames() {
  const found = [];
  const walk = (value) => {
    if (typeof value === 'string' && /^([0-9a-f]{2}){12,}$/.test(value)) found.push(Buffer.from(value, 'hex'));
    else if (value && typeof value === 'object') Object.values(value).forEach(walk);
  };
  walk(parsed('frames'));
  return found;
}

const LINES = messages();
const FRAMES = frames();
const JPEG = photo().subarray(0, 6000);
const request = (method, path, body = '', headers = {}) => {
  const bytes = Buffer.from(body);
  const all = { Host: 'x', Origin: SHOP, ...(bytes.length ? { 'Content-Length': bytes.length, 'Content-Type': 'application/json' } : {}), ...headers };
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`), bytes]);
};
const hello = (d) => frame(0x81, JSON.stringify({ op: 'hello', id: 1, d: { site: SITE, role: 'customer', caps: ['bin1'], lang: 'en', ...d } }));
const ID = 'a'.repeat(64);

function requests(ticket) {
  return [
    request('GET', '/healthz'), request('GET', '/metrics'), request('HEAD', '/v/loader.js'), request('OPTIONS', '/u'),
    request('GET', `/iiif/3/${ID}/0,0,100,100/!50,50/0/default.jpg`, '', { Accept: 'image/avif;q=0.8,image/webp', Range: 'bytes=0-99,200-' }),
    request('GET', `/t/${ID}/320?g=${'b'.repeat(43)}`), request('GET', '/api/v1/me', '', { Cookie: `vitrine=${'c'.repeat(43)}` }),
    request('GET', '/v/%2e%2e/%2e%2e/etc/passwd?x=%zz', '', { 'If-None-Match': '"a", W/"b"', 'Accept-Encoding': 'gzip;q=0, *' }),
    request('POST', '/api/v1/login', '{"name":"lea","password":"wrong enough to see"}', { 'X-Vitrine-CSRF': 1 }),
    request('POST', '/api/v1/contact', JSON.stringify({ site: SITE, email: 'ada@example.com', name: 'Ada', text: 'Is it gold?', lang: 'en' })),
    request('POST', '/api/v1/orders', '{"reference":"MV-1","value":"10.00","currency":"EUR"}', { Authorization: 'Bearer vt_0123456789012345678901234567890123456789012' }),
    request('POST', '/r/open', 'd'.repeat(43)), request('POST', '/api/v1/mirror/css', `{"css":{"${ID}":"a{color:red}"}}`, { Authorization: `Bearer ${ticket}` }),
    request('POST', '/u', JPEG, { Authorization: `Bearer ${ticket}`, 'Content-Type': 'image/jpeg' }),
    request('POST', '/u', JPEG.subarray(0, 500), { Authorization: `Bearer ${ticket}`, 'Transfer-Encoding': 'chunked' }),
  ];
}

/// Pieces of one stream. `ready`: it is welcomed before the rest goes.
const KINDS = [
  (dice) => ({ head: mutated(Buffer.concat([Buffer.from(handshake({ set: { Origin: SHOP } })), hello()]), dice, 4), rest: [] }),
  (dice, { asked }) => ({ head: mutated(dice.of(asked), dice, 4), rest: dice.below(3) ? [] : [mutated(dice.of(asked), dice, 2)] }),
  (dice) => ({ head: handshake({ set: { Origin: SHOP } }), ready: true, rest: [mutated(hello({ lang: 'x'.repeat(dice.below(40)) }), dice, 2), frame(0x81, mutated(dice.of(LINES), dice, 4))] }),
  (dice) => welcomed(dice, () => frame(0x81, mutated(dice.of(LINES), dice, 3))),
  (dice) => welcomed(dice, () => frame(0x82, mutated(dice.of(FRAMES), dice, 3))),
  (dice) => welcomed(dice, () => mutated(frame(dice.of([0x81, 0x82, 0x89, 0x88, 0x01, 0x00, 0x80]), dice.of(dice.below(2) ? LINES : FRAMES).subarray(0, 120)), dice, 3)),
];

const welcomed = (dice, one) => ({
  head: handshake({ set: { Origin: SHOP } }), ready: true,
  rest: [hello(), frame(0x81, '{"op":"queue.join","id":2,"d":{"lang":"en"}}'), ...Array.from({ length: 1 + dice.below(12) }, one)],
});

/* --- sending -------------------------------------------------------------------------------------------- */

/// One stream, in pieces of any size; over when the server ends it or nothing more comes of it. Resolves whether it was taken.
function stream(at, seed, seeds) {
  const dice = new Dice(seed);
  const { head, rest, ready } = KINDS[seed % KINDS.length](dice, seeds);
  return new Promise((resolve) => {
    const socket = connect({ ...at, noDelay: true });
    const timer = setTimeout(() => socket.destroy(), LINE_MS);
    const write = (bytes) => {
      for (let at = 0; at < bytes.length;) {
        const n = dice.below(4) ? bytes.length : 1 + dice.below(200);
        socket.write(bytes.subarray(at, at + n));
        at += n;
      }
    };
    const finish = () => {
      rest.forEach(write);
      if (dice.below(4)) socket.end(); // one in four hears the server out
    };
    let waits = ready;
    let isTaken = false;
    socket.on('connect', () => {
      isTaken = true;
      write(Buffer.from(head));
      if (!ready) finish();
    });
    socket.on('data', () => {
      if (waits) finish();
      waits = false;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(isTaken);
    });
  });
}

async function resident(server) {
  const { text } = await http(server, '/metrics');
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)[1]);
}

/// AddressSanitizer keeps what was freed; a bounded piece of it, or growth could not be told from that.
const env = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:quarantine_size_mb=4' };

await chaos('hostile', async (run) => {
  const undo = [];
  const halt = async () => {
    for (const fn of undo.splice(0).reverse()) await fn();
  };
  run.after(halt); // when something throws before its end
  const server = await shop((fn) => undo.push(fn), { bin: sanitised('vitrine'), args: [...ROOMY, '--max-sockets-address', '100000'], env });
  const { port, hostname: host } = new URL(server.url);
  let taken = 0;
  const someone = await customer(server);
  const { ticket } = await someone.request('file.ask', { name: 'a.jpg', type: 'image/jpeg', bytes: JPEG.length, use: 'chat' });
  const seeds = { asked: requests(ticket) };
  const flying = new Set();
  let seed = FIRST_SEED;
  const until = Date.now() + SECONDS * 1000;
  const over = () => Date.now() > until || server.child.exitCode !== null || server.child.signalCode !== null;
  const sender = async () => {
    while (!over()) {
      const own = seed++;
      flying.add(own);
      const isTaken = await stream({ port: Number(port), host }, own, seeds);
      taken += isTaken;
      flying.delete(own);
    }
  };
  const senders = Promise.all(Array.from({ length: AT_ONCE }, sender));
  const sizes = []; // MiB at each tenth: whether it grows on, or has found its size
  for (let tenth = 1; tenth < 10; tenth++) {
    await sleep(SECONDS * 100);
    if (!over()) sizes.push((await resident(server)) / 1048576);
  }
  await senders;
  if (flying.size) console.log(`in flight at its end: seeds ${[...flying]}`);
  if (server.child.exitCode !== null || server.child.signalCode !== null) throw new Error('the server has ended');
  sizes.push((await resident(server)) / 1048576);
  const grew = sizes.at(-1) - sizes[2];
  const pair = await live(server);
  await say(pair.c, 'still here');
  await pair.a.waitFor('chat.send');
  for (const peer of [pair.c, pair.a, someone]) await peer.cut();
  let report = '';
  await halt().catch((error) => (report = error.message.slice(0, 4000)));
  if (report) console.log(report);
  run.goal('G4', `${taken} mutated streams in ${SECONDS} s, seeds from ${FIRST_SEED}: reports`, '0', report ? 1 : 0, !report && taken > (seed - FIRST_SEED) / 2);
  run.goal('G4', 'resident size, from the first third to the end', '< 32 MiB more', `${grew.toFixed(1)} MiB; at each tenth ${sizes.map((mib) => mib.toFixed(0)).join(', ')}`, grew < 32, { judged: LONG });
});
