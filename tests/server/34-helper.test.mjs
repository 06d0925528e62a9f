// SPDX-License-Identifier: Apache-2.0
/// The automatic helper: what it says before somebody is there, what it asks, knows and shows, and that it makes way.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { query } from './lib/kept.mjs';
import { top } from './lib/protocol.mjs';
import { SITE, associate, back, customer, eventually, keeper, say, setSettings, shop, take, writeCatalogue } from './lib/kit.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-helper-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const never = { tz: 'UTC', week: {}, exceptions: [] };
const days = [0, 1].map((n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)); // today, also when that begins meanwhile
const opensLater = { tz: 'UTC', week: Object.fromEntries(DAYS.map((day) => [day, [['00:00', '24:00']]])), exceptions: days.map((date) => ({ date, open: [] })) };

const rings = {
  id: 'rings', label: { en: 'Rings', fr: 'Bagues' }, type: 'Rings',
  questions: [
    { id: 'metal', text: { en: 'Which metal?', fr: 'Quel métal ?' }, choices: [
      { id: 'rose', label: { en: 'Rose gold', fr: 'Or rose' }, facet: 'material', value: 'Rose gold' },
      { id: 'plat', label: { en: 'Platinum', fr: 'Platine' }, facet: 'material', value: 'Platinum' }] },
    { id: 'budget', text: { en: 'How much would you like to spend?', fr: 'Quel budget ?' }, budget: true, choices: [
      { id: 'small', label: 'Up to 1000', most: '1000.00' }, { id: 'large', label: 'Above', least: '1000.00' }] },
  ],
};
const helper = {
  on: true, currency: 'EUR', greeting: { en: 'Welcome to the boutique.', fr: 'Bienvenue à la boutique.' },
  categories: [rings, { id: 'care', label: { en: 'Care', fr: 'Entretien' } }],
  best: ['R-3'],
  faq: [
    { ask: ['resize ring', 'change size', 'taille bague'], answer: { en: 'The first resizing is free.', fr: 'La première mise à taille est offerte.' } },
    { ask: ['return', 'send back', 'retour'], answer: { en: 'You have 30 days.', fr: 'Vous avez 30 jours.' } },
    { ask: ['deliver abroad'], answer: 'We deliver to all of Europe.' },
  ],
  code: { text: 'HELLO10', about: { en: '10 % off your first order.', fr: '10 % sur votre première commande.' } },
};
const piece = (sku, material, price, type = 'Rings') => ({ sku, title: `Piece ${sku}`, type, material, price, pictures: [] });

let server;
let ada;
before(async () => {
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], settings: { helper }, args: ['--media-fetch-private', '--chat-per-minute', '200', '--away-hold', '1s', '--beat-idle', '2s', '--capacity', '20'] });
  const file = writeCatalogue(folder, [piece('R-1', 'Rose gold', '900.00'), piece('R-2', 'Rose gold', '800.00'), piece('R-3', 'Rose gold', '700.00'), piece('R-4', 'Rose gold', '1700.00'),
    piece('R-5', 'Platinum', '650.00'), piece('R-6', 'Rose gold', '600.00'), piece('N-1', 'Rose gold', '500.00', 'Necklaces')]);
  const { status, stderr } = await server.admin(['catalogue', 'import', '--site', SITE, file]);
  assert.equal(status, 0, stderr);
  ada = await rest(server, 'ada');
  const c = await customer(server);
  await eventually('the catalogue is served', async () => (await c.ask('catalogue.product', { sku: 'R-1' })).ok);
  await c.cut();
});

const sent = (peer) => peer.events.filter((e) => e.op === 'chat.send');
const byHelper = (peer) => sent(peer).filter((e) => e.by === 'helper');
/// The nth row of the helper's as this peer saw it.
const line = (peer, n) => peer.until(`line ${n} of the helper`, () => byHelper(peer)[n - 1]);
const choose = (peer, row, id) => peer.request('chat.send', { kind: 'answer', re: row.cs, body: { values: [{ id, value: row.d.body.options.find((o) => o.id === id).label }] } });
/// The shop has noticed that its people are gone.
const alone = (peer) => peer.until('nobody is there', () => peer.events.findLast((e) => e.op === 'queue.status')?.d.state === 'message' || undefined);
const asks = async (lang = 'en') => {
  const c = await customer(server, { lang });
  await c.request('queue.join', { lang });
  return c;
};

