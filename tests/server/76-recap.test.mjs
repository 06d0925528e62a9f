// SPDX-License-Identifier: Apache-2.0
/// After the session: the recap by link and by mail, told as it goes; what it holds, what it must not, who may have it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import sharp from 'sharp';

import { http, picture as drawn } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SITE, associate, back, customer, eventually, keeper, live, say, shop, take, writeCatalogue } from './lib/kit.mjs';
import { mailServer, readMail } from './lib/mail.mjs';
import { QUARTERS, near, quarters, sha256 } from './lib/picture.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-recap-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const pictures = { 'one.png': quarters(800, 800), 'two.png': quarters(600, 900) };
const [ONE, TWO] = Object.values(pictures).map(sha256);
const NAME = 'Ring <i>of</i> "four" colours';
const SOON_MS = 60000;
let server;
let mail;

const catalogue = (price) => writeCatalogue(folder, [
  { sku: 'ONE', title: NAME, price, url: '/one?a=1&b=2', pictures: ['one.png'], variants: [] },
  { sku: 'TWO', title: 'Another ring', price: '12.50', url: 'https://elsewhere.test/two', pictures: ['two.png'], variants: [] },
], pictures);

before(async () => {
  mail = await mailServer(later);
  server = await shop(later, { other: true, associates: ['lea', ['oto', 'associate', OTHER_SITE]],
    args: ['--capacity', '50', '--rate-act', '500', '--mail-url', mail.url, '--mail-from', 'shop@maison.test', '--mail-plain'] });
  const visitor = await customer(server);
  await priced('1290.00', visitor);
  await visitor.cut();
});

/// The catalogue has this price, and the server knows.
async function priced(price, peer, { at = server, site = SITE } = {}) {
  await at.mustAdmin(['catalogue', 'import', '--site', site, catalogue(price)]);
  await eventually(price, async () => (await peer.ask('catalogue.product', { sku: 'ONE' })).d?.price === price, SOON_MS);
}

const post = (fragment) => http(server, '/r/open', { method: 'POST', body: fragment });
const opened = async (url) => {
  const answer = await post(url.split('#')[1]);
  assert.equal(answer.status, 200, answer.body.toString());
  assert.equal(answer.headers['cache-control'], 'no-store');
  return answer.json();
};
const words = (peer, n) => peer.seen('recap.state').filter((event) => n === undefined || event.c === n).map((event) => event.d.state);
const told = (peer, word, n) => peer.waitFor('recap.state', (d, event) => d.state === word && (n === undefined || event.c === n), SOON_MS);

/// A session in which two pieces were looked at, one with a mark, and something was said among all and among staff.
async function session(options) {
  const pair = await live(server, options);
  const { c, a, n } = pair;
  await say(c, 'Is it <b>rosé</b> gold?');
  await say(a, 'Yes, 18 ct.', { c: n });
  await say(a, 'she seems to hesitate', { c: n, kind: 'note' });
  const { seq, slots: [slot] } = await c.request('view.open', { items: [{ sku: 'ONE', media: ONE, title: NAME }], active: 1, mode: 'image' });
  await c.request('view.set', { base: seq, rect: [0.5, 0.5, 0.5, 0.5] }); // the white quarter
  await c.request('mark.add', { slot, kind: 'circle', colour: 0, points: [0.6, 0.6, 0.9, 0.9] });
  const second = await c.request('view.open', { items: [{ sku: 'TWO', media: TWO, title: 'Another ring' }], active: 1, mode: 'image' });
  await c.request('mark.add', { slot: second.slots[0], kind: 'arrow', colour: 1, points: [0.1, 0.1, 0.5, 0.5] });
  return pair;
}

async function colours(bytes) {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x, y) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  const count = (colour, by = 40) => {
    let n = 0;
    for (let i = 0; i < data.length; i += 3) n += [0, 1, 2].every((k) => Math.abs(data[i + k] - colour[k]) <= by);
    return n;
  };
  return { at, count, width: info.width, height: info.height };
}

