// SPDX-License-Identifier: Apache-2.0

/// Two viewers side by side in Chromium, a phone's and a desktop's: `node test/pair.mjs <photo> [<folder for screenshots>]`.
/// Needs playwright-core (found by NODE_PATH or upwards from here) and a Chromium at CHROMIUM or /usr/bin/chromium.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const need = createRequire(import.meta.url);
const { chromium } = need('playwright-core');
const [photo, shots] = process.argv.slice(2);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { outputFiles } = await need('esbuild').build({
  // The phone has its two halves apart, as in the widget; the desktop has them together, as in the console.
  stdin: { contents: `
    import { createViewer } from '../index.ts';
    import { createCore } from '../core.ts';
    import { equipWith } from '../equip.ts';
    import { pairUp } from './pair-page.mjs';
    let core, ready = 0;
    const create = (o) => (o.me === 'c' ? (core = createCore(o, () => { ready++; })).viewer : createViewer(o));
    const lone = (media) => new Promise((done) => {
      const root = document.body.appendChild(document.createElement('div'));
      const { viewer } = createCore({ root, me: 'c', names: String, src: (m, w) => '/t/' + m + '/' + w, wish: {} }, () => {
        done(root.firstChild.shadowRoot.querySelector('.note').textContent);
        setTimeout(() => { viewer.destroy(); root.remove(); });
      });
      viewer.apply({ seq: 1, driver: 'a1', items: [{ slot: 1, media }], active: 1, mode: 'image', rect: [0, 0, 1, 1], marks: [] });
    });
    window.pair = { lone, ...pairUp(create, (m, w) => '/t/' + m + '/' + w), equip: () => core.equip(equipWith(() => new Promise(() => {}))), ready: () => ready };`, resolveDir: here('.') },
  bundle: true, format: 'iife', target: 'es2022', write: false,
});
const html = `<!doctype html><meta charset=utf-8><title>pair</title><link rel=stylesheet href=/s.css><div id=c></div><div id=a1></div><script src=/pair.js></script>`;
const css = 'body{margin:0;display:flex;gap:16px;align-items:flex-start;background:#ddd}#c{width:390px;height:500px}#a1{width:900px;height:700px}.stage,.tools{border:9px solid red}';
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
const page = await (await browser.newContext({ viewport: { width: 1310, height: 720 }, deviceScaleFactor: 1, hasTouch: true })).newPage();
const faults = [];
page.on('pageerror', (e) => faults.push(String(e)));
page.on('console', (m) => { if (m.type() === 'error' && !m.text().includes('404')) faults.push(m.text()); });
let bad = true;
await page.route('**/*', (route) => {
  const { pathname } = new URL(route.request().url());
  if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: html, headers: { 'content-security-policy': csp } });
  if (pathname === '/s.css') return route.fulfill({ contentType: 'text/css', body: css });
  if (pathname === '/pair.js') return route.fulfill({ contentType: 'text/javascript', body: outputFiles[0].text });
  if (pathname.startsWith('/t/bad') && bad) return route.fulfill({ status: 404 });
  return route.fulfill({ contentType: 'image/jpeg', body: readFileSync(photo) });
});
await page.goto('http://pair.test/');
const shot = (name) => shots && page.screenshot({ path: `${shots}/${name}.png` });
const quiet = (ms = 700) => page.waitForTimeout(ms);
const rects = () => page.evaluate(() => ['c', 'a1'].map((w) => window.pair.viewers[w].view));
const sent = () => page.evaluate(() => ({ ...window.pair.log.sent }));
const agree = async (what) => {
  const [c, a] = await rects();
  assert.equal(c.active, a.active, what);
  assert.equal(c.driver, a.driver, what);
  assert.equal(c.marks.length, a.marks.length, what);
  c.rect.forEach((v, i) => assert.ok(Math.abs(v - a.rect[i]) < 1e-9, `${what}: ${c.rect} ${a.rect}`));
  const shown = await page.evaluate(() => ['c', 'a1'].map((w) => {
    const [, x, y, s] = window.pair.find(w, '.holder').style.transform.match(/translate\((.*)px, (.*)px\) scale\((.*)\)/).map(Number);
    const { clientWidth: bw, clientHeight: bh } = window.pair.find(w, '.stage');
    const fit = Math.min(bw, bh);
    return [(bw / 2 - x) / (fit * s), (bh / 2 - y) / (fit * s), s];
  }));
  shown[0].forEach((v, i) => assert.ok(Math.abs(v - shown[1][i]) < 0.01, `${what}: on screen ${shown}`));
  return c;
};
const at = { c: { x: 195, y: 190 }, a1: { x: 406 + 450, y: 300 } };
const press = (who, label) => page.locator(`#${who}`).getByRole('button', { name: label, exact: true }).click();

