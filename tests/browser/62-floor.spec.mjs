// SPDX-License-Identifier: Apache-2.0
/// The shop floor as the customer meets it before somebody comes: who is there, leaving a message, the line and its notices.

import AxeBuilder from '@axe-core/playwright';

import { associate as staff } from '../server/lib/kit.mjs';
import { Peer } from '../server/lib/peer.mjs';
import { closedUntil, settings } from './lib/furnish.mjs';
import { SITE } from './lib/ground.mjs';
import { DESK, RING, WATCH } from './lib/people.mjs';
import { expect, shot, test } from './lib/story.mjs';

const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);

async function isClean(page, name) {
  await shot(page, `62-${name}`);
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

/// Another customer in the line, without a screen.
async function another(server, ground) {
  const peer = await Peer.open(server, { origin: ground.shop });
  await peer.hello({ site: SITE, role: 'customer' });
  await peer.request('queue.join', { lang: 'en' });
  return peer;
}

const mail = (customer) => customer.panel.getByLabel('E-mail');
const text = (customer) => customer.panel.getByLabel('Your message');
const send = (customer) => customer.panel.getByRole('button', { name: 'Send the message' });

test('closed, with the day it opens; a message is left, kept while it is written, and arrives', async ({ cast, server }) => {
  const customer = await cast.customer({ timezoneId: 'Europe/Paris' });
  await settings(server, { queues: closedUntil(2, 'Stocktaking') });
  await customer.visit();
  await customer.open();
  const opens = new Date(`${dayOf(Date.now() + 2 * 86_400_000)}T00:00:00Z`);
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: 'Europe/Paris' }).format(opens);
  const hour = new Intl.DateTimeFormat('en-GB', { hour: 'numeric', minute: '2-digit', timeZone: 'Europe/Paris' }).format(opens);
  await expect(customer.panel.getByRole('heading', { name: `Closed until ${day} ${hour}` })).toBeVisible();
  await expect(customer.panel).toContainText('Stocktaking');
  await expect(customer.panel.getByRole('button', { name: 'Ask for help' })).toHaveCount(0);
  await isClean(customer.page, 'phone-closed');

  // What is missing is said where it is missing.
  await send(customer).click();
  await expect(text(customer)).toBeFocused();
  await expect(customer.panel).toContainText('Write what it is about.');
  await text(customer).fill('Do you engrave the inside of the ring?');
  await mail(customer).fill('ada@example');
  await send(customer).click();
  await expect(mail(customer)).toBeFocused();
  await isClean(customer.page, 'phone-closed-missing');

  // Another page: nothing written is lost.
  await mail(customer).fill('ada@shop.example');
  await customer.page.goto(customer.ground.shop + WATCH);
  await customer.open();
  await expect(text(customer)).toHaveValue('Do you engrave the inside of the ring?');
  await expect(mail(customer)).toHaveValue('ada@shop.example');
  await customer.panel.getByLabel('Name (optional)').fill('Ada');
  await send(customer).click();
  await expect(customer.panel).toContainText('we answer to ada@shop.example');
  await expect(customer.said).toHaveText(['Do you engrave the inside of the ring?']);
  await isClean(customer.page, 'phone-left');

  // It waits for staff, under the name that was given.
  const camille = await staff(server, 'camille', { site: SITE });
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  expect(rows.map((row) => [row.name, row.contact > 0])).toEqual([['Ada', true]]);
  await camille.cut();
});

test('it opens while the panel is open, and says when nobody is at the desk', async ({ customer, associate, server }) => {
  await settings(server, { queues: closedUntil(1) });
  await customer.visit();
  await customer.open();
  await expect(customer.panel.getByRole('heading', { name: /^Closed until/ })).toBeVisible();
  await customer.panel.getByLabel('Your message').fill('Is it rosé gold?');
  await settings(server, {});
  await expect(customer.panel).toContainText('Nobody is here just now');
  await expect(customer.field).toHaveValue('Is it rosé gold?');
  await isClean(customer.page, 'phone-nobody');
  await customer.panel.getByRole('button', { name: 'Leave a message' }).click();
  await expect(customer.panel.getByLabel('Your message')).toHaveValue('Is it rosé gold?');
  await customer.panel.getByRole('button', { name: 'Back' }).click();
  await associate.comes();
  await expect(customer.panel).toContainText('Advisors are here now');
  await expect(customer.panel.getByRole('button', { name: 'Leave a message' })).toHaveCount(0);
  await isClean(customer.page, 'phone-available');
});

