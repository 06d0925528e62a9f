// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const g = await load(new URL('../geometry.ts', import.meta.url));
const close = (a, b, what) => assert.ok(Math.abs(a - b) < 1e-9, `${what ?? ''} ${a} is not ${b}`);

test('a rect and its camera are the same thing', () => {
  const camera = { cx: 0.4, cy: 0.6, scale: 5 };
  const back = g.cameraOf(g.rectOf(camera));
  for (const k of ['cx', 'cy', 'scale']) close(back[k], camera[k], k);
  assert.deepEqual(g.rectOf(g.WHOLE), [0, 0, 1, 1]);
});

test('a rect with unequal sides is shown whole, an empty one does not divide by nothing', () => {
  close(g.cameraOf([0.1, 0.2, 0.5, 0.25]).scale, 2);
  assert.ok(Number.isFinite(g.cameraOf([0, 0, 0, 0]).scale));
});

test('screen and media are inverse on every screen and aspect', () => {
  for (const [width, height, aspect] of [[390, 334, 1], [900, 700, 1.5], [320, 700, 0.4]]) {
    const f = g.frameOf(width, height, aspect);
    const c = { cx: 0.3, cy: 0.8, scale: 7 };
    const [x, y] = g.toMedia(c, f, ...g.toScreen(c, f, 0.123, 0.789));
    close(x, 0.123);
    close(y, 0.789);
    assert.ok(f.fitWidth <= width + 1e-9 && f.fitHeight <= height + 1e-9);
    close(f.fitWidth / f.fitHeight, aspect);
  }
});

test('zoom keeps the place under the finger', () => {
  const f = g.frameOf(390, 334, 1);
  const at = g.toMedia({ cx: 0.5, cy: 0.5, scale: 2 }, f, 220, 150);
  const c = g.zoom({ cx: 0.5, cy: 0.5, scale: 2 }, f, 220, 150, 1.7, 16);
  const [x, y] = g.toScreen(c, f, ...at);
  close(x, 220);
  close(y, 150);
});

test('only the medium bounds the camera: the same on a phone and a desktop', () => {
  const wild = { cx: 2, cy: -1, scale: 400 };
  assert.deepEqual(g.bound(wild, 16), { cx: 1 - 0.5 / 16, cy: 0.5 / 16, scale: 16 });
  for (const [w, h] of [[320, 480], [2560, 1400]]) {
    const f = g.frameOf(w, h, 1);
    close(g.zoom(g.WHOLE, f, w / 2, h / 2, 1000, 16).scale, 16);
    assert.deepEqual(g.pan(g.WHOLE, f, 500, 500, 16), g.WHOLE);
  }
});

test('every screen shows at least the shared rect', () => {
  const c = { cx: 0.7, cy: 0.2, scale: 6 };
  const [rx, ry, rw, rh] = g.rectOf(c);
  for (const [w, h, aspect] of [[390, 334, 1], [900, 600, 0.7], [300, 900, 1.8]]) {
    const f = g.frameOf(w, h, aspect);
    const [l, t] = g.toMedia(c, f, 0, 0);
    const [r, b] = g.toMedia(c, f, w, h);
    assert.ok(l <= rx + 1e-9 && t <= ry + 1e-9 && r >= rx + rw - 1e-9 && b >= ry + rh - 1e-9);
  }
});

test('halfway in a glide is halfway in ratio', () => {
  close(g.between({ cx: 0, cy: 0, scale: 1 }, { cx: 1, cy: 1, scale: 16 }, 0.5).scale, 4);
});
