// SPDX-License-Identifier: Apache-2.0
/// A clip that a phone filmed: its part is chosen at the desk, by hand and by keys, and sent; or it comes straight from a phone.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import AxeBuilder from '@axe-core/playwright';

import { PHONE } from './lib/people.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

const clip = (name, mimeType) => ({ name, mimeType, buffer: readFileSync(fileURLToPath(new URL(`../server/clips/${name}`, import.meta.url))) });

async function axe(page, name) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), `axe on ${name}`).toEqual([]);
}

test('a part of a clip is chosen, sent, and seen by both', async ({ cast, customer, associate }) => {
  await livePair({ customer, associate });
  const { page } = associate;
  const attach = async (file) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Attach a picture' }).click()]);
    await chooser.setFiles(file);
  };
  await attach(clip('phone.mov', 'video/mp4'));
  const sheet = page.getByRole('dialog', { name: 'Choose a part of the clip' });
  const [from, to] = [sheet.getByRole('slider', { name: 'Beginning' }), sheet.getByRole('slider', { name: 'End' })];
  await expect(from).toHaveAttribute('aria-valuetext', '0:00.0');
  await expect(to).toHaveAttribute('aria-valuetext', '0:04.0');
  await expect.poll(() => sheet.locator('canvas').evaluate((it) => { const { data } = it.getContext('2d').getImageData(0, 48, 800, 1); return data.filter((v, i) => i % 4 === 3 && v === 0).length; }), { timeout: 60000 }).toBe(0);

  await from.focus();
  for (let i = 0; i < 7; i++) await page.keyboard.press('ArrowRight');
  await expect(from).toHaveAttribute('aria-valuetext', '0:00.7');
  await to.focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(to).toHaveAttribute('aria-valuetext', '0:03.0');
  await expect(sheet).toContainText('2.3 s of at most 20');
  const bar = await sheet.getByRole('group').boundingBox();
  const middle = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width * 0.4, middle);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.5, middle, { steps: 4 });
  await page.mouse.up();
  await expect(from).toHaveAttribute('aria-valuetext', '0:01.1');
  await expect(to).toHaveAttribute('aria-valuetext', '0:03.4');
  await shot(page, '90-desk-cut');
  await axe(page, 'the cut');
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, '91-desk-cut-dark');
  await axe(page, 'the cut, dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await sheet.getByRole('button', { name: 'Send' }).click();
  await expect(sheet).toBeHidden();
  const card = page.locator('.bubble.film video');
  await expect(card).toBeVisible({ timeout: 60000 });
  const theirs = customer.panel.locator('.film video');
  await theirs.scrollIntoViewIfNeeded();
  // Playable at once, whichever of the two it still is, and upright.
  for (const video of [card, theirs]) {
    await video.evaluate((it) => { it.muted = true; return it.play(); });
    await expect.poll(() => video.evaluate((it) => [it.videoWidth, it.videoHeight, it.currentTime > 0].join()), { timeout: 60000 }).toBe('360,640,true');
    await video.evaluate((it) => it.pause());
  }
  await shot(customer.page, '95-customer-clip');

  // What the browser cannot play may be sent; what is too much is refused in words.
  associate.watch?.expect?.(/413/);
  await attach(clip('four-k.mp4', 'video/mp4'));
  await sheet.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '3840 x 2160 pixels' })).toBeVisible({ timeout: 60000 });
  await shot(page, '92-desk-clip-refused');

  // From a phone, as it is.
  await associate.showTheirs();
  await page.getByRole('button', { name: 'Photo from a phone' }).click();
  const url = await page.getByRole('dialog').getByLabel('Link for the phone').inputValue();
  const [phone] = await cast.page(await cast.context(PHONE), 'phone');
  await phone.goto(url);
  await shot(phone, '93-phone-start');
  const [chooser] = await Promise.all([phone.waitForEvent('filechooser'), phone.getByRole('button', { name: 'Film a clip' }).click()]);
  await chooser.setFiles(clip('recorded.webm', 'video/webm'));
  await expect(phone.locator('li').first()).toContainText('Shown', { timeout: 60000 });
  await expect(associate.view.root.getByRole('button', { name: /^Play/ }).first()).toBeVisible({ timeout: 60000 });
  await shot(page, '96-desk-clip-in-view');
  await shot(phone, '94-phone-clip');
  await axe(phone, 'the camera page with a clip');
});
