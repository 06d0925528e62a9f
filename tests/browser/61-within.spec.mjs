// SPDX-License-Identifier: Apache-2.0
/// In a session: canned replies, choices and forms, labels, a hand-over, a colleague called in, a supervisor, the end.

import AxeBuilder from '@axe-core/playwright';

import { live, settings } from './lib/furnish.mjs';
import { SITE } from './lib/ground.mjs';
import { expect, livePair, shot, test } from './lib/story.mjs';

const SETTINGS = {
  canned: [{ id: 'hello', shortcut: 'hello', text: 'Good morning, {{associate}} of {{shop}} here. Your number is {{reference}}.' }, { id: 'size', shortcut: 'size', text: 'Which size do you wear?' }],
  labels: ['VIP', 'repair'],
};

async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  await shot(page, `61-${name}`);
  const lines = violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
  expect.soft(lines, `axe on ${name}`).toEqual([]);
}

const free = ({ page }) => page.getByRole('button', { name: 'I am available' }).click();
const asking = ({ page }) => page.getByRole('region', { name: 'Asking for you' });

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: a canned reply by keyboard, a choice, a form, labels, and the end`, async ({ cast, server, customer }) => {
    await settings(server, SETTINGS);
    const associate = await cast.associate({ colorScheme });
    const { page } = associate;
    await livePair({ customer, associate });
    await associate.field.pressSequentially('/he');
    await expect(page.locator('#canned [role=option]')).toHaveCount(1);
    await isClean(page, `${colorScheme}-canned`);
    await page.keyboard.press('Enter');
    await expect(associate.field).toHaveValue(/^Good morning, Camille of Maison Vitrine here\. Your number is \d/);
    await page.keyboard.press('Enter');
    await expect(customer.said.last()).toContainText('Good morning, Camille');

    await page.getByRole('button', { name: 'More to send' }).click();
    await page.getByRole('button', { name: 'Choice', exact: true }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill('Which size do you wear?');
    await page.getByLabel('Answer 1', { exact: true }).fill('52');
    await page.getByLabel('Answer 2', { exact: true }).fill('54');
    await isClean(page, `${colorScheme}-choice`);
    await page.getByRole('button', { name: 'Send', exact: true }).last().click();
    await expect(associate.said.last()).toContainText('54');
    await page.getByRole('button', { name: 'More to send' }).click();
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await page.getByRole('textbox', { name: 'Question' }).fill('Where shall we send it?');
    await page.getByLabel('Field 1', { exact: true }).fill('City');
    await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).click();
    await expect(associate.said.last()).toContainText('City');

    await page.getByRole('combobox', { name: 'Add a label' }).fill('VIP');
    await page.keyboard.press('Enter');
    await expect(page.locator('.labels .chip')).toHaveText('VIP');
    await expect(associate.rows.first()).toContainText('VIP');
    await page.getByLabel('Label', { exact: true }).selectOption('repair');
    await expect(page.getByText('Nothing with this filter')).toBeVisible();
    await page.getByRole('button', { name: 'Show all' }).click();
    await isClean(page, `${colorScheme}-live`);

    await associate.end();
    await expect(page.getByRole('form', { name: 'Wrap-up' })).toBeVisible();
    await page.getByRole('radio', { name: 'Sold' }).check();
    await page.getByLabel('Wrap-up note').fill('Wants it engraved.');
    await isClean(page, `${colorScheme}-wrap-up`);
    await page.getByRole('button', { name: 'Save wrap-up' }).click();
    await expect(page.getByRole('form', { name: 'Wrap-up' })).toHaveCount(0);
    await expect(page.locator('.happened').last()).toContainText('Wrapped up: sold. “Wants it engraved.”');
    await page.getByRole('button', { name: 'Sessions' }).click();
    await expect(page.locator('.past')).toContainText('sold');
    await isClean(page, `${colorScheme}-history`);
  });
}

test('a colleague is called in, then gets the customer by a hand-over', async ({ cast, customer, associate }) => {
  const noor = await cast.associate({ name: 'noor' });
  await livePair({ customer, associate });
  await noor.comes('noor');
  await free(noor);
  const { page } = associate;
  await page.getByRole('button', { name: 'Call in', exact: true }).click();
  await page.getByRole('radio', { name: /Noor/ }).check();
  await page.getByLabel('Note for them').fill('Which hallmark is this?');
  await isClean(page, 'call-in');
  await page.getByRole('dialog').getByRole('button', { name: 'Call in' }).click();
  await expect(page.locator('.being-asked')).toContainText('Noor is asked to come in');
  await expect(asking(noor)).toContainText('Which hallmark is this?');
  await isClean(noor.page, 'asked-in');
  await asking(noor).getByRole('button', { name: /^Come in/ }).click();
  await noor.say('It is a lion, for silver.');
  await expect(customer.said.last()).toContainText('It is a lion, for silver.');
  await expect(page.locator('.others')).toContainText('Noor');
  await noor.page.getByRole('button', { name: 'Leave' }).click();
  await expect(noor.field).toHaveCount(0);

  await page.getByRole('button', { name: 'Hand over' }).click();
  await page.getByRole('radio', { name: /Noor/ }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click();
  await asking(noor).getByRole('button', { name: /^Accept/ }).click();
  await customer.isWith('Noor');
  await expect(noor.field).toBeFocused();
  await expect(associate.field).toHaveCount(0);
  await expect(page.locator('.happened').last()).toContainText('Noor has taken over.');
  await shot(noor.page, '61-handed-over');
});

test('a supervisor reads along, whispers, and takes over', async ({ cast, server, customer, associate }) => {
  await server.addAssociate({ site: SITE, login: 'sol', name: 'Sol', role: 'supervisor' });
  const sol = await cast.associate({ name: 'sol' });
  await livePair({ customer, associate });
  await sol.comes('sol');
  await sol.to('All');
  await sol.page.locator('.row-open').first().click();
  await sol.page.getByLabel(/^Whisper to your colleague/).fill('Offer the resize for free.');
  await isClean(sol.page, 'supervisor');
  await sol.page.getByRole('button', { name: 'Whisper' }).click();
  await expect(associate.page.locator('.message.note')).toContainText('Offer the resize for free.');
  await expect(associate.page.locator('.message.note')).toContainText('Whispered');
  await expect(customer.panel).not.toContainText('resize');
  await sol.page.getByRole('button', { name: 'Take over' }).click();
  await customer.isWith('Sol');
  await expect(sol.field).toBeFocused();
  await expect(associate.field).toHaveCount(0);
});

test('a caller reads out six digits, and is connected', async ({ customer, associate }) => {
  await associate.comes();
  await customer.visit();
  await customer.open();
  const code = await customer.page.evaluate(() => new Promise((done) => { window.Vitrine('createCode', (answer) => done(answer.code)); }));
  await associate.page.getByRole('button', { name: 'Caller’s code' }).click();
  await associate.page.getByLabel('The six digits').fill(code === '000000' ? '000001' : '000000');
  await associate.page.getByRole('button', { name: 'Connect' }).click();
  await expect(associate.page.getByRole('alert').filter({ hasText: 'No caller has this code' })).toBeVisible();
  await isClean(associate.page, 'code');
  await associate.page.getByLabel('The six digits').fill(code);
  await associate.page.getByRole('button', { name: 'Connect' }).click();
  await expect(associate.field).toBeFocused();
  await expect(associate.page.locator('.reference dd')).toContainText('-');
});

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: what was said is found by keyboard, read, and left again`, async ({ cast, customer }) => {
    const associate = await cast.associate({ colorScheme });
    const { page } = associate;
    await livePair({ customer, associate }, { text: 'Is the sapphire from Ceylon?' });
    await associate.say('Its certificate says Ratnapura.');
    await associate.end();
    await page.getByRole('button', { name: 'Put away' }).click();
    await expect(associate.rows).toHaveCount(0);

    await page.keyboard.press('Control+Shift+F');
    const field = page.getByRole('searchbox', { name: 'Search what was said' });
    await expect(field).toBeFocused();
    await expect(page.getByText('Messages, private notes and names')).toBeVisible();
    await page.keyboard.type('zzz');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await field.fill('sapphire ceyl');
    const found = page.locator('.found');
    await expect(found).toHaveCount(1);
    await expect(found).toContainText('Customer');
    await expect(found.locator('mark')).toHaveText(['sapphire', /^Ceylon/i]);
    await field.fill('RATNAPURA');
    await expect(found.locator('mark')).toHaveText(['Ratnapura']);
    await expect(found).toContainText('Shop');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(associate.said.last()).toContainText('Its certificate says Ratnapura.');
    await expect(found).toHaveAttribute('aria-current', 'true');
    await expect(page.getByText('You are reading only.')).toBeVisible();
    await isClean(page, `${colorScheme}-found`);
    await page.keyboard.press('Escape');
    await expect(field).toHaveCount(0);
    await expect(page.getByRole('tablist', { name: 'Customers' })).toBeVisible();
  });
}

