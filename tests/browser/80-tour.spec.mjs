// SPDX-License-Identifier: Apache-2.0
/// Every screen of Vitrine, once, in every look: what lib/tour.mjs can judge is judged here, and the pictures are for people.
/// What the screens do is told by the other stories.

import { createHmac } from 'node:crypto';

import { associate as staff, customer as scripted, say, take } from '../server/lib/kit.mjs';
import { gps, photo } from '../server/lib/picture.mjs';
import { SITE } from './lib/ground.mjs';
import { PHONE, RING, WATCH } from './lib/people.mjs';
import { expect, test } from './lib/story.mjs';
import { FEW, MORE, Tour } from './lib/tour.mjs';
import { ALL_DAY, closedUntil, live, settings } from './lib/furnish.mjs';

test.describe.configure({ timeout: 180_000 });

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselanhänger';
const jpeg = { name: 'IMG_0417.jpg', mimeType: 'image/jpeg', buffer: gps(photo('pearl-drops/hero.jpg')) };

const PIECE = { sku: 'VT-1002', name: 'Lagoon Halo Ring', price: '3680.00', currency: 'EUR' };
const NOTICES = [
  { id: 'load', kind: 'load', text: 'We are asked more than usual today.' },
  { id: 'tip', kind: 'tip', text: 'Ring sizes: we measure for free, in every branch.' },
  { id: 'special', kind: 'special', text: 'Free engraving until Christmas.', url: '/' },
];

const panelTour = (customer, name) => new Tour(customer.page, name, { within: 'vitrine-help' });

test('the customer, until somebody comes', async ({ cast, customer, server, ground }) => {
  const { page, panel } = customer;
  const tour = panelTour(customer, 'customer-before');
  customer.watch.expect(/WebSocket|ERR_/);
  await settings(server, { queues: closedUntil(2, 'Stocktaking') });
  await customer.visit();
  await tour.see('launcher');
  await customer.open();
  await expect(panel.getByRole('heading', { name: /^Closed until/ })).toBeVisible();
  await tour.see('closed', { looks: MORE });
  await panel.getByRole('button', { name: 'Send the message' }).click();
  await expect(panel).toContainText('Write what it is about.');
  await tour.see('closed-missing', { looks: FEW });
  await panel.getByLabel('Your message').fill('Do you engrave the inside of the ring?');
  await panel.getByLabel('E-mail').fill('ada@shop.example');
  await panel.getByRole('button', { name: 'Send the message' }).click();
  await expect(panel).toContainText('we answer to');
  await tour.see('left', { looks: FEW });

  await settings(server, { queues: [{ id: 'main', name: 'Main', hours: { tz: 'UTC', week: ALL_DAY } }], ring: { known: 1, first: 1, total: 8 }, notices: NOTICES, greeting: { on: true, text: 'Good evening' } });
  const other = await cast.customer({ name: 'other' });
  other.watch.expect(/WebSocket|ERR_/);
  const next = panelTour(other, 'customer-before');
  next.n = tour.n;
  await other.visit();
  await other.open();
  await expect(other.panel).toContainText('Nobody is here just now');
  await next.see('message', { looks: MORE });
  await other.panel.getByRole('button', { name: 'Leave a message' }).click();
  await next.see('leave', { looks: FEW });
  await other.panel.getByRole('button', { name: 'Back' }).click();
  const camille = await staff(server, 'camille', { site: SITE });
  await expect(other.panel).toContainText('Advisors are here now');
  await next.see('available');
  await other.ask(`Is the halo set by hand? ${LONG}`);
  await expect(other.panel.locator('.notes li').last()).toBeVisible();
  await next.see('waiting', { looks: MORE });
  await expect(other.panel).toContainText('Nobody could come in the time we had hoped', { timeout: 60_000 });
  await next.see('unclaimed', { looks: FEW });
  await server.halt();
  await expect(other.panel.locator('.bar')).toContainText('Reconnecting');
  await next.see('offline');
  await camille.cut().catch(() => undefined);
});