test('in the line: it says that it is automatic, in the customer\'s language, and asks what it is about', async () => {
  const a = await associate(server); // somebody could come: before the line it is silent
  for (const [lang, hello, own, about, person] of [
    ['en-GB', /^Hello! I am the automatic assistant of .+, not a person\./, /Welcome to the boutique\. An advisor has been called/, 'What is it about?', 'I want a person'],
    ['fr', /^Bonjour ! Je suis l’assistant automatique de .+, pas une personne\./, /Bienvenue à la boutique\. Un conseiller est prévenu/, 'De quoi s’agit-il ?', 'Je veux une personne'],
  ]) {
    const c = await asks(lang);
    const first = await line(c, 1);
    assert.match(first.d.body.text, hello);
    assert.match(first.d.body.text, own);
    const second = await line(c, 2);
    assert.deepEqual([second.d.kind, second.d.body.text, second.d.body.options.at(-1).label], ['choice', about, person]);
    assert.deepEqual(second.d.body.options.map((o) => o.id), ['c:rings', 'c:care', 'vt:person']);
    await c.cut();
  }
  await a.cut();
});

test('two questions, then the pieces that fit, best sellers first, with the site\'s code; staff see all it learned, and the budget', async () => {
  const desk = await associate(server); // else it speaks before it is told the name
  const c = await customer(server, { lang: 'en' });
  await c.request('identify', { name: 'Ada' });
  await c.request('queue.join', { lang: 'en', text: 'Can you resise my rings?' });
  assert.match((await line(c, 1)).d.body.text, /^Hello, Ada! I am the automatic/);
  await desk.cut();
  await line(c, 3);
  const [answer, about] = byHelper(c).slice(1).sort((x, y) => x.d.kind.localeCompare(y.d.kind)).reverse();
  assert.equal(answer.d.body.text, 'The first resizing is free.', 'slips are forgiven');
  await choose(c, about, 'c:rings');
  const metal = await line(c, 4);
  assert.equal(metal.d.body.text, 'Which metal?');
  await say(c, 'rose gold please');
  const budget = await line(c, 5);
  assert.equal(budget.d.body.text, 'How much would you like to spend?');
  await say(c, 'about 1,000 EUR');
  const over = await line(c, 6);
  assert.match(over.d.body.text, /^10 % off your first order\. Your code: HELLO10\nThis is what fits:$/);
  await line(c, 9);
  const cards = byHelper(c).slice(6).map((e) => e.d.body.product);
  assert.deepEqual(cards.map((p) => p.sku), ['R-3', 'R-1', 'R-2'], 'the site\'s best first, then the catalogue\'s order; nothing above the budget');
  assert.deepEqual([cards[0].price, cards[0].currency, cards[0].available], ['700.00', 'EUR', true]);

  const a = await associate(server);
  const n = (await a.request('conv.open', { conv: c.conv })).c;
  const { d } = await a.waitFor('snapshot', (_, e) => e.c === n);
  assert.deepEqual(d.profile.context.budget, { amount: '1000.00', currency: 'EUR' });
  const { guide } = d.profile;
  assert.deepEqual([guide.label, guide.answers.map((x) => [x.question, x.answer]), guide.shown, guide.code],
    ['Rings', [['Which metal?', 'Rose gold'], ['How much would you like to spend?', 'about 1,000 EUR']], ['R-3', 'R-1', 'R-2'], true]);
  await say(c, 'Do you also do piercings?');
  const { d: learned } = await a.waitFor('helper.learned', (x) => x.open);
  assert.equal(learned.open, 'Do you also do piercings?');
  assert.match((await line(c, 10)).d.body.text, /^I do not know that for certain\. An advisor/);
  // Further lines are for the person: it does not answer each of them.
  await say(c, 'In gold, I mean');
  await say(c, 'can I return it?');
  assert.equal((await line(c, 11)).d.body.text, 'You have 30 days.');
  await a.cut();
  await c.cut();
});

test('an order seen here makes a best seller', async () => {
  const first = await asks();
  await first.request('order.done', { reference: 'MV-77', value: '600.00', currency: 'EUR', items: [{ sku: 'R-6', qty: 2, price: '300.00' }] });
  await choose(first, await line(first, 2), 'c:rings');
  await choose(first, await line(first, 3), 'a:metal:rose');
  await choose(first, await line(first, 4), 'a:budget:small');
  await line(first, 8);
  assert.deepEqual(byHelper(first).slice(5).map((e) => e.d.body.product.sku), ['R-6', 'R-3', 'R-1']);
  await first.cut();
});

