// SPDX-License-Identifier: Apache-2.0
/// What the associate sees is what the customer sees: pages of our own making through recorder, guard, filter and player, two
/// pictures compared. And nothing private is in what was told.

import { writeFileSync } from 'node:fs';

import { expect, test as base } from '@playwright/test';

import { corpus, SECRETS } from './lib/corpus/fidelity/index.mjs';
import { likeness, openMirror } from './lib/mirror.mjs';

const SIZE = { width: 800, height: 600 };
/// Room for the mirror page's own edges, so that it draws at full size.
const ROOM = { width: 900, height: 680 };
const LEAST = 0.98;

/// However slow the machine is, what a style brings along (a font, a background) is there by then.
const WITHIN_MS = 10_000;

const test = base.extend({
  theatre: [async ({}, use) => {
    const theatre = await openMirror(corpus);
    await use(theatre);
    await theatre.close();
  }, { scope: 'worker' }],

  /// The two stay; each page is a navigation of theirs.
  seats: [async ({ browser }, use) => {
    const [customer, associate] = [await browser.newPage({ viewport: SIZE }), await browser.newPage({ viewport: ROOM })];
    await use({ customer, associate });
    for (const page of [customer, associate]) await page.close();
  }, { scope: 'worker' }],
});

/// Asked from outside: in the scriptless frame of the mirror nothing that waits is ever called.
const settled = (page) => page.evaluate(async () => {
  const doc = document.querySelector('.scaled iframe')?.contentDocument ?? document;
  await doc.fonts.ready;
  for (let i = 0; i < 200 && [...doc.images].some((image) => !image.complete); i++) await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
});

const isPicture = (op) => op.type === 4 || op.type === 2;

/// The customer's page, and what was told of it.
async function record(customer, theatre, name) {
  await customer.goto(`${theatre.shop}/page/${name}`);
  await customer.addStyleTag({ content: '*{caret-color:transparent!important}' });
  await settled(customer);
  await customer.addScriptTag({ content: theatre.script });
  await customer.evaluate(() => dispatchEvent(new Event('mirror-started')));
  await settled(customer); // what the page changes on that word is told before the next frame
  return customer.evaluate(() => JSON.stringify(window.told));
}

/// Until the two look alike, or they never will; resolves how alike they were at last, and both pictures.
async function compare(customer, associate) {
  const mirror = associate.frameLocator('#m').locator('.scaled iframe');
  for (const end = Date.now() + WITHIN_MS; ;) {
    const [theirs, ours] = [await customer.screenshot({ animations: 'disabled' }), await mirror.screenshot({ animations: 'disabled' })];
    const alike = await likeness(customer, theirs, ours);
    if (alike >= LEAST || Date.now() > end) return { alike, theirs, ours };
  }
}

for (const name of Object.keys(corpus)) {
  test(`looks the same: ${name}`, async ({ seats: { customer, associate }, theatre }, info) => {
    const told = await record(customer, theatre, name);
    for (const secret of SECRETS) expect.soft(told, `${secret} in ${name}`).not.toContain(secret);

    await associate.goto(`${theatre.vitrine}/host`);
    const said = (word) => associate.waitForFunction((t) => words.some((w) => w.t === t), word);
    await said('ready');
    const ops = JSON.parse(told);
    await associate.evaluate(([first, rest, size]) => {
      tell({ t: 'key', page: 1, ops: first });
      tell({ t: 'size', page: 1, ...size, docHeight: size.height });
      tell({ t: 'delta', page: 1, ops: rest });
    }, [ops.filter(isPicture), ops.filter((op) => !isPicture(op)), SIZE]);
    await said('shown');
    await settled(associate.frames().find((f) => f.url().includes('/mirror/')));

    const { alike, ...pictures } = await compare(customer, associate);
    expect(await associate.evaluate(() => words.filter((w) => w.t === 'lost'))).toEqual([]);
    info.annotations.push({ type: 'SSIM', description: alike.toFixed(4) });
    if (alike < LEAST) for (const [side, picture] of Object.entries(pictures)) writeFileSync(info.outputPath(`${side}.png`), picture);
    expect(alike, `${name}: how alike the two pictures are`).toBeGreaterThanOrEqual(LEAST);
  });
}
