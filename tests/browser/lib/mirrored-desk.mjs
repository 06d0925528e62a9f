// SPDX-License-Identifier: Apache-2.0
/// The mirror as the associate has it: what is drawn there, read from outside, and the hand on it. Nothing in the product is
/// made for this.

import { expect } from '@playwright/test';

export class Desk {
  constructor(page) {
    this.page = page;
    this.stage = page.locator('.mirror-place');
    this.over = page.frameLocator('.mirror-frame').locator('.over');
    this.done = page.locator('.mirror-done');
  }

  tab(name) {
    return this.page.getByRole('tab', { name: new RegExp(`^${name}`) });
  }

  async frame() {
    const handle = await this.page.locator('.mirror-frame').elementHandle();
    return handle.contentFrame();
  }

  /// Asked of the mirror page, which may look into the frame where nothing runs.
  async read(fn, arg) {
    const frame = await this.frame();
    // As an expression: the policy of the page forbids what makes code out of text there.
    return frame.evaluate(`(() => {
      const doc = document.querySelector('.layer:not(.new) iframe')?.contentDocument ?? null;
      return doc === null ? null : (${fn.toString()})(doc, ${JSON.stringify(arg ?? null)});
    })()`).catch(() => null);
  }

  /// The words of one place of the mirrored page, as they are laid out.
  words(selector) {
    return this.read((doc, at) => doc.querySelector(at)?.innerText?.replace(/\s+/g, ' ').trim() ?? null, selector);
  }

  /// Where on the console's page the middle of a mirrored thing is.
  async at(selector) {
    const inside = await this.read((doc, at) => {
      const box = doc.querySelector(at)?.getBoundingClientRect();
      return box && { x: box.x + box.width / 2, y: box.y + box.height / 2, width: doc.defaultView.innerWidth };
    }, selector);
    const over = await this.over.boundingBox();
    const scale = over.width / inside.width;
    return { x: over.x + inside.x * scale, y: over.y + inside.y * scale };
  }

  async press(selector) {
    const { x, y } = await this.at(selector);
    await this.page.mouse.move(x, y, { steps: 3 });
    await this.page.mouse.down();
    await this.page.mouse.up();
  }

  async use(tool) {
    await this.stage.getByRole('button', { name: tool, exact: true }).click();
    await expect(this.stage.getByRole('button', { name: tool, exact: true })).toHaveAttribute('aria-pressed', 'true');
  }

  /// Through the sheet of permissions.
  async askFor(...names) {
    await this.stage.getByRole('button', { name: /^(Permissions|Ask for more…)$/ }).click();
    const sheet = this.page.getByRole('dialog', { name: 'Permissions' });
    for (const name of names) await sheet.getByRole('checkbox', { name: new RegExp(`^${name}`) }).check();
    await sheet.getByRole('button', { name: 'Ask' }).click();
  }
}
