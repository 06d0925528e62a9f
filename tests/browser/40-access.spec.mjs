// SPDX-License-Identifier: Apache-2.0
/// Everybody can use it: axe finds nothing on any screen, light or dark, and a keyboard alone is enough for both sides.

import AxeBuilder from '@axe-core/playwright';

import { RING, WATCH } from './lib/people.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

/// axe's findings as lines one can act on. The picture under a screen says what state it was in.
async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  await shot(page, `40-${name}`);
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
  expect.soft(lines, `axe on ${name}`).toEqual([]);
}

for (const colorScheme of ['light', 'dark']) {
  test.describe(colorScheme, () => {
    test('axe: the customer, from launcher to end', async ({ cast, server }) => {
      const customer = await cast.customer({ colorScheme });
      const associate = await cast.associate();
      const look = (name) => isClean(customer.page, `${colorScheme}-phone-${name}`);
      customer.watch.expect(/WebSocket|ERR_CONNECTION/);
      associate.watch.expect(/WebSocket|ERR_CONNECTION/);
      await customer.wears(colorScheme);
      await customer.visit();
      await look('launcher');
      await customer.open();
      await look('ask');
      await customer.ask('Is the halo set by hand?');
      await look('waiting');
      await associate.comes();
      await associate.take();
      await customer.isWith();
      await associate.say('By hand, each stone.');
      await customer.panel.getByRole('button', { name: 'Send this piece' }).click();
      await look('chat');
      await customer.lookTogether();
      await customer.view.button('Draw').click();
      await look('viewer');
      await associate.page.context().close();
      await expect(customer.panel.locator('.bar')).toContainText(/lost the line|left/, { timeout: 60_000 });
      await look('associate-away');
      await server.crash();
      await expect(customer.panel.locator('.bar').first()).toContainText('Reconnecting');
      await look('reconnecting');
      await server.start();
      await expect(customer.panel).not.toContainText('Reconnecting', { timeout: 60_000 });
      await customer.toChat();
      await customer.panel.getByRole('button', { name: 'End', exact: true }).click();
      await look('really-end');
      await customer.panel.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
      await expect(customer.panel).toContainText('The conversation has ended');
      await look('ended');
    });

    test('axe: the customer at a desk', async ({ cast }) => {
      const customer = await cast.customer({ colorScheme, viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false, deviceScaleFactor: 1 });
      const associate = await cast.associate();
      await customer.wears(colorScheme);
      await livePair({ customer, associate });
      await isClean(customer.page, `${colorScheme}-wide-chat`);
      await customer.lookTogether();
      await isClean(customer.page, `${colorScheme}-wide-viewer`);
    });

    test('axe: the associate, from login to end', async ({ cast }) => {
      const associate = await cast.associate({ colorScheme });
      const customer = await cast.customer();
      const look = (name) => isClean(associate.page, `${colorScheme}-desk-${name}`);
      await associate.visit();
      await expect(associate.page.getByLabel('Name')).toBeVisible();
      await look('login');
      await associate.comes();
      await look('empty');
      await customer.comes();
      await expect(associate.page.getByRole('button', { name: 'Read first' })).toBeVisible();
      await look('waiting');
      await associate.page.getByRole('button', { name: 'Read first' }).click();
      await expect(associate.said).toHaveCount(1);
      await look('preview');
      await associate.page.getByRole('button', { name: 'Take this customer' }).click();
      await expect(associate.field).toBeVisible();
      await look('taken');
      await associate.page.keyboard.press('Control+k');
      await expect(associate.page.locator('.hit')).toHaveCount(10);
      await look('catalogue');
      await associate.page.keyboard.press('Escape');
      await associate.showTheirs();
      await associate.view.button('Draw').click();
      await associate.say('Shall we look at it together?');
      await customer.say('Yes please');
      await expect(associate.said).toHaveCount(3);
      await look('live');
      await associate.page.getByRole('button', { name: 'Keys' }).first().click();
      await look('keys');
      await associate.page.keyboard.press('Escape');
      await associate.page.getByRole('button', { name: 'End session' }).click();
      await look('really-end');
      await associate.page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
      await expect(associate.page.locator('.column.stage')).toContainText('The session has ended');
      await look('ended');
    });
  });
}

