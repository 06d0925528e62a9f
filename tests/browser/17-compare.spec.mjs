// SPDX-License-Identifier: Apache-2.0
/// Pieces side by side, on a phone and at a desk: the same place of each, one millimetre as long on all, by hand, by key and by
/// button, and told to those who do not see it.

import { expect, livePair, shot, test } from './lib/story.mjs';

/// What lies side by side on a screen: per pane its piece, its box, and how the picture stands in it.
const panes = (view) => view.root.evaluate((v) => [...v.querySelectorAll('.pane')].map((pane) => {
  const box = pane.getBoundingClientRect();
  const holder = pane.querySelector('.holder').getBoundingClientRect();
  const img = pane.querySelector('.holder > img');
  return {
    name: pane.querySelector('.name').firstChild?.data, small: pane.querySelector('small').textContent,
    on: pane.classList.contains('on'), src: img ? new URL(img.src).pathname.split('/')[2] : '',
    box: [box.left, box.top, box.width, box.height].map(Math.round),
    cx: (box.left + box.width / 2 - holder.left) / holder.width, cy: (box.top + box.height / 2 - holder.top) / holder.height,
    scale: holder.width / parseFloat(pane.querySelector('.holder').style.width), wide: holder.width,
  };
}));
const seen = async (view) => (await panes(view)).map(({ src, on, cx, cy, scale }) => [src, on, cx.toFixed(2), cy.toFixed(2), scale.toFixed(2)].join(' '));

/// Both screens show the same.
async function same(one, other, n) {
  await expect.poll(async () => {
    const [a, b] = [await seen(one), await seen(other)];
    return a.length === n && !a.some((p) => p.startsWith(' ')) && `${a}` === `${b}` ? 'same' : `${a} | ${b}`;
  }, { timeout: 60_000 }).toBe('same'); // a size that was never asked for is rendered first
}

const middle = ({ box: [left, top, width, height] }) => ({ x: left + width / 2, y: top + height / 2 });

/// Tools, captions and bars lie over no other.
async function nothingOverlaps(view) {
  const hits = await view.root.evaluate((v) => {
    const all = [...v.querySelectorAll('button, input, .chip')].filter((n) => n.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !n.matches('.edge'));
    const boxes = all.map((n) => [n, n.getBoundingClientRect()]);
    return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
      .filter(([b, q]) => !a.contains(b) && !b.contains(a) && p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1)
      .map(([b]) => `${a.className}/${a.title || a.textContent} over ${b.className}/${b.title || b.textContent}`));
  });
  expect(hits).toEqual([]);
  const outside = await view.root.evaluate((v) => [...v.querySelectorAll('.side *, .tools *')].some((n) => n.getBoundingClientRect().right > innerWidth + 1));
  expect(outside).toBe(false);
}

/// All that the customer's live region says from now on.
async function listen({ page }) {
  await page.evaluate(() => {
    const live = document.querySelector('vitrine-help').shadowRoot.querySelector('#vt [role=status].u, [role=status].u');
    window.heard = [];
    new MutationObserver(() => window.heard.push(live.textContent)).observe(live, { characterData: true, childList: true, subtree: true });
  });
  return () => page.evaluate(() => window.heard);
}

/// Two different pieces in the viewer of both: the ring from the page, the watch from the catalogue.
async function ringAndWatch({ customer, associate }) {
  await livePair({ customer, associate });
  await customer.lookTogether();
  await associate.view.shown();
  await associate.page.getByRole('button', { name: 'Add a piece' }).click();
  await associate.page.getByRole('searchbox').fill('watch');
  await expect(associate.page.locator('.hit')).toHaveCount(1);
  await associate.page.getByRole('button', { name: 'Show together' }).click();
  await expect(associate.view.root.locator('.thumb').last()).toHaveAttribute('aria-current', 'true');
  return associate.view.root.locator('.thumb').count();
}

async function choose(view, ...n) {
  await view.button('Compare').click();
  const dialog = view.root.getByRole('dialog');
  for (const box of await dialog.getByRole('checkbox').all()) await box.uncheck();
  await expect(dialog.getByRole('button', { name: 'Compare' })).toBeDisabled();
  for (const i of n) await dialog.getByRole('checkbox').nth(i - 1).check();
  await dialog.getByRole('button', { name: 'Compare' }).click();
  await expect(dialog).toBeHidden();
}