async function looksAsSeen(bytes) {
  const { at, count, width, height } = await colours(bytes);
  assert.deepEqual([width, height], [1080, 1080]);
  near(at(540, 460), QUARTERS[1][1], 12, 'the middle of the crop');
  for (const colour of [QUARTERS[0][0], QUARTERS[0][1], QUARTERS[1][0]]) assert.ok(count(colour, 25) < 200, 'nothing outside the crop');
  const ink = count([0xd6, 0x24, 0x6e]);
  assert.ok(ink > 1000, `${ink} pixels of the mark`);
}

test('a session that ends has a recap: told to both, opened by its link', async () => {
  const { c, a, n } = await session();
  assert.equal((await c.refusal('recap.send', { by: 'link' })).code, 'state.wrong', 'it runs');
  await c.request('session.end', {});
  const ready = await told(c, 'ready');
  assert.equal((await told(a, 'ready', n)).cs, ready.cs);
  const { sid, until, url } = await c.request('recap.send', { by: 'link' });
  assert.equal(sid, ready.d.sid);
  assert.equal(until, ready.d.until);
  assert.ok(Math.abs(until - Date.now() - 30 * 86400e3) < 60e3);
  assert.match(url, new RegExp(`^${server.url}/r/#v=`));
  assert.deepEqual(await a.request('recap.send', { by: 'link', sid }, { c: n }), { sid, until, url }, 'the associate has the same');
  // What the shop asks today is not what it asked then.
  await priced('1490.00', c);
  const recap = await opened(url);
  assert.deepEqual(recap.pieces.map(({ title, price, currency, url: to }) => [title, price, currency, to]),
    [[NAME, '1290.00', 'EUR', 'https://shop.test/one?a=1&b=2'], ['Another ring', '12.50', 'EUR', 'https://elsewhere.test/two']]);
  assert.deepEqual(recap.lines.map(({ by, text }) => [by, text]), [[undefined, 'Is it <b>rosé</b> gold?'], ['Lea', 'Yes, 18 ct.']]);
  assert.deepEqual([recap.associate, recap.site, recap.until], ['Lea', 'Maison Test', until]);
  assert.match(recap.reference, /^\d-\d{3}$/);
  const picture = await drawn(server, recap.pieces[0].picture);
  assert.equal(picture.status, 200, picture.body.toString());
  assert.ok(recap.pieces[0].picture.includes(`&e=${Math.floor(until / 1000)}&`), 'its pictures end with it');
  await looksAsSeen(picture.body);
  for (const end of [c, a]) await end.cut();
});

test('only with the signature as it is', async () => {
  const { c, a } = await session();
  await c.request('session.end', {});
  const { url } = await c.request('recap.send', { by: 'link' });
  const fragment = url.split('#')[1];
  for (const wrong of ['', 'v=', 'v=x.y', fragment.slice(0, -1), `${fragment}A`, fragment.replace(/e=\d/, 'e=9'), fragment.replace('v=', 'v=x'), fragment.replace(/&s=.*/, ''), `x${fragment}`])
    assert.equal((await post(wrong)).status, 403, wrong);
  assert.equal((await post('v'.repeat(2000))).status, 413);
  assert.equal((await http(server, '/r/open')).status, 405);
  const page = await http(server, '/r/');
  assert.equal(page.status, 200);
  assert.match(page.headers['content-security-policy'], /default-src 'none'; script-src 'self'/);
  assert.equal(page.headers['referrer-policy'], 'no-referrer');
  assert.match(page.body.toString(), /<meta name="robots" content="noindex">/);
  assert.ok(!server.log.includes(fragment.slice(2, 12)) || !server.log.includes('&s='), 'no log has the secret');
  for (const end of [c, a]) await end.cut();
});