test('the customer in a session, and whom they ask', async ({ cast, customer, server }) => {
  const { page, panel } = customer;
  const tour = panelTour(customer, 'customer-in');
  customer.watch.expect(/WebSocket|ERR_/);
  const { camille, n } = await live(server, customer);
  const send = (kind, body) => camille.request('chat.send', { kind, body }, { c: n });
  await say(camille, 'By hand: each stone has its own claw. What would you like to know about it?', { c: n });
  await customer.say(LONG);
  await panel.getByRole('button', { name: 'Send this piece' }).click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), panel.getByRole('button', { name: 'Add a photo' }).click()]);
  await chooser.setFiles(jpeg);
  await expect.poll(() => panel.locator('.rows .photo img').evaluate((img) => img.naturalWidth)).toBeGreaterThan(100);
  await tour.see('chat', { looks: MORE });
  await send('choice', { text: 'Which size is it?', options: [{ id: '52', label: 'Size 52' }, { id: '54', label: 'Size 54, a little wider so that it goes over the knuckle' }] });
  await send('form', { text: 'Where shall it go?', fields: [{ id: 'city', label: 'City', kind: 'text', required: true }, { id: 'mail', label: 'Your e-mail', kind: 'email' }] });
  await panel.getByRole('button', { name: 'Send answers' }).click();
  await expect(panel).toContainText('This is needed.');
  await tour.see('questions');

  await panel.getByRole('button', { name: 'Ask somebody else' }).click();
  await tour.see('invite', { looks: FEW });
  await panel.getByRole('button', { name: 'Make a link' }).click();
  const url = await panel.getByLabel('Link for your guest').inputValue();
  await tour.see('link', { looks: FEW });

  const [mum] = await cast.page(await cast.context(PHONE), 'guest');
  const guest = new Tour(mum, 'guest');
  await mum.goto(url);
  await guest.see('door', { looks: FEW });
  await mum.getByLabel('Your name').fill('Mum');
  await mum.getByRole('button', { name: 'Look along' }).click();
  await expect(mum.getByText('Nothing is shown just now')).toBeVisible();
  await guest.see('nothing', { looks: FEW });

  await customer.lookTogether();
  await tour.see('viewer', { looks: MORE });
  // The picture lies in the middle for who reads from right to left, too.
  await tour.wear('desk', 'rtl');
  await expect.poll(async () => Math.abs((await customer.view.camera()).cx - 0.5)).toBeLessThan(0.01);
  await tour.wear('phone', 'light');
  await customer.view.button('Draw').click();
  await tour.see('drawing', { looks: FEW });
  await customer.view.button('Move').click();
  const slots = (await camille.waitFor('view.open')).d.items.map((item) => item.slot);
  await camille.request('guest.poll', { question: 'Which one?', slots: slots.slice(0, 2) }, { c: n });
  await mum.getByRole('button', { name: /: Yes$/ }).first().click();
  await guest.see('poll', { looks: FEW });
  await customer.toChat();
  await expect(panel.getByRole('button', { name: /: Yes$/ }).first()).toHaveText(/Yes 1/);
  await tour.see('poll', { looks: FEW });
  await customer.page.setViewportSize({ width: 390, height: 844 });
  await customer.toPicture();
  await customer.view.button('Compare').click();
  await tour.see('compare-choose', { looks: ['phone light', 'phone dark'] }); // a size that turns would lay the panel over it
  const choose = customer.view.root.getByRole('dialog');
  for (const i of [0, 1]) await choose.getByRole('checkbox').nth(i).check();
  await choose.getByRole('button', { name: 'Compare' }).click();
  await expect(customer.view.root.locator('.pane')).toHaveCount(2);
  await tour.see('compare', { looks: MORE });
  await customer.toChat();
  await panel.getByRole('button', { name: 'Remove Mum' }).click();
  await expect(mum.getByRole('heading', { name: 'It is over' })).toBeVisible();
  await guest.see('over', { looks: FEW });

  await camille.request('consent.ask', { capabilities: ['mirror', 'point', 'scroll', 'click', 'fill'] }, { c: n });
  const asked = page.getByRole('alertdialog');
  await expect(asked).toContainText('look along');
  await tour.see('consent', { looks: ['phone light', 'phone dark', 'narrow light'] }); // as with the choice above
  await asked.getByRole('button', { name: 'Allow' }).click();
  await camille.waitFor('consent.state', (d) => d.mirror === 'on');
  await expect(asked).toHaveCount(0);
  await tour.see('sharing', { looks: MORE });
  const pushed = camille.request('page.push', { url: WATCH, text: 'The one we spoke of' }, { c: n });
  await expect(asked).toContainText('open a page');
  await tour.see('push', { looks: ['phone light', 'phone dark'] });
  await asked.getByRole('button').first().click();
  await pushed;

  await camille.cut();
  await expect(panel.locator('.bar').filter({ hasText: /lost the line|Camille has left/ })).toBeVisible({ timeout: 60_000 });
  await tour.see('away', { looks: FEW });
  await panel.getByRole('button', { name: 'End', exact: true }).click();
  await tour.see('really-end');
  await panel.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
  await expect(panel.getByRole('heading', { name: 'The conversation has ended' })).toBeVisible();
  await panel.locator('.rate .star').nth(3).click();
  await tour.see('rating', { looks: MORE });
  await panel.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(panel).toContainText('Thank you, it has arrived.');
  await panel.getByRole('button', { name: 'Get a link' }).click();
  const link = await panel.getByLabel('Link to the recap').inputValue();
  await tour.see('rated', { looks: FEW });
  const [kept] = await cast.page(await cast.context(PHONE), 'recap');
  await kept.goto(link);
  await expect(kept.getByRole('heading', { level: 1 })).toHaveText('What we looked at together');
  await expect.poll(() => kept.locator('figure img').first().evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(100);
  await new Tour(kept, 'recap').see('recap');
});