test('two pieces side by side: one place for both, whoever moves it', async ({ customer, associate }) => {
  test.slow();
  await ringAndWatch({ customer, associate });
  const { view: phone } = customer;
  const { view: desk } = associate;
  const heard = await listen(customer);
  await choose(desk, 1, 6);
  await same(phone, desk, 2);
  const [top, below] = await panes(phone);
  expect([top.box[0], below.box[1] > top.box[1] + top.box[3] - 1], 'stacked on a phone').toEqual([below.box[0], true]);
  const [left, right] = await panes(desk);
  expect([left.box[1], right.box[0] > left.box[0] + left.box[2] - 1], 'side by side at a desk').toEqual([right.box[1], true]);
  await expect.poll(heard).toContain('Camille: Comparing 2 pieces');
  for (const [name, { page, view }] of Object.entries({ phone: customer, desk: associate })) {
    await nothingOverlaps(view);
    await shot(page, `21-${name}-compare`);
  }

  // The customer takes over by pinching the second piece; both move, on both screens.
  await phone.pinch(middle((await panes(phone))[1]), 30, 90);
  await expect.poll(async () => (await panes(desk))[0].scale).toBeGreaterThan(2);
  await same(phone, desk, 2);
  // A tap makes a piece the active one; the place stays.
  const { scale } = (await panes(phone))[0];
  await customer.page.touchscreen.tap(...Object.values(middle((await panes(phone))[1])));
  await expect.poll(async () => (await panes(desk)).map((p) => p.on)).toEqual([false, true]);
  expect((await panes(desk))[0].scale).toBeCloseTo(scale, 1);

  // By key, at the desk: whole again, the other piece, swapped, and back to one.
  const [first] = await seen(desk);
  await desk.stage.focus();
  await expect(async () => {
    await associate.page.keyboard.press('0');
    expect((await panes(phone))[0].scale).toBeCloseTo(1, 1);
  }).toPass();
  await associate.page.keyboard.press('PageUp');
  await expect.poll(async () => (await panes(phone)).map((p) => p.on)).toEqual([true, false]);
  await associate.page.keyboard.press('s');
  await expect.poll(async () => (await seen(phone))[1].split(' ')[0]).toBe(first.split(' ')[0]);
  await same(phone, desk, 2);
  await associate.page.keyboard.press('Escape');
  await expect(phone.root.locator('.pane')).toHaveCount(0);
  await expect(desk.root.locator('.pane')).toHaveCount(0);
  await phone.shown();
});

test('a pointer and a mark are in the pane of their piece', async ({ customer, associate }) => {
  await ringAndWatch({ customer, associate });
  const { view: phone } = customer;
  const { view: desk } = associate;
  await choose(desk, 1, 6);
  await same(phone, desk, 2);
  const at = middle((await panes(desk))[1]);
  await associate.page.mouse.move(at.x, at.y, { steps: 4 });
  await expect.poll(() => phone.root.evaluate((v) => {
    const shown = [...v.querySelectorAll('.pointer')].find((p) => !p.hidden);
    const box = v.querySelectorAll('.pane')[1].getBoundingClientRect();
    const p = shown?.getBoundingClientRect();
    return p ? [Math.round(p.left - box.left - box.width / 2), Math.round(p.top - box.top - box.height / 2)].map((d) => Math.abs(d) < 4) : null;
  })).toEqual([true, true]);
  await desk.button('Circle').click();
  await desk.drag({ x: at.x - 60, y: at.y - 60 }, { x: at.x + 60, y: at.y + 60 });
  const inkIn = (view) => view.root.evaluate((v) => {
    const canvas = v.querySelector('.stage > canvas');
    const ctx = canvas.getContext('2d');
    const stage = canvas.getBoundingClientRect();
    const dense = canvas.width / stage.width;
    return [...v.querySelectorAll('.pane')].map((pane) => {
      const b = pane.getBoundingClientRect();
      const { data } = ctx.getImageData((b.left - stage.left) * dense, (b.top - stage.top) * dense, b.width * dense, b.height * dense);
      return data.some((x, i) => i % 4 === 3 && x > 250);
    });
  });
  /* Ink is drawn in the next animation frame, which a hidden or busy window gets late: also at the one who drew. */
  for (const view of [phone, desk]) await expect.poll(() => inkIn(view)).toEqual([false, true]);
});

