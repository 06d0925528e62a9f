// SPDX-License-Identifier: Apache-2.0
/// One picture of several pieces: chosen in the tray, drawn by the server, seen by both.

import { expect, livePair, shot, test } from './lib/story.mjs';

const isDrawn = (image) => expect.poll(() => image.evaluate((img) => img.complete && img.naturalWidth)).toBe(1080);

test('a sheet of two pieces reaches the customer as a picture', async ({ customer, associate }) => {
  await livePair({ customer, associate });
  const { page } = associate;
  await page.keyboard.press('Control+k');
  const choose = page.getByRole('button', { name: /^Shortlist / , pressed: false });
  await choose.nth(0).click();
  await expect(page.getByRole('button', { name: 'Send sheet' })).toBeDisabled();
  await choose.nth(1).click();
  await shot(page, 'drawn-tray');
  await page.getByRole('button', { name: 'Send sheet' }).click();
  await isDrawn(page.getByRole('img', { name: /^Sheet of / }));
  await isDrawn(customer.page.locator('img.drawn'));
  await shot(page, 'drawn-console');
  await shot(customer.page, 'drawn-customer');
});
