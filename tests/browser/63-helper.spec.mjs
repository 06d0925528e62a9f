// SPDX-License-Identifier: Apache-2.0
/// The automatic helper as the customer meets it before somebody is there, and what the associate finds when they take over.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';

import { top } from '../server/lib/protocol.mjs';
import { settings } from './lib/furnish.mjs';
import { PASSWORD, SITE } from './lib/ground.mjs';
import { DESK } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

const { helper } = JSON.parse(readFileSync(join(top, 'web/shop/site.json'), 'utf8'));

async function isClean(page, name) {
  await shot(page, `63-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

test('it asks and shows while the customer waits, says what it is, and hands over all it learned', async ({ cast, customer, associate, server }) => {
  await settings(server, { helper });
  await Promise.all([associate.comes(), customer.comes('Could you engrave it?')]);
  const { panel, page } = customer;
  await expect(panel).toContainText('I am the automatic assistant of Maison Vitrine, not a person.');
  await expect(panel).toContainText('Up to 20 letters inside a ring.');
  await expect(panel.getByText('Automatic', { exact: true }).first()).toBeVisible();
  await expect(panel.getByText('You are number', { exact: true })).toBeVisible();
  await isClean(page, 'phone-asks');
  await panel.getByRole('button', { name: 'Rings', exact: true }).click();
  await expect(panel.getByRole('button', { name: 'Rings', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await panel.getByRole('button', { name: 'A gift' }).click();
  await panel.getByRole('button', { name: 'Rose gold' }).click();
  await panel.getByRole('button', { name: 'Up to €1,500' }).click();
  await expect(panel).toContainText('Your code: MAISON5');
  await expect(panel.getByRole('link', { name: /Meadow Pavé Band/ })).toContainText('1,290');
  await isClean(page, 'phone-shows');

  await associate.take();
  await customer.isWith();
  const desk = associate.page;
  await expect(desk.getByRole('region', { name: 'What the automatic helper learned' })).toContainText('Rings · A gift · Rose gold · Up to €1,500');
  const facts = desk.getByRole('region', { name: 'Told the automatic helper' });
  await expect(facts).toContainText('Which metal?');
  await expect(facts).toContainText('Meadow Pavé Band');
  await isClean(desk, 'desk-took-over');
  await expect(panel.getByRole('button', { name: 'Turn off' })).toHaveCount(0);
});

test('the shop writes an answer; a customer switches the helper off and on again, and calls a person', async ({ cast, customer, server }) => {
  await settings(server, { helper });
  await server.addAssociate({ site: SITE, login: 'ada', name: 'Ada', role: 'admin' });
  const [page, watch] = await cast.page(await cast.context(DESK), 'admin');
  watch.expect(/401 .*\/api\/v1\/me$/);
  watch.expect(/422 .*\/api\/v1\/site$/);
  await page.goto(`${cast.ground.url}/admin/#/helper`);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('region', { name: 'Rings', exact: true })).toBeVisible();
  await isClean(page, 'admin-helper');
  await page.getByRole('button', { name: 'Write an answer' }).click();
  const made = page.getByRole('group', { name: 'Answer 5', exact: true }).first();
  await made.getByRole('textbox', { name: 'Answer', exact: true }).fill('Behind the house, in the yard.');
  const save = page.getByRole('region', { name: 'Unsaved changes' });
  await save.getByRole('button', { name: 'Save' }).click();
  await expect(made.getByText(/are allowed|at least/)).toBeVisible(); // said at its field
  await made.getByRole('textbox', { name: 'Words 1' }).fill('park car');
  await save.getByRole('button', { name: 'Save' }).click();
  await expect(save).toHaveCount(0);

  const { panel } = customer;
  await customer.visit();
  await customer.open();
  await expect(panel).toContainText('No advisor is here just now');
  await shot(customer.page, '63-phone-nobody');
  await panel.getByRole('button', { name: 'Turn off' }).click();
  await expect(panel).toContainText('is off for this conversation');
  await panel.getByRole('button', { name: 'Turn on' }).click();
  await panel.getByRole('button', { name: 'I want a person' }).last().click();
  await expect(panel.getByText('You are number', { exact: true })).toBeVisible();
  await expect(panel).toContainText('Of course. An advisor joins');
});
