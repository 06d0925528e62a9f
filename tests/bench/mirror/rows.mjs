// SPDX-License-Identifier: Apache-2.0
/// The rows of the mirror's bench; what they promise is web.md 12.

import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

import { openLab, settled, share, told, LAB } from '../../browser/lib/lab.mjs';
import { LISTEN, bundle, fill, heap, metrics, open, ours, plain, tick } from './theatre.mjs';

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const rank = (list, part) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))];
const ms = (n) => `${n < 10 ? n.toFixed(1) : Math.round(n)} ms`;
const kib = (n) => `${(n / 1024).toFixed(1)} KB`;

const CSS = Array.from({ length: 900 }, (_, i) => `.c${i} .part-${i % 40}:hover{color:rgb(${i % 255},20,30);margin:${i % 13}px;transition:opacity .2s}`).join('');
const PAGE = `<!doctype html><html><head><title>x</title><style>${CSS}</style></head><body><main></main></body></html>`;

/// One page of 2.2k elements, recorded afresh; what the main thread was kept from anything else in one piece.
async function once(browser, rate, how) {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  try {
    await openLab(page, { '/': PAGE });
    await page.goto(`${LAB}/`);
    const elements = await page.evaluate(fill);
    const cdp = await page.context().newCDPSession(page);
    await page.evaluate(() => { window.longest = 0; new PerformanceObserver((l) => { for (const e of l.getEntries()) window.longest = Math.max(window.longest, e.duration); }).observe({ type: 'longtask' }); });
    if (how === 'rrweb') await page.evaluate(await bundle("import { record } from '@rrweb/record'; window.record = record;"));
    await cdp.send('Emulation.setCPUThrottlingRate', { rate });
    if (how === 'rrweb') {
      const made = await page.evaluate(() => {
        const out = [];
        const from = performance.now();
        window.record({ emit: (e) => out.push(e) });
        const took = performance.now() - from;
        const text = JSON.stringify(out);
        return { took, text };
      });
      return { elements, took: made.took, bytes: deflateRawSync(made.text).length, raw: made.text.length };
    }
    await share(page);
    await settled(page);
    const { units, bytes, css } = await told(page);
    const longest = await page.evaluate(() => window.longest);
    return { elements, took: longest, bytes, raw: JSON.stringify(units[0].ops).length, whole: bytes + deflateRawSync(JSON.stringify(css)).length };
  } finally {
    await page.close();
  }
}

export async function snapshot({ rounds }) {
  const browser = await open();
  const rows = [];
  try {
    for (const rate of [1, 4]) {
      const [mine, theirs] = [[], []];
      for (let i = 0; i < rounds; i++) {
        mine.push(await once(browser, rate, 'ours'));
        theirs.push(await once(browser, rate, 'rrweb'));
      }
      const [a, b] = [median(mine.map((r) => r.took)), median(theirs.map((r) => r.took))];
      const most = rate === 1 ? 50 : 200;
      rows.push({
        what: `a whole picture of ${mine[0].elements} elements${rate === 1 ? '' : ', CPU 4x slower'}: longest task of the main thread`, must: `<= ${most} ms`,
        measured: `${a === 0 ? '< 50 ms' : ms(a)}; rrweb alone ${ms(b)}`, met: a <= most,
        detail: 'the shipped chunk: recorder, guard, book, JSON; deflated off the main thread. Its own start is in the task; tasks are counted from 50 ms on. rrweb: its recorder with all masks off, no JSON',
        data: { mine: mine.map((r) => r.took), theirs: theirs.map((r) => r.took) },
      });
      if (rate === 1) {
        const [first, next] = [median(mine.map((r) => r.whole)), median(mine.map((r) => r.bytes))];
        rows.push({
          what: 'its bytes on the wire: the first page of a site, then with the styles known by their hash', must: '<= 60 KB, <= 25 KB',
          measured: `${kib(first)}, ${kib(next)}; rrweb's events as JSON ${kib(median(theirs.map((r) => r.raw)))}`, met: first <= 60 * 1024 && next <= 25 * 1024,
          detail: `frames with their heads; ${kib(CSS.length)} of styles in the page`, data: { first, next },
        });
      }
    }
  } finally {
    await browser.close();
  }
  return rows;
}

