// SPDX-License-Identifier: Apache-2.0
/// Drawn pictures: by signed addresses only, with the right pixels; kept views and the recap of them; sheets in the chat.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { picture } from './lib/http.mjs';
import { SITE, customer, keeper, live, setSettings, shop, writeCatalogue } from './lib/kit.mjs';
import { QUARTERS, decodePng, look, near, quarters, sha256 } from './lib/picture.mjs';
import * as signed from './lib/signed.mjs';
import { query } from './lib/tables.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-templates-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pictures = { 'one.png': quarters(800, 800), 'two.png': quarters(600, 900) };
const [ONE, TWO] = Object.values(pictures).map(sha256);
let server;
let key;
let pair;

const sign = (target) => signed.sign(key, target);
const address = (...what) => signed.address(key, ...what);
const get = (path, headers) => picture(server, path, { headers });
const drawn = async (path) => {
  const answer = await get(path);
  assert.equal(answer.status, 200, answer.body.toString('utf8').slice(0, 300));
  return decodePng(answer.body);
};
const near3 = (got, wanted, by) => got.every((value, i) => Math.abs(value - wanted[i]) <= by);
/// How many pixels are near a colour, and in how many rows between two columns.
function count(png, colour, { by = 25, from = 0, to = png.width, step = 1 } = {}) {
  let [pixels, rows] = [0, 0];
  for (let y = 0; y < png.height; y += step) {
    const before = pixels;
    for (let x = from; x < to; x += step) pixels += near3(png.at(x, y), colour, by);
    rows += pixels > before;
  }
  return { pixels, rows };
}
const RED = QUARTERS[0][0];

before(async () => {
  server = await shop(later, { associates: ['lea'], args: ['--capacity', '9', '--rate-act', '500', '--beat-live', '60s', '--media-budget', '1h'] });
  const path = writeCatalogue(folder, [
    { sku: 'ONE', title: 'Ring of four colours', price: '1290.00', url: '/1', pictures: ['one.png'], variants: [] },
    { sku: 'TWO', title: 'Another ring', price: '12.50', url: '/2', pictures: ['two.png'], variants: [] },
    { sku: 'BARE', title: 'Nothing to see', price: '1.00', url: '/3', pictures: [], variants: [] },
  ], pictures);
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, path]);
  key = signed.siteKey(server, SITE);
  pair = await live(server);
});

test('a card has the picture, and the name as ink', async () => {
  const anna = await drawn(address('card', ONE, { name: 'Anna & Co <b>' }));
  const nobody = await drawn(address('card', ONE, { name: 'I' }));
  assert.deepEqual([anna.width, anna.height], [1080, 1080]);
  const [long, short] = [anna, nobody].map((png) => count(png, [28, 28, 30], { by: 60, step: 2 }).pixels);
  assert.ok(long > short + 300, `${long} pixels of ink to ${short}`);
  assert.ok(count(anna, RED, { step: 8 }).pixels > 1000, 'the quarter of red');
});

test('who waits is greeted by name on what they look at, signed, and again by the right name', async () => {
  await setSettings(server, { greeting: { on: true, text: { fr: 'Un instant.', en: 'One moment, please.' }, sku: 'TWO' } });
  const greeting = (text) => (d) => d.kind === 'greeting' && Boolean(d.media) === text;
  const ink = (png) => count(png, [28, 28, 30], { by: 60, step: 2 }).pixels;
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en', product: { sku: 'ONE' } });
  const { d: nameless } = await c.waitFor('notice.show', greeting(false));
  assert.deepEqual([nameless.text, nameless.media], ['One moment, please.', undefined], 'without a name no card');
  await c.request('identify', { name: 'I' });
  const { d: short } = await c.waitFor('notice.show', greeting(true));
  await c.request('identify', { name: 'Maximiliane Sophie' });
  const { d: long } = await c.waitFor('notice.show', (d) => d.kind === 'greeting' && d.media && d.media !== short.media);
  assert.equal(long.id, short.id, 'it takes the place of the one before');
  assert.match(long.media, new RegExp(`^/p/card/${ONE}\\.jpg\\?d=[\\w-]+&c=[\\w-]{22}&e=\\d+&s=`));
  const said = (path) => JSON.parse(Buffer.from(path.match(/d=([\w-]+)/)[1], 'base64url'));
  assert.deepEqual([said(long.media).name, said(long.media).text], ['Maximiliane Sophie', 'One moment, please.']);
  const { status, body } = await get(long.media);
  assert.deepEqual([status, look(body)], [200, { type: 'image/jpeg', width: 1080, height: 1080 }]);
  const drawings = await Promise.all([short, long].map(({ media }) => drawn(address('card', ONE, said(media)))));
  assert.ok(ink(drawings[1]) > ink(drawings[0]) + 300, 'a longer name is more ink');
  const other = await customer(server);
  await other.request('identify', { name: 'Bea' });
  await other.request('queue.join', { lang: 'fr-CH', product: { sku: 'NOT-THERE' } });
  const { d: french } = await other.waitFor('notice.show', greeting(true));
  assert.match(french.media, new RegExp(`^/p/card/${TWO}`), "else the site's choice");
  assert.equal(french.text, 'Un instant.', 'in the customer\'s language');
  await setSettings(server, {});
  await other.waitFor('notice.drop', (d) => d.id === long.id);
  for (const peer of [c, other]) await peer.request('queue.leave', {});
  await Promise.all([c.cut(), other.cut()]);
});

