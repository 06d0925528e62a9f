// SPDX-License-Identifier: Apache-2.0
/// A supervisor sees the floor: who waits longest, who serves; looks in, takes over; and reads the reports with what each
/// number means.

import AxeBuilder from '@axe-core/playwright';

import { SITE } from './lib/ground.mjs';
import { WATCH } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
  expect.soft(lines, `axe on ${name}`).toEqual([]);
}

async function supervisor(cast, server, how) {
  await server.addAssociate({ site: SITE, login: 'sam', name: 'Sam', role: 'supervisor' });
  const sam = await cast.associate({ name: 'sam', ...how });
  await sam.visit();
  await sam.login('sam');
  await expect(sam.page.getByRole('button', { name: 'Floor' })).toBeVisible();
  return sam;
}

test('the floor: the longest wait, who serves, watch, take over', async ({ cast, server, customer, associate }) => {
  const floor = (sam) => sam.page.getByRole('main', { name: 'Shop floor' });
  const figure = (sam, name) => floor(sam).locator('.floor-figure', { has: sam.page.getByText(name, { exact: true }) });
  const sam = await supervisor(cast, server);
  await sam.page.keyboard.press('Alt+b');
  await expect(figure(sam, 'Longest wait')).toContainText('Nobody waits');
  await associate.comes();
  await customer.comes();
  await expect(figure(sam, 'Longest wait')).toContainText('Lagoon Halo Ring');
  await associate.take();
  await customer.page.evaluate(() => window.Vitrine('order', { reference: 'MV-1', value: '3680.00', currency: 'EUR', items: [{ sku: 'VT-1002', qty: 1, price: '3680.00' }] }));
  await expect(associate.page.locator('.happened').filter({ hasText: 'MV-1' })).toHaveCount(1);
  const second = await cast.customer({ name: 'second' });
  await second.comes('Is it waterproof?', WATCH);
  await expect(figure(sam, 'Waiting')).toContainText('1');
  await expect(figure(sam, 'In session')).toContainText('1');
  const people = floor(sam).getByRole('region', { name: 'Who serves' });
  await expect(people.locator('.floor-row', { hasText: 'Camille' })).toContainText('1/3');
  // What was sold is asked for with each look.
  await sam.page.keyboard.press('Escape');
  await sam.page.keyboard.press('Alt+b');
  await expect(figure(sam, 'Sold today')).toContainText('€3,680');
  await expect(people.locator('.floor-row', { hasText: 'Camille' })).toContainText('€3,680 sold today');
  await shot(sam.page, '68-floor');
  await isClean(sam.page, 'the floor');

  await sam.page.setViewportSize({ width: 390, height: 844 });
  await shot(sam.page, '68-floor-phone');
  await isClean(sam.page, 'the floor on a phone');
  await sam.page.setViewportSize({ width: 1920, height: 1080 });
  await floor(sam).getByRole('button', { name: 'On the wall' }).click();
  await expect(floor(sam).getByRole('button', { name: 'Leave the wall' })).toBeVisible();
  await shot(sam.page, '68-floor-wall');
  await floor(sam).getByRole('button', { name: 'Leave the wall' }).click();
  await sam.page.setViewportSize({ width: 1440, height: 900 });

  await floor(sam).getByRole('button', { name: /^Watch/ }).click();
  await expect(sam.page.locator('.said-list')).toContainText('Is the halo set by hand?');
  await expect(customer.panel.locator('.head h2')).toHaveText('Camille is with you');
  await sam.page.getByRole('button', { name: 'Floor' }).click();
  await floor(sam).getByRole('button', { name: /^Take over/ }).click();
  await customer.isWith('Sam');
  await sam.page.getByRole('button', { name: 'Floor' }).click();
  await expect(floor(sam)).toBeVisible();
  await sam.page.keyboard.press('Escape');
  await expect(floor(sam)).toHaveCount(0);
  await expect(associate.page.getByRole('button', { name: 'Floor' })).toHaveCount(0);
});

test('reports: each number with its definition, sortable, as a chart and as CSV', async ({ cast, server, customer, associate }) => {
  await associate.comes();
  await customer.comes();
  await associate.take();
  await associate.say('By hand, each stone.');
  const sam = await supervisor(cast, server);
  await sam.page.getByRole('button', { name: 'Floor' }).click();
  await sam.page.getByRole('button', { name: 'Reports' }).click();
  const reports = sam.page.getByRole('main', { name: 'Reports' });
  const figure = (name) => reports.locator('.report-figures li', { has: sam.page.getByText(name, { exact: true }) });
  await expect(figure('Taken').locator('.report-value')).toHaveText('1');
  await expect(figure('Taken')).toContainText('Of those who asked, how many an associate took.');
  await expect(reports.getByRole('img', { name: /^Wait, 9 of 10/ })).toBeVisible();
  await figure('Asked').getByRole('button').click();
  await expect(reports.getByRole('img', { name: /^Asked.*highest 1/ })).toBeVisible();
  const days = reports.getByRole('row').locator('th[scope=row]');
  const first = await days.first().textContent();
  await reports.getByRole('columnheader', { name: 'Asked' }).getByRole('button').click();
  await expect(days.first()).not.toHaveText(first);
  await shot(sam.page, '68-reports');
  await isClean(sam.page, 'reports');
  const [download] = await Promise.all([sam.page.waitForEvent('download'), reports.getByRole('link', { name: 'Download CSV' }).click()]);
  expect(download.suggestedFilename()).toMatch(/^waits-day-.*\.csv$/);
  await reports.getByRole('button', { name: 'Load' }).click();
  await reports.getByLabel('By').selectOption('slot');
  await expect(reports.getByRole('img', { name: /^Asked/ })).toBeVisible();
  await sam.page.setViewportSize({ width: 390, height: 844 });
  await shot(sam.page, '68-reports-phone');
  await isClean(sam.page, 'reports on a phone');

  await sam.page.setViewportSize({ width: 1440, height: 900 });
  await sam.page.goto(`${sam.ground.url}/admin/#/reports`);
  await expect(sam.page.locator('.report-figures li', { has: sam.page.getByText('Taken', { exact: true }) }).locator('.report-value')).toHaveText('1');
  await shot(sam.page, '68-reports-admin');
  await isClean(sam.page, 'reports in the admin pages');
});
