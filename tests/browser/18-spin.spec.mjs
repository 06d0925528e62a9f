// SPDX-License-Identifier: Apache-2.0
/// A piece turned together, on a phone and at a desk: by hand, by key, by button and by itself, the same spin frame on both,
/// and told to those who do not see it.

import AxeBuilder from '@axe-core/playwright';

import { expect, livePair, shot, test } from './lib/story.mjs';

const N = 24;

/// The spin frame on the screen; null while the still is.
const frame = (view) => view.root.evaluate((v) => {
  const canvas = v.querySelector('.holder canvas');
  return canvas && !canvas.hidden && canvas.checkVisibility() ? Number(canvas.dataset.frame) : null;
});
const together = (one, other, n) => expect.poll(async () => `${await frame(one)} ${await frame(other)}`, { timeout: 60_000 }).toBe(`${n} ${n}`);
const label = (view) => view.root.locator('.turn');
const middle = ({ stage }) => ({ x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 });

/// All that the customer's live region says from now on.
async function listen({ page }) {
  await page.evaluate(() => {
    const live = document.querySelector('vitrine-help').shadowRoot.querySelector('#vt [role=status].u, [role=status].u');
    window.heard = [];
    new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { characterData: true, childList: true, subtree: true });
  });
  return () => page.evaluate(() => window.heard);
}

/// Both at the ring's first spin frame, turned on by the associate.
async function ring({ customer, associate }) {
  await livePair({ customer, associate });
  await customer.lookTogether();
  const { view: phone } = customer;
  const { view: desk } = associate;
  await desk.shown();
  await phone.shown();
  await expect(label(desk)).toBeHidden();
  await desk.root.locator('.thumb').nth(1).click();
  await desk.root.getByRole('button', { name: 'Turn it' }).click();
  await together(phone, desk, 0);
  return { phone, desk };
}

/// A whole number of frames to the right, as far as a hand goes for them.
async function turnByHand(view, frames) {
  const camera = await view.camera();
  const from = middle(camera);
  const px = (frames + 0.5) * (camera.box.width / N);
  await view.drag({ x: from.x - px / 2, y: from.y }, { x: from.x + px / 2, y: from.y }, 24);
}

test('turned by hand, by key and by button: one frame for both', async ({ customer, associate }) => {
  test.slow();
  const { phone, desk } = await ring({ customer, associate });
  const heard = await listen(customer);
  for (const [name, { page }] of Object.entries({ phone: customer, desk: associate })) {
    await expect.poll(() => page.evaluate(() => document.activeElement !== null)).toBe(true);
    await shot(page, `22-${name}-spin`);
  }

  await turnByHand(desk, 5);
  await expect.poll(() => frame(desk)).not.toBe(0);
  await expect.poll(async () => (await frame(phone)) === (await frame(desk))).toBe(true);

  await desk.stage.focus();
  const left = await frame(desk);
  for (let i = 0; i < 3; i++) await associate.page.keyboard.press('ArrowRight');
  await together(phone, desk, (left + 3) % N);
  await associate.page.keyboard.press('ArrowLeft');
  await together(phone, desk, (left + 2) % N);
  await expect.poll(heard).toContain(`Camille: frame ${((left + 2) % N) + 1} of ${N}`);
  await expect(label(phone)).toContainText(`${((left + 2) % N) + 1} / ${N}`);

  // The customer takes over by a button; zooming in keeps the frame, and both see it closer.
  await phone.button('Turn back one frame').click();
  await together(phone, desk, (left + 1) % N);
  await phone.pinch(middle(await phone.camera()), 40, 120);
  await expect.poll(async () => (await desk.camera()).scale).toBeGreaterThan(2);
  await together(phone, desk, (left + 1) % N);
  await shot(customer.page, '22-phone-spin-close');

  // Back to the still, for both.
  await phone.root.getByRole('button', { name: 'Still picture' }).click();
  await together(phone, desk, null);
});

test('it turns by itself, is stopped by whoever guides, and is told', async ({ customer, associate }) => {
  test.slow();
  const { phone, desk } = await ring({ customer, associate });
  const heard = await listen(customer);
  await desk.button('Let it turn').click();
  await expect(phone.button('Stop turning')).toBeVisible();
  for (const view of [phone, desk]) await expect.poll(() => frame(view)).toBeGreaterThan(2);
  await expect.poll(heard).toContain('Camille lets it turn');
  await expect(async () => { // the wheel is hers for the moment of a gesture
    await phone.button('Stop turning').click();
    await expect(phone.button('Let it turn')).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(desk.button('Let it turn')).toBeVisible();
  await expect.poll(async () => (await frame(phone)) === (await frame(desk))).toBe(true);
  const stopped = await frame(desk);
  await associate.page.waitForTimeout(600); // that nothing moves takes time to see
  expect([await frame(phone), await frame(desk)]).toEqual([stopped, stopped]);
});

test('the bar is reachable, named, and covers nothing', async ({ customer, associate }) => {
  test.slow();
  const { phone, desk } = await ring({ customer, associate });
  for (const { page } of [customer, associate]) {
    const { violations } = await new AxeBuilder({ page }).include(page === customer.page ? 'vitrine-help' : 'body').analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
  }
  for (const view of [phone, desk]) {
    const inside = await view.root.evaluate((v) => {
      const bar = v.querySelector('.turn').getBoundingClientRect();
      const stage = v.querySelector('.stage').getBoundingClientRect();
      return bar.left >= stage.left && bar.right <= stage.right && bar.bottom <= stage.bottom && bar.height >= 32;
    });
    expect(inside).toBe(true);
  }
  await desk.button('Circle').click();
  const apart = await desk.root.evaluate((v) => v.querySelector('.pens').getBoundingClientRect().bottom <= v.querySelector('.turn').getBoundingClientRect().top);
  expect(apart, 'a pen\'s colours stand above it').toBe(true);
  await associate.page.emulateMedia({ colorScheme: 'dark' });
  await shot(associate.page, '22-desk-spin-dark');
});