test('a limit of bytes is met by quality, then by size, or told to be too small', async () => {
  const limited = async (fmt, max) => {
    const path = address('card', ONE, { name: 'Anna' }, { fmt }).replace(/&e=.*/, `&max=${max}`);
    return get(sign(`${path}&e=${Math.floor(Date.now() / 1000) + 600}`));
  };
  const whole = await get(address('card', ONE, { name: 'Anna' }, { fmt: 'jpg' }));
  const same = await limited('jpg', 5_000_000);
  assert.equal(same.status, 200, same.text);
  assert.ok(same.body.equals(whole.body), 'what fits is as it was');
  const softer = await limited('jpg', Math.floor(whole.body.length * 0.9));
  assert.deepEqual(look(softer.body), { type: 'image/jpeg', width: 1080, height: 1080 });
  assert.ok(softer.body.length <= whole.body.length * 0.9);
  for (const fmt of ['jpg', 'webp', 'png']) {
    const small = await limited(fmt, Math.floor(whole.body.length / 6));
    if (small.status === 422) continue; // a PNG has no quality to lower
    assert.ok(small.status === 200 && small.body.length <= whole.body.length / 6 && look(small.body).width < 1080, `${fmt}: ${small.status}, ${small.body.length}`);
  }
  const none = await limited('jpg', 1000);
  assert.deepEqual([none.status, none.json().type], [422, 'too-long']);
  assert.equal((await limited('jpg', 'few')).status, 400);
});

test('every format, private, with an ETag that spares the work', async () => {
  for (const [fmt, type] of [['jpg', 'image/jpeg'], ['webp', 'image/webp'], ['avif', 'image/avif'], ['png', 'image/png']]) {
    const path = address('card', ONE, { name: 'Anna', size: [320, 320] }, { fmt });
    const answer = await get(path);
    assert.deepEqual(look(answer.body), { type, width: 320, height: 320 });
    assert.deepEqual([answer.headers['content-type'], answer.headers['cache-control']], [type, 'private, max-age=600']);
    assert.equal((await get(path, { 'if-none-match': answer.headers.etag })).status, 304);
  }
});

test('without a signature that fits: 403, whatever else is wrong', async () => {
  const good = address('card', ONE, { name: 'Anna' });
  const refused = async (path, type = 'signature') => {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.json().type], [403, 'application/problem+json', type], path);
  };
  for (const path of [good.replace(/&s=.*/, ''), good.slice(0, -1), `${good}A`, good.replace('/card/', '/sheet/'), good.replace('.png', '.jpg'),
    good.replace(/d=./, 'd=f'), good.replace(/e=\d/, 'e=9'), `${good}&x=1`, good.replace('?', '?x=1&'), '/p/', '/p/poster/x.jpg', `/p/card/${ONE}.jpg`])
    await refused(path);
  await refused(address('card', ONE, { name: 'Anna' }, { e: signed.in1h() - 3700 }), 'expired');
});

test('signed and yet wrong: told what', async () => {
  const cases = [
    [address('poster', ONE, {}), 400, 'syntax'], [address('card', ONE, { name: 'A', colour: 1 }), 400, 'syntax'],
    [address('card', ONE, {}), 422, 'text-empty'], [address('card', sha256('no'), { name: 'A' }), 404, 'unknown'],
    [address('scale', ONE, { items: [{ media: ONE }] }), 422, 'no-size'], [address('recap', ONE, { view: 'nobody.1' }), 404, 'unknown'],
    [address('recap', ONE, { view: 'x' }), 404, 'unknown'], [address('card', ONE, { name: 'A' }, { fmt: 'gif' }), 400, 'syntax'],
  ];
  for (const [path, status, type] of cases) {
    const answer = await get(path);
    assert.deepEqual([answer.status, answer.json().type], [status, type], path);
  }
});

test('a scale plate draws two sizes as they are to each other', async () => {
  const whole = [0, 0, 1, 1];
  const png = await drawn(address('scale', ONE, { items: [{ media: ONE, width_mm: 40, height_mm: 40, box: whole }, { media: ONE, width_mm: 20, height_mm: 20, box: whole }] }));
  const half = Math.floor(png.width / 2);
  const rows = { left: count(png, RED, { to: half }).rows, right: count(png, RED, { from: half }).rows };
  const [more, less] = [Math.max(rows.left, rows.right), Math.min(rows.left, rows.right)];
  assert.ok(less > 20 && Math.abs(more / less - 2) < 0.06, `${more} rows of red to ${less}`);
});

