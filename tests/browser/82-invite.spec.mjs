// SPDX-License-Identifier: Apache-2.0
/// An invitation: by rule and in idle time, without socket, cookie or anything kept; accepted it opens the panel with its words, refused it
/// is quiet for a month.

import AxeBuilder from '@axe-core/playwright';

import { settings } from './lib/furnish.mjs';
import { RING } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

const RULES = [{ id: 'piece', text: { en: 'Questions about the {piece}? We are here.' }, when: { seconds: 5, types: ['ring'] } }];

async function isClean(page, name) {
  await shot(page, `82-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).include('vitrine-help').analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

const kept = (page) => page.evaluate(() => [localStorage, sessionStorage].map((store) => Object.keys(store).filter((key) => key.includes('vitrine'))));
const paths = (customer) => customer.watch.requests.map((url) => new URL(url).pathname);

test('asked quietly, accepted, refused', async ({ cast, server, ground }) => {
  await settings(server, { invitations: { on: true, rules: RULES } });
  const come = async (more) => {
    const customer = await cast.customer(more);
    await customer.tagged({ invite: 'on' });
    await customer.page.goto(ground.shop + RING);
    return { customer, page: customer.page, card: customer.page.getByRole('region', { name: 'Advice' }) };
  };
  const [ada, ben] = await Promise.all([come({ name: 'ada' }), come({ name: 'ben' })]);
  await expect(ada.card).toContainText('Questions about the Lagoon Halo Ring? We are here.');
  expect(await ada.page.evaluate(() => document.activeElement === document.body)).toBe(true);
  expect(paths(ada.customer).filter((path) => path.startsWith('/v1/')).map((path) => path.replace(/-[0-9a-f]+/, ''))).toEqual(expect.arrayContaining(['/v1/vitrine.js', '/v1/invite.js', '/v1/invite']));
  expect(ada.customer.watch.sockets).toEqual([]);
  expect(await kept(ada.page)).toEqual([[], ['vitrine-i:pk_demo']]);
  expect(await ada.page.context().cookies()).toEqual([]);
  await isClean(ada.page, 'phone');
  await ada.card.getByRole('button', { name: 'Ask an advisor' }).click();
  await expect(ada.customer.panel.getByRole('heading', { name: 'Questions about the Lagoon Halo Ring? We are here.' })).toBeVisible();
  await expect(ada.card).toHaveCount(0);
  await isClean(ada.page, 'phone-accepted');

  await expect(ben.card).toBeVisible();
  await ben.card.getByRole('button', { name: 'No thanks' }).focus();
  await ben.page.keyboard.press('Escape');
  await expect(ben.card).toHaveCount(0);
  await expect(ben.customer.launcher).toBeFocused();
  expect(ben.customer.watch.sockets).toEqual([]);
  const asked = () => ben.customer.watch.requests.filter((url) => /\/v1\/invite\?/.test(url)).length;
  expect(asked()).toBe(1);
  await ben.page.evaluate(() => sessionStorage.clear()); // another visit
  await ben.page.reload();
  await ben.page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /\/v1\/invite-/.test(name)));
  await ben.page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  expect(asked()).toBe(1);
});
