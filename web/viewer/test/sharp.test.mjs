// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { load } from './load.mjs';

/// How tiles come and go: the picture and the network are stood in for, the clock is ours.

const { sharpen } = await load(new URL('../sharp.ts', import.meta.url));

class Node {
  style = {};
  kids = new Set();
  append(...kids) {
    for (const kid of kids) {
      kid.up = this;
      this.kids.add(kid);
    }
  }
  remove() { this.up?.kids.delete(this); }
  removeAttribute(name) { delete this[name]; }
  setAttribute(name, value) { this[name] = value; }
  decode() { return new Promise((done, fail) => Object.assign(this, { done, fail })); }
}
const made = [];
globalThis.document = { createElement: (tag) => (tag === 'img' ? made[made.push(new Node()) - 1] : new Node()) };
globalThis.devicePixelRatio = 1;
let answers = [];
globalThis.fetch = async (url) => {
  asked.push(url);
  const [status, body] = answers.length > 1 ? answers.shift() : answers[0];
  return { status, ok: status === 200, json: async () => body };
};
let asked = [];

const INFO = { width: 4000, height: 4000, tiles: [{ width: 512, height: 512, scaleFactors: [1, 2, 4, 8] }] };
const settle = () => new Promise(setImmediate);
const running = () => made.filter((i) => i.src && !i.settled);

function viewer({ media = 'ring', pixels = 1000 } = {}) {
  const holder = new Node();
  const picture = { shown: media, pixels, whole: false, busy: false };
  const sync = { camera: { cx: 0.5, cy: 0.5, scale: 1 } };
  const core = { holder, picture, sync, frame: { width: 900, height: 900, fitWidth: 900, fitHeight: 900 }, shown: true, wake: () => {}, o: { iiif: '/iiif/3/' } };
  const sharp = sharpen(core);
  const layer = [...holder.kids][0];
  return {
    sharp, picture, core,
    /// On the stage, by level.
    laid: () => [...layer.kids].map((i) => 1024 - Number(i.style.zIndex)).sort((a, b) => a - b),
    async look(scale, cx = 0.5, cy = 0.5) {
      sync.camera = { cx, cy, scale };
      sharp.painted();
      mock.timers.tick(100);
      await settle();
    },
    async arrive(some = Infinity, how = 'done') {
      for (const image of running().slice(0, some)) {
        image.settled = true;
        image[how](new Error());
      }
      await settle();
    },
    async all() { while (running().length) await this.arrive(); },
  };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  made.length = 0;
  asked = [];
  answers = [[200, INFO]];
});

test('at the whole nothing is asked for, nor for a picture that has no more pixels', async () => {
  const v = viewer();
  await v.look(1);
  v.picture.whole = true;
  await v.look(4);
  assert.deepEqual([asked.length, made.length], [0, 0]);
});

test('closer: info once, then six at once, and all of what is on show in the end', async () => {
  const v = viewer();
  await v.look(2);
  assert.deepEqual(asked, ['/iiif/3/ring/info.json']);
  assert.ok(running().length > 0 && running().length <= 6);
  await v.all();
  assert.ok(v.laid().length > 0 && v.laid().every((f) => f === 2));
  await v.look(4);
  assert.equal(asked.length, 1);
  assert.equal(running().length, 6);
});

test('the old level stays until every tile of the new one is decoded', async () => {
  const v = viewer();
  await v.look(2);
  await v.all();
  const old = v.laid().length;
  await v.look(4.4);
  const wanted = running().length;
  await v.arrive(wanted - 1);
  assert.equal(v.laid().filter((f) => f === 2).length, old);
  await v.all();
  assert.ok(v.laid().every((f) => f === 1));
  const fine = v.laid().length;
  await v.look(2);
  assert.equal(v.laid().filter((f) => f === 1).length, fine, 'also on the way back');
  await v.all();
  assert.ok(v.laid().every((f) => f === 2));
  await v.look(1);
  assert.deepEqual(v.laid(), [], 'the whole has pixels enough');
});

test('what went out of sight is ended, what is still in sight is not asked for again', async () => {
  const v = viewer();
  await v.look(8, 0.1, 0.1);
  const first = [...made];
  await v.look(8, 0.9, 0.9);
  assert.ok(first.every((i) => !i.src));
  await v.all();
  const count = made.length;
  await v.look(8.1, 0.9, 0.9);
  assert.equal(made.length, count);
});

test('a gesture asks for no level on the way; a long one is not left blurred', async () => {
  const v = viewer();
  for (let i = 0; i < 5; i++) {
    v.core.sync.camera = { cx: 0.5, cy: 0.5, scale: 2 + i };
    v.sharp.painted();
    mock.timers.tick(50);
  }
  await settle();
  assert.equal(asked.length, 0);
  mock.timers.tick(60);
  await settle();
  assert.equal(asked.length, 1);
});

test('a tile that fails is asked for three times, then left', async () => {
  const v = viewer();
  await v.look(16, 0.4, 0.4);
  const first = made.length;
  const now = performance.now.bind(performance);
  let late = 0;
  performance.now = () => now() + late;
  for (let i = 0; i < 5; i++) {
    await v.arrive(Infinity, 'fail');
    late += 2000;
    mock.timers.tick(2000);
    await settle();
  }
  performance.now = now;
  assert.equal(made.length, first * 3);
  assert.deepEqual(v.laid(), []);
});

test('not cut yet: asked again; not there: the whole grows instead', async () => {
  answers = [[503], [503], [200, INFO]];
  const v = viewer();
  await v.look(4);
  assert.equal(v.sharp.able, false);
  for (let i = 0; i < 2; i++) {
    mock.timers.tick(2000);
    await settle();
  }
  assert.equal(asked.length, 3);
  assert.equal(v.sharp.able, true);
  assert.ok(running().length > 0);

  answers = [[404]];
  asked = [];
  const none = viewer();
  await none.look(4);
  mock.timers.tick(60_000);
  await settle();
  assert.equal(none.sharp.able, false);
  assert.equal(asked.length, 1);
});

test('another picture: the old tiles go with it; the grant goes into every address', async () => {
  const v = viewer({ media: 'mine?e=9&s=abc' });
  await v.look(4);
  assert.deepEqual(asked, ['/iiif/3/mine/info.json?e=9&s=abc']);
  assert.match(made[0].src, /^\/iiif\/3\/mine\/\d+,\d+,\d+,\d+\/\d+,\d+\/0\/default\.jpg\?e=9&s=abc$/);
  await v.all();
  v.picture.shown = 'other';
  v.sharp.painted();
  assert.deepEqual(v.laid(), []);
  v.sharp.stop();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(asked.length, 1);
});

test('never more than 128 are kept', async () => {
  const v = viewer();
  v.core.frame = { width: 900, height: 900, fitWidth: 900, fitHeight: 900 };
  answers = [[200, { width: 40000, height: 40000, tiles: [{ width: 512, scaleFactors: [1, 2, 4, 8, 16, 32, 64] }] }]];
  for (let i = 0; i < 60; i++) {
    await v.look(14, 0.1 + (i % 10) / 12, 0.1 + Math.floor(i / 10) / 8);
    await v.all();
    assert.ok(v.laid().length <= 128);
  }
  assert.ok(made.length > 128);
});