test('a sheet in the chat: both get an address that opens, the store keeps it unsigned', async () => {
  const { c, a, n } = pair;
  const reply = await a.request('chat.send', { kind: 'picture', body: { draw: 'sheet', skus: ['ONE', 'TWO'] } }, { c: n });
  const { d } = await c.waitFor('chat.send', (body) => body.kind === 'picture');
  for (const path of [reply.address, d.body.address]) {
    const answer = await get(path);
    assert.deepEqual(look(answer.body), { type: 'image/jpeg', width: 1080, height: 1080 });
  }
  const data = JSON.parse(Buffer.from(d.body.address.match(/d=([\w-]+)/)[1], 'base64url'));
  assert.deepEqual(data.items.map((item) => item.price), ['1\u00a0290\u00a0€', '12.50\u00a0€']);
  assert.deepEqual(data.items.map((item) => item.media), [ONE, TWO]);
  const { rows } = await c.request('chat.history', { before: 1000, n: 10 });
  assert.equal((await get(rows.find((row) => row.d.body?.address).d.body.address)).status, 200);
  const stored = query(server, 'SELECT body FROM message').join('\n');
  assert.ok(stored.includes('/p/sheet/') && !stored.includes('&s='));
});

test('what cannot be drawn is refused with the reason', async () => {
  const { c, a, n } = pair;
  const asked = async (peer, body, options) => (await peer.ask('chat.send', { kind: 'picture', body }, options)).err;
  assert.equal((await asked(c, { draw: 'sheet', skus: ['ONE', 'TWO'] })).code, 'role.forbidden');
  assert.match((await asked(a, { draw: 'sheet', skus: ['ONE'] }, { c: n })).msg, /2 to 4/);
  assert.match((await asked(a, { draw: 'sheet', skus: ['ONE', 'BARE'] }, { c: n })).msg, /BARE/);
  assert.match((await asked(a, { draw: 'scale', skus: ['ONE'] }, { c: n })).msg, /product_width/);
  assert.equal((await asked(a, { media: ONE, address: '/p/sheet/x.jpg?d=e30' }, { c: n })).code, 'field.bad');
});

test('a piece that gives way is kept with its marks, and the recap shows the very crop', async () => {
  const { c, a } = pair;
  const { seq, slots: [slot] } = await c.request('view.open', { items: [{ sku: 'ONE', media: ONE, title: 'Ring' }], active: 1, mode: 'image' });
  await c.request('view.set', { base: seq, rect: [0.5, 0.5, 0.5, 0.5] }); // the white quarter
  await c.request('mark.add', { slot, kind: 'circle', colour: 0, points: [0.6, 0.6, 0.9, 0.9] });
  await c.request('view.open', { items: [{ media: TWO }], active: 1, mode: 'image' });
  const row = await c.waitFor('view.kept');
  assert.equal((await a.waitFor('view.kept')).cs, row.cs);
  assert.deepEqual([row.d.sku, row.d.media, row.d.rect, row.d.marks.length, row.d.mode], ['ONE', ONE, [0.5, 0.5, 0.5, 0.5], 1, 'image']);
  const png = await drawn(address('recap', ONE, { view: `${c.conv}.${row.cs}`, size: [1000, 1000] }));
  // Inside the ring all is the white quarter: neither red, green nor blue of the others.
  near(png.at(500, 430), QUARTERS[1][1], 8, 'the middle');
  for (const colour of QUARTERS.flat().slice(0, 3)) assert.ok(count(png, colour).pixels < 100, 'the other quarters are outside the crop');
  const ink = count(png, [0xd6, 0x24, 0x6e]).pixels;
  assert.ok(ink > 1000, `${ink} pixels of the mark`);
  assert.equal((await get(address('recap', TWO, { view: `${c.conv}.${row.cs}` }))).status, 404, 'another picture than the row’s');
});

test('at the end the last one is kept, once; a flick through is not', async () => {
  const { c, a, n } = await live(server, { a: pair.a });
  // In one breath: what is on show for a second was looked at. A new view has the slots 1 and 2.
  const [{ slots }] = await Promise.all([c.request('view.open', { items: [{ media: ONE }, { media: TWO }], active: 1, mode: 'image' }),
    c.request('view.item', { add: { media: ONE } }), c.request('view.set', { base: 0xffffffff, active: 2 })]);
  assert.deepEqual(slots, [1, 2]);
  await c.request('mark.add', { slot: slots[1], kind: 'arrow', colour: 1, points: [0.1, 0.1, 0.5, 0.5] });
  await c.request('session.end', {});
  const { d, cs } = await c.waitFor('view.kept');
  assert.equal(d.media, TWO);
  await a.waitFor('session.state', (state, event) => event.c === n && state.state === 'ended');
  const { rows } = await c.request('chat.history', { before: 1000, n: 50 });
  assert.deepEqual(rows.filter((row) => row.op === 'view.kept').map((row) => row.cs), [cs]);
  await c.cut();
});

test('no query is logged', () => {
  assert.ok(!/d=[\w-]{8}/.test(server.log) && !server.log.includes('&s='));
});
