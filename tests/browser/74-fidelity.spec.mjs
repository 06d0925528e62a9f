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

const test = base.extend({
  theatre: [async ({}, use) => {
    const theatre = await openMirror(corpus);
    await use(theatre);
    await theatre.close();
  }, { scope: 'worker' }],
});

/// Asked from outside: in the scriptless frame of the mirror nothing that waits is ever called.
const settled = (page) => page.evaluate(async () => {
  const doc = document.querySelector('.scaled iframe')?.contentDocument ?? document;
  await doc.fonts.ready;
  for (let i = 0; i < 40 && [...doc.images].some((image) => !image.complete); i++) await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
});

for (const name of Object.keys(corpus)) {
  test(`looks the same: ${name}`, async ({ browser, theatre }, info) => {
    const customer = await browser.newPage({ viewport: SIZE });
    const associate = await browser.newPage({ viewport: ROOM });
    await customer.goto(`${theatre.shop}/page/${name}`);
    await customer.addStyleTag({ content: '*{caret-color:transparent!important}' });
    await settled(customer);
    await customer.addScriptTag({ content: theatre.script });
    await customer.evaluate(() => dispatchEvent(new Event('mirror-started')));
    await customer.waitForTimeout(150);
    const told = await customer.evaluate(() => JSON.stringify(window.told));
    for (const secret of SECRETS) expect.soft(told, `${secret} in ${name}`).not.toContain(secret);

    await associate.goto(`${theatre.vitrine}/host`);
    await expect.poll(() => associate.evaluate(() => words.some((w) => w.t === 'ready'))).toBe(true);
    const ops = JSON.parse(told);
    const isPicture = (op) => op.type === 4 || op.type === 2;
    await associate.evaluate(([first, rest, size]) => {
      tell({ t: 'key', page: 1, ops: first });
      tell({ t: 'size', page: 1, ...size, docHeight: size.height });
      tell({ t: 'delta', page: 1, ops: rest });
    }, [ops.filter(isPicture), ops.filter((op) => !isPicture(op)), SIZE]);
    await expect.poll(() => associate.evaluate(() => words.some((w) => w.t === 'shown'))).toBe(true);
    expect(await associate.evaluate(() => words.filter((w) => w.t === 'lost'))).toEqual([]);
    const drawn = associate.frames().find((f) => f.url().includes('/mirror/'));
    await settled(drawn);
    await associate.waitForTimeout(100);

    const [theirs, ours] = [await customer.screenshot({ animations: 'disabled' }), await associate.frameLocator('#m').locator('.scaled iframe').screenshot({ animations: 'disabled' })];
    const alike = await likeness(customer, theirs, ours);
    info.annotations.push({ type: 'SSIM', description: alike.toFixed(4) });
    if (alike < LEAST) {
      for (const [side, picture] of Object.entries({ theirs, ours })) writeFileSync(info.outputPath(`${side}.png`), picture);
    }
    await customer.close();
    await associate.close();
    expect(alike, `${name}: how alike the two pictures are`).toBeGreaterThanOrEqual(LEAST);
  });
}
