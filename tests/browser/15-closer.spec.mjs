// SPDX-License-Identifier: Apache-2.0
/// From the whole ring to one stone: what is asked for on the way, and that the server only has to copy it.

import { expect, livePair, shot, test } from './lib/story.mjs';
import { agree } from './lib/view.mjs';

const TILE = 512;
const STONE = [0.5, 0.14];
const bytes = (list) => list.reduce((sum, a) => sum + a.bytes, 0);
const tilesIn = (all) => all.filter((a) => a.pathname.startsWith('/iiif/') && !a.pathname.endsWith('info.json'));
const KB = (count) => `${Math.round(count / 1024)} KB`;

/// Everything about pictures that a page asks for, with what came; `ended` counts tiles that went out of sight on their way.
function listen(page) {
  const asked = Object.assign([], { ended: 0 });
  page.on('requestfailed', (request) => { if (request.url().includes('/iiif/')) asked.ended++; });
  page.on('requestfinished', async (request) => {
    const { pathname } = new URL(request.url());
    if (!/^\/(t|iiif)\//.test(pathname)) return;
    const [response, sizes] = await Promise.all([request.response(), request.sizes()]);
    asked.push({ pathname, status: response.status(), bytes: sizes.responseBodySize });
  });
  return asked;
}

async function answers(ground) {
  const text = await (await fetch(`${ground.url}/metrics`)).text();
  const from = (what) => Number(new RegExp(`vitrine_media_answers_total\\{from="${what}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
  return { tile: from('tile'), worker: from('worker') };
}

/// The medium that the product's page names first.
async function pictureOf(customer) {
  await customer.visit();
  return customer.page.evaluate(() => {
    const named = [...document.querySelectorAll('script[type="application/ld+json"]')].map((s) => s.textContent).join();
    return /[0-9a-f]{64}/.exec(named)[0];
  });
}

/// The picture can be cut from now on. The server says "not yet" until it has read the original.
async function ready(ground, media) {
  let info;
  await expect.poll(async () => {
    const answer = await fetch(`${ground.url}/iiif/3/${media}/info.json`);
    if (answer.ok) info = await answer.json();
    return answer.status;
  }, { timeout: 60_000 }).toBe(200);
  return info;
}

/// What of the stage is covered by decoded tiles of the finest level on it, and how many of their pixels one device pixel has.
const sharpness = (view) => view.root.evaluate((v) => {
  const stage = v.querySelector('.stage').getBoundingClientRect();
  const all = [...v.querySelectorAll('.holder div img')].map((img) => ({ box: img.getBoundingClientRect(), of: img.naturalWidth }));
  const dense = (t) => t.of / (t.box.width * devicePixelRatio);
  const finest = Math.max(0, ...all.map(dense));
  let [seen, covered] = [0, 0];
  const holder = v.querySelector('.holder').getBoundingClientRect();
  for (let i = 0.5; i < 24; i++) {
    for (let j = 0.5; j < 24; j++) {
      const [x, y] = [stage.left + (stage.width * i) / 24, stage.top + (stage.height * j) / 24];
      const inside = (b) => x >= b.left - 0.5 && x <= b.right + 0.5 && y >= b.top - 0.5 && y <= b.bottom + 0.5;
      if (!inside(holder)) continue;
      seen++;
      if (all.some((t) => dense(t) > finest * 0.9 && inside(t.box))) covered++;
    }
  }
  return { covered: covered / seen, finest };
});

/// On the grid of its level, cut at the edge, of the size stored there.
function checkTile(path, info) {
  const found = /\/(\d+),(\d+),(\d+),(\d+)\/(\d+),(\d+)\/0\/default\.jpg$/.exec(path);
  expect(found, path).not.toBeNull();
  const [x, y, w, h, ow, oh] = found.slice(1).map(Number);
  const factor = info.tiles[0].scaleFactors.find((f) => Math.ceil(w / f) === ow && Math.ceil(h / f) === oh && x % (TILE * f) === 0 && y % (TILE * f) === 0
    && w === Math.min(TILE * f, info.width - x) && h === Math.min(TILE * f, info.height - y));
  expect(factor, `${path} is a tile as stored`).toBeTruthy();
  return { x, y, w, h, factor };
}

async function together({ customer, associate, ground }) {
  await livePair({ customer, associate });
  await customer.lookTogether();
  await associate.view.shown();
  const { src } = await agree(customer.view, associate.view);
  return src;
}

test('they zoom from the whole ring to one stone: stored tiles, no more, and nothing is rendered', async ({ customer, associate, ground, server }) => {
  test.slow();
  void server;
  const media = await pictureOf(customer);
  const info = await ready(ground, media);
  const asked = { phone: listen(customer.page), desk: listen(associate.page) };
  expect(await together({ customer, associate, ground })).toBe(media);
  for (const { page } of [customer, associate]) await page.waitForLoadState('networkidle');
  const whole = Object.fromEntries(Object.entries(asked).map(([who, all]) => [who, all.splice(0).filter((a) => a.pathname.startsWith(`/t/${media}/`))]));
  // The size that the stage can use, at first sight: 390 CSS pixels, two device pixels each.
  expect(whole.phone.map((a) => a.pathname)).toContain(`/t/${media}/960`);
  for (const [who, all] of Object.entries(whole)) console.log(`${who}: ${all.map((a) => `${a.pathname.split('/').pop()} ${KB(a.bytes)}`).join(', ')}`);
  const before = await answers(ground);

  const { view: phone } = customer;
  const { view: desk } = associate;
  for (const scale of [2, 6, 12]) {
    await expect(async () => {
      const { scale: now } = await phone.camera();
      if (now < scale) await phone.pinch(await phone.at(...STONE), 40, 40 * Math.min(4, (scale * 1.05) / now));
      expect((await agree(phone, desk)).scale).toBeGreaterThanOrEqual(scale);
    }).toPass();
    for (const view of [phone, desk]) {
      await expect.poll(() => sharpness(view).then(({ covered }) => covered), { message: `all sharp at ${scale}` }).toBe(1);
    }
    for (const { page } of [customer, associate]) await page.waitForLoadState('networkidle');
    for (const [who, all] of Object.entries(asked)) {
      const at = tilesIn(all);
      console.log(`${who} at ${scale}: ${at.length} tiles, ${KB(bytes(at))} so far`);
    }
    await shot(customer.page, `19-phone-closer-${scale}`);
    await shot(associate.page, `19-desk-closer-${scale}`);
  }

  const after = await answers(ground);
  let [copied, ended] = [0, 0];
  for (const [who, all] of Object.entries(asked)) {
    const tiles = tilesIn(all);
    ended += all.ended;
    expect(all.every((a) => a.status === 200), JSON.stringify(all)).toBe(true);
    expect(all.filter((a) => a.pathname.endsWith('info.json')).length, 'asked once what there is').toBeLessThan(2);
    expect(all.filter((a) => a.pathname.startsWith(`/t/${media}/`)), 'the whole is not asked for again').toEqual([]);
    expect(new Set(tiles.map((t) => t.pathname)).size, 'each tile once').toBe(tiles.length);
    const levels = new Set(tiles.map((t) => checkTile(t.pathname, info).factor));
    expect(levels.has(1), 'at the end the pixels are those of the original').toBe(true);
    copied += tiles.length;
  }
  const made = after.tile - before.tile;
  expect(made, 'every tile is a copy').toBeGreaterThanOrEqual(copied);
  expect(made, 'and no more are made than asked for').toBeLessThanOrEqual(copied + ended);
  expect(after.worker - before.worker, 'nothing is rendered').toBe(0);
});

test('where tiles cannot be had, the whole picture grows as far as it goes', async ({ customer, associate, ground, server }) => {
  test.slow();
  void server;
  for (const who of [customer, associate]) {
    who.watch.expect(/404 .*info\.json/);
    await who.page.route('**/iiif/**', (route) => route.fulfill({ status: 404, headers: { 'Access-Control-Allow-Origin': '*' }, body: '' }));
  }
  const media = await pictureOf(customer);
  await ready(ground, media);
  await together({ customer, associate, ground });
  const { view } = customer;
  const asked = listen(customer.page);
  await view.pinch(await view.at(...STONE), 30, 120);
  await expect.poll(() => asked.some((a) => a.pathname === `/t/${media}/1920`)).toBe(true);
  expect(await view.root.locator('.holder div img').count()).toBe(0);
});