test('in the line: the place, the wait and what the shop says; then nobody could come', async ({ customer, associate, server, ground }) => {
  await associate.comes();
  const media = await (await fetch(ground.shop + RING)).text().then((page) => /"identifier":"([0-9a-f]{64})"/.exec(page)?.[1]);
  await settings(server, {
    ring: { known: 1, first: 1, total: 8 },
    notices: [
      { id: 'tip', kind: 'tip', text: 'Ring sizes: we measure for free, in every branch.' },
      { id: 'special', kind: 'special', text: 'Free engraving until Christmas.', url: '/', ...(media && { media }) },
    ],
  });
  await customer.visit();
  await customer.open();
  await customer.ask('Is the halo set by hand?');
  await expect(customer.panel.locator('.notes li')).toHaveText([/Free engraving/, /Ring sizes/]);
  await expect(customer.panel).toContainText('Your place is kept if you change pages.');
  await isClean(customer.page, 'phone-waiting');

  // The place and what was said survive another page.
  await customer.page.goto(ground.shop + WATCH);
  await customer.open();
  await expect(customer.panel.locator('.big')).toHaveText('1');
  await expect(customer.panel.locator('.notes li')).toHaveCount(2);

  // The shop drops one: gone here too.
  await settings(server, { ring: { known: 1, first: 1, total: 8 }, notices: [{ id: 'tip', kind: 'tip', text: 'Ring sizes: we measure for free, in every branch.' }] });
  await expect(customer.panel.locator('.notes li')).toHaveCount(1);

  await expect(customer.panel).toContainText('Nobody could come in the time we had hoped', { timeout: 60_000 });
  await isClean(customer.page, 'phone-unclaimed');
  await customer.panel.getByRole('button', { name: 'Leave a message' }).click();
  await text(customer).fill('Please write to me about the halo.');
  await mail(customer).fill('ada@shop.example');
  await send(customer).click();
  await expect(customer.panel).toContainText('we answer to ada@shop.example');
  await expect(customer.panel.locator('.big')).toHaveCount(0);
});

test.describe('a line that is full', () => {
  test.use({ serverArgs: ['--queue-capacity', '1'] });

  test('says so, and takes a message', async ({ customer, server, ground, associate }) => {
    await associate.comes();
    const other = await another(server, ground);
    await customer.visit();
    await customer.open();
    await customer.field.fill('Is the halo set by hand?');
    await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
    await expect(customer.panel).toContainText('So many are waiting');
    await expect(customer.panel.getByRole('button', { name: 'Leave a message' })).toBeVisible();
    await isClean(customer.page, 'phone-full');
    await other.cut();
  });
});

test('who waits is greeted with a card: their name on the piece they look at', async ({ cast, server }) => {
  await settings(server, { greeting: { on: true, text: 'One moment, please.' } });
  for (const [name, how] of [['phone', {}], ['desk', { ...DESK, isMobile: false, hasTouch: false, deviceScaleFactor: 1 }]]) {
    const customer = await cast.customer({ ...how, name });
    await customer.visit();
    await customer.page.evaluate(() => window.Vitrine('identify', { name: 'Ada Lovelace' }));
    await customer.open();
    await customer.ask('Is the halo set by hand?');
    const card = customer.panel.getByRole('img', { name: 'One moment, please.' });
    await expect.poll(() => card.evaluate((img) => img.complete && img.naturalWidth), { timeout: 60_000 }).toBe(1080);
    const src = await card.getAttribute('src');
    expect(JSON.parse(Buffer.from(/d=([\w-]+)/.exec(src)[1], 'base64url')).name).toBe('Ada Lovelace');
    await card.scrollIntoViewIfNeeded();
    await isClean(customer.page, `${name}-greeting`);
    await customer.panel.getByRole('button', { name: 'Leave the line' }).click();
  }
});

