// SPDX-License-Identifier: Apache-2.0
/// People and their queues: an admin gives an associate one of two, and ends one login of theirs; who looked into what is listed.

import AxeBuilder from '@axe-core/playwright';

import { post } from '../server/lib/http.mjs';
import { associate as staff } from '../server/lib/kit.mjs';
import { settings } from './lib/furnish.mjs';
import { PASSWORD, SITE } from './lib/ground.mjs';
import { DESK, PHONE } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

const QUEUES = [{ id: 'rings', name: 'Rings and bracelets' }, { id: 'watches', name: 'Watches' }, { id: 'repair', name: 'Repair' }];

async function open(cast, server, how) {
  await settings(server, { queues: QUEUES });
  await server.addAssociate({ site: SITE, login: 'ada', name: 'Ada Lindqvist', role: 'admin' });
  const [page, watch] = await cast.page(await cast.context({ ...DESK, ...how }), 'admin');
  watch.expect(/401 .*\/api\/v1\/me$/);
  watch.expect(/422 .*\/api\/v1\/people\//); // a language that is no tag
  await page.goto(`${cast.ground.url}/admin/`);
  await page.getByLabel('Name').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('button', { name: 'Log out', includeHidden: true })).toBeAttached();
  if (how.isMobile || how.hasTouch) await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('link', { name: /^People/ }).click();
  return page;
}

async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  await shot(page, `65-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id} ${n.target}`)), `axe on ${name}`).toEqual([]);
}

for (const [look, how] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', PHONE]]) {
  test(`an associate gets a queue of their own, and a login is ended, ${look}`, async ({ cast, server }) => {
    for (let i = 0; i < 2; i++) expect((await post(server, '/api/v1/login', { name: 'camille', password: PASSWORD })).status).toBe(200);
    const page = await open(cast, server, how);
    await page.getByRole('button', { name: 'Edit Camille' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('radio', { name: 'All of them' })).toBeChecked();
    await dialog.getByRole('radio', { name: /^Only some/ }).check();
    await expect(dialog.getByText('None is chosen yet')).toBeVisible();
    await dialog.getByRole('checkbox', { name: 'Watches' }).check();
    await dialog.getByLabel('Languages').fill('french');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toContainText('two or three letters');
    await dialog.getByLabel('Languages').fill('FR, de');
    await dialog.getByText('Where they are logged in').click();
    await expect(dialog.getByRole('button', { name: 'End', exact: true })).toHaveCount(2);
    await isClean(page, `person-${look}`);
    await dialog.getByRole('button', { name: 'End', exact: true }).first().click();
    await expect(dialog.getByRole('button', { name: 'End', exact: true })).toHaveCount(1);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('row', { name: /Camille/ })).toContainText('Watches');
    await isClean(page, `people-${look}`);
    await page.reload();
    await page.getByRole('button', { name: 'Edit Camille' }).click();
    await expect(dialog.getByRole('checkbox', { name: 'Watches' })).toBeChecked();
    await expect(dialog.getByLabel('Languages')).toHaveValue('fr, de');
    await dialog.getByRole('radio', { name: /^Admin/ }).check();
    await expect(dialog.getByText('Queues', { exact: true })).toHaveCount(0);
  });
}

test('a conversation that goes to a queue of others is closed in the console, which says so', async ({ customer, associate, server }) => {
  await settings(server, { queues: QUEUES });
  await server.mustAdmin(['associate', 'add', '--site', SITE, '--login', 'rita', '--name', 'Rita', '--password-stdin', '--queues', 'rings'], `${PASSWORD}\n`);
  await associate.comes('rita');
  await customer.comes('Can the strap be changed?');
  await associate.take();
  await customer.isWith('Rita');

  // In another window she hands it over.
  const window = await staff(server, 'rita', { site: SITE });
  const { rows } = await window.request('queue.watch', { tab: 'mine' });
  const { c } = await window.request('conv.open', { conv: rows[0].conv });
  await window.request('transfer.ask', { queue: 'watches' }, { c });
  const told = associate.page.getByRole('region', { name: 'Conversation', exact: true });
  await expect(told).toContainText('is no longer yours to see');
  await expect(associate.field).toHaveCount(0);
  await isClean(associate.page, 'gone');
  await told.getByRole('button', { name: 'All right' }).click();
  await expect(told).toHaveCount(0);
  await window.cut();
});
