// SPDX-License-Identifier: Apache-2.0
/// The desk: who asks is offered to somebody available, with a tone and a countdown; declined it goes to the next.

import { expect, shot, test } from './lib/story.mjs';

const available = async ({ page }) => {
  await page.getByRole('button', { name: 'I am available' }).click();
  await expect(page.getByRole('button', { name: 'I am available' })).toHaveCount(0);
};

/// Asks, whoever is told so: with somebody available no number is worth showing.
async function asks(customer, text = 'Is the halo set by hand?') {
  await customer.visit();
  await customer.open();
  await customer.field.fill(text);
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
}

/// Every note that the page plays, counted where it is started.
async function listens(page) {
  await page.addInitScript(() => {
    window.notes = 0;
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function counted(...at) { window.notes++; return start.apply(this, at); };
  });
  return () => page.evaluate(() => window.notes);
}

test('a customer is offered to who is available: declined by one, claimed by the other', async ({ cast, customer, associate }) => {
  const noor = await cast.associate({ name: 'noor' });
  const notes = await listens(associate.page);
  await noor.comes('noor'); // a card runs out, and a login takes its time
  await associate.comes();
  await shot(associate.page, '60-desk-busy');
  await available(associate);
  await asks(customer);
  const card = associate.page.getByRole('region', { name: 'Asking for you' });
  await expect(card).toContainText('Lagoon Halo Ring');
  await expect(card).toContainText('Waiting 0:');
  await expect(card.getByRole('progressbar')).toBeVisible();
  await expect(associate.page).toHaveTitle(/asks for help/);
  await expect.poll(notes).toBeGreaterThanOrEqual(2);
  await shot(associate.page, '60-desk-claim');

  await available(noor);
  await card.getByRole('button', { name: 'Decline and go away' }).click();
  await expect(card).toHaveCount(0);
  await expect(associate.page.getByRole('button', { name: 'I am available' })).toBeVisible();
  const hers = noor.page.getByRole('region', { name: 'Asking for you' });
  await expect(hers).toBeVisible({ timeout: 60_000 });
  await noor.page.keyboard.press('Alt+Enter');
  await customer.isWith('Noor');
  await expect(noor.field).toBeFocused();
  await expect(hers).toHaveCount(0);
  await associate.to('All');
  await expect(associate.rows.first()).toContainText('With Noor');
});

test('muted it stays silent, and stays so after a reload; the cap is what one sets', async ({ customer, associate }) => {
  const notes = await listens(associate.page);
  await associate.comes();
  const me = associate.page.locator('#self');
  await me.click();
  await associate.page.getByRole('radio', { name: /^Available/ }).check();
  await associate.page.getByRole('checkbox', { name: 'Play a tone' }).uncheck();
  await associate.page.getByRole('button', { name: 'One less at once' }).click();
  await expect(associate.page.locator('.cap output')).toHaveText('2');
  await shot(associate.page, '60-desk-self');
  await associate.page.reload();
  await expect(me).toContainText('Available');
  await asks(customer);
  await expect(associate.page.getByRole('region', { name: 'Asking for you' })).toBeVisible();
  expect(await notes()).toBe(0);
  await associate.page.getByRole('button', { name: /^Claim/ }).click();
  await customer.isWith('Camille');
});