test('a network that lets no socket through: the message goes by plain HTTPS', async ({ customer, associate }) => {
  await associate.comes();
  customer.watch.expect(/WebSocket|ERR_/);
  await customer.page.routeWebSocket(/\/v1\/socket/, (socket) => void socket.close());
  await customer.visit();
  await customer.open();
  await expect(customer.panel.locator('.bar')).toContainText('blocks our chat', { timeout: 60_000 });
  await customer.panel.getByRole('button', { name: 'Leave a message' }).click();
  await text(customer).fill('Do you engrave?');
  await mail(customer).fill('ada@shop');
  await send(customer).click();
  await expect(mail(customer)).toHaveAttribute('aria-invalid', 'true');
  await mail(customer).fill('ada@shop.example');
  await send(customer).click();
  await expect(customer.panel).toContainText('we answer to ada@shop.example');
  await isClean(customer.page, 'phone-blocked-sent');
  await associate.to('Unassigned');
  await associate.rows.first().click();
  await expect(associate.said.filter({ hasText: 'Do you engrave?' })).toHaveCount(1);
  await expect(associate.page.locator('.happened')).toContainText('Answer wanted by mail at ada@shop.example.');
});

test('no way through at all: the message waits for one', async ({ customer }) => {
  customer.watch.expect(/WebSocket|ERR_/);
  let isBlocked = true;
  await customer.page.routeWebSocket(/\/v1\/socket/, (socket) => void (isBlocked ? socket.close() : socket.connectToServer()));
  await customer.page.route(/\/api\/v1\/contact/, (route) => route.abort());
  await customer.visit();
  await customer.open();
  await expect(customer.panel.locator('.bar')).toContainText('blocks our chat', { timeout: 60_000 });
  await customer.panel.getByRole('button', { name: 'Leave a message' }).click();
  await text(customer).fill('Do you engrave?');
  await mail(customer).fill('ada@shop.example');
  await send(customer).click();
  await expect(customer.panel).toContainText('There is no way through just now');
  await isClean(customer.page, 'phone-blocked');
  isBlocked = false;
  await expect(customer.panel).toContainText('we answer to ada@shop.example', { timeout: 60_000 });
});

test("the site's look, dark, at a desk, from right to left; the page's own word wins", async ({ cast, server, associate }) => {
  const theme = { accent: '#7a1f3d', onAccent: '#ffffff', radius: 4, font: 'Georgia, serif' };
  await settings(server, { theme, notices: [{ id: 'tip', kind: 'tip', text: 'נסו את הטבעת בסניף' }] });
  await associate.comes();
  const customer = await cast.customer({ ...DESK, isMobile: false, hasTouch: false, deviceScaleFactor: 1, colorScheme: 'dark' });
  await customer.wears('dark');
  await customer.visit();
  // The demo shop has a colour of its own, and right to left is what other shops are.
  await customer.page.evaluate(() => {
    document.documentElement.dir = 'rtl';
    for (const node of [document.documentElement, document.body, document.querySelector('vitrine-help')]) node.style.setProperty('--vitrine-accent', 'initial');
  });
  await customer.open();
  const ask = customer.panel.getByRole('button', { name: 'Ask for help' });
  await expect(ask).toHaveCSS('background-color', 'rgb(122, 31, 61)');
  await expect(customer.panel).toHaveCSS('border-radius', '4px');
  await isClean(customer.page, 'desk-themed');
  await customer.ask('?');
  await isClean(customer.page, 'desk-themed-waiting');

  const other = await cast.customer({ name: 'other' });
  await other.visit();
  await other.page.evaluate(() => document.documentElement.style.setProperty('--vitrine-accent', '#005a9c'));
  await other.open();
  await expect(other.panel.getByRole('button', { name: 'Ask for help' })).toHaveCSS('background-color', 'rgb(0, 90, 156)');
});

test('the launcher makes way for a button of the shop, and comes back', async ({ customer }) => {
  await customer.visit();
  const ask = customer.page.locator('[data-vitrine-open]').first();
  const apart = async () => {
    const [a, b] = [await customer.launcher.boundingBox(), await ask.boundingBox()];
    return a.y + a.height <= b.y || b.y + b.height <= a.y || a.x + a.width <= b.x || b.x + b.width <= a.x;
  };
  // The shop's button where the launcher stands.
  await ask.evaluate((node) => scrollTo(0, node.getBoundingClientRect().bottom + scrollY - innerHeight + 40));
  await expect.poll(apart).toBe(true);
  await shot(customer.page, '62-phone-launcher');
  await customer.launcher.click({ trial: true });
  await customer.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(async () => (await customer.launcher.boundingBox()).y).toBeGreaterThan(740);
});

