// SPDX-License-Identifier: Apache-2.0
/// Pieces customers wait for: in and out of stock, cheaper and dearer, by real imports and by the shop's calls; a few notes a month, once
/// a day, stopped with one press, gone with the customer, and told once whatever happens to the server.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, rest } from './lib/http.mjs';
import { query } from './lib/kept.mjs';
import { SITE, associate, back, customer, eventually, keeper, live, setSettings, shop, writeCatalogue } from './lib/kit.mjs';
import { mailServer, readMail } from './lib/mail.mjs';

const DAY = 86_400_000;
const SOON_MS = 60_000;
const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-watch-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;
let ada;
let mail;

/// What the shop sells now: sku -> [price, is it there].
const shelf = { HALO: ['1290.00', false], MOON: ['1000.00', true], SUN: ['500.00', true], STAR: ['80.00', true], DUST: ['10.00', true] };

async function sell(changes = {}) {
  Object.assign(shelf, changes);
  const products = Object.entries(shelf).map(([sku, [price, available]]) => ({ sku, title: `${sku} ring`, price, url: `/${sku}`, pictures: [],
    variants: [{ sku: `${sku}-50`, size: '50', price, available }, { sku: `${sku}-52`, size: '52', price, available: false }] }));
  const { status, stderr } = await server.admin(['catalogue', 'import', '--site', SITE, writeCatalogue(folder, products)]);
  assert.equal(status, 0, stderr);
}

const stock = async (sku, quantity) => assert.equal((await ada.put('/stock', { stock: [{ sku, branch: 'paris', quantity }] })).status, 200);
const note = (peer, sku, where = () => true) => peer.waitFor('watch.note', (d) => d.sku === sku && where(d), SOON_MS);
const kept = (peer, sku, column) => query(server, `SELECT ${column} FROM watch WHERE conv = ? AND sku = ?`, peer.conv, sku)[0]?.[0];
const notes = (conv) => query(server, "SELECT count(*) FROM message WHERE conv = ? AND kind = 'watch.note'", conv)[0][0];

before(async () => {
  mail = await mailServer(later);
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], args: ['--capacity', '20', '--rate-act', '500', '--beat-live', '60s', '--mail-url', mail.url, '--mail-from', 'shop@maison.test', '--mail-plain'] });
  ada = await rest(server, 'ada');
  await sell();
  const c = await customer(server);
  await eventually('the catalogue', async () => (await c.ask('catalogue.product', { sku: 'DUST' })).ok, SOON_MS);
  await c.cut();
});

test('back in stock and cheaper, by imports: told once each, live in the thread, from the price that was seen', async () => {
  const { c, a, n } = await live(server);
  const asked = await a.request('watch.ask', { sku: 'HALO' }, { c: n });
  assert.deepEqual([asked.stock, asked.price, asked.title, asked.cost, asked.available], [true, false, 'HALO ring', '1290.00', false]);
  assert.equal((await c.waitFor('watch.ask')).d.sku, 'HALO');
  const set = await c.request('watch.set', { sku: 'HALO', variant: '50', stock: true, email: 'ada@example.test' });
  assert.deepEqual([set.variant, set.title, set.mail], ['HALO-50', 'HALO ring, 50', true]);
  assert.ok(Math.abs(set.until - Date.now() - 90 * DAY) < 60_000);
  assert.equal((await a.waitFor('watch.set')).d.variant, 'HALO-50');
  for (const sku of ['MOON', 'SUN']) await c.request('watch.set', { sku, price: true });
  await sell({ HALO: ['1290.00', true], MOON: ['960.00', true], SUN: ['475.00', true] });
  const { d, by } = await note(c, 'HALO');
  assert.deepEqual([by, d.stock, d.price, d.cost, d.was], ['helper', true, false, '1290.00', undefined]);
  const sun = (await note(c, 'SUN')).d;
  assert.deepEqual([sun.stock, sun.price, sun.cost, sun.was], [false, true, '475.00', '500.00']);
  await note(a, 'SUN');
  assert.equal(notes(c.conv), 2, 'four percent are no news: pieces of an import are compared in the order they were asked for');
  // A day later: dearer is nothing, and what counts next is the price that was told, not the one in between.
  query(server, 'UPDATE watch SET told = told - ? WHERE told > 0', DAY);
  await sell({ SUN: ['600.00', true], MOON: ['940.00', true] });
  await note(c, 'MOON');
  assert.equal(notes(c.conv), 3);
  await sell({ SUN: ['440.00', true] });
  assert.equal((await note(c, 'SUN', (x) => x.cost === '440.00')).d.was, '475.00');
  assert.equal(mail.mails().length, 0, 'who is here needs no mail');
  await eventually('they are counted', async () => /vitrine_watch_notes_total\{cause="price"\} 3/.test((await http(server, '/metrics')).text));
  await c.cut();
  await a.cut();
});

