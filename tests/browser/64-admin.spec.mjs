// SPDX-License-Identifier: Apache-2.0
/// The admin pages: an invitation becomes an account with a second factor, settings reach customers, and nobody's change is
/// lost: not to a second admin, not to a closed tab, not to a login that ends.

import { createHmac } from 'node:crypto';

import AxeBuilder from '@axe-core/playwright';

import { DESK, PHONE } from './lib/people.mjs';
import { PASSWORD, SITE } from './lib/ground.mjs';
import { expect, shot, test } from './lib/story.mjs';

const WORDS = 'four quiet words here';

/// RFC 6238, for the phone that the story does not have. A code is good once, so the next login takes the next step's.
function code(secret, steps = 0) {
  const bits = [...secret].map((ch) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(ch).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

class Admin {
  constructor(page, watch, ground) {
    this.page = page;
    this.watch = watch;
    this.url = `${ground.url}/admin/`;
    this.bar = page.getByRole('region', { name: 'Unsaved changes' });
    watch.expect(/401 .*\/api\/v1\/me$/); // asked before the login, who one is
  }

  async login(name, password = PASSWORD) {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  async comes(name = 'ada') {
    await this.page.goto(this.url);
    await this.login(name);
    await expect(this.page.getByRole('button', { name: 'Log out', includeHidden: true })).toBeAttached();
  }

  async to(title) {
    await this.page.getByRole('link', { name: new RegExp(`^${title}`) }).click();
    await expect(this.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  }

  async save() {
    await this.bar.getByRole('button', { name: 'Save' }).click();
  }

  async saves() {
    await this.save();
    await expect(this.bar).toHaveCount(0);
  }
}

async function admin(cast, { name = 'admin', ...how } = {}) {
  const context = await cast.context({ ...DESK, ...how });
  return new Admin(...(await cast.page(context, name)), cast.ground);
}

const staff = async (server, ...list) => {
  for (const [login, name, role] of list) await server.addAssociate({ site: SITE, login, name, role });
};
const ADA = ['ada', 'Ada Lindqvist', 'admin'];

test('invited, protected by a second factor, in: the hours that are set are what customers read', async ({ cast, server, customer }) => {
  const ada = await admin(cast);
  await staff(server, ADA);
  await ada.comes();
  await ada.to('People');
  await ada.page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = ada.page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Nia Okafor');
  await dialog.getByRole('radio', { name: /^Admin/ }).check();
  await shot(ada.page, '64-invite');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await dialog.getByLabel('Invitation link').inputValue();
  expect(link).toContain('/admin/#invite=');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(ada.page.getByText('invited as admin')).toBeVisible();

  const nia = await admin(cast, { name: 'invited admin' });
  const { page } = nia;
  nia.watch.expect(/(401|422) .*\/api\/v1\/(login|links\/accept)$/);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'Welcome to Maison Vitrine' })).toBeVisible();
  expect(page.url(), 'the secret leaves the address').not.toContain('invite=');
  await page.getByLabel('Login name').fill('nia');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Accept' }).click();
  await expect(page.getByText(/^At least 12 characters\. A few/)).toBeVisible();
  await shot(page, '64-accept');
  await page.getByLabel('Password', { exact: true }).fill(WORDS);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('button', { name: 'Set it up' }).click();
  await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible();
  await page.getByText('It cannot be scanned').click();
  const secret = await page.getByLabel('Type this key into the app').inputValue();
  await page.getByLabel('Enter the six digits it shows').fill(code(secret));
  await shot(page, '64-factor');
  await page.getByRole('button', { name: 'Switch it on' }).click();
  const recovery = (await page.getByLabel('Recovery codes').inputValue()).split('\n');
  expect(recovery).toHaveLength(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('It is on.')).toBeVisible();

  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByText('You are logged out.')).toBeVisible(); // the page before it has fields of these names as well
  await nia.login('nia', WORDS);
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByText('That code is not right')).toBeVisible();
  await page.getByLabel('Code').fill(code(secret, 1));
  await page.getByRole('button', { name: 'Log in' }).click();

  await nia.to('Queues and hours');
  await expect(page.getByText('Always open')).toBeVisible();
  await page.getByRole('button', { name: 'Set its hours and people' }).click();
  await page.getByLabel('By the week').check();
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']) await page.getByRole('button', { name: `${day}: remove 10:00 to 18:00` }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Closed' }).last()).toHaveText('Closed, with no opening within a year');
  // Open for an hour on the day after tomorrow, in the server's words UTC: closed now, whatever the time of the run.
  await page.getByLabel('Time zone').fill('UTC');
  const day = new Date(Date.now() + 2 * 86_400_000);
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(day);
  await page.getByRole('button', { name: `${weekday}: add opening hours` }).click();
  await page.getByLabel(`${weekday}, opens`).fill('09:30');
  await expect(page.getByText(/^Closed until \w+.* 0?9:30/)).toBeVisible();
  await shot(page, '64-hours');
  await nia.saves();

  await customer.visit();
  await customer.open();
  const opens = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), 9, 30);
  const clock = await customer.page.evaluate((ms) => new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' }).format(ms), opens);
  await expect(customer.panel).toContainText('Closed until');
  await expect(customer.panel).toContainText(clock);
  await shot(customer.page, '64-phone-closed');
});