test('axe: the shop', async ({ customer, ground }) => {
  const { page } = customer;
  await page.goto(`${ground.shop}/`);
  await isClean(page, 'shop-list');
  await page.goto(ground.shop + WATCH);
  await page.getByRole('button', { name: 'Add to bag' }).click();
  await isClean(page, 'shop-product');
  await page.goto(`${ground.shop}/bag/`);
  await isClean(page, 'shop-bag');
  await page.goto(`${ground.shop}/checkout/`);
  await isClean(page, 'shop-checkout');
});

test('axe: the associate on a phone', async ({ cast, customer }) => {
  const associate = await cast.associate({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 });
  await livePair({ customer, associate });
  await isClean(associate.page, 'light-console-phone-thread');
  // The bag and an order, beside the customer.
  await customer.page.evaluate(() => {
    const piece = { sku: 'VT-1002', variant: 'VT-1002-52', name: 'Lagoon Halo Ring, 52', qty: 1, price: '3680.00' };
    window.Vitrine('cart', { currency: 'EUR', total: '3680.00', items: [piece], checkout: '/checkout/' });
    window.Vitrine('order', { reference: 'MV-77', value: '3680.00', currency: 'EUR', items: [piece] });
  });
  await associate.page.getByRole('button', { name: 'Customer', exact: true }).click();
  await expect(associate.page.getByRole('button', { name: 'Send checkout link' })).toBeVisible();
  await expect(associate.page.locator('.order')).toContainText('MV-77');
  await associate.page.locator('.bag').evaluate((bag) => bag.scrollIntoView());
  await isClean(associate.page, 'light-console-phone-customer');
  await associate.page.getByRole('button', { name: 'Piece' }).click();
  await associate.showTheirs();
  await isClean(associate.page, 'light-console-phone-piece');
});

/// Tab until the focus is there; a keyboard has no other way.
async function tabTo(page, isThere, most = 60) {
  for (let i = 0; i < most; i++) {
    if (await page.evaluate(isThere)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${most} times Tab did not lead to ${isThere}`);
}

test('by keyboard alone a customer asks and an associate answers', async ({ cast, associate, ground }) => {
  const customer = await cast.customer({ viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false, deviceScaleFactor: 1 });
  const { keyboard: phone } = customer.page;
  const { keyboard: desk } = associate.page;
  await customer.page.goto(ground.shop + RING);
  await expect(customer.launcher).toBeVisible();
  await tabTo(customer.page, () => document.activeElement?.shadowRoot?.activeElement?.id === 'go');
  await phone.press('Enter');
  await expect(customer.field).toBeFocused();
  await phone.type('Is the halo set by hand?');
  // Until the line stands there is nothing to send it by; the button says so, and what was typed stays.
  await expect(customer.panel.getByRole('button', { name: 'Ask for help' })).toBeEnabled();
  await phone.press('Enter');
  await expect(customer.panel.locator('.big')).toHaveText('1');

  await associate.visit();
  await expect(associate.page.getByLabel('Name')).toBeFocused();
  await desk.type('camille');
  await desk.press('Tab');
  await desk.type('a long enough password');
  await desk.press('Enter');
  await expect(associate.page.getByRole('button', { name: /^Take/ }).first()).toBeVisible();
  await tabTo(associate.page, () => /^Take/.test(document.activeElement?.textContent ?? ''));
  await desk.press('Enter');
  await expect(associate.field).toBeFocused();
  await desk.type('By hand, each stone.');
  await desk.press('Enter');
  await expect(customer.said.last()).toHaveText('By hand, each stone.');

  await expect(customer.field).toBeFocused();
  await phone.type('Thank you');
  await phone.press('Enter');
  await expect(associate.said.last()).toHaveText('Thank you');

  // The picture too: opened, zoomed and followed without a hand on the mouse.
  const deep = () => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; };
  await customer.page.evaluate(`window.deep = ${deep}`);
  await phone.press('Shift+Tab');
  await tabTo(customer.page, () => window.deep()?.textContent === 'Look at this together');
  await phone.press('Enter');
  await customer.view.shown();
  await associate.view.shown();
  await tabTo(customer.page, () => window.deep()?.classList.contains('stage'));
  await phone.press('+');
  await expect.poll(async () => (await associate.view.camera()).scale).toBeGreaterThan(1.5);
  await phone.press('Escape');
  await expect(customer.panel).toHaveCount(0);
  await expect(customer.launcher).toBeFocused();
});
