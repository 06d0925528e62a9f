// SPDX-License-Identifier: Apache-2.0
/// What a shop's own server says: a regular signs in at the demo shop, whose adapter tells the desk who she is and what she wishes
/// for, one key from the viewer; and an admin adds a webhook, whose secret is shown once and whose test is taken.

import { createServer } from 'node:net';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';

import { receiver, signers } from '../server/lib/hooks.mjs';
import { top } from '../server/lib/protocol.mjs';
import { PASSWORD, SITE, dist } from './lib/ground.mjs';
import { PHONE, RING } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

test.use({ serverArgs: ['--media-fetch-private'] });

async function isClean(page, name) {
  await shot(page, `82-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

async function freePort() {
  const probe = createServer();
  await new Promise((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/// The demo shop with its account and its adapter, on an origin of its own.
async function openShop(server, ground) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  await server.mustAdmin(['site', 'origin', 'add', '--site', SITE, origin]);
  const { createShopServer } = await import(join(top, 'web/shop/serve.mjs'));
  const shop = createShopServer({ root: join(dist, 'shop'), vitrine: ground.url, site: SITE,
    identityKey: await server.mustAdmin(['site', 'identity-key', '--site', SITE]), merchantSecret: await server.mustAdmin(['site', 'merchant', '--site', SITE, `${origin}/vitrine/ask`]) });
  await new Promise((done) => shop.listen(port, '127.0.0.1', done));
  return { origin, close: () => new Promise((done) => { shop.close(done); shop.closeAllConnections(); }) };
}

test('the desk sees what the shop knows; a wish is one key away', async ({ ground, server, customer, associate }) => {
  const shop = await openShop(server, ground);
  customer.ground = { ...ground, shop: shop.origin };
  await Promise.all([associate.comes(), customer.visit(RING)]);
  await customer.page.getByRole('button', { name: 'Sign in as Ada, a regular' }).click();
  await expect(customer.page.getByRole('button', { name: 'Signed in as Ada. Sign out' })).toBeVisible();
  await isClean(customer.page, 'phone-signed-in');
  await customer.open();
  await customer.ask('Is my ring ready?');
  await associate.take();
  const { page } = associate;
  const person = page.getByRole('complementary', { name: 'Customer' });
  await expect(person.getByText('Verified', { exact: true })).toBeVisible();
  const known = person.getByRole('region', { name: 'Known to the shop' });
  await expect(known).toContainText('Ada Byron');
  await expect(known).toContainText('Gold');
  await expect(known).toContainText(/Since .*2019/);
  await expect(known.getByRole('listitem')).toHaveText(['Ring size 52', 'Prefers rosé gold; no nickel']);
  await expect(person.getByRole('region', { name: 'Bought before' })).toContainText('MV-20731');
  const wish = person.getByRole('region', { name: 'Wishlist' }).getByRole('button', { name: /^Show .+ together$/ }).first();
  await expect(wish).toHaveAccessibleName(/^Show (?!VT-)/);
  await known.scrollIntoViewIfNeeded();
  await isClean(page, 'desk-known');
  await wish.focus();
  await page.keyboard.press('s');
  await expect(page.getByRole('complementary', { name: 'Customer' }).getByRole('region', { name: 'Wishlist' }).locator('img').first()).toHaveJSProperty('complete', true);
  await expect(customer.panel.locator('.stage').first()).toBeVisible();
  await shot(page, '82-desk-wish');
  await shop.close();
  await person.getByRole('button', { name: 'Ask the shop again' }).click();
  await expect(known.getByRole('status')).toContainText('The shop\'s server cannot be asked');
  await expect(known).toContainText('Ada Byron');
  await page.emulateMedia({ colorScheme: 'dark' });
  await isClean(page, 'desk-known-failed');
});

test('an admin adds a webhook, and hears that it works', async ({ cast, ground, server }) => {
  const gone = [];
  const to = await receiver((fn) => gone.push(fn));
  await server.addAssociate({ site: SITE, login: 'vera', name: 'Vera', role: 'admin' });
  const { page, watch } = await cast.associate({ name: 'admin' });
  watch.expect(/401 .*\/api\/v1\/me$/);
  await page.goto(`${ground.url}/admin/#/webhooks`);
  await page.getByLabel('Name').fill('vera');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const sheet = page.getByRole('dialog', { name: 'Add a webhook' });
  await sheet.getByRole('textbox', { name: 'Address' }).fill(to.url);
  await sheet.getByLabel(/^session\.started/).check();
  await sheet.getByLabel(/^order\.attributed/).check();
  await isClean(page, 'admin-add');
  await sheet.getByRole('button', { name: 'Add', exact: true }).click();
  const once = page.getByRole('dialog', { name: 'The secret' });
  const secret = await once.getByLabel('Secret').inputValue();
  await isClean(page, 'admin-secret');
  await once.getByRole('button', { name: 'I have it' }).click();
  const hook = page.locator('section', { hasText: to.url });
  await hook.getByRole('button', { name: 'Send a test' }).click();
  await expect(hook.getByRole('status')).toContainText('Taken: 200');
  expect(signers(to.calls[0], [secret])).toEqual([secret]);
  to.answer = () => 500;
  await hook.getByRole('button', { name: 'Send a test' }).click();
  await expect(hook.getByRole('status')).toContainText('answered 500');
  await hook.getByRole('button', { name: 'What was sent' }).click();
  await expect(hook).toContainText('Nothing was sent yet.');
  await isClean(page, 'admin-webhooks');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize(PHONE.viewport);
  await isClean(page, 'admin-phone-dark');
  for (const fn of gone) await fn();
});