test('a theme nobody could read is refused, and says why where it is wrong', async ({ cast, server }) => {
  const ada = await admin(cast);
  const { page } = ada;
  await staff(server, ADA);
  ada.watch.expect(/422 .*\/api\/v1\/site$/);
  await ada.comes();
  await ada.to('Theme');
  const accent = page.getByLabel('Accent', { exact: true });
  await accent.fill('#f2c200');
  await expect(page.getByRole('status').filter({ hasText: ': 1' })).toContainText(/^1\.6\d : 1/);
  expect(await page.locator('.p-button').first().evaluate((el) => getComputedStyle(el).backgroundColor)).toBe('rgb(242, 194, 0)');
  await shot(page, '64-theme-low');
  await ada.to('Labels');
  await ada.save();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Theme');
  await expect(accent).toBeFocused();
  await expect(accent).toHaveAttribute('aria-invalid', 'true');
  await expect(page.locator('.field-row', { has: accent })).toContainText('at least 4.5 : 1 is needed');
  await expect(ada.bar).toContainText('Not saved. Theme:');
  await accent.fill('#6b3fa0');
  await ada.saves();
  await page.reload();
  await expect(accent).toHaveValue('#6b3fa0');
});

test('two admins at once: both see what the other did, and neither loses a word', async ({ cast, server }) => {
  const [ada, bo] = [await admin(cast), await admin(cast, { name: 'second admin' })];
  await staff(server, ADA, ['bo', 'Bo', 'admin']);
  bo.watch.expect(/412 .*\/api\/v1\/site$/);
  await Promise.all([ada.comes('ada'), bo.comes('bo')]);
  for (const one of [ada, bo]) await one.to('Site');
  await ada.page.getByLabel('Name', { exact: true }).fill('Maison Ada');
  await ada.to('Labels');
  await ada.page.getByRole('button', { name: 'Add a label' }).click();
  await expect(ada.page.getByLabel('Label 1', { exact: true })).toBeFocused();
  await ada.page.keyboard.type('Repair');
  await expect(ada.bar).toContainText('Site, Labels');
  await ada.saves();

  await bo.page.getByLabel('Name', { exact: true }).fill('Maison Bo');
  await bo.to('Queues and hours');
  await bo.page.getByLabel('Conversations one associate has at once').fill('4');
  await bo.save();
  const dialog = bo.page.getByRole('dialog', { name: 'Somebody else saved meanwhile' });
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Maison Ada' })).toContainText('You changed this, too.');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Repair' })).not.toContainText('You changed this, too.');
  await shot(bo.page, '64-collision');
  await dialog.getByRole('button', { name: 'Keep mine on top' }).click();
  await bo.saves();
  await bo.to('Labels');
  await expect(bo.page.getByLabel('Label 1', { exact: true })).toHaveValue('Repair');
  await ada.page.reload();
  await ada.to('Site');
  await expect(ada.page.getByLabel('Name', { exact: true })).toHaveValue('Maison Bo');
  await ada.to('Queues and hours');
  await expect(ada.page.getByLabel('Conversations one associate has at once')).toHaveValue('4');
});

test('what is unsaved outlives a closed tab\'s question and a login that ends', async ({ cast, server }) => {
  const ada = await admin(cast);
  const { page } = ada;
  await staff(server, ADA);
  ada.watch.expect(/401 .*\/api\/v1\/(people|site)/, /422 .*\/api\/v1\/site$/);
  await ada.comes();
  await ada.to('Canned replies');
  await page.getByRole('button', { name: 'Add a reply' }).click();
  await page.keyboard.type('ring size');
  await page.getByLabel('Text', { exact: true }).fill('We measure it in the shop, in a minute.');
  const asked = new Promise((done) => page.once('dialog', async (dialog) => { done(dialog.type()); await dialog.dismiss(); }));
  await page.close({ runBeforeUnload: true });
  expect(await asked).toBe('beforeunload');
  await ada.save();
  await expect(page.getByLabel('Shortcut')).toBeFocused();
  await expect(page.locator('.field-row', { has: page.getByLabel('Shortcut') })).toContainText('Must be made of A-Z a-z 0-9 - and _');
  await page.getByLabel('Shortcut').fill('size');

  await page.context().clearCookies();
  await ada.save();
  await expect(page.getByText('Your login has ended.')).toBeVisible();
  await ada.login('ada');
  await expect(page.getByLabel('Shortcut')).toHaveValue('size');
  await ada.saves();
  await page.reload();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('We measure it in the shop, in a minute.');
});

