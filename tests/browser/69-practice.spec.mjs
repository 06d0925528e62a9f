// SPDX-License-Identifier: Apache-2.0
/// Somebody new practises: the whole script in the real console, by mouse, by keyboard on a phone, and left half-way; a colleague
/// at the next desk sees nothing of it.

import AxeBuilder from '@axe-core/playwright';

import { settings } from './lib/furnish.mjs';
import { expect, shot, test } from './lib/story.mjs';

const PHONE_DESK = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

const coach = (page) => page.getByRole('complementary', { name: 'Practice' });
const stepIs = (page, title) => expect(coach(page).getByRole('heading')).toHaveText(title, { timeout: 60_000 });
const sheet = (page) => page.getByRole('dialog', { name: 'Practice' });

async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  await shot(page, `69-${name}`);
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
  expect.soft(lines, `axe on ${name}`).toEqual([]);
}

async function begins({ page }) {
  await page.getByRole('button', { name: 'New here? Practise' }).click();
  await sheet(page).getByRole('button', { name: 'Start' }).click();
  await stepIs(page, 'Claim the customer');
}

/// Robin's newest line has come.
const robinSays = ({ page }, text) => expect(page.locator('.said-list')).toContainText(text, { timeout: 60_000 });

for (const colorScheme of ['light', 'dark']) {
  test(`all ten steps, ${colorScheme}: done, said to be done, and gone`, async ({ cast, server }) => {
    test.setTimeout(120_000);
    const associate = await cast.associate({ colorScheme });
    const noor = await cast.associate({ name: 'noor' });
    const { page } = associate;
    const canned = colorScheme === 'light';
    if (canned) await settings(server, { canned: [{ id: 'deliv', shortcut: 'delivery', text: 'In two days, {{customer}}, and insured.' }] });
    await noor.comes('noor');
    await noor.page.getByRole('button', { name: 'I am available' }).click();
    await noor.to('All');
    await associate.comes();
    await page.getByRole('button', { name: 'New here? Practise' }).click();
    await expect(sheet(page)).toContainText('No customers are offered to you now');
    await isClean(page, `${colorScheme}-intro`);
    await sheet(page).getByRole('button', { name: 'Start' }).click();

    const card = page.getByRole('region', { name: 'Asking for you' });
    await expect(card).toContainText('Practice');
    await isClean(page, `${colorScheme}-claim`);
    await page.keyboard.press('Alt+Enter');
    await stepIs(page, 'Say hello');
    await robinSays(associate, 'Hello?');
    await associate.say('Good morning, I am Camille.');
    await stepIs(page, 'Show the piece');
    await robinSays(associate, 'look at it together');
    await associate.showTheirs();
    await stepIs(page, 'Go closer, or point');
    await isClean(page, `${colorScheme}-closer`);
    await associate.view.button('Closer').click();
    await stepIs(page, 'Mark a detail');
    await associate.view.button('Circle').click();
    const [from, to] = [await associate.view.at(0.4, 0.4), await associate.view.at(0.6, 0.6)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await page.mouse.up();
    await stepIs(page, 'Keep a private note');
    await robinSays(associate, 'for my sister');
    await page.getByText('Private note', { exact: true }).click();
    await associate.say('For the sister, a secret. Up to 1,500.');
    await stepIs(page, 'Use a canned reply');
    await robinSays(associate, 'How does delivery work');
    if (canned) {
      await associate.field.fill('/deliv');
      await expect(page.getByRole('listbox', { name: 'Canned replies' })).toContainText('Robin');
      await associate.field.press('Enter');
      await associate.field.press('Enter');
    } else {
      await associate.say('In two days, insured.'); // a shop that has set none up
    }
    await stepIs(page, 'Send a product card');
    await page.keyboard.press('Control+k');
    await page.getByRole('button', { name: 'Send card' }).first().click();
    await page.keyboard.press('Enter');
    await stepIs(page, 'Hand over');
    await page.keyboard.press('Escape');
    await robinSays(associate, 'engravings');
    await page.getByRole('button', { name: 'Hand over' }).click();
    const hand = page.getByRole('dialog', { name: 'Hand over' });
    await expect(hand).toContainText('real colleagues are not asked');
    await hand.getByRole('radio', { name: 'Practice' }).check();
    await hand.getByRole('textbox').fill('Wants an engraving.');
    await isClean(page, `${colorScheme}-hand`);
    await hand.getByRole('button', { name: 'Hand over' }).click();
    await expect(coach(page)).toContainText('Still to do: claim Robin again');
    await card.getByRole('button', { name: /^Claim/ }).click();
    await stepIs(page, 'End and wrap up');
    await expect(page.locator('.said-list')).toContainText('into the line Practice');
    await robinSays(associate, 'That was all');
    await isClean(page, `${colorScheme}-end`);
    await associate.end();
    await expect(coach(page)).toContainText('Still to do: save the outcome, add a label');
    await page.getByRole('radio', { name: 'Answered' }).check();
    await page.getByRole('button', { name: 'Save wrap-up' }).click();
    await page.getByRole('combobox', { name: 'Add a label' }).fill('practised');
    await page.getByRole('button', { name: 'Add label' }).click();
    await expect(sheet(page).getByRole('heading')).toHaveText('All of it done');
    await isClean(page, `${colorScheme}-done`);
    await sheet(page).getByRole('button', { name: 'Close' }).click();
    await expect(coach(page)).toHaveCount(0);
    await expect(associate.rows).toHaveCount(0);
    await expect(page.locator('#self')).toContainText('Busy');
    await expect(noor.rows).toHaveCount(0);
    await expect(noor.page.getByRole('region', { name: 'Asking for you' })).toHaveCount(0);
  });
}

test('on a phone, with fingers: left half-way it says what was missed, and can be begun again', async ({ cast }) => {
  test.setTimeout(90_000);
  const associate = await cast.associate(PHONE_DESK);
  const { page } = associate;
  await associate.comes();
  await begins(associate);
  await isClean(page, 'phone-claim');
  await page.getByRole('button', { name: /^Claim/ }).click();
  await stepIs(page, 'Say hello');
  await associate.say('Good morning.');
  await stepIs(page, 'Show the piece');
  await isClean(page, 'phone-thread');
  await page.getByRole('button', { name: 'Piece' }).click();
  await associate.showTheirs();
  await stepIs(page, 'Go closer, or point');
  await coach(page).getByRole('button', { name: 'Skip' }).click();
  await stepIs(page, 'Mark a detail');
  await isClean(page, 'phone-piece');
  await coach(page).getByRole('button', { name: 'Leave' }).click();
  await expect(sheet(page).getByRole('heading')).toHaveText('3 of 10 steps done');
  await expect(sheet(page).locator('.missed')).toHaveCount(7);
  await isClean(page, 'phone-left');
  await sheet(page).getByRole('button', { name: 'Practise again' }).click();
  await sheet(page).getByRole('button', { name: 'Start' }).click();
  await stepIs(page, 'Claim the customer');
  await expect(page.getByRole('region', { name: 'Asking for you' })).toContainText('Robin');
  await page.reload();
  await expect(page.getByRole('button', { name: 'New here? Practise' })).toBeVisible({ timeout: 60_000 });
  await expect(associate.rows).toHaveCount(0);
});

test('available one stays available, and a real customer comes first', async ({ customer, associate }) => {
  const { page } = associate;
  await associate.comes();
  await page.getByRole('button', { name: 'I am available' }).click();
  await page.getByRole('button', { name: 'New here? Practise' }).click();
  await expect(sheet(page)).toContainText('real customers may ask for you meanwhile');
  await sheet(page).getByRole('button', { name: 'Start' }).click();
  await page.getByRole('button', { name: /^Claim Robin/ }).click();
  await stepIs(page, 'Say hello');
  await expect(page.locator('#self')).toContainText('Available');
  await customer.visit();
  await customer.open();
  await customer.field.fill('Is the halo set by hand?');
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await page.getByRole('button', { name: /^Claim Visitor/ }).click();
  await customer.isWith('Camille');
  await expect(coach(page).getByRole('button', { name: 'Back to Robin' })).toBeVisible();
  await shot(page, '69-beside-a-customer');
  await coach(page).getByRole('button', { name: 'Back to Robin' }).click();
  await associate.say('Good morning.');
  await stepIs(page, 'Show the piece');
});

test('by keyboard alone: begun, claimed, greeted, left', async ({ associate }) => {
  const { page } = associate;
  await associate.comes();
  await page.locator('#self').focus();
  await page.keyboard.press('Enter');
  for (let i = 0; i < 30; i++) {
    if (await page.evaluate(() => document.activeElement?.textContent === 'Practise')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(sheet(page)).toBeVisible();
  for (let i = 0; i < 10 && !(await page.evaluate(() => document.activeElement?.textContent === 'Start')); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await stepIs(page, 'Claim the customer');
  await expect(page.getByRole('region', { name: 'Asking for you' })).toBeVisible();
  await page.keyboard.press('Alt+Enter');
  await expect(associate.field).toBeFocused();
  await page.keyboard.type('Good morning.');
  await page.keyboard.press('Enter');
  await stepIs(page, 'Show the piece');
  await expect(page.locator('#say')).toContainText('step 3 of 10');
  for (let i = 0; i < 80 && !(await page.evaluate(() => document.activeElement?.textContent === 'Leave')); i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(sheet(page).getByRole('heading')).toHaveText('2 of 10 steps done');
  await page.keyboard.press('Escape');
  await expect(sheet(page)).toHaveCount(0);
});