test('an associate silences it at once; it begins again when they have gone, and rests when the talk is over', async () => {
  const c = await asks();
  await line(c, 2);
  const a = await associate(server);
  const n = await take(a, c.conv);
  await c.waitFor('session.state', (d) => d.state === 'live');
  await say(c, 'can I return it?');
  await say(a, 'Yes, 30 days.', { c: n });
  assert.equal(byHelper(c).length, 2, 'a person is there');
  await a.cut();
  await c.waitFor('session.state', (d) => d.state === 'waiting');
  assert.match((await line(c, 3)).d.body.text, /^Your advisor had to leave\. I am the automatic assistant/);
  await say(c, 'do you deliver abroad?');
  assert.equal((await line(c, 4)).d.body.text, 'We deliver to all of Europe.');
  const b = await associate(server);
  await take(b, c.conv);
  await c.waitFor('session.state', (d) => d.state === 'live');
  await b.request('session.end', { why: 'ended' }, { c: b.events.findLast((e) => e.op === 'snapshot').c });
  await c.waitFor('session.state', (d) => d.state === 'ended');
  await b.cut();
  await alone(c);
  await say(c, 'can I return it?');
  assert.match((await line(c, 5)).d.body.text, /^Hello! I am the automatic/);
  assert.equal((await line(c, 6)).d.body.text, 'You have 30 days.');
  await c.cut();
});

test('"I want a person", by word and by button, and switching it off', async () => {
  const word = await asks();
  await line(word, 2);
  await say(word, 'Could I speak to a real person?');
  assert.match((await line(word, 3)).d.body.text, /^Of course\. An advisor joins/);
  await say(word, 'can I return it?');
  const button = await asks();
  await choose(button, await line(button, 2), 'vt:person');
  assert.match((await line(button, 3)).d.body.text, /^Of course/);
  await say(button, 'return?');
  const off = await asks();
  await line(off, 2);
  await off.request('helper.set', { on: false });
  assert.match((await line(off, 3)).d.body.text, /is off for this conversation/);
  await say(off, 'can I return it?');
  await off.request('helper.set', { on: true });
  assert.match((await line(off, 4)).d.body.text, /^Hello!/, 'on again it begins anew');
  assert.equal((await line(off, 5)).d.body.text, 'What is it about?', 'what was written meanwhile is the person\'s');
  assert.equal(byHelper(word).length, 3);
  assert.equal(byHelper(button).length, 3);
  for (const peer of [word, button, off]) await peer.cut();
});

test('closed: until when, opening hours on demand, and a person answers by mail', async () => {
  await setSettings(server, { queues: [{ id: 'main', name: 'Main', hours: opensLater }], helper });
  let c;
  await eventually('the shop is closed', async () => {
    await c?.cut();
    c = await customer(server, { lang: 'en' });
    return (await c.waitFor('queue.status')).d.state === 'closed';
  });
  assert.match((await line(c, 1)).d.body.text, /We are closed until \w+day at 00:00; until then I help/);
  await say(c, 'When do you open?');
  assert.match((await line(c, 3)).d.body.text, /^We are closed now and open \w+day at 00:00\.$/);
  await say(c, 'a question nobody has written an answer for');
  assert.match((await line(c, 4)).d.body.text, /A person will answer it: leave a message/);
  await c.cut();
  await setSettings(server, { queues: [{ id: 'main', name: 'Main', hours: never }], helper });
  await eventually('the shop is closed for good', async () => {
    const d = await customer(server, { lang: 'en' });
    const text = (await line(d, 1)).d.body.text;
    await d.cut();
    return /We are closed now; I help/.test(text);
  });
  await setSettings(server, { helper });
  await eventually('the shop is open', async () => {
    const d = await customer(server);
    const { state } = (await d.waitFor('queue.status')).d;
    await d.cut();
    return state !== 'closed';
  });
});

test('killed, it repeats nothing and goes on where it was', async () => {
  const c = await asks();
  await choose(c, await line(c, 2), 'c:rings');
  await line(c, 3);
  const before = sent(c).length;
  await server.crash();
  // As if the kill had come between its rows and the note of where it stands.
  query(server, "UPDATE conversation SET profile = json_remove(profile, '$.guide') WHERE conv = ?", c.conv);
  await server.start();
  const again = await back(server, c);
  await choose(again, { cs: byHelper(c)[1].cs, d: byHelper(c)[1].d }, 'c:rings');
  await eventually('it goes on', async () => byHelper(again).length > 0);
  await say(again, 'platinum');
  await again.until('the budget is asked', () => byHelper(again).find((e) => /How much/.test(e.d.body.text)));
  const { rows } = await again.request('chat.history', { before: 4294967295, n: 50 });
  const texts = rows.filter((r) => r.by === 'helper').map((r) => r.d.body.text);
  assert.equal(texts.filter((text) => /automatic assistant/.test(text)).length, 1, 'it has greeted once');
  assert.equal(texts.filter((text) => text === 'What is it about?').length, 1);
  assert.ok(before > 0);
  await again.cut();
});