/// Two queues are open and one is closed; staff are there for rings alone.
const OFFERED = {
  queues: [
    { id: 'rings', name: 'Rings', offered: true, label: { en: 'Rings and engagement', fr: 'Bagues' } },
    { id: 'watches', name: 'Watches', offered: true, label: { en: 'Watches and straps' } },
    { ...closedUntil(2)[0], id: 'care', name: 'Care', offered: true, label: { en: 'Repair and care' } },
    { id: 'trade', name: 'Trade' },
  ],
};

const choices = (customer) => customer.panel.getByRole('group', { name: 'What is it about?' }).getByRole('button');
/// As with `data-theme="dark"`: the shop itself has no dark side.
const dark = (customer, is) => customer.page.evaluate((on) => { document.querySelector('vitrine-help').style.colorScheme = on ? 'dark' : ''; }, is);

test('several queues to choose from: asked once, each with how it stands; what is closed takes a message', async ({ customer, associate, server }) => {
  await associate.comes();
  await settings(server, OFFERED);
  await customer.visit();
  await customer.open();
  await expect(customer.panel).toContainText('Advisors are here now');
  await customer.field.fill('Can it be made smaller?');
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await expect(choices(customer)).toHaveText([/^Rings and engagement.*here now/, /^Watches and straps/, /^Repair and care.*Closed until .*Leave a message/]);
  await expect(customer.panel.getByRole('heading', { name: 'What is it about?' })).toBeFocused();
  await isClean(customer.page, 'phone-choice');
  await dark(customer, true);
  await isClean(customer.page, 'phone-choice-dark');
  await dark(customer, false);

  // Back, and what is closed: nothing written is lost.
  await customer.panel.getByRole('button', { name: 'Back' }).click();
  await expect(customer.field).toHaveValue('Can it be made smaller?');
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await choices(customer).nth(2).click();
  await expect(customer.panel.getByLabel('Your message')).toHaveValue('Can it be made smaller?');
  await customer.panel.getByRole('button', { name: 'Back' }).click();

  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await choices(customer).nth(1).click();
  await expect(customer.panel.locator('.big')).toHaveText('1');
  const camille = await staff(server, 'camille', { site: SITE });
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  expect(rows.map((row) => [row.queue, row.state])).toEqual([['watches', 'waiting']]);
  await camille.cut();

  // Out of the line and in again: about something else, perhaps.
  await customer.panel.getByRole('button', { name: 'Leave the line' }).click();
  await customer.panel.getByRole('button', { name: 'Ask again' }).click();
  await expect(choices(customer)).toHaveCount(3);
});

test('the choice by keys at a desk, and not where the page has named a queue', async ({ cast, server }) => {
  const customer = await cast.customer(DESK);
  await settings(server, OFFERED);
  await customer.visit();
  await customer.open();
  await expect(customer.panel).toContainText('Nobody is here just now');
  await customer.field.fill('Is it rosé gold?');
  await customer.page.keyboard.press('Tab');
  await customer.page.keyboard.press('Enter');
  await expect(customer.panel.getByRole('heading', { name: 'What is it about?' })).toBeFocused();
  await customer.page.keyboard.press('Tab');
  await expect(choices(customer).nth(0)).toBeFocused();
  await isClean(customer.page, 'desk-choice');
  await dark(customer, true);
  await isClean(customer.page, 'desk-choice-dark');
  await customer.page.keyboard.press('ArrowUp');
  await expect(choices(customer).nth(2)).toBeFocused();
  await customer.page.keyboard.press('Escape');
  await expect(customer.field).toBeFocused();
  await expect(customer.field).toHaveValue('Is it rosé gold?');
  await customer.page.evaluate(() => window.Vitrine('open', { queue: 'watches' }));
  await customer.panel.getByRole('button', { name: 'Ask for help' }).click();
  await expect(customer.panel.locator('.big')).toHaveText('1');
});
