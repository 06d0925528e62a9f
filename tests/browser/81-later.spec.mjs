// SPDX-License-Identifier: Apache-2.0
/// A piece to hear of later: the customer asks below its card, the desk sees it, it comes back into stock and they are told; one press
/// ends it. And the page the mails lead to.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';

import { SITE } from './lib/ground.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await shot(page, `81-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

/// By the operator's own table of stock.
async function stock(server, rows) {
  const path = join(server.data, 'stock.csv');
  writeFileSync(path, ['id,store_code,quantity', ...rows.map((row) => row.join(','))].join('\n'));
  await server.mustAdmin(['catalogue', 'stock', '--site', SITE, path]);
}

test('asked for, told, stopped', async ({ customer, associate, server }) => {
  await stock(server, [['VT-1002-54', 'paris', 0], ['VT-1002-52', 'paris', 1]]);
  await livePair({ customer, associate });
  const { page, panel } = customer;
  await panel.getByRole('button', { name: 'Send this piece' }).click();
  const tell = panel.locator('.rows').getByRole('button', { name: /^Tell me later: Lagoon/ });
  await tell.focus();
  await page.keyboard.press('Enter');
  const form = panel.getByRole('form', { name: 'Tell me' });
  await expect(form.getByLabel('Which one')).toBeFocused();
  await form.getByLabel('Which one').selectOption('VT-1002-54');
  await form.getByLabel('when it can be had again').check();
  await form.getByLabel('when it costs less').check();
  await isClean(page, 'phone-ask');
  await form.getByRole('button', { name: 'Tell me' }).click();
  await expect(panel.locator('.rows')).toContainText('We tell you about Lagoon Halo Ring, 54.');
  await expect(associate.page.locator('.happened').filter({ hasText: 'want to be told when Lagoon Halo Ring, 54 can be had again or costs less' })).toHaveCount(1);
  await shot(page, '81-phone-kept');
  await stock(server, [['VT-1002-54', 'paris', 2]]);
  const note = panel.getByRole('group', { name: 'There again' });
  await expect(note).toContainText('Lagoon Halo Ring, 54', { timeout: 60_000 });
  await expect(note.getByRole('link')).toHaveAttribute('href', /sapphire-halo-ring/);
  await isClean(page, 'phone-note');
  await isClean(associate.page, 'desk-note');
  await note.getByRole('button', { name: /^Stop/ }).click();
  await expect(panel.locator('.rows').getByRole('button', { name: /^Stop/ })).toHaveCount(0);
  await expect(associate.page.locator('.happened').filter({ hasText: 'No more notes about Lagoon' })).toHaveCount(1);
  // The desk proposes, the customer decides.
  await associate.page.getByRole('button', { name: 'Offer to tell them later' }).first().click();
  await expect(panel.locator('.rows')).toContainText('Shall we tell you later?');
  await shot(associate.page, '81-desk-asked');
  await shot(page, '81-phone-asked');
});

test('the page a mail leads to', async ({ cast, ground }) => {
  const { page, watch } = await cast.customer();
  watch.expect(/404 .*\/w\/stop$/);
  await page.goto(`${ground.url}/w/#${SITE}.none`);
  await isClean(page, 'phone-stop');
  await page.getByRole('button', { name: 'Stop all of them' }).click();
  await expect(page.getByRole('status')).toHaveText('This link has been used, or has run out.');
});