test('what does not work is said', async ({ customer, cast, server }) => {
  customer.watch.expect(/WebSocket|ERR_/);
  await customer.page.routeWebSocket(/\/v1\/socket/, (socket) => socket.close());
  await customer.visit();
  await customer.open();
  await expect(customer.panel.locator('.bar')).toContainText('blocks our chat', { timeout: 60_000 });
  await panelTour(customer, 'customer-blocked').see('blocked');

  const [page, watch] = await cast.page(await cast.context(PHONE), 'stranger');
  watch.expect(/40[0-9]/);
  for (const path of ['phone', 'r', 'g']) {
    await page.goto(`${server.url}/${path}/`);
    await expect(page.getByRole('heading')).toBeVisible();
    await new Tour(page, path).see('no-link', { looks: FEW });
  }
});

const DESK = { looks: ['desk light', 'desk dark', 'phone light', 'phone dark'] };

/// The page a phone opens with the code: ready, with a photo on its way or there, with one that was refused.
async function camera(cast, url) {
  const [page, watch] = await cast.page(await cast.context(PHONE), 'phone');
  watch.expect(/415/);
  const tour = new Tour(page, 'camera');
  await page.goto(url);
  const take = page.getByRole('button', { name: /^Take (a|another) photo$/ });
  await expect(take).toBeVisible();
  await tour.see('ready');
  for (const file of [{ name: 'plan.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('%PDF-1.4\n') }, jpeg]) {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), take.click()]);
    await chooser.setFiles(file);
  }
  await expect(page.locator('li.shown')).toBeVisible();
  await expect(page.locator('li.failed')).toHaveCount(1);
  await tour.see('sent');
  await page.close();
}

test('the associate', async ({ cast, server, associate, ground }) => {
  const { page } = associate;
  const tour = new Tour(page, 'console', DESK);
  associate.watch.expect(/WebSocket|ERR_|401|404/);
  await settings(server, { canned: [{ id: 'hello', shortcut: 'hello', text: 'Good morning, {{associate}} of {{shop}} here. Your number is {{reference}}.' }, { id: 'size', shortcut: 'size', text: 'Which size do you wear?' }], labels: ['VIP', 'repair'] });
  await associate.visit();
  await tour.see('login');
  await associate.login('camille', 'not this one');
  await expect(page.getByRole('alert')).toContainText('do not fit');
  await tour.see('login-wrong');
  await associate.comes();
  await tour.see('empty');
  const ask = async (name, path, text) => {
    const peer = await scripted(server, { site: SITE, origin: ground.shop, name, page: { n: 1, url: ground.shop + path, title: 'Lagoon Halo Ring', product: PIECE } });
    await peer.request('queue.join', { lang: 'en', product: PIECE });
    await say(peer, text);
    return peer;
  };
  const ada = await ask('ada', RING, `Is the halo set by hand? ${LONG}`);
  await ask('bea', WATCH, 'Is it waterproof?');
  await associate.to('Unassigned');
  await expect(associate.rows).toHaveCount(2);
  await tour.see('unassigned');
  await page.getByRole('button', { name: 'I am available' }).click();
  await expect(page.getByRole('region', { name: 'Asking for you' })).toBeVisible();
  await tour.see('claim');
  await page.getByRole('button', { name: /^Claim/ }).first().click();
  await expect(associate.field).toBeVisible();
  await tour.see('taken');
  await associate.say('By hand, each stone.');
  await page.getByRole('radio', { name: /Private note/ }).check({ force: true });
  await associate.field.fill('Seems to hesitate between two sizes.');
  await page.getByRole('button', { name: 'Add note' }).click();
  await page.getByRole('radio', { name: /Reply/ }).check({ force: true });
  await page.getByRole('button', { name: /^Show (what they look at|.*Ring)/ }).first().click();
  await associate.view.shown();
  await tour.see('viewer');
  await page.setViewportSize({ width: 1440, height: 900 });
  await associate.view.button('Draw').click();
  await tour.see('drawing', { looks: ['desk light', 'desk dark'] });
  await page.keyboard.press('Control+k');
  await expect(page.locator('.hit').first()).toBeVisible();
  await tour.see('catalogue');
  await page.keyboard.press('Escape');
  // What opens over the desk, by the button that opens it.
  const sheets = [['Photo from a phone', 'phone-code'], ['Hand over', 'hand-over'], ['Call in', 'call-in'], ['End session', 'really-end']];
  for (const [button, screen] of sheets) {
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await tour.see(screen, { looks: ['desk light', 'desk dark'] });
    if (screen === 'phone-code') await camera(cast, await page.getByLabel('Link for the phone').inputValue());
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  for (const kind of ['Choice', 'Form', 'Votes on what is shown']) {
    await page.getByRole('button', { name: 'More to send' }).click();
    await page.getByRole('button', { name: kind, exact: true }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await tour.see(kind.toLowerCase().split(' ')[0], { looks: ['desk light', 'desk dark'] });
    await page.keyboard.press('Escape');
  }
  await associate.field.fill('/');
  await expect(page.locator('#canned [role=option]')).toHaveCount(2);
  await tour.see('canned', { looks: ['desk light', 'desk dark'] });
  await associate.field.fill('');
  await page.getByRole('button', { name: /^Camille/ }).click();
  await tour.see('self', { looks: ['desk light', 'desk dark'] });
  await page.keyboard.press('Escape');
  for (const [pane, screen] of [['Chat', 'pane-chat'], ['Customer', 'pane-customer']]) {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('navigation', { name: 'Console' }).getByRole('button', { name: pane, exact: true }).click();
    await tour.see(screen, { looks: ['phone light', 'phone dark'] });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'End session' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
  await expect(page.getByRole('form', { name: 'Wrap-up' })).toBeVisible();
  await page.getByRole('radio', { name: 'Sold' }).check();
  // The recap's row comes a moment later and moves what stands over it.
  await expect(page.getByRole('region', { name: 'Recap for the customer' })).toBeVisible();
  await tour.see('wrap-up');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Save wrap-up' }).click();
  await page.getByRole('button', { name: 'Search what was said' }).click();
  await page.getByRole('searchbox').fill('halo');
  await expect(page.locator('.found')).toHaveCount(1);
  await tour.see('found');
  await page.getByRole('searchbox').fill('zzz');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await tour.see('nothing-found', { looks: ['desk light', 'phone dark'] });
  await ada.cut();
  await server.halt();
  await expect(page.getByRole('region', { name: 'Connection' })).toBeVisible();
  await tour.see('no-line');
});

/// RFC 6238, for the phone that the story does not have.
function code(secret, steps = 0) {
  const bits = [...secret].map((ch) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(ch).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const PAGES = ['People', 'My account', 'Site', 'Queues and hours', 'Notices', 'Canned replies', 'Labels', 'Theme', 'Pictures', 'Mail', 'Privacy', 'Audit log', 'Reports'];

test('who runs the shop: the settings, the floor, the reports', async ({ cast, server, ground, associate }) => {
  const { page } = associate;
  associate.watch.expect(/401/);
  await server.addAssociate({ site: SITE, login: 'ada', name: 'Ada Lindqvist', role: 'admin' });
  await settings(server, {
    queues: [{ id: 'main', name: 'Main', hours: { tz: 'Europe/Paris', week: { ...ALL_DAY, mon: [['10:00', '13:00'], ['14:00', '18:30']] }, exceptions: [{ date: '2026-12-25', open: [], why: 'Christmas' }] }, groups: [['camille'], ['noor', 'gone']] }],
    notices: NOTICES, greeting: { on: true, text: 'Hello' }, canned: [{ id: 'a', shortcut: 'size', text: 'We measure it.' }], labels: ['Repair', 'Gift'],
  });
  const camille = await staff(server, 'camille', { site: SITE });
  const peers = [];
  for (const text of ['Is the halo set by hand?', 'Is it waterproof?', LONG]) {
    const peer = await scripted(server, { site: SITE, origin: ground.shop, page: { n: 1, url: ground.shop + RING, title: 'Lagoon Halo Ring', product: PIECE } });
    await peer.request('queue.join', { lang: 'en', product: PIECE });
    await say(peer, text);
    peers.push(peer);
  }
  await say(camille, 'By hand.', { c: await take(camille, peers[0].conv) });

  const admin = new Tour(page, 'admin', { looks: ['desk light', 'phone dark'] });
  await page.goto(`${ground.url}/admin/`);
  await admin.see('login');
  await associate.login('ada');
  for (const title of PAGES) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('link', { name: new RegExp(`^${title}`) }).click();
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.getByText('Loading…')).toHaveCount(0);
    await admin.see(title.toLowerCase().replaceAll(' ', '-'));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('link', { name: 'My account' }).click();
  await page.getByRole('button', { name: 'Set it up' }).click();
  await page.getByText('It cannot be scanned').click();
  const secret = await page.getByLabel('Type this key into the app').inputValue();
  await page.getByLabel('Enter the six digits it shows').fill(code(secret));
  await admin.see('factor');
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await expect(page.getByLabel('Recovery codes')).toBeVisible();
  await admin.see('recovery', { looks: ['desk light', 'phone dark'] });
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('It is on.')).toBeVisible();

  const board = new Tour(page, 'floor', DESK);
  await page.context().clearCookies();
  await page.goto(`${ground.url}/console/`);
  await associate.login('ada');
  await expect(page.getByLabel('Code')).toBeFocused();
  await new Tour(page, 'console-code', DESK).see('code');
  await page.getByLabel('Code').fill('000000');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('That code is not right');
  await page.getByLabel('Code').fill(code(secret, 1));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Floor' }).click();
  await expect(page.getByRole('main', { name: 'Shop floor' })).toContainText('Camille');
  await board.see('floor');
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Reports' }).click();
  await expect(page.getByRole('main', { name: 'Reports' }).locator('.report-figures li').first()).toBeVisible();
  await board.see('reports');
  for (const peer of [camille, ...peers]) await peer.cut();
});
