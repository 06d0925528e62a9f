// SPDX-License-Identifier: Apache-2.0
/// What a conversation lives through: a killed server, a lost line, another tab, the back button, a reload.

import { chromium } from '@playwright/test';

import { wholeBrowser } from './lib/launch.mjs';
import { RING, WATCH } from './lib/people.mjs';
import { Cast, expect, livePair, shot, test } from './lib/story.mjs';
import { agree } from './lib/view.mjs';

const KILLS = process.env.VITRINE_LONG ? 50 : 5;
const DOWN = /WebSocket connection to|ERR_CONNECTION_|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED/;

const WINDOW = 40; // rows a side has at least; the rest is asked for under "Earlier messages"

/// Both sides show every line once and in order, as far back as they reach.
async function inOrder(customer, associate, lines) {
  for (const who of [customer, associate]) {
    await expect.poll(async () => {
      const seen = await who.words();
      const wanted = lines.slice(-Math.max(seen.length, Math.min(lines.length, WINDOW)));
      return JSON.stringify(seen) === JSON.stringify(wanted) ? 'all' : seen.slice(-8).join(' | ');
    }, { timeout: 60_000 }).toBe('all');
  }
}

/// Nobody reconnects by hand: no word about a lost line is left on either screen, and nothing waits to be sent.
async function areBack(customer, associate) {
  await expect(customer.panel.locator('.bar')).toHaveCount(0, { timeout: 60_000 });
  await expect(customer.panel).not.toContainText('Sending', { timeout: 60_000 });
  await expect(associate.page.getByRole('region', { name: 'Connection' })).toHaveCount(0, { timeout: 60_000 });
  await expect(associate.page.locator('.message.sending')).toHaveCount(0, { timeout: 60_000 });
}

test(`the server is killed ${KILLS} times in the middle of a chat`, async ({ customer, associate, server }) => {
  test.setTimeout(120_000 + KILLS * 30_000);
  for (const { watch } of [customer, associate]) watch.expect(DOWN);
  await livePair({ customer, associate }, { text: 'Hello' });
  await customer.lookTogether();
  await associate.view.shown();
  await customer.view.button('Closer').click();
  await customer.view.button('Closer').click();
  await expect.poll(async () => (await associate.view.camera()).scale).toBeGreaterThan(2);
  const before = await agree(customer.view, associate.view);
  await expect(customer.view.chip).toContainText('You are guiding');
  await customer.toChat();

  const all = ['Hello'];
  for (let n = 1; n <= KILLS; n++) {
    // One is acknowledged, one is on its way when the server goes, one is written while it is gone.
    await associate.say(`a${n}`);
    await expect(associate.page.locator('.receipt').last()).toHaveText(/Sent|Delivered|Read/);
    await customer.say(`b${n}`);
    await server.crash();
    await customer.say(`c${n}`);
    if (n === 1) {
      await expect(customer.panel.locator('.bar')).toContainText('Reconnecting');
      await expect(associate.page.getByRole('region', { name: 'Connection' })).toContainText('lost');
      await shot(customer.page, '20-phone-server-gone');
      await shot(associate.page, '21-desk-server-gone');
    }
    await server.start();
    await areBack(customer, associate);
    all.push(`a${n}`, `b${n}`, `c${n}`);
    await inOrder(customer, associate, all);
  }

  const after = await agree(customer.view, associate.view).catch(() => null) ?? (await associate.view.camera());
  expect([after.cx, after.cy, after.scale].map((v) => v.toFixed(3))).toEqual([before.cx, before.cy, before.scale].map((v) => v.toFixed(3)));
  // What the server itself has, read by a page that knows nothing.
  await associate.page.reload();
  await associate.to('Mine');
  await associate.rows.first().locator('.row-open').click();
  await expect(associate.said.last()).toHaveText(all.at(-1));
  await expect.poll(async () => {
    const older = associate.page.getByRole('button', { name: 'Earlier messages' });
    if (await older.isVisible()) await older.click();
    return associate.words();
  }).toEqual(all);
});

test('the customer loses the line and comes back', async ({ customer, associate }) => {
  customer.watch.expect(DOWN);
  await livePair({ customer, associate }, { text: 'Hello' });
  await customer.page.context().setOffline(true);
  await customer.say('written in a tunnel');
  await expect(customer.panel).toContainText('Sending');
  await associate.say('said meanwhile');
  await customer.page.context().setOffline(false);
  await expect.poll(async () => (await customer.words()).sort(), { timeout: 60_000 }).toEqual(['Hello', 'said meanwhile', 'written in a tunnel']);
  await areBack(customer, associate);
  await expect.poll(() => associate.words()).toEqual(await customer.words());
});

