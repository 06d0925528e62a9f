// SPDX-License-Identifier: Apache-2.0
/// A film of three pieces: put together at the desk, played on both screens at the same place, stopped, moved and taken over, sent
/// into the thread and played there alone.

import AxeBuilder from '@axe-core/playwright';

import { expect, livePair, shot, test } from './lib/story.mjs';

const APART_S = 0.3;

/// What the film on the stage is doing; null: there is none to be seen.
const film = (view) => view.root.evaluate((v) => {
  const video = v.querySelector('.holder video');
  return video && video.checkVisibility() ? { t: video.currentTime, paused: video.paused, ready: video.readyState, src: video.src.split('?')[0] } : null;
});

/// Both play, at places no further apart than APART_S once the small differences are played away; resolves the difference.
async function inStep(one, other) {
  let apart;
  const again = one.root.locator('.begin');
  await expect.poll(async () => {
    const [[a, at], [b, bt]] = await Promise.all([one, other].map(async (view) => [await film(view), Date.now()]));
    if (a?.paused && b?.paused && await again.isVisible()) await again.click(); // it was over before they were looked at
    if (!a || !b || a.paused || b.paused || a.ready < 2 || b.ready < 2 || a.t < 0.2) return `${JSON.stringify(a)} ${JSON.stringify(b)}`;
    apart = Math.abs(a.t - b.t - (at - bt) / 1000);
    return apart < APART_S ? 'in step' : `${apart} s apart`;
  }, { intervals: [100], timeout: 60_000 }).toBe('in step');
  return apart;
}

/// A film is sought in once it is made, so this may take a while.
const stands = (view, at) => expect.poll(async () => {
  const is = await film(view);
  return is && is.paused && Math.abs(is.t - at) < 0.15 ? 'there' : JSON.stringify(is);
}, { timeout: 60_000 }).toBe('there');

async function axe(page, within) {
  const { violations } = await new AxeBuilder({ page }).include(within).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

test('three pieces become a film that both watch in step', async ({ customer, associate }, info) => {
  test.slow();
  await livePair({ customer, associate });
  const { page: desk } = associate;
  const { view: phone } = customer;
  const { view: stage } = associate;

  await desk.getByRole('button', { name: 'More to send' }).click();
  await desk.getByRole('button', { name: 'Film', exact: true }).click();
  const sheet = desk.getByRole('dialog', { name: 'Make a film' });
  const catalogue = sheet.getByRole('group', { name: 'Catalogue' });
  const order = sheet.getByRole('region', { name: 'The film' });
  await expect(catalogue.getByRole('button').first()).toBeVisible();
  const names = [];
  for (const button of await catalogue.getByRole('button').all()) {
    const name = await button.getAttribute('title');
    if (names.includes(name)) continue;
    await button.click();
    if (names.push(name) === 3) break;
  }
  await expect(order.getByRole('listitem')).toHaveCount(3);
  for (const name of names) await expect(order.getByRole('textbox', { name: `Caption of ${name}` })).toHaveValue(/ · .*\d/);
  await order.getByRole('button', { name: `Later: ${names[0]}` }).click();
  await expect(order.getByRole('listitem').first()).toHaveAccessibleName(`1 of 3: ${names[1]}`);
  await sheet.getByLabel('Over the first picture').fill('For Anna');
  await expect(sheet).toContainText('7.5 of at most 20 seconds');
  await axe(desk, 'dialog');
  await shot(desk, '23-desk-film-maker');
  const wide = desk.viewportSize();
  await desk.setViewportSize({ width: 390, height: 844 });
  await expect(sheet.getByRole('button', { name: 'Send', exact: true })).toBeInViewport();
  await shot(desk, '23-desk-film-maker-phone');
  await desk.setViewportSize(wide);

  const asked = Date.now();
  await sheet.getByRole('button', { name: 'Play for both' }).click();
  await expect.poll(async () => Math.min(...(await Promise.all([phone, stage].map(film))).map((is) => (is && !is.paused ? is.t : 0))), { intervals: [20], timeout: 60_000 }).toBeGreaterThan(0);
  const took = Date.now() - asked;
  const apart = await inStep(phone, stage);
  info.annotations.push({ type: 'from asking to both playing', description: `${took} ms` });
  console.log(`from asking to both playing: ${took} ms; ${Math.round(apart * 1000)} ms apart`);
  expect((await film(phone)).src).toBe((await film(stage)).src.replace(/.*(?=\/v\/)/, (await film(phone)).src.replace(/\/v\/.*/, '')));

  // The customer stops it, for both, and moves it.
  await expect(async () => {
    const stop = phone.button('Pause for both');
    if (!(await stop.isVisible())) await phone.root.locator('.film button').first().click();
    await stop.click({ timeout: 3000 });
  }).toPass();
  await expect(stage.button('Play for both').first()).toBeVisible();
  const bar = phone.root.getByRole('slider', { name: 'Place in the film' });
  await bar.focus();
  await bar.fill('5');
  await stands(phone, 5);
  await stands(stage, 5);
  await shot(customer.page, '23-phone-film');
  await shot(desk, '23-desk-film');
  await stage.root.locator('.film').getByRole('button', { name: 'Play for both' }).click();
  await inStep(phone, stage);
  await stage.root.getByRole('slider', { name: 'Place in the film' }).fill('7');
  // At its end it stands, and says what can be done.
  await expect(phone.root.locator('.begin')).toBeVisible({ timeout: 60_000 });
  await stands(phone, 7.5);
  await axe(customer.page, 'vitrine-help');

  // The same film as a message, played alone or again for both.
  await desk.getByRole('button', { name: 'More to send' }).click();
  await desk.getByRole('button', { name: 'Film', exact: true }).click();
  await sheet.getByLabel('Written with it in the chat').fill('Your three favourites');
  await sheet.getByRole('button', { name: 'Preview' }).click();
  await expect.poll(() => sheet.locator('video').evaluate((video) => video.currentTime)).toBeGreaterThan(0);
  await shot(desk, '23-desk-film-preview');
  await sheet.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(sheet).toBeHidden();
  await expect(associate.said.filter({ hasText: 'Your three favourites' })).toContainText('0:07');
  await shot(desk, '23-desk-film-card');
  await customer.panel.getByRole('button', { name: 'Chat' }).click();
  const card = customer.said.filter({ hasText: 'Your three favourites' });
  await expect(card).toContainText('Film, 8 s');
  await card.locator('video').evaluate((video) => video.play());
  await expect.poll(() => card.locator('video').evaluate((video) => video.currentTime)).toBeGreaterThan(0);
  await shot(customer.page, '23-phone-film-card');
  await axe(customer.page, 'vitrine-help');
  await card.getByRole('button', { name: 'Play for both' }).click();
  await inStep(phone, stage);
});