test('films that were watched or sent are in it: to be played on its page, moving in the mail', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const made = async (seconds) => (await a.request('film.make', { stills: [{ id: ONE, seconds }, { id: TWO, seconds: 0.5 }], size: [320, 240] }, { c: n })).media;
  const [watched, sent] = [await made(0.6), await made(0.7)];
  const { slots: [slot, picture] } = await a.request('view.open', { items: [{ media: watched }, { sku: 'TWO', media: TWO }], active: 1, mode: 'image' }, { c: n });
  await a.request('film.play', { slot, t: 0, rate: 1, paused: false }, { c: n });
  await a.request('mark.add', { slot, kind: 'circle', colour: 0, points: [0.1, 0.1, 0.2, 0.2] }, { c: n }); // looked at, however short
  await a.request('view.set', { base: 0xffffffff, active: picture }, { c: n });
  await a.request('mark.add', { slot: picture, kind: 'circle', colour: 0, points: [0.1, 0.1, 0.2, 0.2] }, { c: n });
  await a.request('chat.send', { kind: 'film', body: { media: sent, text: 'Three for <you>' } }, { c: n });
  await c.request('session.end', {});
  const before = mail.mails().length;
  const { url } = await c.request('recap.send', { by: 'link' });
  const { pieces } = await opened(url);
  assert.deepEqual(pieces.map(({ title, film }) => [title, film?.slice(0, 67)]),
    [[undefined, `/v/${watched.split('?')[0]}`], ['Three for <you>', `/v/${sent.split('?')[0]}`], ['Another ring', undefined]]);
  for (const { film, picture: poster } of pieces.filter((it) => it.film)) {
    const [whole, still] = [await drawn(server, film, { headers: { Range: 'bytes=0-9' } }), await drawn(server, poster)];
    assert.deepEqual([whole.status < 300, whole.headers['content-type'], still.headers['content-type']], [true, 'video/mp4', 'image/jpeg'], film);
  }
  await c.request('recap.send', { by: 'email', email: 'ada@shop.test' });
  await eventually('the mail', () => mail.mails().length > before, SOON_MS);
  const { parts, defects } = readMail(mail.mails().at(-1));
  assert.deepEqual(defects, []);
  assert.deepEqual(parts.filter(([type]) => type.startsWith('image/')).map(([type, , id]) => [type, id]),
    [['image/webp', '<piece-1>'], ['image/webp', '<piece-2>'], ['image/jpeg', '<piece-3>']]);
  assert.ok(Buffer.from(parts.find(([type]) => type === 'image/webp')[3], 'base64').includes('ANMF'), 'it moves');
  const html = parts.find(([type]) => type === 'text/html')[1];
  assert.ok(html.includes('Three for &lt;you&gt;</a>') && html.includes(url.replaceAll('&', '&amp;')), 'its name leads to the page');
  for (const end of [c, a]) await end.cut();
});

