// SPDX-License-Identifier: Apache-2.0
/// Consent as the customer meets it: the question, the red bar, stopping, and what outlives a page. The associate is scripted:
/// what staff press for it is told by their own story.

import AxeBuilder from '@axe-core/playwright';
import { chromium } from '@playwright/test';

import { associate as staff, take } from '../server/lib/kit.mjs';
import { SITE } from './lib/ground.mjs';
import { wholeBrowser } from './lib/launch.mjs';
import { Mirrored } from './lib/mirrored.mjs';
import { DESK, WATCH } from './lib/people.mjs';
import { Cast, expect, shot, test } from './lib/story.mjs';

async function isClean(page, name) {
  await shot(page, `71-${name}`);
  const { violations } = await new AxeBuilder({ page }).include('vitrine-help').setLegacyMode(true).analyze();
  expect.soft(violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.target.join(' ')} ${n.html.slice(0, 120)}`)), `axe on ${name}`).toEqual([]);
}

async function live(server, customer) {
  const camille = await staff(server, 'camille', { site: SITE });
  await customer.comes();
  const { rows } = await camille.request('queue.watch', { tab: 'unassigned' });
  const n = await take(camille, rows[0].conv);
  await customer.isWith();
  return { camille, n, seen: new Mirrored(camille, n) };
}

const ask = (camille, n, capabilities, text) => camille.request('consent.ask', { capabilities, ...(text && { text }) }, { c: n });
const state = (camille, fits) => camille.waitFor('consent.state', fits);
const dialog = (customer) => customer.page.getByRole('alertdialog');
const bar = (customer) => customer.page.locator('vitrine-help .sharing');

test('asked and allowed: the bar, the page as told, and stopped in one tap', async ({ customer, server }) => {
  const { camille, n, seen } = await live(server, customer);
  const { page } = customer;
  await ask(camille, n, ['mirror', 'point'], 'May I look at it with you?');
  await expect(dialog(customer)).toContainText('May Camille look along on this page?');
  await expect(dialog(customer)).toContainText('May I look at it with you?');
  await expect(dialog(customer).getByRole('switch')).toHaveCount(2);
  await isClean(page, 'phone-question');
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on' && d.point === 'on');
  await expect(bar(customer)).toContainText('You share this page; nobody is looking now');
  await camille.request('mirror.watch', { on: true }, { c: n });
  await expect(bar(customer)).toContainText('Camille sees this page');
  await expect.poll(() => seen.text()).toContain(await page.locator('h1').innerText());
  await isClean(page, 'phone-sharing-panel');
  await customer.panel.getByRole('button', { name: 'Minimise' }).click();
  await expect(bar(customer)).toBeVisible();
  await isClean(page, 'phone-sharing');

  await bar(customer).getByRole('button', { name: 'Details' }).click();
  await expect(bar(customer).getByRole('switch', { name: 'See this page' })).toBeChecked();
  await expect(bar(customer)).toContainText('You allowed: See this page');
  await isClean(page, 'phone-details');
  await bar(customer).getByRole('button', { name: 'Stop sharing' }).click();
  await expect(bar(customer)).toHaveCount(0);
  await state(camille, (d) => d.mirror === 'off' && d.point === 'off');
  const frames = camille.frames.length;
  await page.evaluate(() => document.body.append('after the end'));
  await page.waitForTimeout(300);
  expect(camille.frames.length).toBe(frames);
  await camille.cut();
});

test('no is as easy: Esc refuses, and only the customer opens it again', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  await ask(camille, n, ['mirror']);
  await expect(dialog(customer)).toBeVisible();
  const [no, yes] = await Promise.all(['No, thank you', 'Allow'].map((name) => dialog(customer).getByRole('button', { name }).boundingBox()));
  expect([no.width, no.height]).toEqual([yes.width, yes.height]);
  await customer.page.keyboard.press('Escape');
  await state(camille, (d) => d.mirror === 'rejected');
  await expect(dialog(customer)).toHaveCount(0);
  expect((await camille.refusal('consent.ask', { capabilities: ['mirror'] }, { c: n })).code).toBe('consent.missing');
  await customer.panel.getByRole('button', { name: 'Share this page' }).click();
  await expect(dialog(customer)).toContainText('Let Camille look along on this page?');
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await camille.cut();
});

test('another page, a reload, the way back: sharing goes on, with its bar', async ({ customer, server }) => {
  const { camille, n, seen } = await live(server, customer);
  const { page } = customer;
  await ask(camille, n, ['mirror']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await camille.request('mirror.watch', { on: true }, { c: n });
  await expect.poll(() => seen.text()).toContain(await page.locator('h1').innerText());
  const first = seen.page();
  await page.goto(customer.ground.shop + WATCH);
  await expect(bar(customer)).toContainText('Camille sees this page');
  await expect.poll(() => seen.page()).toBeGreaterThan(first);
  await expect.poll(() => seen.text()).toContain(await page.locator('h1').innerText());
  await page.reload();
  await expect(bar(customer)).toContainText('Camille sees this page');
  const third = seen.page();
  await page.goBack();
  await expect(bar(customer)).toContainText('Camille sees this page');
  await expect.poll(() => seen.page()).toBeGreaterThan(third);
  await expect.poll(() => seen.text()).toContain(await page.locator('h1').innerText());
  // Without a new document.
  const fourth = seen.page();
  await page.evaluate(() => { history.pushState({}, '', '?view=box'); document.title = 'In its box'; });
  await expect.poll(() => seen.page()).toBeGreaterThan(fourth);
  await camille.cut();
});

test('the back button finds the page as it was: a further page to those who look', async ({ ground, server }) => {
  const browser = await chromium.launch({ ...wholeBrowser, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const cast = new Cast(browser, ground, server);
  try {
    const customer = await cast.customer();
    const { camille, n, seen } = await live(server, customer);
    const { page } = customer;
    await ask(camille, n, ['mirror']);
    await dialog(customer).getByRole('button', { name: 'Allow' }).click();
    await state(camille, (d) => d.mirror === 'on');
    await camille.request('mirror.watch', { on: true }, { c: n });
    const ring = await page.locator('h1').innerText();
    await expect.poll(() => seen.text()).toContain(ring);
    await page.evaluate(() => addEventListener('pageshow', (e) => { window.wasKept = e.persisted; }));
    await page.goto(ground.shop + WATCH);
    await expect.poll(() => seen.text()).toContain(await page.locator('h1').innerText());
    const second = seen.page();
    await page.goBack({ waitUntil: 'commit' });
    expect(await page.evaluate(() => window.wasKept), 'the page came out of the cache').toBe(true);
    await expect(bar(customer)).toContainText('Camille sees this page');
    await expect.poll(() => seen.page()).toBeGreaterThan(second);
    await expect.poll(() => seen.text()).toContain(ring);
    await camille.cut();
    await cast.close();
    cast.check();
  } finally {
    await browser.close();
  }
});

test('another tab: what was allowed there is not allowed here', async ({ cast, customer, server }) => {
  const { camille, n, seen } = await live(server, customer);
  await ask(camille, n, ['mirror', 'click']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await camille.request('mirror.watch', { on: true }, { c: n });
  await expect.poll(() => seen.text()).not.toBe('');
  const other = await cast.customer({ context: customer.page.context(), name: 'other tab' });
  await other.visit(WATCH);
  await other.open();
  await other.isWith();
  await state(camille, (d) => d.mirror === 'off' && d.click === 'off');
  await expect(bar(other)).toHaveCount(0);
  await expect(bar(customer)).toHaveCount(0);
  await camille.cut();
});

for (const [where, how] of Object.entries({ desk: { ...DESK, hasTouch: false, isMobile: false, deviceScaleFactor: 1 } })) {
  test(`control on a ${where}: clicks, fills, scrolls, and every key of the customer's ends it`, async ({ cast, server }) => {
    const customer = await cast.customer(how);
    const { camille, n, seen } = await live(server, customer);
    const { page } = customer;
    await page.evaluate(() => {
      const box = document.createElement('div');
      box.dataset.vitrineShow = '';
      Object.assign(box.style, { position: 'fixed', top: '120px', left: '20px', background: '#fff', zIndex: 5 });
      const make = (tag, more) => box.appendChild(Object.assign(document.createElement(tag), more));
      make('button', { id: 'probe', textContent: 'Probe', onclick: () => { window.probed = (window.probed ?? 0) + 1; } });
      make('input', { id: 'size', oninput: () => { window.typed = true; } });
      make('input', { id: 'card', autocomplete: 'cc-number', value: '4242424242424242' });
      make('input', { id: 'pass', type: 'password', value: 'hunter2' });
      make('a', { id: 'away', href: 'https://elsewhere.example/', textContent: 'Away' });
      make('button', { id: 'mine', textContent: 'Mine' }).dataset.vitrineNoControl = '';
      document.body.append(box);
    });
    await ask(camille, n, ['mirror', 'point', 'scroll', 'click', 'fill']);
    await isClean(page, `${where}-question`);
    await dialog(customer).getByRole('button', { name: 'Allow' }).click();
    await state(camille, (d) => d.fill === 'on');
    await camille.request('mirror.watch', { on: true }, { c: n });
    await expect.poll(() => seen.find('probe')).toBeTruthy();
    const act = (verb, id, more = {}) => camille.request(`mirror.${verb}`, { page: seen.page(), node: seen.find(id), ...more }, { c: n });

    expect(await act('click', 'probe')).toEqual({ success: true });
    expect(await page.evaluate(() => window.probed)).toBe(1);
    expect(await act('fill', 'size', { value: '52' })).toEqual({ success: true });
    expect(await page.evaluate(() => [document.getElementById('size').value, window.typed])).toEqual(['52', true]);
    await expect.poll(() => seen.value('size')).toBe('52');
    expect(seen.value('card')).toBe('••••••');
    for (const id of ['card', 'pass']) {
      expect(await act('fill', id, { value: 'x' })).toEqual({ success: false, reason: 'forbidden' });
      expect(await act('click', id)).toEqual({ success: false, reason: 'forbidden' });
    }
    expect(await act('click', 'mine')).toEqual({ success: false, reason: 'forbidden' });
    expect(await act('click', 'away')).toEqual({ success: false, reason: 'forbidden' });
    expect(await act('click', 'probe', { page: 99 })).toEqual({ success: false, reason: 'gone' });
    await page.evaluate(() => {
      const lid = Object.assign(document.createElement('div'), { id: 'lid' });
      Object.assign(lid.style, { position: 'fixed', inset: '0 0 50% 0', zIndex: 6 });
      document.body.append(lid);
    });
    expect(await act('click', 'probe')).toEqual({ success: false, reason: 'covered' });
    await page.evaluate(() => document.getElementById('lid').remove());
    await page.evaluate(() => { document.getElementById('probe').style.visibility = 'hidden'; });
    expect(await act('click', 'probe')).toEqual({ success: false, reason: 'hidden' });
    await page.evaluate(() => { document.getElementById('probe').style.visibility = ''; });
    expect(await camille.request('mirror.scroll', { page: seen.page(), node: 0, y: 1 }, { c: n })).toEqual({ success: true });
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100);

    camille.notice('mirror.mark', { page: seen.page(), node: seen.find('probe') }, { c: n });
    await expect(page.locator('vitrine-help .over-page .ring')).toHaveCount(1);
    await shot(page, `71-${where}-pointed`);

    // The customer acts while a click is under way.
    const late = act('click', 'probe');
    await page.waitForTimeout(100);
    await page.keyboard.press('Tab');
    expect(await late).toEqual({ success: false, reason: 'taken' });
    await state(camille, (d) => d.click === 'off' && d.fill === 'off' && d.mirror === 'on');
    expect((await camille.refusal('mirror.click', { page: seen.page(), node: seen.find('probe') }, { c: n })).code).toBe('consent.missing');
    await expect(page.locator('vitrine-help .said-so')).toContainText('You have taken over');
    await camille.cut();
  });
}

