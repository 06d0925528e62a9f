// SPDX-License-Identifier: Apache-2.0
/// G21: connections that never become one: a connect and silence, half a request, a byte a second, half a TLS-like
/// greeting, an upgrade without its end. Each is gone in ten seconds, and who does it properly is served meanwhile.

import { connect } from 'node:net';

import { SHOP, shop } from '../server/lib/kit.mjs';
import { Peer } from '../server/lib/peer.mjs';
import { ROOMY } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, quantile, sleep } from './lib/report.mjs';

const HALVES = pick(200, 2000);
const GONE_MS = 10000;
const UPGRADE = (host) => `GET /v1/socket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nOrigin: ${SHOP}\r\n`;
const KINDS = [() => '', () => 'GET / HTTP/1.1\r\nHost: ', (host) => UPGRADE(host), () => '\x16\x03\x01\x02\x00\x01', (host) => `POST /api/v1/login HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 40\r\n\r\n{`];

/// One that never finishes. Resolves how long it was let be, and the answer's first bytes.
function half(server, i) {
  const { hostname, port, host } = new URL(server.url);
  return new Promise((resolve) => {
    let began = 0;
    const socket = connect(Number(port), hostname, () => {
      began = Date.now();
      socket.write(KINDS[i % KINDS.length](host));
    });
    let answer = '';
    const drip = i % 3 ? null : setInterval(() => socket.write('x'), 1000); // a byte a second buys no time
    socket.on('error', () => {});
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.on('close', () => {
      clearInterval(drip);
      resolve({ ms: Date.now() - began, answer, isSlowBody: i % KINDS.length === 4 && drip !== null });
    });
  });
}

await chaos('handshakes', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: [], args: ROOMY });
  let over = false;
  const halves = Array.from({ length: HALVES }, (_, i) => half(server, i));
  const good = [];
  const asking = (async () => {
    while (!over) {
      const began = performance.now();
      const peer = await Peer.open(server, { origin: SHOP });
      good.push(performance.now() - began);
      await peer.cut();
      await sleep(50);
    }
  })();
  const ends = await Promise.all(halves);
  const lives = ends.map(({ ms }) => ms);
  const slow = ends.filter(({ isSlowBody }) => isSlowBody);
  over = true;
  await asking;
  const late = lives.filter((ms) => ms > GONE_MS + LATE_MS).length; // under a sanitiser, beside other runs, it is late
  run.goal('G21', `${HALVES} half handshakes`, 'each gone in 10 s', `${Math.max(...lives)} ms at most`, late === 0);
  const told = slow.filter(({ answer }) => answer.startsWith('HTTP/1.1 408 ')).length;
  run.goal('G21', 'a body that comes a byte a second', 'told so (408)', `${told} of ${slow.length}`, told === slow.length && told > 0);
  const p99 = quantile(good, 0.99);
  run.goal('G21', `${good.length} good ones meanwhile`, 'p99 < 100 ms', `${p99.toFixed(1)} ms`, p99 < 100, { judged: pick(false, true) });
});