test('a second tab leads and the first follows, and back', async ({ customer, associate, cast }) => {
  await livePair({ customer, associate }, { text: 'Hello' });
  const second = await cast.customer({ context: customer.page.context(), name: 'second tab' });
  await second.visit(WATCH);
  await second.open();
  await second.isWith();
  await second.say('from the second');
  await expect(associate.said.last()).toHaveText('from the second');
  await expect(customer.panel.locator('.bar')).toContainText('open in another tab');
  await shot(customer.page, '22-phone-other-tab');

  await customer.panel.getByRole('button', { name: 'Go on here' }).click();
  await expect(second.panel.locator('.bar')).toContainText('open in another tab');
  await customer.say('from the first again');
  await expect.poll(() => associate.words()).toEqual(['Hello', 'from the second', 'from the first again']);
});

test('a reload on either side keeps the conversation, the draft and the place', async ({ customer, associate, cast }) => {
  await livePair({ customer, associate }, { text: 'Hello' });
  await associate.say('Good evening');
  await customer.field.fill('not finis');
  await customer.page.reload();
  await expect(customer.launcher).toBeVisible();
  await customer.open();
  await customer.isWith();
  await expect(customer.field).toHaveValue('not finis');
  await expect.poll(() => customer.words()).toEqual(['Hello', 'Good evening']);

  const waiting = await cast.customer({ name: 'waiting customer' });
  await waiting.comes('Is anybody there?');
  await waiting.page.reload();
  await waiting.open();
  await expect(waiting.panel.locator('.big')).toHaveText('1');

  await associate.page.reload();
  await associate.to('Mine');
  await expect(associate.rows).toHaveCount(1);
  await associate.rows.locator('.row-open').click();
  await expect.poll(() => associate.words()).toEqual(['Hello', 'Good evening']);
  await associate.say('Here again');
  await expect(customer.said.last()).toHaveText('Here again');
  await associate.to('Unassigned');
  await expect(associate.rows).toHaveCount(1);
});

test('the back button finds the page as it was, and the line comes by itself', async ({ ground, server, associate }) => {
  // Playwright switches the back/forward cache off; here it is the point.
  const browser = await chromium.launch({ ...wholeBrowser, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const cast = new Cast(browser, ground, server);
  try {
    const customer = await cast.customer();
    await livePair({ customer, associate }, { text: 'Hello' });
    await customer.page.evaluate(() => addEventListener('pageshow', (e) => { window.wasKept = e.persisted; }));
    await customer.page.goto(ground.shop + WATCH);
    await expect(associate.page.locator('.visit.latest')).toContainText('Dress Watch');
    await associate.say('Do you see the dial?');
    await customer.page.goBack({ waitUntil: 'commit' });
    expect(new URL(customer.page.url()).pathname).toBe(RING);
    expect(await customer.page.evaluate(() => window.wasKept), 'the page came out of the cache').toBe(true);
    await customer.isWith();
    await expect(customer.said.last()).toHaveText('Do you see the dial?');
    await customer.say('Back at the ring');
    await expect(associate.said.last()).toHaveText('Back at the ring');
    await cast.close();
    cast.check();
  } finally {
    await browser.close();
  }
});

test.describe('a place that is kept for two seconds', () => {
  test.use({ serverArgs: ['--away-hold', '2s'] });
  const leaves = async (customer, returnSeconds) => {
    await customer.page.evaluate((d) => window.Vitrine('expectDisconnect', d), { returnSeconds, message: 'Paying at the bank' });
  };

  test('is kept as long as the page has said, and the associate knows until when', async ({ customer, associate, ground }) => {
    await livePair({ customer, associate }, { text: 'Hello' });
    await leaves(customer, 600);
    const note = associate.page.locator('.back-note');
    await expect(note).toHaveText('Back in about 10 min · Paying at the bank');
    await customer.page.goto('about:blank');
    await expect(associate.page.locator('.thread-who')).not.toContainText('Here');
    await shot(associate.page, '20-desk-back-soon');
    await customer.page.waitForTimeout(5000); // longer than a place is kept that nobody has spoken for
    await expect(note).toBeVisible();
    await customer.page.goto(ground.shop + RING);
    if (!await customer.panel.isVisible()) await customer.open();
    await customer.isWith();
    await expect(note).toHaveCount(0);
    await associate.say('Did it work?');
    await expect(customer.said.last()).toHaveText('Did it work?');
  });

  test('is given up when nobody has come back by then', async ({ customer, associate }) => {
    await livePair({ customer, associate }, { text: 'Hello' });
    await leaves(customer, 4);
    await expect(associate.page.locator('.back-note')).toBeVisible();
    await customer.page.goto('about:blank');
    await expect(associate.page.getByText('The session has ended')).toBeVisible({ timeout: 60_000 });
    await expect(associate.page.locator('.back-note')).toHaveCount(0);
  });
});