test('by mail: every picture inside, prices and links, what was said, nothing of the staff’s', async () => {
  const { c, a, n } = await session();
  await c.request('session.end', {});
  const before = mail.mails().length;
  assert.equal((await c.refusal('recap.send', { by: 'email' })).field, '/d/email', 'no address is known');
  assert.equal((await c.refusal('recap.send', { by: 'email', email: 'ada@example.test\r\nBcc: eve@example.test' })).code, 'field.bad');
  assert.equal((await a.refusal('recap.send', { by: 'email', email: 'eve@example.test' }, { c: n })).code, 'role.forbidden');
  const { until } = await c.request('recap.send', { by: 'email', email: 'ada@example.test' });
  await told(c, 'sent');
  await told(a, 'sent', n);
  assert.deepEqual(words(c), ['ready', 'queued', 'sent']);
  assert.equal(mail.mails().length, before + 1);
  const { headers, defects, parts } = readMail(mail.mails().at(-1));
  assert.deepEqual(defects, []);
  assert.match(headers.subject, /^What we looked at together, \d-\d{3}$/);
  assert.match(headers.from, /Maison Test/);
  assert.equal(headers['x-rcptto'] ?? headers.to.replace(/[<>]/g, ''), 'ada@example.test');
  const text = parts.find(([type]) => type === 'text/plain')[1];
  const html = parts.find(([type]) => type === 'text/html')[1];
  for (const part of [text, html]) {
    assert.match(part, /€1,490 on \d+ \w+ 20\d\d/);
    assert.match(part, /€12\.50/);
    assert.match(part, /Yes, 18 ct\./);
    assert.match(part, /Lea/);
    assert.ok(!part.includes('hesitate'), 'no note');
    assert.match(part, /\/r\/#v=/);
  }
  assert.ok(text.includes('https://shop.test/one?a=1&b=2') && html.includes('href="https://shop.test/one?a=1&amp;b=2"'));
  assert.ok(html.includes('Ring &lt;i&gt;of&lt;/i&gt; &quot;four&quot; colours') && html.includes('&lt;b&gt;rosé&lt;/b&gt;'));
  assert.ok(!/<(script|link|iframe|form)|src="http|<i>of/.test(html));
  const [link] = /http:\/\/[^\s]+\/r\/#\S+/.exec(text);
  assert.equal((await opened(link)).until, until);
  const images = parts.filter(([type]) => type === 'image/jpeg');
  assert.deepEqual(images.map(([, , id]) => id), ['<piece-1>', '<piece-2>']);
  assert.deepEqual([...html.matchAll(/src="cid:([^"]+)"/g)].map(([, id]) => id), ['piece-1', 'piece-2']);
  await looksAsSeen(Buffer.from(images[0][3], 'base64'));
  // Now the address is known: the associate may send it there.
  await a.request('recap.send', { by: 'email' }, { c: n });
  await eventually('the second', () => mail.mails().length === before + 2, SOON_MS);
  for (const end of [c, a]) await end.cut();
});

const SPOKEN = {
  fr: { title: 'Ce que nous avons regardé ensemble', price: '1\u202f490\u00a0€ le ', cents: '12,50\u00a0€', said: 'Ce qui a été dit', you: 'Vous', dir: 'ltr' },
  de: { title: 'Was wir uns gemeinsam angesehen haben', price: '1.490\u00a0€ am ', cents: '12,50\u00a0€', said: 'Was gesagt wurde', you: 'Sie', dir: 'ltr' },
  ar: { title: 'ما شاهدناه معًا', price: '1,490\u00a0€ بتاريخ ', cents: '12.50\u00a0€', said: 'ما قيل', you: 'أنت', dir: 'rtl' },
  xx: { title: 'What we looked at together', price: '€1,490 on ', cents: '€12.50', said: 'What was said', you: 'You', dir: 'ltr' },
};

for (const [lang, { title, price, cents, said, you, dir }] of Object.entries(SPOKEN)) {
  test(`in the customer’s language: ${lang}`, async () => {
    const { c, a } = await session({ lang: `${lang}-ZZ` });
    await c.request('session.end', {});
    const before = mail.mails().length;
    await c.request('recap.send', { by: 'email', email: 'ada@example.test' });
    await told(c, 'sent');
    const { headers, defects, parts } = readMail(mail.mails()[before]);
    assert.deepEqual(defects, []);
    assert.match(headers.subject, new RegExp(`^${title}, \\d-\\d{3}$`));
    const [text, html] = ['text/plain', 'text/html'].map((kind) => parts.find(([type]) => type === kind)[1]);
    for (const part of [text, html]) for (const words of [title, price, cents, said, you, 'Lea', 'Yes, 18 ct.']) assert.ok(part.includes(words), `${words} in ${part}`);
    assert.ok(html.includes(`<html lang="${lang === 'xx' ? 'en' : lang}" dir="${dir}">`));
    assert.equal(html.includes('align="right"'), dir === 'rtl');
    assert.equal((await opened((await c.request('recap.send', { by: 'link' })).url)).lang, `${lang}-ZZ`);
    for (const end of [c, a]) await end.cut();
  });
}

test('a mail that is refused or late is told as such, and five are enough', async () => {
  const { c, a } = await session();
  assert.equal(c.welcome.site.mail, true, 'it may be asked for by mail');
  await c.request('session.end', {});
  await c.request('recap.send', { by: 'email', email: 'nobody@example.test' });
  await told(c, 'failed');
  await c.request('recap.send', { by: 'email', email: 'later@example.test' });
  await told(c, 'delayed');
  for (let i = 0; i < 3; i++) await c.request('recap.send', { by: 'email', email: `p${i}@example.test` });
  assert.equal((await c.refusal('recap.send', { by: 'email', email: 'p9@example.test' })).code, 'rate.limited');
  assert.ok((await c.request('recap.send', { by: 'link' })).url, 'the link is not a mail');
  assert.match(await server.mustAdmin(['mail', '--site', SITE]), /dead\s+nobody@example\.test/);
  for (const end of [c, a]) await end.cut();
});

test('each session has its own; none without an associate, none of another conversation', async () => {
  const fresh = await customer(server);
  assert.equal((await fresh.refusal('recap.send', { by: 'link' })).code, 'not.found');
  await fresh.request('queue.join', { lang: 'en' });
  await fresh.request('queue.leave', {});
  assert.equal((await fresh.refusal('recap.send', { by: 'link' })).code, 'not.found');
  assert.deepEqual(words(fresh), []);
  const { c, a } = await session();
  await c.request('session.end', {});
  const first = await c.request('recap.send', { by: 'link' });
  await c.request('queue.join', { lang: 'en' });
  const n = await take(a, c.conv);
  await say(a, 'Welcome again', { c: n });
  await c.request('session.end', {});
  const second = await c.request('recap.send', { by: 'link' });
  assert.notEqual(second.sid, first.sid);
  assert.deepEqual((await opened(second.url)).lines.map((line) => line.text), ['Welcome again']);
  assert.deepEqual((await opened(second.url)).pieces, []);
  assert.equal((await opened((await c.request('recap.send', { by: 'link', sid: first.sid })).url)).pieces.length, 2);
  assert.equal((await fresh.refusal('recap.send', { by: 'link', sid: first.sid })).code, 'not.found', 'knowing the id is no right');
  const again = await back(server, c);
  assert.equal((await again.request('recap.send', { by: 'link', sid: second.sid })).url, second.url, 'after a return too');
  for (const end of [fresh, again, a]) await end.cut();
});

test('a site without recaps has none; without mail there is the link', async () => {
  const bare = await shop(later, { other: true, associates: ['lea', ['oto', 'associate', OTHER_SITE]], args: ['--rate-act', '500'] });
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ recap: { on: false } }));
  await bare.mustAdmin(['site', 'set', '--site', OTHER_SITE, '--settings', settings]);
  const visitor = await customer(bare, { site: OTHER_SITE, origin: OTHER_SHOP });
  await priced('1.00', visitor, { at: bare, site: OTHER_SITE }); // what was set before is known with it
  await visitor.cut();
  const pair = await live(bare);
  await pair.c.request('session.end', {});
  assert.equal(pair.c.welcome.site.mail, false);
  const refusal = await pair.c.refusal('recap.send', { by: 'email', email: 'ada@example.test' });
  assert.deepEqual([refusal.code, refusal.field], ['field.bad', '/d/by']);
  assert.ok((await pair.c.request('recap.send', { by: 'link' })).url);
  const other = await live(bare, { site: OTHER_SITE, origin: OTHER_SHOP, login: 'oto' });
  await other.c.request('session.end', {});
  assert.equal((await other.c.refusal('recap.send', { by: 'link' })).code, 'not.found');
  assert.deepEqual(words(other.c), []);
  for (const end of [pair.c, pair.a, other.c, other.a]) await end.cut();
});

test('a restart forgets nothing of it', async () => {
  const { c, a } = await session();
  await c.request('session.end', {});
  const { url } = await c.request('recap.send', { by: 'link' });
  await server.crash();
  await server.start();
  assert.equal((await opened(url)).pieces.length, 2);
  for (const end of [c, a]) await end.cut();
  const lea = await associate(server, 'lea');
  await lea.cut();
});