/// The check of the signature as the docs have it, run as it stands there.
const shown = /```js\n([^]*?)```/.exec(readFileSync(join(top, 'server/docs/helper.md'), 'utf8'))[1];
const { isOurs } = await import(`data:text/javascript,${encodeURIComponent(shown)}`);

test('a bot of the site\'s own answers over a signed webhook; what cannot be shown leaves the line to the rules', async () => {
  const asked = [];
  let answer = () => ({ messages: [] });
  const bot = createServer(async (request, reply) => {
    let text = '';
    for await (const part of request) text += part;
    asked.push({ headers: request.headers, text, d: JSON.parse(text) });
    const said = answer(JSON.parse(text));
    if (said === null) return; // never answered
    if (typeof said === 'function') return said(reply);
    reply.writeHead(200, { 'Content-Type': 'application/json' }).end(typeof said === 'string' ? said : JSON.stringify(said));
  });
  bot.keepAliveTimeout = 0; // a line that ends as it is used again would be a question without an answer
  await new Promise((resolve) => bot.listen(0, '127.0.0.1', resolve));
  later(() => { bot.closeAllConnections(); bot.close(); });
  const url = `http://127.0.0.1:${bot.address().port}/answer`;
  assert.equal((await ada.post('/helper/test', {})).status, 409, 'there is no bot yet');
  await setSettings(server, { helper: { ...helper, bot: { on: true, url } } });
  const { secret } = (await ada.post('/helper/secret', {})).json();
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  const tried = await eventually('the bot is known', async () => {
    const reply = await ada.post('/helper/test', {});
    return reply.status === 200 && reply.json();
  });
  assert.deepEqual([tried.taken, tried.status, asked[0].d.type], [true, 200, 'test']);
  assert.ok(isOurs(secret, asked[0].headers, asked[0].text));
  assert.equal(isOurs(secret, asked[0].headers, `${asked[0].text} `), false);
  assert.equal(isOurs(`whsec_${Buffer.alloc(32).toString('base64')}`, asked[0].headers, asked[0].text), false);

  answer = (d) => (d.type === 'begins' ? { messages: [{ text: 'Which metal?', choices: [{ id: 'rose', label: 'Rose' }, { id: 'white', label: 'White' }] }] }
    : d.choice ? { messages: [{ text: `So ${d.choice.label}.` }, { product: 'R-1' }, { product: 'NONE' }] } : { messages: [{ text: 'Bye' }], handover: true });
  const c = await asks();
  assert.match((await line(c, 1)).d.body.text, /^Hello! I am the automatic assistant/, 'the first line is ours');
  const choice = await line(c, 2);
  assert.deepEqual(choice.d.body.options.map((o) => o.id), ['b:rose', 'b:white', 'vt:person']);
  await choose(c, choice, 'b:rose');
  assert.equal((await line(c, 3)).d.body.text, 'So Rose.');
  assert.equal((await line(c, 4)).d.body.product.price, '900.00');
  assert.deepEqual(asked.at(-1).d.choice, { id: 'rose', label: 'Rose' });
  await say(c, 'Thanks');
  assert.equal((await line(c, 5)).d.body.text, 'Bye');
  const count = asked.length;
  await say(c, 'can I return it?'); // handed over: neither the bot nor the rules
  const a = await associate(server);
  for (const [name, faulty, why] of [
    ['unreadable', '{"messages": [', /cannot be read/],
    ['of another kind', { messages: [{ text: 'x', html: '<b>' , choices: [{ id: '1', label: 'One' }] }] }, /two to seven/],
    ['too many', { messages: Array.from({ length: 5 }, () => ({ text: 'x' })) }, /cannot be read, at/],
    ['with control characters', { messages: [{ text: 'a\u0007b' }] }, /control characters/],
    ['huge', ' '.repeat(70000), /more than 64 KiB/],
    ['a redirect', (reply) => reply.writeHead(302, { Location: url }).end(), /302|redirect/],
    ['a failure', (reply) => reply.writeHead(500).end(), /500 instead of 200/],
    ['cut off', (reply) => reply.socket.destroy(), /cannot be asked/],
  ]) {
    answer = () => faulty;
    const d = await asks();
    assert.equal((await line(d, 2)).d.body.text, 'What is it about?', `${name}: the rules go on`);
    const { c: n } = await a.request('conv.open', { conv: d.conv });
    const { profile } = (await a.waitFor('snapshot', (_, e) => e.c === n)).d;
    assert.match(profile.guide.why, why, name);
    await d.cut();
  }
  assert.equal(asked.filter(({ d }) => d.conversation === c.conv).length, 3);
  assert.ok(asked.length > count);

  // Somebody comes while the bot thinks: it is not heard any more.
  answer = () => null;
  const e = await asks();
  await eventually('the bot thinks', () => asked.at(-1).d.conversation === e.conv);
  await take(a, e.conv);
  await e.waitFor('session.state', (d) => d.state === 'live');
  bot.closeAllConnections();
  await say(e, 'Hello?');
  await say(e, 'Are you there?');
  assert.equal(byHelper(e).length, 1);
  await setSettings(server, { helper });
  for (const peer of [a, c, e]) await peer.cut();
});

