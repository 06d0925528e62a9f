// SPDX-License-Identifier: Apache-2.0
/// What the customer keeps of a session: asked for at the end, by mail into a real mailbox or by a link; sent by the associate;
/// the mail as an old reader draws it, the page on every screen and on paper.

import AxeBuilder from '@axe-core/playwright';
import sharp from 'sharp';

import { mailServer, readMail } from '../server/lib/mail.mjs';
import { DESK, PHONE } from './lib/people.mjs';
import { expect, livePair, shot, test as base } from './lib/story.mjs';
import { COLOURS, agree } from './lib/view.mjs';

const STONE = [0.5, 0.3]; // as near to it as two fingers on a phone begin
const SOON = { timeout: 60_000 };
/// Of the drawn picture: the crop, square and at its top; below it the piece's name.
const CROP = 900 / 1080;
const NEAR = 0.01; // of the picture; how broad a line is drawn differs by screen

const test = base.extend({
  mail: async ({}, use) => {
    const undo = [];
    await use(await mailServer((f) => undo.push(f)));
    for (const f of undo.reverse()) await f();
  },
  serverArgs: async ({ mail }, use) => use(['--mail-url', mail.url, '--mail-from', 'shop@maison.test', '--mail-plain']),
});

async function isClean(page, name) {
  await shot(page, `66-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

/// They look at a piece closely and an arrow is drawn on it; what both see then, and where the arrow is.
async function lookClosely({ customer, associate }) {
  await livePair({ customer, associate });
  await customer.lookTogether();
  await associate.view.shown();
  const { view: phone } = customer;
  const { view: desk } = associate;
  await phone.pinch(await phone.at(...STONE), 30, 90);
  const seen = await agree(phone, desk);
  await phone.button('Arrow').click();
  await phone.drag(await phone.at(seen.cx + 0.12, seen.cy + 0.04), await phone.at(seen.cx + 0.02, seen.cy - 0.02));
  await expect.poll(() => desk.ink(COLOURS.customer)).not.toBeNull(); // the ring has the associate's blue
  const ink = await phone.ink(COLOURS.customer);
  return { ...(await phone.camera()), ink };
}

async function ends({ panel, toChat }, customer) {
  await toChat.call(customer);
  await panel.getByRole('button', { name: 'End', exact: true }).click();
  await panel.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
  await expect(panel.getByRole('heading', { name: 'Keep what you looked at' })).toBeVisible();
}

/// The bounding box of a colour in a picture, 0..1.
async function inkOf(bytes, [r, g, b]) {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const box = { left: 1, top: 1, right: 0, bottom: 0 };
  for (let i = 0, at = 0; i < data.length; i += 3, at++) {
    if (Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) > 60) continue;
    const x = (at % info.width) / info.width;
    const y = Math.floor(at / info.width) / info.height;
    Object.assign(box, { left: Math.min(box.left, x), top: Math.min(box.top, y), right: Math.max(box.right, x), bottom: Math.max(box.bottom, y) });
  }
  return box;
}

/// The crop is what every screen showed at least, 1/scale of the picture around the centre: the arrow lies in it where it lay.
async function isTheCrop(bytes, { cx, cy, scale, ink }) {
  const place = (v, c, middle) => (v - c) * scale * CROP + middle;
  const want = { left: place(ink.left, cx, 0.5), right: place(ink.right, cx, 0.5), top: place(ink.top, cy, CROP / 2), bottom: place(ink.bottom, cy, CROP / 2) };
  const got = await inkOf(bytes, COLOURS.customer);
  const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  for (const [i, at] of middle(got).entries()) expect(Math.abs(at - middle(want)[i]), `the arrow’s middle: ${JSON.stringify({ got, want })}`).toBeLessThan(NEAR);
}

/// As an old mail reader draws it: no script, nothing fetched, the pictures from inside the mail.
async function drawn(browser, { parts }, how) {
  const html = parts.find(([type]) => type === 'text/html')[1]
    .replace(/cid:(piece-\d+)/g, (_, id) => `data:image/jpeg;base64,${parts.find(([, , cid]) => cid === `<${id}>`)[3]}`);
  const context = await browser.newContext({ ...how, javaScriptEnabled: false, offline: true });
  const page = await context.newPage();
  const asked = [];
  page.on('request', (request) => { if (!request.url().startsWith('data:')) asked.push(request.url()); });
  await page.setContent(html);
  return { page, asked, html, done: () => context.close() };
}

test('by mail from the end screen: on its way, left, in the mailbox with the exact crop', async ({ browser, customer, associate, mail }) => {
  const seen = await lookClosely({ customer, associate });
  await customer.say('May I think about it?');
  await ends(customer, customer);
  const { panel, page } = customer;
  const box = panel.getByRole('region', { name: 'Keep what you looked at' });
  await isClean(page, 'phone-end');

  await box.getByLabel('Your e-mail').fill('ada@shop');
  await box.getByRole('button', { name: 'Send me the recap' }).click();
  await expect(box.getByRole('status')).toContainText('does not look like an address');
  await expect(box.getByLabel('Your e-mail')).toBeFocused();
  await isClean(page, 'phone-end-odd');
  await box.getByLabel('Your e-mail').fill('ada@shop.example');
  await box.getByRole('button', { name: 'Send me the recap' }).click();
  await expect(box.getByRole('status')).toHaveText('The recap has left for your mailbox.', SOON);
  await isClean(page, 'phone-end-sent');
  await expect(associate.page.locator('.happened').filter({ hasText: 'The recap’s mail has left.' })).toBeVisible();

  const letter = readMail(mail.mails()[0]);
  expect(letter.defects).toEqual([]);
  const pictures = letter.parts.filter(([type]) => type === 'image/jpeg');
  expect(pictures).toHaveLength(1);
  await isTheCrop(Buffer.from(pictures[0][3], 'base64'), seen);
  for (const [name, how] of [['phone', PHONE], ['desk', { viewport: { width: 800, height: 1000 } }]]) {
    const reader = await drawn(browser, letter, how);
    await expect(reader.page.getByText('Lagoon Halo Ring')).toBeVisible();
    expect(await reader.page.locator('img').evaluate((img) => img.complete && img.naturalWidth)).toBe(1080);
    expect(await reader.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(reader.asked).toEqual([]);
    expect(reader.html).not.toMatch(/<(script|link|style|iframe|form)\b/);
    await shot(reader.page, `66-mail-${name}`);
    await reader.done();
  }

  // The same after a reload: the thread remembers.
  await page.reload();
  await customer.open();
  await expect(box.getByRole('status')).toHaveText('The recap has left for your mailbox.');
  await expect(box.getByLabel('Your e-mail')).toHaveValue('ada@shop.example');
});

test('an address that takes nothing is said to, and the link is another way; its page on every screen and on paper', async ({ browser, cast, customer, associate }) => {
  await lookClosely({ customer, associate });
  await customer.say('May I think about it?');
  await associate.say('Of course. It is reserved for you until Friday.');
  await ends(customer, customer);
  const { panel, page } = customer;
  const box = panel.getByRole('region', { name: 'Keep what you looked at' });
  await box.getByLabel('Your e-mail').fill('nobody@shop.example');
  await box.getByLabel('Your e-mail').press('Enter');
  await expect(box.getByRole('status')).toContainText('could not be delivered', SOON);
  await expect(associate.page.locator('.happened').filter({ hasText: 'could not be delivered' })).toBeVisible();
  await isClean(page, 'phone-end-failed');

  await box.getByRole('button', { name: 'Get a link' }).click();
  await expect(box.getByLabel('Link to the recap')).toBeFocused();
  const url = await box.getByLabel('Link to the recap').inputValue();
  await expect(box.getByRole('link', { name: 'Open' })).toHaveAttribute('href', url);
  await isClean(page, 'phone-end-link');
  for (const [name, how] of [['phone', PHONE], ['phone-dark', { ...PHONE, colorScheme: 'dark' }], ['desk', DESK], ['desk-dark', { ...DESK, colorScheme: 'dark' }]]) {
    const [recap] = await cast.page(await cast.context(how), name);
    await recap.goto(url);
    await expect(recap.getByRole('heading', { name: 'What we looked at together' })).toBeVisible();
    await expect.poll(() => recap.locator('img').evaluate((img) => img.complete && img.naturalWidth)).toBe(1080);
    await expect(recap.getByText('It is reserved for you until Friday.')).toBeVisible();
    await isClean(recap, `recap-${name}`);
    if (name !== 'desk') continue;
    await recap.emulateMedia({ media: 'print' });
    await recap.setViewportSize({ width: 794, height: 1123 }); // A4 at 96 dpi
    await expect(recap.getByRole('button', { name: 'Print, or keep as PDF' })).toBeHidden();
    await isClean(recap, 'recap-print');
    const pdf = await recap.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  }
});

test('the associate sends it: by link, then to the address the customer has left', async ({ customer, associate, mail }) => {
  await lookClosely({ customer, associate });
  const { page } = associate;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await associate.end();
  const box = page.getByRole('region', { name: 'Recap for the customer' });
  await isClean(page, 'desk-end');
  await box.getByRole('button', { name: 'Mail it' }).click();
  await expect(page.locator('#composer-trouble')).toHaveText('The customer has left no mail address. Copy the link for them.');
  await isClean(page, 'desk-end-refused');
  await box.getByRole('button', { name: 'Copy link' }).click();
  await expect(box.getByRole('status')).toHaveText('Copied.');
  const url = await box.getByLabel('Link to the recap').inputValue();
  expect(url).toMatch(/\/r\/#v=/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url);

  const theirs = customer.panel.getByRole('region', { name: 'Keep what you looked at' });
  await customer.toChat();
  await theirs.getByLabel('Your e-mail').fill('ada@shop.example');
  await theirs.getByRole('button', { name: 'Send me the recap' }).click();
  await expect(theirs.getByRole('status')).toHaveText('The recap has left for your mailbox.', SOON);
  await box.getByRole('button', { name: 'Mail it' }).click();
  await expect.poll(() => mail.mails().length, SOON).toBe(2);
  await expect(page.locator('.happened').filter({ hasText: 'has left' })).toHaveCount(2, SOON);
  await isClean(page, 'desk-end-sent');
});

test('in the customer’s language, from right to left: the mail and the page', async ({ browser, cast, customer, associate, mail }) => {
  await customer.tagged({ locale: 'ar' });
  await lookClosely({ customer, associate });
  await customer.say('هل يمكنني التفكير في الأمر؟');
  await associate.say('Of course.');
  await ends(customer, customer);
  const box = customer.panel.getByRole('region', { name: 'Keep what you looked at' });
  await box.getByLabel('Your e-mail').fill('ada@shop.example');
  await box.getByRole('button', { name: 'Send me the recap' }).click();
  await expect.poll(() => mail.mails().length, SOON).toBe(1);
  const letter = readMail(mail.mails()[0]);
  expect(letter.headers.subject).toContain('ما شاهدناه معًا');
  const reader = await drawn(browser, letter, PHONE);
  const title = reader.page.getByText('ما شاهدناه معًا').last();
  const [text, screen] = [await title.evaluate((it) => { const range = document.createRange(); range.selectNodeContents(it); return range.getBoundingClientRect().right; }), PHONE.viewport.width];
  expect(screen - text).toBeLessThan(24);
  expect(reader.html).toMatch(/3,680\u00a0€ بتاريخ \d+ /);
  await shot(reader.page, '66-mail-rtl');
  await reader.done();
  await box.getByRole('button', { name: 'Get a link' }).click();
  const [recap] = await cast.page(await cast.context(PHONE), 'recap');
  await recap.goto(await box.getByLabel('Link to the recap').inputValue());
  await expect(recap.getByRole('heading', { name: 'ما شاهدناه معًا' })).toBeVisible();
  expect(await recap.evaluate(() => document.documentElement.dir)).toBe('rtl');
  await isClean(recap, 'recap-rtl');
});