test('whoever may not is told so: an associate has the own account, a supervisor looks', async ({ cast, server }) => {
  const camille = await admin(cast, { name: 'associate' });
  await camille.comes('camille');
  await expect(camille.page.getByText('you are an associate here')).toBeVisible();
  await expect(camille.page.getByRole('link', { name: 'Theme' })).toHaveCount(0);
  await expect(camille.page.getByRole('heading', { name: 'Where you are logged in' })).toBeVisible();
  await shot(camille.page, '64-associate');

  await staff(server, ['sam', 'Sam', 'supervisor']);
  const sam = await admin(cast, { name: 'supervisor' });
  await sam.comes('sam');
  await sam.to('Theme');
  await expect(sam.page.getByText('an admin can change them')).toBeVisible();
  await expect(sam.page.getByLabel('Accent', { exact: true })).toBeDisabled();
  await expect(sam.page.getByRole('link', { name: 'Audit log' })).toHaveCount(0);
});

test('what happened stands in the audit log, and a conversation is erased by typing', async ({ cast, server, customer }) => {
  const ada = await admin(cast);
  const { page } = ada;
  await staff(server, ADA);
  await customer.comes('Please forget me');
  await ada.comes();
  await ada.to('Privacy');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Erase' })).toBeDisabled();
  const field = dialog.getByLabel(/^Type .* to confirm$/);
  const tail = /^Type (.*) to confirm$/.exec(await dialog.locator('label').textContent())[1];
  await field.fill(tail);
  await shot(page, '64-erase');
  await dialog.getByRole('button', { name: 'Erase' }).click();
  await expect(page.getByText(/^Erased: 1 message/)).toBeVisible();
  await ada.to('Audit log');
  await expect(page.getByText('The chain is whole')).toBeVisible();
  await page.getByLabel('What').selectOption('conversation.erased');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.locator('tbody tr')).toContainText('Ada Lindqvist');
});

/// axe's findings as lines one can act on.
async function isClean(page, name) {
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
  await shot(page, `64-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  const lines = violations.flatMap(({ id, help, nodes }) => nodes.map((n) => `${id}: ${help}: ${n.target.join(' ')} ${n.html.slice(0, 160)}`));
  expect.soft(lines, `axe on ${name}`).toEqual([]);
}

const TITLES = ['People', 'My account', 'Site', 'Queues and hours', 'Notices', 'Invitations', 'Canned replies', 'Labels', 'Theme', 'Pictures', 'Mail', 'Privacy', 'Audit log'];
const SETTINGS = {
  queues: [{ id: 'main', name: 'Main', hours: { tz: 'Europe/Paris', week: { mon: [['10:00', '13:00'], ['14:00', '18:30']], tue: [['10:00', '18:30']] }, exceptions: [{ date: '2026-12-25', open: [], why: 'Christmas' }] }, groups: [['camille'], ['noor', 'gone']] }],
  notices: [{ id: 'a', kind: 'load', text: 'We are asked more than usual.', when: { waitingOver: 3 } }], greeting: { on: true, text: 'Hello' },
  canned: [{ id: 'a', shortcut: 'size', text: 'We measure it.' }], labels: ['Repair', 'Gift'], theme: { accent: '#6b3fa0' }, mask: ['.account'],
  invitations: { on: true, rules: [{ id: 'ring', name: 'A while on a ring', text: { en: 'Questions about the {piece}?', fr: 'Des questions sur {piece} ?' }, staffed: true, when: { seconds: 45, url: ['/rings/'] } }] },
};

for (const [look, how] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', PHONE]]) {
  test(`axe: every page, ${look}`, async ({ cast, server }) => {
    const ada = await admin(cast, how);
    const { page } = ada;
    await staff(server, ADA);
    await page.goto(ada.url);
    await expect(page.getByLabel('Name')).toBeFocused();
    await isClean(page, `${look}-login`);
    await ada.login('ada');
    await expect(page.getByRole('button', { name: 'Log out', includeHidden: true })).toBeAttached();
    await page.evaluate(async (settings) => {
      const was = await fetch('/api/v1/site');
      await fetch('/api/v1/site', { method: 'PUT', headers: { 'content-type': 'application/json', 'x-vitrine-csrf': '1', 'if-match': was.headers.get('etag') }, body: JSON.stringify({ settings }) });
    }, SETTINGS);
    await page.reload();
    for (const title of TITLES) {
      if (look === 'phone') await page.getByRole('button', { name: 'Menu' }).click();
      await ada.to(title);
      await expect(page.getByText('Loading…')).toHaveCount(0);
      await isClean(page, `${look}-${title.toLowerCase().replaceAll(' ', '-')}`);
      const wide = await page.evaluate(() => document.querySelector('.page').scrollWidth - document.querySelector('.page').clientWidth);
      expect.soft(wide, `${title} fits its width`).toBe(0);
    }
  });
}
