// SPDX-License-Identifier: Apache-2.0
/// A long session as one is: the customer goes from page to page within the shop's one document, lists change, they write and
/// scroll, the associate points. What is held is read once a minute, after a collection.

import { readFileSync } from 'node:fs';

import { Desk } from '../../browser/lib/mirrored-desk.mjs';
import { expect } from '../../browser/lib/story.mjs';
import { metrics, open, ours } from './theatre.mjs';

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
const mb = (n) => (n / 1048576).toFixed(1);

/// Another page of the same document: everything in it is new, with its own style text and its own address.
const route = (n) => {
  history.pushState({}, '', `/products/page-${n % 40}/`);
  const make = (tag, more, ...kids) => {
    const el = Object.assign(document.createElement(tag), more);
    el.append(...kids);
    return el;
  };
  document.getElementById('app')?.remove();
  const app = make('section', { id: 'app' });
  app.append(make('h2', { textContent: `Page ${n}` }), make('input', { id: 'note', placeholder: 'A note' }), make('ul', { id: 'rows' }));
  for (let i = 0; i < 150; i++) app.append(make('article', { className: `card c${i % 7}` }, make('h3', { textContent: `Piece ${n}.${i}` }), make('p', { textContent: 'White gold' }), make('b', { textContent: `€ ${i * 7}` })));
  document.querySelector('main').prepend(app);
  document.getElementById('note').focus({ preventScroll: true });
};

/// A list whose rows come and go, a class that turns, a text that counts.
const update = (n) => {
  const rows = document.getElementById('rows');
  for (let i = 0; i < 20; i++) rows.append(Object.assign(document.createElement('li'), { textContent: `Row ${n}.${i}` }));
  while (rows.children.length > 100) rows.firstElementChild.remove();
  document.querySelectorAll('#app article')[n % 150].classList.toggle('lit');
  document.querySelector('#app h2').textContent = `Change ${n}`;
};

/// The least of three readings: a picture on its way is no memory that is held.
async function held(page) {
  const cdp = page.benchCdp ??= await page.context().newCDPSession(page);
  let least = null;
  for (let i = 0; i < 3; i++) {
    if (i) await new Promise((done) => setTimeout(done, 300));
    await cdp.send('HeapProfiler.collectGarbage');
    const m = await metrics(page);
    if (!least || m.JSHeapUsedSize < least.heap) least = { heap: m.JSHeapUsedSize, nodes: m.Nodes, listeners: m.JSEventListeners };
  }
  return least;
}

/// The page changes by a clock of its own: each call of ours would be a script more that the browser keeps, ten thousand in an hour.
const begin = `(() => {
  let n = 0;
  const route = ${route}, update = ${update};
  window.benchClock = setInterval(() => {
    if (n % 20 === 0) route(n / 20);
    update(n++);
  }, 450);
})()`;

/// What people do: by the browser's input, which needs no script either.
const steps = async ({ customer, viewer }, box, n) => {
  if (n % 3 === 0) await customer.mouse.wheel(0, n % 2 ? 300 : -260);
  if (n % 10 === 5) await customer.keyboard.type(`note ${n} `);
  if (n % 7 === 0) await viewer.mouse.move(box.x + box.width / 2 + (n % 50), box.y + box.height / 2, { steps: 4 });
};

/// The line through the points, in units a minute: one late sample tells nothing.
function slope(list) {
  const mid = (list.length - 1) / 2;
  const mean = list.reduce((a, b) => a + b, 0) / list.length;
  const up = list.reduce((sum, y, x) => sum + (x - mid) * (y - mean), 0);
  return up / list.reduce((sum, _, x) => sum + (x - mid) ** 2, 0);
}

export async function hour({ hourMinutes }) {
  const browser = await open();
  const samples = [];
  try {
    const stage = await ours(browser);
    const desk = new Desk(stage.viewer);
    const box = await stage.viewer.locator('.mirror-frame').boundingBox();
    await stage.customer.evaluate(begin);
    const began = Date.now();
    let n = 0;
    for (let minute = 0; minute <= hourMinutes; minute++) {
      for (; Date.now() - began < minute * 60_000; n++) {
        await steps(stage, box, n);
        await new Promise((done) => setTimeout(done, 400));
      }
      samples.push({ minute, customer: await held(stage.customer), associate: await held(stage.viewer), server: rss(stage.pid) });
      console.error(`   ${JSON.stringify(samples.at(-1))}`);
    }
    // It was a mirror to the end, not a session that had died.
    await stage.customer.evaluate(() => clearInterval(window.benchClock));
    await expect.poll(() => desk.words('#app h2'), { timeout: 10_000 }).toBe(await stage.customer.locator('#app h2').innerText());
    await stage.close();
  } finally {
    await browser.close();
  }
  // What is loaded and compiled in the first tenth is no growth.
  const late = samples.slice(Math.ceil(samples.length / 10));
  const of = { customer: (s) => s.customer.heap, associate: (s) => s.associate.heap, server: (s) => s.server };
  const grown = Object.fromEntries(Object.entries(of).map(([who, read]) => {
    const list = late.map(read);
    return [who, { from: list[0], to: list.at(-1), perHour: slope(list) * 60 }];
  }));
  const flat = Object.values(grown).every(({ from, perHour }) => Math.abs(perHour) * (hourMinutes / 60) <= from * 0.1);
  return [{
    what: `memory of a session of ${hourMinutes} min: customer, associate, server`, must: 'flat: the line through its minutes rises less than 10 %',
    measured: Object.values(grown).map(({ from, to, perHour }) => `${mb(from)} → ${mb(to)} MB (${perHour < 0 ? '' : '+'}${mb(perHour)} an hour)`).join('; '), met: flat,
    detail: `a change of page each ten seconds, twenty rows twice a second, typing, scrolling, pointing; DOM nodes ${late[0].customer.nodes} → ${late.at(-1).customer.nodes} and ${late[0].associate.nodes} → ${late.at(-1).associate.nodes}`,
    data: { samples },
  }];
}