test('by the shop\'s calls: a mail with a way back and a way out, once a day however often it flaps', async () => {
  const c = await customer(server, { lang: 'de' });
  await stock('STAR-50', 0);
  await eventually('it is gone', async () => !(await c.request('catalogue.product', { sku: 'STAR' })).variants[0].available, SOON_MS);
  await c.request('watch.set', { sku: 'STAR', stock: true, price: true, email: 'ben@example.test' });
  await c.request('watch.set', { sku: 'DUST', price: true });
  await c.cut();
  await stock('STAR-50', 2);
  await eventually('the mail', () => mail.mails().length === 1, SOON_MS);
  const { headers, parts } = readMail(mail.mails()[0]);
  assert.equal(headers.subject, 'STAR ring ist wieder da');
  const [, text] = parts.find(([type]) => type === 'text/plain');
  assert.match(text, /STAR ring: 80.€\./);
  const [, secret] = /https:\/\/shop\.test\/STAR#vt=([\w-]{22})/.exec(text);
  const [, stop] = /\/w\/#(pk_test\.[\w-]{22})/.exec(text);
  await eventually('it is noted', () => kept(c, 'STAR', 'told') > 0, SOON_MS);
  const told = kept(c, 'STAR', 'told');
  // It flaps: the next note is for tomorrow, and only if it is there then.
  await stock('STAR-50', 0);
  await eventually('seen to be gone', () => kept(c, 'STAR', 'there') === 0, SOON_MS);
  await stock('STAR-50', 1);
  await eventually('put off to the next day', () => kept(c, 'STAR', 'due') === told + DAY, SOON_MS);
  await stock('STAR-50', 0);
  query(server, "UPDATE watch SET told = told - ?, due = 1 WHERE sku = 'STAR'", DAY);
  await eventually('nothing to tell', () => kept(c, 'STAR', 'due') === 0, SOON_MS);
  assert.equal(notes(c.conv), 1);

  const again = await customer(server, { code: secret });
  assert.equal(again.conv, c.conv);
  const { thread } = (await again.waitFor('snapshot')).d;
  assert.deepEqual(thread.map(({ op }) => op), ['watch.set', 'watch.set', 'watch.note']);
  const press = (body) => http(server, '/w/stop', { method: 'POST', body, headers: { 'Content-Length': body.length } });
  for (const wrong of ['', '.', 'pk_test', 'pk_test.', `pk_none.${stop.slice(8)}`, `pk_test.${secret}`, 'x'.repeat(200)]) assert.equal((await press(wrong)).status, 404, wrong);
  const stopped = await press(stop);
  assert.deepEqual([stopped.status, stopped.json()], [200, { site: 'Maison Test', ended: 2 }]);
  const ends = [await again.waitFor('watch.set', (d) => d.sku === 'STAR'), await again.waitFor('watch.set', (d) => d.sku === 'DUST')];
  for (const { d, by } of ends) assert.deepEqual([by, d.stock, d.price, d.until], ['c', false, false, undefined]);
  assert.equal((await press(stop)).status, 404, 'a link works once');
  assert.deepEqual(query(server, 'SELECT sku FROM watch WHERE conv = ?', c.conv), []);
  await again.cut();
});

test('so many a month; what is stopped, erased or over is told of no more', async () => {
  await setSettings(server, { watch: { notesMonth: 1, dropPercent: 50 } });
  const c = await eventually('the settings', async () => {
    const peer = await customer(server);
    if (peer.welcome.site.notes === 1) return peer;
    await peer.cut();
    return null;
  }, SOON_MS);
  const gone = await customer(server);
  await sell({ MOON: ['900.00', false], SUN: ['400.00', false], DUST: ['8.00', true] });
  await eventually('sold out', async () => !(await c.request('catalogue.product', { sku: 'MOON' })).variants[0].available, SOON_MS);
  for (const sku of ['MOON', 'SUN']) await c.request('watch.set', { sku, stock: true });
  await c.request('watch.set', { sku: 'DUST', price: true });
  await c.request('watch.set', { sku: 'DUST' });
  await gone.request('watch.set', { sku: 'MOON', stock: true });
  const { customer: id } = (await ada.get('/conversations')).json().conversations.find((one) => one.id === gone.conv);
  assert.match((await ada.get(`/conversations/${gone.conv}/export`)).text, /"kind":"watch","sku":"MOON"/);
  assert.equal((await ada.del(`/customers/${id}`)).status, 200);
  assert.deepEqual(query(server, 'SELECT id FROM watch WHERE conv = ?', gone.conv), []);
  await sell({ MOON: ['900.00', true], SUN: ['100.00', true], DUST: ['1.00', true] });
  const first = await c.waitFor('watch.note', () => true, SOON_MS);
  const second = first.d.sku === 'MOON' ? 'SUN' : 'MOON';
  await eventually('the second waits for a month', () => kept(c, second, 'due') > Date.now() + 29 * DAY, SOON_MS);
  assert.equal(notes(c.conv), 1);
  query(server, 'UPDATE watch SET due = 1, until = 2 WHERE conv = ?', c.conv);
  await eventually('its time is over', () => kept(c, second, 'due') === 0, SOON_MS);
  assert.equal(notes(c.conv), 1);
  await c.cut();
});

