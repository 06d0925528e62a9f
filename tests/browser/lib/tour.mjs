// SPDX-License-Identifier: Apache-2.0
/// Looks at a screen as it is on a phone and at a desk, in light and in dark, and says what is wrong with it: what axe finds,
/// what is wider than the screen, cut words, targets too small for a thumb, a focus nobody sees. A picture of each is kept in
/// build/browser-results/tour for people to judge the rest.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';

import { top } from '../../server/lib/protocol.mjs';
import { faults, unseenFocus } from './judge.mjs';

const shots = join(top, 'build/browser-results/tour');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOURS = ['color-contrast'];

const SIZES = { phone: [390, 844], desk: [1440, 900], narrow: [320, 568], zoom: [720, 450] };
/// Every size once and both colours once, for a screen that is much like another.
export const FEW = ['phone light', 'desk dark'];
/// What is looked at unless a tour says otherwise.
export const BOTH = ['phone light', 'phone dark', 'desk light', 'desk dark'];
/// What a shop may be, or a customer may need.
export const MORE = [...BOTH, 'phone forced', 'phone rtl', 'desk rtl', 'narrow light', 'zoom light'];

export class Tour {
  /// `within`: the part of the page that is ours, as a selector; the rest belongs to a shop.
  constructor(page, name, { within, looks = BOTH } = {}) {
    Object.assign(this, { page, name, within, looks, n: 0 });
    mkdirSync(shots, { recursive: true });
  }

  /// One screen in every look; afterwards it is as it was.
  async see(screen, { looks = this.looks } = {}) {
    this.n++;
    const seen = new Set();
    for (const look of looks) {
      const [size, mode] = look.split(' ');
      await this.wear(size, mode);
      const name = `${this.name}-${String(this.n).padStart(2, '0')}-${screen}-${size}-${mode}`;
      await this.page.screenshot({ path: join(shots, `${name}.jpg`), type: 'jpeg', quality: 80, scale: 'css', animations: 'disabled' });
      await this.judge(name, seen, size, mode);
    }
    const [size, mode] = looks[0].split(' ');
    await this.wear(size, mode);
  }

  /// Colours once for each mode, all other rules once; what a size can change, for each size.
  async judge(name, seen, size, mode) {
    const isFirst = seen.size === 0;
    const found = [];
    if (isFirst) found.push(...await this.axe());
    else if (mode === 'dark' && !seen.has(mode)) found.push(...await this.axe(COLOURS));
    const shape = mode === 'rtl' ? `${size} rtl` : size;
    if (!seen.has(shape)) found.push(...await this.page.evaluate(faults, this.within));
    if (isFirst) {
      await this.page.keyboard.press('Shift'); // from now on the keyboard is what is used
      found.push(...await this.page.evaluate(unseenFocus, this.within));
    }
    seen.add(shape).add(mode);
    expect.soft(found, name).toEqual([]);
  }

  async axe(rules) {
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode(true);
    if (this.within) axe.include(this.within);
    const { violations } = await (rules ? axe.withRules(rules) : axe.withTags(TAGS)).analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map((n) => `axe ${id}: ${n.target.flat().join(' ')} ${n.html.slice(0, 120)} ${n.any[0]?.message ?? ''}`));
  }

  async wear(size, mode) {
    const [width, height] = SIZES[size];
    const { page } = this;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: mode === 'dark' ? 'dark' : 'light', forcedColors: mode === 'forced' ? 'active' : 'none', reducedMotion: 'reduce' });
    await page.evaluate(([dark, rtl, wide]) => {
      document.documentElement.dir = rtl ? 'rtl' : 'ltr';
      // The shop of these stories is light; another is dark, and says so on the tag.
      const host = document.querySelector('vitrine-help');
      if (host) for (const [word, on] of [['dark', dark], ['light', !dark]]) host.toggleAttribute(`data-${word}`, on);
      const panel = host?.shadowRoot.querySelector('#vt');
      // Who turns a phone into a desk meanwhile has a panel that is still modal, as it was when it was opened.
      if (panel?.open && panel.matches(':modal') === wide) { panel.close(); if (wide) panel.show(); else panel.showModal(); }
    }, [mode === 'dark', mode === 'rtl', width > 640]);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
}