test.describe('with much said', () => {
  test.use({ serverArgs: ['--rate-talk', '1000'] });
  test('a message found far back is brought before the eyes', async ({ customer, associate, server }) => {
    const { camille, n } = await live(server, customer, 'Is the sapphire from Ceylon?');
    for (let i = 1; i <= 110; i++) await camille.request('chat.send', { kind: 'note', body: { text: `Note ${i}` } }, { c: n });
    await associate.comes();
    const { page } = associate;
    await page.getByRole('button', { name: 'Search what was said' }).click();
    await page.getByRole('searchbox').fill('ceylon');
    await page.locator('.found-open').click();
    const sought = page.locator('.message.sought');
    await expect(sought).toContainText('Is the sapphire from Ceylon?');
    await expect(sought).toBeInViewport();
    await shot(page, '61-found-far-back');
    // Another of the same thread.
    await page.getByRole('searchbox').fill('note 60');
    await page.locator('.found', { hasText: 'Note 60' }).locator('.found-open').click();
    await expect(sought).toHaveText(/Note 60/);
    await expect(sought).toBeInViewport();
    await camille.cut();
  });
});

test('on a phone the search opens the thread, and leads back to what was found', async ({ cast, customer, associate }) => {
  await livePair({ customer, associate }, { text: 'Is the sapphire from Ceylon?' });
  const noor = await cast.associate({ name: 'noor', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { page } = noor;
  await noor.comes('noor');
  await page.getByRole('button', { name: 'Search what was said' }).click();
  await page.getByRole('searchbox').fill('ceylon');
  await expect(page.locator('.found')).toHaveCount(1);
  await isClean(page, 'phone-found');
  await page.locator('.found-open').click();
  await expect(noor.said.first()).toContainText('Is the sapphire from Ceylon?');
  await expect(page.getByRole('searchbox')).toBeHidden();
  const list = page.getByRole('navigation', { name: 'Console' }).getByRole('button', { name: 'List' });
  await list.click();
  await expect(page.locator('.found')).toHaveAttribute('aria-current', 'true');
  await list.click();
  await expect(page.getByRole('tablist', { name: 'Customers' })).toBeVisible();
});
