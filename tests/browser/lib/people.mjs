// SPDX-License-Identifier: Apache-2.0
/// The two people of every story and what they do, in their own words. A customer holds a phone, an associate sits at a desk.

import { expect } from '@playwright/test';

import { PASSWORD } from './ground.mjs';
import { View } from './view.mjs';

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, locale: 'en-GB' };
export const DESK = { viewport: { width: 1440, height: 900 }, locale: 'en-GB' };
export const RING = '/products/sapphire-halo-ring/';
export const WATCH = '/products/dress-watch/';

export class Customer {
  constructor(page, watch, ground) {
    this.page = page;
    this.watch = watch;
    this.ground = ground;
    this.view = new View(page);
    this.launcher = page.locator('vitrine-help #go');
    this.panel = page.locator('#vt');
    this.field = this.panel.getByRole('textbox');
    this.said = this.panel.locator('.rows .b');
  }

  async visit(path = RING) {
    await this.page.goto(this.ground.shop + path);
    await expect(this.launcher).toBeVisible();
    // It makes way for the shop's own buttons a moment after the page has loaded: a click just then would fall beside it.
    await expect.poll(() => this.launcher.evaluate((go) => {
      const [{ loadEventEnd: end }] = performance.getEntriesByType('navigation');
      return go.style.translate !== '' || (end > 0 && performance.now() > end + 400);
    })).toBe(true);
  }

  /// The panel follows the page's colours and language, and this shop is light and English: the tag of another shop, set before
  /// it is run.
  async tagged(data) {
    await this.page.addInitScript((more) => {
      new MutationObserver((_, me) => {
        const tag = document.querySelector('script[data-site]');
        if (!tag) return;
        Object.assign(tag.dataset, more);
        me.disconnect();
      }).observe(document, { childList: true, subtree: true });
    }, data);
  }

  wears(theme) {
    return this.tagged({ theme });
  }

  async open() {
    await this.launcher.click();
    await expect(this.panel).toBeVisible();
  }

  async ask(text) {
    await this.field.fill(text);
    await this.panel.getByRole('button', { name: 'Ask for help' }).click();
    await expect(this.panel.locator('.big')).toHaveText('1');
  }

  /// Opens the product, asks: the way most stories begin.
  async comes(text = 'Is the halo set by hand?', path = RING) {
    await this.visit(path);
    await this.open();
    await this.ask(text);
  }

  async isWith(name = 'Camille') {
    await expect(this.panel.locator('.head h2')).toHaveText(`${name} is with you`);
  }

  async say(text) {
    await this.toChat();
    await this.field.fill(text);
    await this.field.press('Enter');
    await expect(this.said.filter({ hasText: text })).toHaveCount(1);
  }

  /// On a phone the picture hides the messages; their count and words are there all the same.
  async toChat() {
    const chat = this.panel.getByRole('button', { name: /^Chat/ });
    if (await chat.isVisible()) await chat.click();
  }

  async toPicture() {
    await this.panel.getByRole('button', { name: 'Picture', exact: true }).click();
  }

  async lookTogether() {
    await this.panel.getByRole('button', { name: 'Look at this together' }).click();
    await this.view.shown();
  }

  /// All that was said, oldest first, on whatever side.
  words() {
    return this.said.allTextContents();
  }
}

export class Associate {
  constructor(page, watch, ground) {
    this.page = page;
    this.watch = watch;
    this.ground = ground;
    this.view = new View(page);
    this.rows = page.locator('.rows .row');
    this.field = page.locator('#composer');
    this.said = page.locator('.said-list .bubble');
    watch.expect(/401 .*\/api\/v1\/me$/); // asked before the login, who one is
  }

  async visit() {
    await this.page.goto(`${this.ground.url}/console/`);
  }

  async login(name = 'camille', password = PASSWORD) {
    await this.page.getByLabel('Name').fill(name);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  async comes(name = 'camille') {
    await this.visit();
    await this.login(name);
    await expect(this.page.getByRole('tablist', { name: 'Customers' })).toBeVisible();
  }

  async to(tab) {
    await this.page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
  }

  async take() {
    await this.page.getByRole('button', { name: /^Take/ }).first().click();
    await expect(this.field).toBeVisible();
  }

  async say(text) {
    await this.field.fill(text);
    await this.field.press('Enter');
    await expect(this.said.filter({ hasText: text })).toHaveCount(1);
  }

  async showTheirs() {
    await this.page.getByRole('button', { name: /^Show (what they look at|.*Ring|.*Watch)/ }).first().click();
    await this.view.shown();
  }

  async end() {
    await this.page.getByRole('button', { name: 'End session' }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'End session' }).click();
  }

  words() {
    return this.page.locator('.said-list .said').allTextContents();
  }
}