await page.waitForFunction(() => window.pair.find('c', 'img') && window.pair.find('a1', 'img'));
await quiet(300);
await shot('0-before-the-tools');

// A view whose only picture fails asks for the tools as well: one of them closes it.
assert.match(await page.evaluate(() => window.pair.lone('bad')), /could not be loaded/);

// Before the tools are there the phone sees, follows, moves and takes over.
assert.equal(await page.evaluate(() => window.pair.ready()), 1, 'the tools are asked for, once');
assert.deepEqual(await page.getByRole('button').evaluateAll((all) => all.filter((b) => b.getRootNode().host.parentNode.id === 'c' && b.checkVisibility()).map((b) => b.textContent)), ['Take over']);
await page.mouse.move(at.a1.x, at.a1.y);
await page.mouse.wheel(0, -300);
await quiet();
const alone = await agree('followed before the tools');
assert.ok(alone.rect[2] < 0.8);
assert.ok(await page.evaluate(() => window.pair.find('a1', '.layer') && !window.pair.find('c', '.layer')), 'nothing is drawn before the tools');
await page.mouse.move(at.c.x, at.c.y);
await page.mouse.down();
await page.mouse.move(at.c.x + 50, at.c.y + 30, { steps: 8 });
await page.mouse.up();
await page.mouse.wheel(0, -200);
await quiet();
assert.equal((await agree('moved before the tools')).driver, 'c');
await press('a1', 'Take over');
await quiet(500);
await press('a1', 'Circle');
await page.mouse.move(at.a1.x - 80, at.a1.y - 80);
await page.mouse.down();
await page.mouse.move(at.a1.x + 80, at.a1.y + 60, { steps: 8 });
await page.mouse.up();
await quiet();
assert.equal((await agree('marked before the tools')).marks.length, 1);
await shot('0-followed');
await press('c', 'Take over');
await quiet(300);
assert.equal((await agree('taken over before the tools')).driver, 'c');
const height = () => page.evaluate(() => window.pair.find('c', '.stage').clientHeight);
const before = await height();
const dots = (who) => page.evaluate((w) => {
  const { data } = window.pair.find(w, 'canvas').getContext('2d').getImageData(0, 0, 390, 300);
  return data.filter((v, i) => i % 4 === 3 && v > 0).length;
}, who);
await page.mouse.move(at.a1.x - 150, at.a1.y + 60);
await quiet(300);
await page.evaluate(() => window.pair.equip());
await quiet(300);
await shot('0-equipped');
// The mark and the pointer that came before the tools are where they would be had the tools been there.
assert.equal(await page.evaluate(() => window.pair.find('c', '.pointer span').textContent), 'Camille');
assert.ok(await dots('c') > 500, 'the mark that came before the tools is drawn');
const pointed = await page.evaluate(() => {
  const [c, a] = ['c', 'a1'].map((w) => window.pair.find(w, '.holder').getBoundingClientRect());
  const tip = window.pair.find('c', '.pointer').getBoundingClientRect();
  return [(tip.left - c.left) / c.width * a.width + a.left, (tip.top - c.top) / c.height * a.height + a.top];
});
assert.ok(Math.hypot(pointed[0] - (at.a1.x - 150), pointed[1] - (at.a1.y + 60)) < 4, `pointed at ${pointed}`);
assert.ok(before - await height() < 64, 'only the strip takes room');
await press('a1', 'Remove my marks');
await press('a1', 'Move');
await press('a1', 'Take over');
await quiet(300);
await page.evaluate(() => window.pair.find('a1', '.stage').focus());
await page.keyboard.press('0');
await quiet(400);
await page.evaluate(() => { for (const who of ['c', 'a1']) { window.pair.log.sent[who] = window.pair.log.motion[who] = 0; } window.pair.find('a1', '.stage').blur(); });
await shot('1-start');
// What a page or the console styles does not reach in.
assert.equal(await page.evaluate(() => getComputedStyle(window.pair.find('c', '.stage')).borderTopWidth), '0px');

// The desktop drives: wheel at a point, then a drag.
await page.mouse.move(at.a1.x + 20, at.a1.y - 190);
for (let i = 0; i < 8; i++) { await page.mouse.wheel(0, -100); await page.waitForTimeout(16); }
await quiet();
let view = await agree('after the wheel');
assert.ok(view.rect[2] < 0.3, 'zoomed in');
await page.mouse.down();
await page.mouse.move(at.a1.x - 60, at.a1.y - 120, { steps: 20 });
await page.mouse.up();
await quiet();
await agree('after the drag');
let n = await sent();
assert.equal(n.c, 0, 'what was shown was never sent back');
await quiet(600);
assert.deepEqual(await sent(), n, 'at rest nothing is sent');
await shot('2-zoomed');

