// SPDX-License-Identifier: Apache-2.0
/// Consent as the customer meets it: the question, the red bar, stopping, and what outlives a page. The associate is scripted:
/// what staff press for it is told by their own story.

import AxeBuilder from '@axe-core/playwright';

import { associate as staff, take } from '../server/lib/kit.mjs';
import { SITE } from './lib/ground.mjs';
import { WATCH } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await shot(page, `71-${name}`);
  const { violations } = await new AxeBuilder({ page }).include('vitrine-help').setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

async function live(server, customer) {
  const camille = await staff(server, 'camille', { site: SITE });
  await customer.comes();
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  const n = await take(camille, rows[0].conv);
  await customer.isWith();
  return { camille, n };
}

const ask = (camille, n, capabilities, text) => camille.request('consent.ask', { capabilities, ...(text && { text }) }, { c: n });
const state = (camille, fits) => camille.waitFor('consent.state', fits);
const dialog = (customer) => customer.page.getByRole('alertdialog');

test('no is as easy: Esc refuses, and only the customer opens it again', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  await ask(camille, n, ['mirror']);
  await expect(dialog(customer)).toBeVisible();
  const [no, yes] = await Promise.all(['No, thank you', 'Allow'].map((name) => dialog(customer).getByRole('button', { name }).boundingBox()));
  expect([no.width, no.height]).toEqual([yes.width, yes.height]);
  await customer.page.keyboard.press('Escape');
  await state(camille, (d) => d.mirror === 'rejected');
  await expect(dialog(customer)).toHaveCount(0);
  expect((await camille.refusal('consent.ask', { capabilities: ['mirror'] }, { c: n })).code).toBe('consent.missing');
  await customer.panel.getByRole('button', { name: 'Share this page' }).click();
  await expect(dialog(customer)).toContainText('Let Camille look along on this page?');
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await camille.cut();
});

test('a page is pushed: asked, declined, opened; with consent announced', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  const { page } = customer;
  const push = (url) => camille.request('page.push', { url, text: 'The one we spoke of' }, { c: n });
  const toast = page.getByRole('alertdialog', { name: /page for you/ });
  const no = push(WATCH);
  await expect(toast).toContainText('Camille would like to open a page for you');
  await isClean(page, 'phone-push');
  await toast.getByRole('button', { name: 'Not now' }).click();
  expect(await no).toEqual({ success: false, reason: 'refused' });
  const yes = push(WATCH);
  await toast.getByRole('button', { name: 'Open' }).click();
  expect(await yes).toEqual({ success: true });
  await page.waitForURL(`**${WATCH}`);
  await customer.open();
  await customer.isWith();
  await ask(camille, n, ['navigate']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.navigate === 'on');
  const stay = push('/');
  await toast.getByRole('button', { name: 'Stay here' }).click();
  expect(await stay).toEqual({ success: false, reason: 'refused' });
  expect(await push('/')).toEqual({ success: true });
  await page.waitForURL(`${customer.ground.shop}/`);
  await camille.cut();
});

test('the shop’s consent tool forbids it: not asked, and what runs ends', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  const { page } = customer;
  const said = await page.evaluateHandle(() => {
    const all = [];
    addEventListener('vitrine:consent', (e) => all.push(`${e.detail.capability} ${e.detail.state}`));
    return all;
  });
  await ask(camille, n, ['mirror']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await page.evaluate(() => window.Vitrine('consent', { mirror: false }));
  await state(camille, (d) => d.mirror === 'off');
  expect((await camille.waitFor('consent.stop')).d.why).toBe('shop');
  await ask(camille, n, ['mirror']);
  await state(camille, (d) => d.mirror === 'rejected');
  await expect(dialog(customer)).toHaveCount(0);
  // A refusal ends the question at once and stands when it is stored.
  await expect.poll(async () => (await said.jsonValue()).join()).toMatch(/^mirror requested,mirror on,mirror off,mirror requested,(mirror off,)?mirror rejected$/);
  await camille.cut();
});
