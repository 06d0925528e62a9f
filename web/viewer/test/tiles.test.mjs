// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { factorFor, readInfo, tilesOf, ENOUGH } = await load(new URL('../tiles.ts', import.meta.url));
const g = await load(new URL('../geometry.ts', import.meta.url));

const full = (width, height, factors = [1, 2, 4, 8]) => ({ width, height, side: 512, factors });
const numbers = ({ path }) => {
  const [x, y, w, h, ow, oh] = path.match(/^(\d+),(\d+),(\d+),(\d+)\/(\d+),(\d+)\/0\/default\.jpg$/).slice(1).map(Number);
  return { x, y, w, h, ow, oh };
};

test('the level is the coarsest that is sharp enough, and never coarser or finer than there is', () => {
  const ring = full(4000, 4000);
  assert.equal(factorFor(ring, 100), 8);
  assert.equal(factorFor(ring, 1000), 4);
  assert.equal(factorFor(ring, 1000 * ENOUGH), 4);
  assert.equal(factorFor(ring, 1000 * ENOUGH + 1), 2);
  assert.equal(factorFor(ring, 2500), 1);
  assert.equal(factorFor(ring, 99999), 1);
  assert.equal(factorFor(full(300, 200, [1]), 10), 1);
});

test('every tile lies on the grid of its level, is cut at the edge and asks for the pixels stored there', () => {
  for (const [w, h] of [[4000, 4000], [4001, 2999], [513, 511], [512, 512], [5, 3000]]) {
    for (const factor of [1, 2, 4, 8]) {
      const of = full(w, h);
      const tiles = tilesOf(of, factor, [0, 0], [1, 1]);
      const step = 512 * factor;
      assert.equal(tiles.length, Math.ceil(w / step) * Math.ceil(h / step));
      const [levelW, levelH] = [Math.ceil(w / factor), Math.ceil(h / factor)];
      let area = 0;
      for (const tile of tiles) {
        const t = numbers(tile);
        assert.ok(t.x % step === 0 && t.y % step === 0);
        assert.equal(t.w, Math.min(step, w - t.x));
        assert.equal(t.h, Math.min(step, h - t.y));
        assert.equal(t.ow, Math.min(512, levelW - (t.x / step) * 512), 'as wide as the tile of a level that is rounded up');
        assert.equal(t.oh, Math.min(512, levelH - (t.y / step) * 512));
        area += t.w * t.h;
      }
      assert.equal(area, w * h, 'all of the picture, nothing twice');
    }
  }
});

test('only what is on the screen, the middle first', () => {
  const of = full(4000, 4000);
  const one = tilesOf(of, 1, [0.26, 0.26], [0.37, 0.37]);
  assert.deepEqual(one.map(({ x, y }) => [x, y]), [[1024, 1024]]);
  const some = tilesOf(of, 1, [0.2, 0.2], [0.6, 0.5]);
  const middle = [0.4 * 4000, 0.35 * 4000];
  const far = some.map(({ x, y }) => Math.hypot(x + 256 - middle[0], y + 256 - middle[1]));
  assert.deepEqual(far, [...far].sort((a, b) => a - b));
  for (const { x, y, width, height } of some) {
    assert.ok(x < 2400 && x + width > 800 && y < 2000 && y + height > 800, `${x},${y} is on the screen`);
  }
  assert.equal(some.length, 4 * 3);
});

test('a screen that shows more than the picture asks for no more than the picture', () => {
  const of = full(1000, 700);
  const inside = tilesOf(of, 1, [-0.4, -2], [1.7, 3]);
  assert.equal(inside.length, 4);
  assert.deepEqual(tilesOf(of, 1, [1.2, 0], [1.9, 1]), []);
});

test('on a phone and a desk the tiles cover what is seen, within two of what fits', () => {
  const of = full(4000, 4000);
  for (const [width, height, dpr] of [[390, 560, 2], [844, 780, 1], [2560, 1400, 2]]) {
    const frame = g.frameOf(width, height, 1);
    for (const scale of [1.5, 3, 6, 16]) {
      const camera = { cx: 0.52, cy: 0.4, scale };
      const factor = factorFor(of, frame.fitWidth * scale * dpr);
      const from = g.toMedia(camera, frame, 0, 0);
      const to = g.toMedia(camera, frame, width, height);
      const tiles = tilesOf(of, factor, from, to);
      const inside = ([x, y]) => tiles.some((t) => x >= t.x && x <= t.x + t.width && y >= t.y && y <= t.y + t.height);
      for (const x of [from[0], to[0]]) {
        for (const y of [from[1], to[1]]) assert.ok(inside([x, y].map((v) => g.clamp(v, 0, 1) * 4000)), `${[x, y]} at ${scale}`);
      }
      const most = (Math.ceil((width * dpr * ENOUGH * 2) / 512) + 1) * (Math.ceil((height * dpr * ENOUGH * 2) / 512) + 1);
      assert.ok(tiles.length <= most, `${tiles.length} of ${most}`);
    }
  }
});

test('info.json: what is not one is none', () => {
  const good = { width: 4000, height: 3000, tiles: [{ width: 512, height: 512, scaleFactors: [1, 4, 2] }] };
  assert.deepEqual(readInfo(good), { width: 4000, height: 3000, side: 512, factors: [1, 2, 4] });
  assert.equal(readInfo({ ...good, tiles: [{ width: 512, scaleFactors: [1] }] }).side, 512);
  const bad = [null, 7, [], {}, { ...good, width: '4000' }, { ...good, height: -1 }, { ...good, width: Infinity }, { ...good, tiles: [] },
    { ...good, tiles: [null] }, { ...good, tiles: [{ width: 512, height: 256, scaleFactors: [1] }] }, { ...good, tiles: [{ width: 0, scaleFactors: [1] }] },
    { ...good, tiles: [{ width: 512, scaleFactors: ['1', 0, 1.5] }] }];
  for (const text of bad) assert.equal(readInfo(text), null, JSON.stringify(text));
});