async function run(stage, seconds) {
  await stage.frame.evaluate(LISTEN(stage.find));
  // Where a pointer lies on a page, the browser looks after each layout what it lies on: so it lies on all of them. The way to ours leads by clicks.
  for (const page of [stage.customer, stage.viewer]) await page.mouse.move(200, 400);
  const before = [await metrics(stage.customer), await metrics(stage.viewer)];
  await stage.customer.evaluate(tick, [20, seconds]);
  const after = [await metrics(stage.customer), await metrics(stage.viewer)];
  const ages = await stage.frame.evaluate(() => window.ages);
  const cpu = after.map((now, i) => ((now.TaskDuration - before[i].TaskDuration) / (seconds + 0.5)) * 100);
  return { ages, cpu };
}

export async function live({ seconds }) {
  const browser = await open();
  const got = {};
  try {
    for (const [name, make] of [['ours', ours], ['plain', plain]]) {
      const stage = await make(browser);
      await run(stage, 2);
      got[name] = await run(stage, seconds);
      await stage.close();
    }
  } finally {
    await browser.close();
  }
  const say = ({ ages }) => `p50 ${ms(median(ages))}, p95 ${ms(rank(ages, 0.95))}`;
  const cpu = (n) => `${n.toFixed(1)} %`;
  const { ours: a, plain: b } = got;
  const detail = `20 changes a second for ${seconds} s on a page of 2.2k elements; both pages in one browser with everything else of the bench; ours sends a change at once and what follows within 20 ms together`;
  return [
    { what: 'from a change on the page to the same on the other side', must: 'p95 <= 50 ms; no later than rrweb live', measured: `${say(a)}; rrweb live over ws ${say(b)}`,
      met: rank(a.ages, 0.95) <= 50, detail, data: got },
    { what: "CPU of the customer's page meanwhile (all tasks of its main thread)", must: 'no more than rrweb live', measured: `${cpu(a.cpu[0])}; rrweb ${cpu(b.cpu[0])}`, met: a.cpu[0] <= b.cpu[0], detail: 'ours with widget, chat and guard in it' },
    { what: "CPU of the associate's page meanwhile", must: 'no more than rrweb live', measured: `${cpu(a.cpu[1])}; rrweb ${cpu(b.cpu[1])}`, met: a.cpu[1] <= b.cpu[1], detail: 'ours with the console around it, filter included' },
  ];
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/// Ten changes a second, each of twenty nodes replaced: an hour's worth of an ordinary page in a few minutes.
const churn = ([minutes]) => new Promise((done) => {
  const list = document.getElementById('bench');
  let n = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 20; i++) {
      const card = Object.assign(document.createElement('article'), { className: `card c${n % 9}`, textContent: `Piece ${n}.${i}` });
      list.firstElementChild.remove();
      list.append(card);
    }
    if (++n >= minutes * 600) {
      clearInterval(timer);
      setTimeout(done, 1000);
    }
  }, 100);
});

export async function memory({ minutes }) {
  const browser = await open();
  try {
    const stage = await ours(browser);
    const all = async () => [await heap(stage.customer), await heap(stage.viewer), rss(stage.pid)];
    await stage.customer.evaluate(churn, [minutes / 4]);
    const early = await all();
    await stage.customer.evaluate(churn, [minutes]);
    const late = await all();
    await stage.close();
    const mb = (n) => `${(n / 1048576).toFixed(1)}`;
    const grown = late.map((n, i) => n / early[i] - 1);
    return [{
      what: `memory after ${minutes} min of 200 nodes replaced a second: customer, associate, server`, must: 'flat: within 15 % of a fifth of the way',
      measured: late.map((n, i) => `${mb(early[i])} → ${mb(n)} MB`).join('; '), met: grown.every((g) => g <= 0.15),
      detail: 'heaps after a collection; the server by its resident size', data: { early, late },
    }];
  } finally {
    await browser.close();
  }
}