test('a page is pushed: asked, declined, opened; with consent announced', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  const { page } = customer;
  const push = (url) => camille.request('page.push', { url, text: 'The one we spoke of' }, { c: n });
  const toast = page.getByRole('alertdialog', { name: /page for you/ });
  const no = push(WATCH);
  await expect(toast).toContainText('Camille would like to open a page for you');
  await isClean(page, 'phone-push');
  await toast.getByRole('button', { name: 'Not now' }).click();
  expect(await no).toEqual({ success: false, reason: 'refused' });
  const yes = push(WATCH);
  await toast.getByRole('button', { name: 'Open' }).click();
  expect(await yes).toEqual({ success: true });
  await page.waitForURL(`**${WATCH}`);
  await customer.open();
  await customer.isWith();
  await ask(camille, n, ['navigate']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.navigate === 'on');
  const stay = push('/');
  await toast.getByRole('button', { name: 'Stay here' }).click();
  expect(await stay).toEqual({ success: false, reason: 'refused' });
  expect(await push('/')).toEqual({ success: true });
  await page.waitForURL(`${customer.ground.shop}/`);
  await camille.cut();
});

test('shutdown leaves the page as it was found', async ({ customer, server }) => {
  const { camille, n, seen } = await live(server, customer);
  const { page } = customer;
  const before = await page.evaluate(() => [Element.prototype.attachShadow, Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set, CSSStyleSheet.prototype.insertRule].map(String));
  await ask(camille, n, ['mirror', 'click']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await camille.request('mirror.watch', { on: true }, { c: n });
  await expect.poll(() => seen.text()).not.toBe('');
  await page.evaluate(() => window.Vitrine('shutdown'));
  await expect(page.locator('vitrine-help')).toHaveCount(0);
  expect(await page.evaluate(() => [Element.prototype.attachShadow, Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set, CSSStyleSheet.prototype.insertRule].map(String))).toEqual(before);
  const { length } = seen.bytes();
  await page.evaluate(() => document.body.append('after the end'));
  await page.waitForTimeout(200);
  expect(seen.bytes().length).toBe(length);
  await camille.cut();
});

test('the shop’s consent tool forbids it: not asked, and what runs ends', async ({ customer, server }) => {
  const { camille, n } = await live(server, customer);
  const { page } = customer;
  const said = await page.evaluateHandle(() => {
    const all = [];
    addEventListener('vitrine:consent', (e) => all.push(`${e.detail.capability} ${e.detail.state}`));
    return all;
  });
  await ask(camille, n, ['mirror']);
  await dialog(customer).getByRole('button', { name: 'Allow' }).click();
  await state(camille, (d) => d.mirror === 'on');
  await page.evaluate(() => window.Vitrine('consent', { mirror: false }));
  await state(camille, (d) => d.mirror === 'off');
  expect((await camille.waitFor('consent.stop')).d.why).toBe('shop');
  // The page says no by itself, at times before the question is stored.
  await camille.ask('consent.ask', { capabilities: ['mirror'] }, { c: n });
  await state(camille, (d) => d.mirror === 'rejected');
  await expect(dialog(customer)).toHaveCount(0);
  // A refusal ends the question at once, before the page has heard of it or after, and stands when it is stored.
  await expect.poll(async () => (await said.jsonValue()).join()).toMatch(/^mirror requested,mirror on,mirror off,(mirror requested,)?(mirror off,)?mirror rejected$/);
  await camille.cut();
});