// The laser, and the pointer of the other side.
await press('a1', 'Point');
for (let i = 0; i <= 30; i++) { await page.mouse.move(at.a1.x + 90 * Math.cos(i / 5), at.a1.y - 40 + 90 * Math.sin(i / 5)); await page.waitForTimeout(16); }
await shot('3-laser');
await press('a1', 'Draw');
await page.mouse.move(at.a1.x - 100, at.a1.y);
await page.mouse.down();
for (let i = 0; i <= 40; i++) { await page.mouse.move(at.a1.x - 100 + i * 5, at.a1.y + 40 * Math.sin(i / 4)); await page.waitForTimeout(8); }
await page.mouse.up();

// The phone draws while the desktop drives: no wheel is asked for.
await press('c', 'Circle');
await page.mouse.move(at.c.x - 60, at.c.y - 60);
await page.mouse.down();
await page.mouse.move(at.c.x + 60, at.c.y + 50, { steps: 12 });
await shot('4-circle-growing');
await page.mouse.up();
await press('c', 'Arrow');
await page.mouse.move(at.c.x - 120, at.c.y + 120);
await page.mouse.down();
await page.mouse.move(at.c.x, at.c.y + 20, { steps: 12 });
await page.mouse.up();
await quiet();
view = await agree('after drawing');
assert.equal(view.marks.length, 3);
assert.equal(view.driver, 'a1');
await shot('5-marks');
await press('c', 'Undo my last mark');
await quiet(200);
assert.equal((await agree('after undo')).marks.length, 2);

// The phone takes the wheel by moving.
await press('c', 'Move');
await page.mouse.move(at.c.x, at.c.y);
await page.mouse.down();
await page.mouse.move(at.c.x + 80, at.c.y + 60, { steps: 15 });
await page.mouse.up();
await quiet();
view = await agree('after the phone moved');
assert.equal(view.driver, 'c');
await press('a1', 'Take over');
await quiet(300);
assert.equal((await agree('after taking over')).driver, 'a1');

// A pinch by touch on the phone.
const cdp = await page.context().newCDPSession(page);
const touch = (type, ...points) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
await quiet(500);
await touch('touchStart', [at.c.x - 30, at.c.y]);
await touch('touchStart', [at.c.x - 30, at.c.y], [at.c.x + 30, at.c.y]);
for (let i = 1; i <= 12; i++) { await touch('touchMove', [at.c.x - 30 - i * 4, at.c.y], [at.c.x + 30 + i * 4, at.c.y]); await page.waitForTimeout(16); }
await touch('touchEnd');
await quiet();
const pinched = await agree('after the pinch');
assert.ok(pinched.rect[2] < view.rect[2] * 0.6, `pinched closer: ${view.rect[2]} to ${pinched.rect[2]}`);
assert.equal(pinched.driver, 'c');

// Another picture, one that fails, and again.
await press('a1', 'Take over');
await quiet(300);
await press('a1', 'Next picture');
await quiet(900);
assert.equal((await agree('the next picture')).active, 2);
assert.deepEqual((await rects())[0].rect, [0, 0, 1, 1]);
await press('a1', 'Next picture');
await quiet(900);
await shot('6-error');
bad = false;
for (const who of ['c', 'a1']) await press(who, 'Try again');
await quiet(900);
assert.ok(await page.evaluate(() => window.pair.find('c', '.note').hidden));

// Both at once: one is refused, and both screens agree.
await press('a1', 'Closer');
await press('a1', 'Closer');
await quiet(100);
await page.mouse.move(at.c.x, at.c.y);
await page.mouse.wheel(0, -300);
await quiet(1200);
await agree('after both');
assert.ok((await page.evaluate(() => window.pair.log.drive)).some(([who, , what]) => who === 'c' && what === 'refused'));

// Keys only.
await page.evaluate(() => window.pair.find('a1', '.stage').focus());
for (const key of ['0', '+', '+', 'ArrowLeft', 'ArrowUp', '3']) { await page.keyboard.press(key); await quiet(200); }
await quiet();
view = await agree('after keys');
assert.ok(view.rect[0] < 0.25 && view.rect[1] < 0.25 && view.rect[2] < 0.5);
await shot('7-keys');
console.log(JSON.stringify(await page.evaluate(() => window.pair.log), null, 1));
assert.deepEqual(faults, []);
await page.evaluate(() => Object.values(window.pair.viewers).forEach((v) => v.destroy()));
assert.equal(await page.evaluate(() => document.getElementById('c').childElementCount), 0);
await browser.close();
console.log('pair: ok');
