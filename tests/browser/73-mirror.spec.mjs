// SPDX-License-Identifier: Apache-2.0
/// The customer's page on the associate's stage: seen as it is, pointed at, filled in and pressed where they allowed it.

import AxeBuilder from '@axe-core/playwright';

import { Desk } from './lib/mirrored-desk.mjs';
import { RING } from './lib/people.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

test.setTimeout(120_000);

async function isClean(page, name) {
  await shot(page, `73-${name}`);
  const { violations } = await new AxeBuilder({ page }).exclude('.mirror-frame').setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

const question = (customer) => customer.page.getByRole('alertdialog');
const allow = async (customer) => {
  await expect(question(customer)).toBeVisible();
  await question(customer).getByRole('button', { name: 'Allow' }).click();
  await expect(question(customer)).toHaveCount(0);
};
const flat = (text) => text.replace(/\s+/g, ' ').trim();
const theirs = async (customer, selector) => flat(await customer.page.locator(selector).first().innerText());

/// Something in the bag, and the mirror on.
async function mirrored({ customer, associate }, path = '/bag/') {
  await livePair({ customer, associate });
  await customer.page.evaluate(() => undefined);
  const desk = new Desk(associate.page);
  await desk.tab('Page').click();
  await desk.stage.getByRole('button', { name: 'Ask to see and point' }).click();
  await allow(customer);
  await customer.page.goto(customer.ground.shop + path);
  await expect(customer.page.locator('vitrine-help')).toBeAttached();
  return desk;
}

const sizeField = (customer) => customer.page.evaluate(() => {
  const label = document.createElement('label');
  label.textContent = 'Ring size ';
  const input = Object.assign(document.createElement('input'), { id: 'ring-size' });
  input.setAttribute('data-vitrine-show', '');
  label.append(input);
  document.querySelector('main').prepend(label);
  window.heard = [];
  for (const kind of ['input', 'change']) input.addEventListener(kind, () => window.heard.push(`${kind} ${input.value}`));
});

test('the bag as the customer sees it; shown, filled in, pressed; control goes back at once', async ({ customer, associate }) => {
  await customer.visit(RING);
  await customer.page.locator('label.size').nth(2).click();
  await customer.page.getByRole('button', { name: 'Add to bag' }).click();
  const desk = await mirrored({ customer, associate });
  await expect.poll(() => desk.words('main h1')).toBe('Your bag');
  await expect.poll(async () => desk.words('main .bag-full')).toBe(await theirs(customer, 'main .bag-full'));
  await isClean(associate.page, 'bag');

  // Shown: the customer sees it on the button itself.
  await desk.use('Point');
  await desk.press('.summary a.button');
  await expect(customer.page.locator('.over-page .ring')).toHaveCount(1);
  await shot(customer.page, '73-phone-shown');

  // A field that is new on the page, and open.
  await sizeField(customer);
  await expect.poll(() => desk.words('main label')).toBe('Ring size');
  await desk.askFor('Fill in', 'Press');
  await allow(customer);
  await desk.use('Fill in');
  await desk.press('#ring-size');
  const form = associate.page.getByRole('form', { name: 'Fill in: Ring size' });
  await form.getByRole('textbox').fill('52');
  await isClean(associate.page, 'fill');
  await form.getByRole('button', { name: 'Fill in' }).click();
  await expect(desk.done).toContainText('Filled in “Ring size”.');
  expect(await customer.page.evaluate(() => window.heard)).toEqual(['input 52', 'change 52']);
  await expect.poll(() => desk.read((doc) => doc.querySelector('#ring-size').value)).toBe('52');

  // Pressed: the page changes, and the mirror with it.
  await desk.use('Press');
  await desk.press('.summary a.button');
  await customer.page.waitForURL('**/checkout/');
  await expect.poll(() => desk.words('main h1'), { timeout: 20_000 }).toBe(await theirs(customer, 'main h1'));

  // The card field shows nothing and takes nothing.
  await customer.page.locator('[autocomplete=cc-number]').fill('4242 4242 4242 4242');
  await customer.page.waitForTimeout(500);
  expect(await desk.read((doc) => doc.documentElement.outerHTML + [...doc.querySelectorAll('input')].map((i) => i.value).join())).not.toMatch(/4242/);
  await desk.askFor('Fill in');
  await allow(customer);
  await desk.use('Fill in');
  await desk.page.waitForTimeout(300);
  await desk.press('[type=password], [autocomplete=cc-number], #card, #number');
  await expect(associate.page.locator('.fill-private')).toContainText('is private');
  await isClean(associate.page, 'private');
  await associate.page.keyboard.press('Escape');

  // A touch of the customer's takes control back.
  await customer.page.locator('main h1').click();
  await expect(desk.done).toContainText('No longer allowed');
  await expect(desk.stage.getByRole('button', { name: 'Fill in: ask first' })).toBeVisible();
});