test('settings are checked, each fault with its field', async () => {
  const { settings } = (await ada.get('/site')).json();
  const etag = (await ada.get('/site')).headers.etag;
  for (const [bad, pointer, says] of [
    [{ ...helper, categories: [rings, rings] }, '/settings/helper/categories/1/id', /another category/],
    [{ ...helper, categories: [{ ...rings, questions: [{ id: 'q', text: 'Which?', choices: [{ id: 'a', label: 'One' }] }] }] }, '/settings/helper/categories/0/questions/0/choices', /at least two/],
    [{ ...helper, categories: [{ ...rings, questions: [{ id: 'q', text: 'Which?', choices: [{ id: 'a', label: 'One', facet: 'karat', value: '18' }, { id: 'b', label: 'Two' }] }] }] }, '/settings/helper/categories/0/questions/0/choices/0/facet', /one of type/],
    [{ ...helper, faq: [{ ask: [], answer: 'x' }] }, '/settings/helper/faq/0/ask', /at least one/],
    [{ ...helper, bot: { on: true } }, '/settings/helper/bot/url', /is missing/],
    [{ ...helper, bot: { on: true, url: 'ftp://x' } }, '/settings/helper/bot/url', /address of your bot/],
    [{ ...helper, greeting: { 'x!': 'Hi' } }, '/settings/helper/greeting/x!', /language/],
  ]) {
    const answer = await ada.put('/site', { settings: { ...settings, helper: bad } }, { 'If-Match': etag });
    assert.equal(answer.status, 422);
    const { pointer: at, detail } = answer.json();
    assert.equal(at, pointer);
    assert.match(detail, says);
  }
});

test('what the settings name and the catalogue lacks is told to whoever saves, and saved all the same', async () => {
  const { etag } = (await ada.get('/site')).headers;
  const odd = structuredClone(helper);
  odd.categories[0].type = 'rings'; // letters do not matter
  odd.categories[0].best = ['R-1', 'R-99'];
  odd.categories[0].questions[0].choices[1].value = 'Tin';
  odd.categories[1].type = 'Cufflinks';
  odd.best = ['GONE'];
  const greeting = { on: true, text: 'Welcome', sku: 'N-1' };
  const answer = await ada.put('/site', { settings: { helper: odd, greeting } }, { 'If-Match': etag });
  assert.equal(answer.status, 200, answer.text);
  const { warnings, settings } = answer.json();
  assert.deepEqual(settings.helper, odd);
  const in_ = '/settings/helper/';
  assert.deepEqual(warnings.map(({ pointer }) => pointer), [`${in_}best/0`, `${in_}categories/0/best/1`, `${in_}categories/0/questions/0/choices/1/value`, `${in_}categories/1/type`]);
  assert.equal(warnings[3].detail, '/helper/categories/1/type is a type the catalogue does not have: Cufflinks');
  assert.deepEqual((await ada.get('/site')).json().warnings, undefined);

  const path = join(folder, 'odd.json');
  writeFileSync(path, JSON.stringify({ helper: odd }));
  const told = await server.admin(['site', 'set', '--site', SITE, '--settings', path]);
  assert.equal(told.status, 0);
  assert.match(told.stderr, /note: \/helper\/best\/0 is a piece the catalogue does not have: GONE\./);
  assert.equal(told.stderr.split('\n').filter((row) => row.includes('note:')).length, 4);
  writeFileSync(path, JSON.stringify({ helper }));
  const good = await server.admin(['site', 'set', '--site', SITE, '--settings', path]);
  assert.deepEqual([good.status, good.stderr], [0, '']);
});
