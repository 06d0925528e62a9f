// SPDX-License-Identifier: Apache-2.0
/// The customer's own search on a phone, and the size that is asked for wherever a piece with several goes into the bag: from what was
/// found, from a card, on an associate's word, with an offer.

import AxeBuilder from '@axe-core/playwright';

import { WATCH } from './lib/people.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await shot(page, `76-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).include('vitrine-help').analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

const added = (associate) => associate.page.locator('.happened').filter({ hasText: 'is in the bag now' });

test('found by the customer with a typo, narrowed, looked at together, one size of it taken', async ({ customer, associate }) => {
  await Promise.all([associate.comes(), customer.comes('Something else, please', WATCH)]);
  await associate.take();
  await customer.isWith();
  const { page, panel } = customer;
  await panel.getByRole('button', { name: 'Search', exact: true }).tap();
  const search = panel.getByRole('region', { name: 'Name, stone, metal, number' });
  const field = search.getByRole('searchbox');
  const found = search.locator('.hit');
  const said = search.getByRole('status').first();
  await expect(field).toBeFocused();
  await expect(said).toHaveText('10 pieces');
  await isClean(page, 'phone-find');
  await search.getByRole('button', { name: 'Material' }).tap();
  const gold = search.getByRole('group', { name: 'Material' }).getByRole('button').first();
  const n = Number((await gold.textContent()).match(/\d+$/)[0]);
  await gold.tap();
  await expect(found).toHaveCount(n);
  await isClean(page, 'phone-narrowed');
  await search.getByRole('button', { name: 'Clear' }).tap();
  await field.fill('zzzz');
  await expect(said).toHaveText('Nothing found');
  await isClean(page, 'phone-nothing');
  await field.fill('halo rign');
  await expect(said).toHaveText('For “halo ring”: One piece');
  // By keyboard into the piece and back to it; what is shown is the list as it was.
  await field.press('ArrowDown');
  await expect(found.first()).toBeFocused();
  await page.keyboard.press('Enter');
  const piece = search.locator('.piece');
  await expect(piece.getByRole('heading')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(found.first()).toBeFocused();
  await found.first().tap();
  await expect(piece.getByRole('button', { name: 'Add to bag' })).toBeDisabled();
  await piece.getByRole('radio').locator(':scope:not(:disabled)').first().check();
  await isClean(page, 'phone-piece');
  await piece.getByRole('button', { name: 'Add to bag' }).tap();
  await expect(piece.getByRole('status')).toHaveText('It is in your bag.');
  await expect(added(associate)).toContainText(/Halo Ring, \d\d is in the bag now/);
  await shot(page, '76-phone-piece-taken');
  await piece.getByRole('button', { name: 'Look at this together' }).tap();
  await customer.view.shown();
  await associate.view.shown();
  // Again: it comes to the front, and is not added twice.
  await customer.toChat();
  await panel.getByRole('button', { name: 'Search', exact: true }).tap();
  await found.first().tap();
  await piece.getByRole('button', { name: 'Send to Camille' }).tap();
  await expect(associate.said.locator('.card', { hasText: 'Halo Ring' })).toHaveCount(1);
  await expect(panel.getByRole('button', { name: 'Search', exact: true })).toBeVisible();
});

test('the size is asked for on a card, on an associate\'s word and with an offer', async ({ customer, associate }) => {
  await livePair({ customer, associate });
  const { page, panel } = customer;
  const desk = associate.page;
  const pick = async (within, name) => {
    const which = within.getByRole('group', { name: 'Which size?' });
    await expect(within.getByRole('button', { name })).toBeDisabled();
    await which.getByRole('radio').locator(':scope:not(:disabled)').first().check();
    return within.getByRole('button', { name }).tap();
  };
  await desk.getByRole('button', { name: 'Add a piece' }).click();
  await desk.getByRole('searchbox').fill('halo ring');
  await desk.locator('.hit', { hasText: 'Halo Ring' }).getByRole('button', { name: 'Send card' }).click();
  await desk.keyboard.press('Enter'); // past what it is weighed against
  await panel.getByRole('button', { name: /^Add to bag: / }).tap();
  await isClean(page, 'phone-card-size');
  await pick(panel, 'Add to bag');
  await expect(added(associate)).toHaveCount(1);
  await desk.locator('.said-list').getByRole('button', { name: 'Propose for bag' }).click();
  const question = page.getByRole('alertdialog', { name: 'Camille would add this to your bag' });
  await expect(question.getByRole('radio').first()).toBeVisible();
  await shot(page, '76-phone-proposed-size');
  await pick(question, 'Add it');
  await expect(added(associate)).toHaveCount(2);
  await expect(desk.locator('.bag .bag-line')).toContainText('2 ×');
  // A size that the associate names is not asked for again.
  await desk.locator('.said-list').getByRole('combobox', { name: 'Which' }).selectOption('VT-1002-54');
  await desk.locator('.said-list').getByRole('button', { name: 'Propose for bag' }).click();
  await expect(question).toContainText('Lagoon Halo Ring, 54');
  await expect(question.getByRole('radio')).toHaveCount(0);
  await question.getByRole('button', { name: 'Add it' }).tap();
  await expect(added(associate)).toHaveCount(3);
  // Of an offer the customer says which; what the shop answered stands on both sides.
  await desk.getByRole('button', { name: 'More to send' }).click();
  await desk.getByRole('button', { name: 'Offer', exact: true }).click();
  const sheet = desk.getByRole('dialog', { name: 'Make an offer' });
  await expect(sheet.getByRole('combobox', { name: /^Which/ })).toHaveValue('');
  await sheet.getByLabel('Price, EUR').fill('3500');
  await shot(desk, '76-desk-offer');
  await sheet.getByRole('button', { name: 'Offer it' }).click();
  const offer = panel.getByRole('group', { name: /^An offer for you/ });
  await offer.getByRole('button', { name: 'Take it' }).tap();
  await expect(offer.getByRole('radio').first()).toBeVisible();
  await isClean(page, 'phone-offer-size');
  await pick(offer, 'Take it');
  await expect(offer).toContainText('You took it.');
  await expect(added(associate)).toHaveCount(4);
});
