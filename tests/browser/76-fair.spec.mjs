// SPDX-License-Identifier: Apache-2.0
/// Push with care: a piece weighed before it is shown, what lies before the customer, pictures paused, the shortlist kept.

import AxeBuilder from '@axe-core/playwright';

import { expect, livePair, shot, test } from './lib/story.mjs';

const clean = async (page) => expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

test('weighed against the budget, sent by a key; so much and no more; paused by the customer; put by', async ({ customer, associate }) => {
  await livePair({ customer, associate });
  const { page } = associate;
  const tray = page.getByRole('region', { name: 'Catalogue' });
  const care = tray.getByRole('group', { name: /^Before / });
  const meter = page.getByRole('group', { name: 'Before the customer' });
  const person = page.getByRole('complementary', { name: 'Customer' });

  // What was heard in the talk is noted, and every price is held against it.
  await person.getByRole('button', { name: 'Note it (budget)' }).click();
  await page.getByRole('textbox', { name: 'Budget' }).fill('2 000');
  await page.keyboard.press('Enter');
  await expect(person.getByText('Budget €2,000')).toBeVisible();
  await page.keyboard.press('Control+k');
  await tray.getByRole('searchbox').fill('halo');
  await expect(tray.getByRole('status').first()).toHaveText(/^1 piece/);
  await page.keyboard.press('ArrowDown');
  await expect(tray.locator('.hit-open').first()).toBeFocused();
  await page.keyboard.press('x');
  await expect(tray.getByRole('group', { name: 'Shortlist' })).toContainText('1 piece chosen');
  await page.keyboard.press('s');
  await expect(care.getByRole('button').first()).toBeFocused();
  await expect(care).toContainText('€1,680 over');
  await expect(care).toContainText('Costs less');
  await expect(care).toContainText('€710 within');
  await clean(page);
  await shot(page, '76-fair-care');
  const other = (await care.locator('.care-one').nth(1).locator('bdi').textContent()).trim();
  await page.keyboard.press('2');
  await associate.view.shown();
  await expect(care).toHaveCount(0);
  await expect(tray.locator('.hit-open').first()).toBeFocused();
  await expect(customer.view.root).toBeVisible();
  await expect(associate.view.stage).toHaveAttribute('aria-label', new RegExp(other));

  // Four pieces are the limit: the fifth stays here, until the customer says a word.
  await expect(meter.getByRole('img', { name: '1 of 4 pieces unanswered' })).toBeVisible();
  for (const n of [2, 3, 4]) {
    await page.keyboard.press('c');
    await expect(care.getByRole('button').first()).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(meter.getByRole('img', { name: `${n} of 4 pieces unanswered` })).toBeVisible();
  }
  await expect(meter).toContainText('Wait for an answer');
  await page.keyboard.press('c');
  await expect(care.getByRole('button').first()).toBeFocused();
  await page.keyboard.press('c');
  await expect(page.locator('.said-list')).toContainText('Not sent. As much as the shop allows lies before the customer.');
  await shot(page, '76-fair-meter');
  await customer.toChat();
  await customer.say('That one is lovely.');
  await expect(meter).toHaveCount(0);

  // One tap, seen by both, ended by the customer.
  await customer.panel.getByRole('button', { name: 'Pause pictures' }).tap();
  await expect(customer.panel.locator('.bar', { hasText: 'Pictures are paused' })).toBeVisible();
  await expect(meter).toContainText('Pictures paused');
  await expect(tray.getByRole('button', { name: 'Show together' }).first()).toBeDisabled();
  await clean(customer.page);
  await shot(customer.page, '76-fair-paused-phone');
  await customer.panel.getByRole('button', { name: 'Go on' }).tap();
  await expect(meter).toHaveCount(0);

  // A card of the thread is weighed like a piece of the catalogue, and there alone.
  const card = page.locator('.message.staff .card').last();
  await card.getByRole('button', { name: 'Show together' }).click();
  const again = page.getByRole('group', { name: 'Before it is shown' });
  await expect(again).toHaveCount(1);
  await expect(card.locator('.care-one').first()).toBeFocused();
  await expect(card).toContainText('€1,680 over');
  await clean(page);
  await shot(page, '76-fair-card');
  await page.keyboard.press('Escape');
  await expect(again).toHaveCount(0);
  await expect(card.getByRole('button', { name: 'Show together' })).toBeFocused();

  // What was put by.
  const short = tray.getByRole('group', { name: 'Shortlist' });
  await short.getByRole('button', { name: /^Shortlist 1/ }).click();
  await expect(short.getByRole('listitem')).toHaveCount(1);
  await shot(page, '76-fair-shortlist');
  await short.getByRole('button', { name: /off the shortlist$/ }).click();
  await expect(short).toHaveCount(0);
});
