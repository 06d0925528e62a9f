// SPDX-License-Identifier: Apache-2.0
/// The demo shop and the real server behind a line that delays and narrows; a phone in Chromium. The line is a proxy of our own,
/// since Chromium's throttling leaves WebSockets alone; it does not delay the handshake of TCP, so each figure has at least one
/// round trip less than a stranger's first visit.

import { createServer } from 'node:net';

import { chromium } from '@playwright/test';

import { layGround } from '../../browser/lib/ground.mjs';
import { wholeBrowser } from '../../browser/lib/launch.mjs';
import { Associate, Customer, DESK, PHONE } from '../../browser/lib/people.mjs';
import { Watch } from '../../browser/lib/watch.mjs';
import { Proxy } from '../../chaos/proxy.mjs';

/// Lighthouse's slow 4G: 150 ms there and back, 1.6 Mbit/s.
export const SLOW_4G = { delay: 75, rate: 200_000 };
export const RTT_50 = { delay: 25 };

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/// Runs `use` with { ground, customer(), associate(), line: the proxy }.
export async function onStage(use) {
  const ground = await layGround();
  const server = ground.house(['--base-url', ground.url]);
  server.url = `http://127.0.0.1:${await freePort()}`;
  await server.start();
  const line = await Proxy.open(server.url, {}, Number(new URL(ground.url).port));
  const browser = await chromium.launch(wholeBrowser);
  const person = async (how, Kind, name) => {
    const page = await (await browser.newContext(how)).newPage();
    return new Kind(page, new Watch(page, name), ground);
  };
  try {
    return await use({ ground, line, customer: () => person(PHONE, Customer, 'customer'), associate: () => person(DESK, Associate, 'associate') });
  } finally {
    await browser.close();
    await line.close();
    await server.stop();
    await ground.close();
  }
}

export async function devtools(page) {
  return page.benchCdp ??= await page.context().newCDPSession(page);
}

/// A phone's processor: as many times slower.
export const slowed = async (page, times) => (await devtools(page)).send('Emulation.setCPUThrottlingRate', { rate: times });

/// Milliseconds of processor time of all tasks of the page's main thread until now: what another process takes in between is not
/// the page's, what throttling burns is.
export async function busy(page) {
  const cdp = await devtools(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await cdp.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
}