test('true scale: a millimetre is as long on every piece, and says so', async ({ customer, associate }) => {
  test.slow();
  await ringAndWatch({ customer, associate });
  const { view: phone } = customer;
  const { view: desk } = associate;
  const heard = await listen(customer);
  await choose(phone, 1, 6);
  await same(phone, desk, 2);
  await phone.button('True scale').click();
  await expect(phone.button('True scale')).toHaveAttribute('aria-pressed', 'true');
  for (const view of [phone, desk]) {
    await expect.poll(async () => (await panes(view)).every((p) => /^[\d.]+ × [\d.]+ mm$/.test(p.small)), { timeout: 60_000 }).toBe(true);
    await expect(view.root.locator('.rule')).toHaveText('10 mm');
  }
  await expect.poll(heard).toContain('Comparing 2 pieces at true scale');
  for (const [name, { page, view }] of Object.entries({ phone: customer, desk: associate })) {
    await nothingOverlaps(view);
    await shot(page, `21-${name}-true`);
  }

  // Life size: this screen is measured once, by a card; the other person's stays as it is.
  const before = (await panes(phone)).map((p) => p.wide);
  await desk.button('Life size').click();
  const dialog = desk.root.getByRole('dialog');
  await shot(associate.page, '21-desk-card');
  await dialog.getByRole('slider').fill('4');
  await dialog.getByRole('button', { name: 'It fits' }).click();
  await expect(desk.root.locator('.rule')).toHaveText('10 mm · 1× life size');
  const bar = await desk.root.locator('.rule i').boundingBox();
  expect(bar.width).toBeCloseTo(40, 0);
  expect((await panes(phone)).map((p) => p.wide)).toEqual(before);
  await associate.page.reload();
  await expect(desk.root.locator('.rule')).toHaveText(/^10 mm · [\d.]+× life size$/);
});

test('four pieces closer: stored tiles only, on either screen', async ({ customer, associate, ground }) => {
  test.slow();
  await ringAndWatch({ customer, associate });
  const { view: phone } = customer;
  const { view: desk } = associate;
  const media = new Set();
  for (const src of await desk.root.locator('.thumb img').evaluateAll((all) => all.map((i) => i.src))) media.add(src.split('/t/')[1].split('/')[0]);
  for (const id of media) {
    await expect.poll(async () => (await fetch(`${ground.url}/iiif/3/${id}/info.json`)).status, { timeout: 60_000 }).toBe(200);
  }
  await choose(desk, 1, 2, 3, 6);
  await same(phone, desk, 4);
  await shot(customer.page, '21-phone-four');
  await shot(associate.page, '21-desk-four');
  const [asked, came, bad] = [[], [], []];
  for (const { page } of [customer, associate]) {
    page.on('request', (r) => { if (/\/(iiif|t)\//.test(r.url())) asked.push(new URL(r.url()).pathname); });
    page.on('requestfinished', (r) => { if (r.url().includes('default.jpg')) came.push(r.url()); });
    page.on('response', (r) => { if (/\/(iiif|t)\//.test(r.url()) && r.status() >= 400) bad.push(`${r.status()} ${r.url()}`); });
  }
  const copied = async () => Number(/answers_total\{from="tile"\} (\d+)/.exec(await (await fetch(`${ground.url}/metrics`)).text())?.[1] ?? 0);
  const before = await copied();
  await expect(async () => {
    if ((await panes(phone))[0].scale < 6) await phone.pinch(middle((await panes(phone))[3]), 20, 80);
    expect((await panes(desk))[3].scale).toBeGreaterThan(6);
  }).toPass();
  await expect.poll(() => desk.root.evaluate((v) => [...v.querySelectorAll('.pane')].every((p) => p.querySelectorAll('.holder div img').length > 0))).toBe(true);
  const cut = asked.filter((path) => path.startsWith('/iiif/') && !path.endsWith('info.json'));
  expect(cut.length).toBeGreaterThan(8);
  expect(cut.filter((path) => !/\/\d+,\d+,\d+,\d+\/\d+,\d+\/0\/default\.jpg$/.test(path))).toEqual([]);
  const got = came.length;
  expect(await copied() - before, 'each is a copy').toBeGreaterThanOrEqual(got);
  expect(bad).toEqual([]);
  await shot(customer.page, '21-phone-four-closer');
  await shot(associate.page, '21-desk-four-closer');
});

test('who comes in the middle sees the comparison', async ({ customer, associate, cast }) => {
  await ringAndWatch({ customer, associate });
  await choose(associate.view, 1, 6);
  await same(customer.view, associate.view, 2);
  await customer.page.reload();
  await customer.open();
  await same(customer.view, associate.view, 2);
  void cast;
});
