// SPDX-License-Identifier: Apache-2.0
/// The catalogue: a piece is found with a typo, narrowed, chosen and shown to both, without a mouse; a feed sent by an admin.

import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';

import { PASSWORD, SITE } from './lib/ground.mjs';
import { DESK } from './lib/people.mjs';
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
  await expect(tray.getByRole('group', { name: 'Shortlist' })).toContainText('1 piece chosen');
  await page.keyboard.press('s');
  await expect(tray.getByRole('group', { name: 'Before it is shown' }).getByRole('button').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await associate.view.shown();
  await expect(customer.view.root).toBeVisible();
  await shot(page, '76-tray-found');
  await pieces.first().focus();
  await page.keyboard.press('ArrowUp');
  await expect(field).toBeFocused();
});

test('an admin sends a messy feed: what it holds is served, what was refused has its row and reason', async ({ cast, server }) => {
  await server.addAssociate({ site: SITE, login: 'ada', name: 'Ada Lindqvist', role: 'admin' });
  const [page, watch] = await cast.page(await cast.context(DESK), 'admin');
  watch.expect(/401 .*\/api\/v1\/me$/); // asked before the login, who one is
  await page.goto(`${cast.ground.url}/admin/#/catalogue`);
  await page.getByLabel('Name', { exact: true }).fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Catalogue' })).toBeVisible();
  await page.getByLabel('Products').setInputFiles(join(import.meta.dirname, '../server/feeds/messy.xml'));
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
  const report = page.getByRole('table', { name: 'Rows that were refused' });
  await expect(report).toContainText('title is missing');
  await expect(page.locator('.figures')).toContainText('6');
  await shot(page, '76-catalogue-admin');
  await page.getByLabel('Products').setInputFiles(join(import.meta.dirname, '../server/feeds/cut-off.xml'));
  await page.getByRole('button', { name: 'Send', exact: true }).first().click();
  await expect(page.getByText('The last import failed')).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});