test('a server that is killed tells once', async () => {
  await setSettings(server, { watch: { notesMonth: 4 } });
  const c = await eventually('the settings', async () => {
    const peer = await customer(server);
    if (peer.welcome.site.notes === 4) return peer;
    await peer.cut();
    return null;
  }, SOON_MS);
  await c.request('watch.set', { sku: 'SUN', price: true, email: 'cyn@example.test' });
  await c.request('watch.set', { sku: 'MOON', price: true });
  await c.cut();
  const before = mail.mails().length;
  await server.halt();
  await sell({ SUN: ['50.00', true] });
  await server.start();
  await eventually('the note', () => notes(c.conv) === 1, SOON_MS);
  // A mail that the mail server has and the store does not know of would rightly go once more.
  await eventually('its mail is sent', () => query(server, "SELECT count(*) FROM mail WHERE recipient = 'cyn@example.test' AND state = 'sent'")[0][0] === 1, SOON_MS);
  await server.crash();
  // As if it had died between the row and what says that it is told.
  query(server, "UPDATE watch SET told = 0, notes = 0, due = 1, cost = 1000000 WHERE sku = 'SUN' AND conv = ?", c.conv);
  query(server, 'DELETE FROM watch_told');
  await server.start();
  await eventually('told again', () => kept(c, 'SUN', 'told') > 0, SOON_MS);
  await eventually('the mail', () => mail.mails().length > before, SOON_MS);
  assert.equal(notes(c.conv), 1);
  assert.equal(mail.mails().length, before + 1);
  const again = await back(server, c);
  assert.equal(again.conv, c.conv);
  await again.cut();
});

test('what cannot be watched is refused with what to change', async () => {
  const { c, a, n } = await live(server);
  for (const [d, code, field] of [
    [{ sku: 'NONE', stock: true }, 'not.found'], [{ sku: 'HALO', variant: '99', stock: true }, 'not.found'], [{ sku: 'HALO', stock: true, email: 'nobody' }, 'field.bad', '/d/email'],
  ]) {
    const refusal = await c.refusal('watch.set', d);
    assert.deepEqual([refusal.code, refusal.field], [code, field]);
  }
  assert.equal((await a.refusal('watch.ask', { sku: 'NONE' }, { c: n })).code, 'not.found');
  assert.deepEqual((await c.request('watch.set', { sku: 'NONE' })).stock, false, 'what is no longer sold can be ended');
  query(server, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19) INSERT INTO watch (site, conv, sku, variant, stock, price, there, cost, currency, created, until, due) SELECT site, conv, 'X' || i, '', 1, 0, 0, 0, '', 1, 9000000000000, 0 FROM conversation, n WHERE conv = ?", c.conv);
  assert.equal((await c.refusal('watch.set', { sku: 'SUN', stock: true })).code, 'cap.reached');
  await setSettings(server, { watch: { notesMonth: 0 } });
  await eventually('the settings', async () => (await c.ask('watch.set', { sku: 'SUN', stock: true })).err?.code === 'state.wrong', SOON_MS);
  assert.equal((await a.refusal('watch.ask', { sku: 'SUN' }, { c: n })).code, 'state.wrong');
  await c.request('watch.set', { sku: 'X1' });
  assert.equal(kept(c, 'X1', 'id'), undefined);
  for (const [settings, field] of [[{ watch: { notesMonth: 31 } }, '/watch/notesMonth'], [{ watch: { dropPercent: 0 } }, '/watch/dropPercent'], [{ watch: { often: true } }, '/watch/often']])
    await assert.rejects(setSettings(server, settings), new RegExp(field));
  await c.cut();
  await a.cut();
});
