// SPDX-License-Identifier: Apache-2.0
/// A shop that has put in the script tag and nothing else: its pieces, bag and order reach the console. And a piece taken from a card
/// in the thread, by the page's own answer.

import AxeBuilder from '@axe-core/playwright';

import { siteIsThere } from '../server/lib/kit.mjs';
import { SITE } from './lib/ground.mjs';
import { WATCH } from './lib/people.mjs';
import { CANARIES, plainShop } from './lib/plain.mjs';
import { expect, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await shot(page, name);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).include('vitrine-help').analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

const bagOf = (associate) => associate.page.locator('.bag');

test('script tag, JSON-LD and dataLayer: product, bag and order, and nobody\'s name', async ({ customer, associate, ground, server }) => {
  const plain = await plainShop({ vitrine: ground.url, site: SITE });
  await server.mustAdmin(['site', 'add', '--if-missing', '--key', SITE, '--name', 'Maison Vitrine', '--origin', plain.origin]);
  await siteIsThere(server, SITE, plain.origin);
  const sent = [];
  customer.page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
  await Promise.all([associate.comes(), customer.page.goto(`${plain.origin}/watch`)]);
  await customer.open();
  await expect(customer.panel.locator('.q').first()).toContainText('Noon Dress Watch');
  await customer.ask('Is it automatic?');
  await associate.take();
  await customer.isWith();
  await expect(associate.page.locator('.trail .visit-name').first()).toHaveText('Noon Dress Watch');
  await expect(associate.page.locator('.trail .visit-line').first()).toContainText('1,850');

  await customer.page.evaluate(() => document.getElementById('add').click());
  await expect(bagOf(associate).locator('.bag-line')).toHaveCount(1);
  await expect(bagOf(associate)).toContainText('Noon Dress Watch');
  await expect(bagOf(associate).locator('img')).toHaveCount(1); // of the catalogue, since the number is one of it
  await customer.page.goto(`${plain.origin}/basket`);
  await expect(bagOf(associate).locator('.bag-line')).toHaveCount(2);
  await expect(bagOf(associate).locator('.bag-sum')).toContainText('€2,090');
  await shot(associate.page, '78-bag');
  await customer.page.goto(`${plain.origin}/thanks`);
  await expect(bagOf(associate)).toContainText('Nothing in it.');
  await expect(associate.page.getByText('PL-1001').first()).toBeVisible();
  for (const canary of CANARIES) expect(sent.join()).not.toContain(canary);
  await plain.close();
});

test('a piece taken from its card: the page\'s answer on both sides', async ({ customer, associate }) => {
  await Promise.all([associate.comes(), customer.comes('The watch, please', WATCH)]);
  await associate.take();
  await customer.isWith();
  await associate.page.getByRole('button', { name: 'Add a piece' }).click();
  await associate.page.getByRole('searchbox').fill('noon dress');
  await associate.page.locator('.hit', { hasText: 'Noon Dress Watch' }).getByRole('button', { name: 'Send card' }).click();
  await customer.toChat();
  const take = customer.panel.getByRole('button', { name: /^Add to bag/ });
  await expect(take).toBeVisible();
  await shot(customer.page, '78-phone-card');
  await take.click();
  await expect(customer.panel.locator('.inbag')).toHaveText('In your bag');
  await expect(customer.panel.getByRole('button', { name: /^Add another/ })).toBeVisible();
  await expect(associate.page.locator('.happened', { hasText: 'is in the bag now' })).toHaveCount(1);
  await expect(bagOf(associate).locator('.bag-line')).toHaveCount(1);
  // On the word of somebody else the customer is asked; no is an answer, and yes is done by the page.
  const propose = associate.page.locator('.said-list').getByRole('button', { name: 'Propose for bag' });
  const question = customer.page.getByRole('alertdialog', { name: 'Camille would add this to your bag' });
  await propose.click();
  await expect(question).toContainText('Noon Dress Watch');
  await shot(customer.page, '78-phone-proposed');
  await question.getByRole('button', { name: 'Not now' }).click();
  await expect(associate.page.locator('.happened', { hasText: 'the customer said no' })).toHaveCount(1);
  await propose.click();
  await question.getByRole('button', { name: 'Add it' }).click();
  await expect(associate.page.locator('.happened', { hasText: 'as you proposed' })).toHaveCount(1);
  await expect(bagOf(associate).locator('.bag-line')).toContainText('2 ×');
  await shot(associate.page, '78-taken');
});

test('the bag in the panel and at the desk: one more, out of stock, taken out; the way to the checkout', async ({ customer, associate }) => {
  await customer.visit(WATCH);
  await customer.page.getByRole('button', { name: 'Add to bag' }).click();
  await Promise.all([associate.comes(), (async () => { await customer.open(); await customer.ask('May I pay later?'); })()]);
  await associate.take();
  await customer.isWith();
  const { panel, page } = customer;
  const desk = associate.page;
  await panel.getByRole('button', { name: 'Bag · 1' }).tap();
  const basket = panel.getByRole('region', { name: 'Your bag' });
  await expect(basket).toContainText('Noon Dress Watch');
  await basket.getByRole('button', { name: /^One more/ }).tap();
  await expect(basket.locator('.n-of')).toHaveText('2');
  await expect(bagOf(associate).locator('.bag-line')).toContainText('2 ×');
  // The shop counts what it has: beyond that it says so, and the number stays.
  for (let n = 3; n <= 99; n++) {
    await basket.getByRole('button', { name: /^One more/ }).tap();
    await expect(basket.locator('.said')).not.toHaveText('Asking the shop…');
    if (await basket.getByText('The shop has no more of it.').isVisible()) break;
  }
  await expect(basket.getByText('The shop has no more of it.')).toBeVisible();
  await isClean(page, '78-phone-bag');
  // At the desk the same is asked for, and the customer answers.
  await bagOf(associate).getByRole('button', { name: /^Take out/ }).click();
  const question = page.getByRole('alertdialog', { name: 'Camille would change your bag' });
  await expect(question).toContainText('Noon Dress Watch: take it out');
  await question.getByRole('button', { name: 'Not now' }).tap();
  await expect(desk.locator('.happened', { hasText: 'the customer said no' })).toHaveCount(1);
  await shot(desk, '78-desk-bag');
  await bagOf(associate).getByRole('button', { name: 'Send checkout link' }).click();
  await basket.getByRole('button', { name: 'Back to the conversation' }).tap();
  const pay = panel.getByRole('link', { name: 'To the checkout' });
  await expect(pay).toHaveAttribute('href', /\/checkout\/$/);
  await shot(page, '78-phone-checkout');
  await bagOf(associate).getByRole('button', { name: /^Take out/ }).click();
  await question.getByRole('button', { name: 'Change it' }).tap();
  await expect(bagOf(associate)).toContainText('Nothing in it.');
  await expect(panel.getByRole('button', { name: /^Bag/ })).toHaveCount(0);
});
