// SPDX-License-Identifier: Apache-2.0
/// The two ways a page goes to somebody else: ours, with the real server, widget and console; and rrweb's recorder and replayer
/// in its documented live mode with a relay of `ws` between them. Both in one browser on one machine, so that one clock holds.

import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { chromium } from '@playwright/test';
import { WebSocketServer } from 'ws';

import { layGround } from '../../browser/lib/ground.mjs';
import { wholeBrowser } from '../../browser/lib/launch.mjs';
import { Desk } from '../../browser/lib/mirrored-desk.mjs';
import { Associate, Customer, DESK, PHONE, RING } from '../../browser/lib/people.mjs';
import { Watch } from '../../browser/lib/watch.mjs';
import { expect, livePair } from '../../browser/lib/story.mjs';
import { top } from '../../server/lib/protocol.mjs';

const esbuild = createRequire(join(top, 'web/package.json'))('esbuild');

export const bundle = async (contents) => (await esbuild.build({
  stdin: { contents, resolveDir: join(top, 'web/mirror'), loader: 'ts' }, bundle: true, format: 'iife', write: false, minify: true, target: 'es2022', logLevel: 'error',
})).outputFiles[0].text;

export const open = () => chromium.launch(wholeBrowser);

/// A list of pieces, about 2,200 elements with the shop's own, and a place where something changes.
export const fill = () => {
  const list = document.createElement('section');
  list.id = 'bench';
  for (let i = 0; i < 270; i++) {
    const card = document.createElement('article');
    card.className = `card c${i % 7}`;
    for (const [tag, text] of [['h3', `Piece ${i}`], ['p', 'White gold, a stone of two carats'], ['b', `€ ${i * 7}`], ['span', 'In stock'], ['a', 'See it'], ['em', 'new'], ['small', 'VAT included']]) {
      card.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
    list.append(card);
  }
  const mark = Object.assign(document.createElement('p'), { id: 'mark', textContent: '0' });
  document.querySelector('main').prepend(mark);
  document.querySelector('main').append(list);
  return document.querySelectorAll('*').length;
};

/// Writes the time into the page so often a second; resolves when done.
export const tick = ([hz, seconds]) => new Promise((done) => {
  const mark = document.getElementById('mark');
  const cards = document.querySelectorAll('#bench article');
  let n = 0;
  const timer = setInterval(() => {
    cards[n % cards.length].classList.toggle('lit');
    mark.textContent = (performance.timeOrigin + performance.now()).toFixed(2);
    if (++n >= hz * seconds) {
      clearInterval(timer);
      setTimeout(done, 500);
    }
  }, 1000 / hz);
});

/// How old each time is when it stands on the other side.
export const LISTEN = (find) => `(() => {
  const doc = ${find};
  window.ages = [];
  // A text is taken out before the next is put in.
  new MutationObserver(() => {
    const then = Number(doc.getElementById('mark').textContent);
    if (then > 0) window.ages.push(performance.timeOrigin + performance.now() - then);
  })
    .observe(doc.getElementById('mark'), { childList: true, characterData: true, subtree: true });
})()`;

/// Times are the thread's own: what others do on the same cores is not in them.
export async function metrics(page) {
  const cdp = page.benchCdp ??= await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics: all } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

export async function heap(page) {
  const cdp = page.benchCdp ??= await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  return (await metrics(page)).JSHeapUsedSize;
}

/// { customer, viewer: pages; frame: where to listen; find: the mirrored document there; close() }
export async function ours(browser) {
  const ground = await layGround();
  const server = ground.house();
  await server.start();
  const person = async (how, Kind, name) => {
    const page = await (await browser.newContext(how)).newPage();
    return new Kind(page, new Watch(page, name), ground);
  };
  const [customer, associate] = [await person(PHONE, Customer, 'customer'), await person(DESK, Associate, 'associate')];
  await livePair({ customer, associate });
  await customer.page.evaluate(fill);
  const desk = new Desk(associate.page);
  await desk.tab('Page').click();
  await desk.stage.getByRole('button', { name: 'Ask to see and point' }).click();
  await customer.page.getByRole('alertdialog').getByRole('button', { name: 'Allow' }).click();
  await expect.poll(() => desk.words('#mark'), { timeout: 30_000 }).toBe('0');
  return {
    customer: customer.page, viewer: associate.page, frame: await desk.frame(), find: "document.querySelector('.layer:not(.new) iframe').contentDocument",
    pid: server.child.pid,
    async close() {
      for (const { page } of [customer, associate]) await page.context().close();
      await server.stop();
      await ground.close();
    },
  };
}

const VIEWER = '<!doctype html><meta charset="utf-8"><body></body>';

export async function plain(browser) {
  const ground = await layGround();
  const web = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(VIEWER));
  await new Promise((done) => web.listen(0, '127.0.0.1', done));
  const relay = new WebSocketServer({ server: web, perMessageDeflate: false });
  relay.on('connection', (socket) => socket.on('message', (text) => { for (const other of relay.clients) if (other !== socket) other.send(text.toString()); }));
  const at = `127.0.0.1:${web.address().port}`;
  const viewer = await (await browser.newContext(DESK)).newPage();
  await viewer.goto(`http://${at}/`);
  await viewer.evaluate(await bundle("import { Replayer } from '@rrweb/replay'; window.Replayer = Replayer;"));
  await viewer.evaluate((host) => new Promise((done) => {
    let replayer = null;
    const socket = new WebSocket(`ws://${host}`);
    socket.onopen = done;
    socket.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (replayer === null) {
        replayer = new window.Replayer([], { liveMode: true, mouseTail: false, showWarning: false });
        replayer.startLive(event.timestamp);
      }
      replayer.addEvent(event);
    };
  }), at);
  const customer = await (await browser.newContext({ ...PHONE, bypassCSP: true })).newPage();
  await customer.route('**/v1/**', (route) => route.abort());
  await customer.goto(ground.shop + RING);
  await customer.evaluate(fill);
  await customer.evaluate(await bundle("import { record } from '@rrweb/record'; window.record = record;"));
  await customer.evaluate((host) => new Promise((done) => {
    const socket = new WebSocket(`ws://${host}`);
    socket.onopen = () => {
      window.record({ emit: (event) => socket.send(JSON.stringify(event)) });
      done();
    };
  }), at);
  const find = "document.querySelector('iframe').contentDocument";
  await expect.poll(() => viewer.evaluate(`${find}?.getElementById('mark')?.textContent`).catch(() => ''), { timeout: 30_000 }).toBe('0');
  return {
    customer, viewer, frame: viewer.mainFrame(), find,
    async close() {
      for (const page of [customer, viewer]) await page.context().close();
      for (const socket of relay.clients) socket.terminate();
      web.closeAllConnections();
      web.close();
      await ground.close();
    },
  };
}
