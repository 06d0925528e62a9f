// SPDX-License-Identifier: Apache-2.0
/// The tray: a piece is found with a typo, narrowed, chosen and shown to both, without a mouse.

import { expect, livePair, shot, test } from './lib/story.mjs';

test('the catalogue by keyboard: a typo, a facet, a piece chosen, shown together', async ({ customer, associate }) => {
  await livePair({ customer, associate });
  const { page } = associate;
  const tray = page.getByRole('region', { name: 'Catalogue' });
  const field = tray.getByRole('searchbox');
  const pieces = tray.locator('.hit-open');
  const state = tray.getByRole('status');

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await expect(state).toHaveText(/^10 pieces/);

  // A facet narrows, says how many it leaves, and is taken back where it stands.
  const narrow = tray.getByRole('button', { name: /^Narrow/ });
  await narrow.focus();
  await page.keyboard.press('Enter');
  const gold = tray.getByRole('button', { name: /^yellow gold \d/ });
  const n = Number((await gold.textContent()).match(/\d+$/)[0]);
  await shot(page, '76-tray-facets');
  await gold.focus();
  await page.keyboard.press('Enter');
  await expect(gold).toHaveAttribute('aria-pressed', 'true');
  await expect(pieces).toHaveCount(n);
  await expect(state).toHaveText(new RegExp(`^${n} pieces?`));
  await tray.getByRole('button', { name: 'Clear' }).press('Enter');
  await expect(state).toHaveText(/^10 pieces/);
  await narrow.press('Enter');

  await field.fill('halo rign');
  await expect(state).toHaveText(/^1 piece for “halo ring”/);
  await field.press('ArrowDown');
  await expect(pieces.first()).toBeFocused();
  await page.keyboard.press('x');
  await expect(tray.getByRole('group', { name: 'One picture or film of several pieces' })).toContainText('1 piece chosen');
  await page.keyboard.press('s');
  await associate.view.shown();
  await expect(customer.view.root).toBeVisible();
  await shot(page, '76-tray-found');
  await pieces.first().focus();
  await page.keyboard.press('ArrowUp');
  await expect(field).toBeFocused();
});
