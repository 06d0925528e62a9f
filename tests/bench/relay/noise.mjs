// SPDX-License-Identifier: Apache-2.0
/// node noise.mjs URL COOKIE MESSAGES ROWS: customers of the site pk_noisy that send so many messages and rows a second, and a script of its
/// admin that writes as many by REST, while "on"; "off" answers a line of what became of it. To the plan, whatever is answered.

import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { top } from './targets.mjs';

const { WebSocket } = createRequire(join(top, 'tests/package.json'))('ws');
const [url, cookie, messages, rows] = process.argv.slice(2).map((word, i) => (i < 2 ? word : Number(word)));
const CUSTOMERS = 20;
const TICK_MS = 5;
const BEAT_MS = 10000;
const REST_OPEN = 16;

const told = {};
const count = (what) => (told[what] = (told[what] ?? 0) + 1);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// One browser; resolves once it is welcome.
function customer() {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, ['vitrine.v1'], { origin: 'https://noisy.test', perMessageDeflate: false });
  let id = 0;
  setInterval(() => socket.send('{"op":"hb","d":{"t":1}}'), BEAT_MS);
  const send = (op, d) => socket.send(JSON.stringify({ op, id: ++id, ...(op !== 'hello' && { cid: randomUUID() }), d }));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', (code) => count(`closed ${code}`));
    socket.on('open', () => send('hello', { site: 'pk_noisy', role: 'customer', caps: ['bin1'], lang: 'en' }));
    socket.on('message', (bytes) => {
      for (const line of bytes.toString().split('\n').filter(Boolean)) {
        const { id, ok, err } = JSON.parse(line);
        if (id === 1) ok ? resolve(send) : reject(new Error(`hello: ${err?.code} ${err?.msg}`));
        else if (id !== undefined) count(ok ? 'taken' : err.code);
      }
    });
  });
}

const { hostname, port, origin } = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: REST_OPEN });
let open = 0;
function write() {
  if (open >= REST_OPEN) return;
  open++;
  const asked = request({ hostname, port, agent, method: 'DELETE', path: '/api/v1/webhooks/none', headers: { Origin: origin, Cookie: cookie, 'X-Vitrine-CSRF': '1' } }, (answer) => {
    answer.resume().on('end', () => open--);
    count(`REST ${answer.statusCode}`);
  });
  asked.on('error', () => open--);
  asked.end();
}

let loud = false;
async function run(customers) {
  let next = 0;
  const of = (op, d) => customers[next++ % customers.length](op, d);
  const kinds = [
    { rate: messages, send: () => of('chat.history', { before: 9, n: 1 }) },
    { rate: rows, send: () => of('chat.send', { kind: 'text', body: { text: 'Much is said here.' } }) },
    { rate: rows, send: write },
  ];
  const began = performance.now();
  for (const kind of kinds) kind.sent = 0;
  while (loud) {
    const seconds = (performance.now() - began) / 1000;
    for (const kind of kinds) for (; kind.sent < kind.rate * seconds; kind.sent++) kind.send();
    await pause(TICK_MS);
  }
  const seconds = (performance.now() - began) / 1000;
  return Object.fromEntries(Object.entries(told).map(([what, n]) => [what, Math.round(n / seconds)]));
}

const customers = [];
for (let i = 0; i < CUSTOMERS; i++) customers.push(await customer());
console.log('{"ready":true}');
let running;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'on') {
    for (const what of Object.keys(told)) delete told[what];
    loud = true;
    running = run(customers);
  } else if (line === 'off') {
    loud = false;
    console.log(JSON.stringify(await running));
  }
}
process.exit(0);
