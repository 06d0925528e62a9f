// SPDX-License-Identifier: Apache-2.0
/// Reads the shared view off a screen: what the viewer has drawn, in the picture's own 0..1, so that a phone and a desk can
/// be compared. Nothing in the product is made for this; it is the DOM and the pixels everybody sees.

import { expect } from '@playwright/test';

/// The mark colours, as red, green, blue.
export const COLOURS = { customer: [214, 36, 110], associate: [23, 105, 224] };
const AGREE = 0.004; // of the picture: less than two CSS pixels on the phone

export class View {
  constructor(page) {
    this.page = page;
    this.root = page.locator('section.v');
    this.stage = this.root.locator('.stage');
    this.chip = this.root.locator('.chip');
  }

  button(name) {
    return this.root.getByRole('button', { name, exact: true });
  }

  /// { cx, cy, scale, src, state, box: where the picture lies on the page }
  camera() {
    return this.root.evaluate((v) => {
      const stage = v.querySelector('.stage').getBoundingClientRect();
      const holder = v.querySelector('.holder');
      const box = holder.getBoundingClientRect();
      return {
        cx: (stage.left + stage.width / 2 - box.left) / box.width,
        cy: (stage.top + stage.height / 2 - box.top) / box.height,
        scale: box.width / parseFloat(holder.style.width),
        src: new URL(holder.querySelector('img')?.src ?? 'about:blank').pathname.split('/')[2],
        box: { x: box.left, y: box.top, width: box.width, height: box.height },
        stage: { x: stage.left, y: stage.top, width: stage.width, height: stage.height },
      };
    });
  }

  async shown() {
    await expect(this.root.locator('.holder img').first()).toBeVisible();
    await expect.poll(() => this.root.locator('.holder img').first().evaluate((img) => img.complete && img.naturalWidth > 0)).toBe(true);
  }

  /// Where a place of the picture lies on the page now.
  async at(x, y) {
    const { box } = await this.camera();
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  /// Where the other's pointer is drawn, in the picture's 0..1; null when none is.
  pointer() {
    return this.root.evaluate((v) => {
      const node = [...v.querySelectorAll('.pointer')].find((p) => !p.hidden && p.querySelector('span'));
      if (!node) return null;
      const [, px, py] = /translate\(([-\d.e]+)px, ([-\d.e]+)px\)/.exec(node.style.transform).map(Number);
      const stage = v.querySelector('.stage').getBoundingClientRect();
      const box = v.querySelector('.holder').getBoundingClientRect();
      return { x: (px + stage.left - box.left) / box.width, y: (py + stage.top - box.top) / box.height, name: node.querySelector('span').textContent };
    });
  }

  /// The bounding box of everything drawn in one colour, in the picture's 0..1; null when there is nothing.
  ink(colour) {
    return this.root.evaluate((v, [r, g, b]) => {
      const canvas = v.querySelector('.stage > canvas');
      const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 250 || Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) > 12) continue;
        const x = (i / 4) % width;
        const y = Math.floor(i / 4 / width);
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
      if (right < 0) return null;
      const at = canvas.getBoundingClientRect();
      const box = v.querySelector('.holder').getBoundingClientRect();
      const x = (px) => (at.left + (px / width) * at.width - box.left) / box.width;
      const y = (py) => (at.top + (py / height) * at.height - box.top) / box.height;
      return { left: x(left), top: y(top), right: x(right + 1), bottom: y(bottom + 1) };
    }, colour);
  }

  async drag(from, to, steps = 12) {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps });
    await mouse.up();
  }

  /// Two fingers that go apart around a point of the page, as the browser gets them from a screen.
  async pinch(centre, from, to, steps = 12) {
    const touch = await this.page.context().newCDPSession(this.page);
    const send = (type, half) => touch.send('Input.dispatchTouchEvent', {
      type, touchPoints: half === null ? [] : [-half, half].map((dx, id) => ({ x: centre.x + dx, y: centre.y, id })),
    });
    await send('touchStart', from);
    for (let i = 1; i <= steps; i++) await send('touchMove', from + ((to - from) * i) / steps);
    await send('touchEnd', null);
    await touch.detach();
  }
}

/// Waits until both screens show the same picture at the same place; resolves the camera.
export async function agree(one, other) {
  let seen;
  await expect.poll(async () => {
    const [a, b] = [await one.camera(), await other.camera()];
    seen = a;
    const far = Math.max(Math.abs(a.cx - b.cx), Math.abs(a.cy - b.cy), Math.abs(a.scale / b.scale - 1));
    return a.src === b.src && far < AGREE ? 'agree' : `${JSON.stringify(a)} ${JSON.stringify(b)}`;
  }).toBe('agree');
  return seen;
}
