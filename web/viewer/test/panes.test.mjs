// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

/// Pieces side by side: where their panes lie, and that a millimetre is as long on each of them.

const { boxesOf, measure, paneFrame, scaleOf } = await load(new URL('../panes.ts', import.meta.url));
const { toMedia, toScreen, zoom, WHOLE } = await load(new URL('../geometry.ts', import.meta.url));

const PHONE = [390, 520];
const DESK = [900, 640];
const near = (a, b, within = 1e-9) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);
const round = (boxes) => boxes.map((b) => [b.left, b.top, b.width, b.height].map(Math.round));

test('two stand one above the other on a phone and side by side on a desk', () => {
  assert.deepEqual(round(boxesOf(2, ...PHONE)), [[0, 0, 390, 259], [0, 261, 390, 259]]);
  assert.deepEqual(round(boxesOf(2, ...DESK)), [[0, 0, 449, 640], [451, 0, 449, 640]]);
});

test('three and four make a grid; the last row has its whole width', () => {
  for (const stage of [PHONE, DESK]) {
    const four = boxesOf(4, ...stage);
    assert.equal(new Set(four.map((b) => b.left)).size, 2);
    assert.equal(new Set(four.map((b) => b.top)).size, 2);
  }
  const three = boxesOf(3, 640, 640);
  assert.equal(three[2].width, 640);
  assert.deepEqual(three.map((b) => Math.round(b.top)), [0, 0, 321]);
});

test('panes never lie over each other, nor beyond the stage, and leave nothing but the room between them', () => {
  for (const [width, height] of [PHONE, DESK, [320, 200], [1440, 300], [300, 1400]]) {
    for (const n of [2, 3, 4]) {
      const boxes = boxesOf(n, width, height);
      assert.equal(boxes.length, n);
      boxes.forEach((a, i) => {
        assert.ok(a.left >= 0 && a.top >= 0 && a.left + a.width <= width + 1e-6 && a.top + a.height <= height + 1e-6);
        for (const b of boxes.slice(i + 1)) {
          assert.ok(a.left + a.width <= b.left || b.left + b.width <= a.left || a.top + a.height <= b.top || b.top + b.height <= a.top);
        }
      });
      const covered = boxes.reduce((sum, b) => sum + b.width * b.height, 0);
      assert.ok(covered > width * height - 4 * (width + height), `${n} in ${width} x ${height}`);
    }
  }
});

test('a pane has its own middle: a place goes to the screen and back, and zooming keeps it under the finger', () => {
  const [, box] = boxesOf(2, ...DESK);
  const frame = paneFrame(box, 1.5);
  assert.deepEqual(toScreen(WHOLE, frame, 0.5, 0.5), [box.left + box.width / 2, box.top + box.height / 2]);
  near(toScreen(WHOLE, frame, 0, 0.5)[0], box.left);
  const finger = [box.left + 120, box.top + 300];
  const at = toMedia(WHOLE, frame, ...finger);
  const closer = zoom(WHOLE, frame, ...finger, 3, 16);
  toScreen(closer, frame, ...at).forEach((v, i) => near(v, finger[i]));
});

test('a piece is measured within its picture, and never drawn larger than the catalogue says', () => {
  const picture = { width: 4000, height: 3000, object: [0.25, 0.1, 0.5, 0.8] }; // 2000 x 2400 px
  const ring = measure({ width_mm: 20, height_mm: 24 }, picture);
  near(ring.wide, 20);
  near(ring.high, 24);
  near(ring.across, 40);
  near(ring.dx, 0);
  near(ring.dy, 0);
  const taller = measure({ width_mm: 30, height_mm: 24 }, picture);
  near(taller.wide, 20);
  near(taller.high, 24);
  const aside = measure({ width_mm: 20, height_mm: 24 }, { ...picture, object: [0.5, 0, 0.5, 0.8] });
  near(aside.dx, 0.25);
  near(aside.dy, -0.1);
  assert.equal(measure({}, picture), null);
  assert.equal(measure({ width_mm: 20 }, picture), null);
});

test('a millimetre is as long in every pane, and every piece stands in its own', () => {
  const boxes = boxesOf(2, ...DESK);
  const pictures = [{ width: 4000, height: 3000, object: [0.25, 0.1, 0.5, 0.8] }, { width: 1000, height: 1000, object: [0.1, 0.4, 0.8, 0.2] }];
  const sizes = [measure({ width_mm: 20, height_mm: 24 }, pictures[0]), measure({ width_mm: 64, height_mm: 16 }, pictures[1])];
  const perMm = scaleOf(sizes, boxes);
  sizes.forEach((size, i) => {
    const { width, height, object: [x, y, w, h] } = pictures[i];
    const frame = paneFrame(boxes[i], width / height, size.across * perMm);
    const camera = { cx: 0.5 + size.dx, cy: 0.5 + size.dy, scale: 1 };
    const [left, top] = toScreen(camera, frame, x, y);
    const [right, bottom] = toScreen(camera, frame, x + w, y + h);
    near((right - left) / perMm, [20, 64][i], 1e-6);
    near((bottom - top) / perMm, [24, 16][i], 1e-6);
    const box = boxes[i];
    assert.ok(left >= box.left && right <= box.left + box.width && top >= box.top && bottom <= box.top + box.height);
    near((left + right) / 2, box.left + box.width / 2, 1e-6);
  });
  near(scaleOf([null, sizes[0]], boxes), (449 * 0.84) / 20);
  assert.equal(scaleOf([null, null], boxes), Infinity, 'nothing is known: each fills its pane');
});
