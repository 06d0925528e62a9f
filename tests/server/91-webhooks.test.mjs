// SPDX-License-Identifier: Apache-2.0
/// Webhooks into a real server on loopback: what is told, signed how, in which order, and what happens when nobody takes it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { receiver, signers } from './lib/hooks.mjs';
import { holds, query } from './lib/kept.mjs';
import { OTHER_SITE, SITE, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';
import { mailServer, readMail } from './lib/mail.mjs';
import { top } from './lib/protocol.mjs';

const later = keeper(after);
const SOON_MS = 60_000;
let server;
let ada;
let eve;
let mail;

before(async () => {
  mail = await mailServer(later);
  server = await shop(later, {
    other: true, associates: ['lea', ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]],
    args: ['--media-fetch-private', '--webhook-wait', '50ms', '--webhook-give-up', '10m', '--mail-url', `smtp://127.0.0.1:${mail.port}`, '--mail-from', 'shop@maison.test', '--mail-plain'],
  });
  ada = await rest(server, 'ada');
  eve = await rest(server, 'eve');
  const me = (await ada.get('/people')).json().people.find((person) => person.login === 'ada');
  assert.equal((await ada.put(`/people/${me.id}`, { mail: 'ada@maison.test' })).status, 200);
});

const all = async () => (await ada.get('/webhooks')).json();
const one = async (id) => (await all()).webhooks.find((hook) => hook.id === id);
const deliveries = async (id) => (await ada.get(`/webhooks/${id}/deliveries`)).json().deliveries;
async function add(to, events, more = {}) {
  const answer = await ada.post('/webhooks', { url: to.url, events, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.json();
}
const got = (to, n) => eventually(`${n} calls`, () => to.calls.length >= n && to.calls, SOON_MS);
const taken = (id, n) => eventually(`${n} taken`, async () => (await deliveries(id)).filter((d) => d.state === 'sent').length >= n, SOON_MS);
const remove = (id) => ada.del(`/webhooks/${id}`);
const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };

test('a visit is told: signed, in order, ids and states alone', async () => {
  const to = await receiver(later);
  const { id, secret } = await add(to, (await all()).events.map((event) => event.name));
  const { c, a, n } = await live(server, { name: 'Canary' });
  await say(c, 'CANARY-TEXT');
  await a.request('chat.send', { kind: 'note', body: { text: 'CANARY-NOTE' } }, { c: n });
  await a.request('offer.make', { title: 'CANARY-TITLE', price: '90.00', currency: 'EUR', sku: 'VT-1' }, { c: n });
  const { cs } = await c.waitFor('offer.make').then((event) => event);
  await c.request('offer.take', { offer: cs });
  await c.request('consent.give', { capabilities: ['trail'], wording: 'Yes' });
  await c.request('order.done', { reference: 'MV-1', value: '90.00', currency: 'EUR' });
  await c.request('session.end', {});
  await c.request('rating.give', { stars: 5, text: 'CANARY-RATING' });
  const types = ['session.started', 'message.created', 'offer.made', 'offer.taken', 'consent.changed', 'order.attributed', 'session.ended', 'rating.given'];
  await got(to, types.length);
  assert.deepEqual(to.calls.map((call) => call.d.type), types);
  for (const call of to.calls) {
    assert.deepEqual([call.method, call.path, call.headers['content-type']], ['POST', '/hook', 'application/json']);
    assert.match(call.headers['webhook-id'], /^evt_[0-9a-f]{32}$/);
    assert.deepEqual(signers(call, [secret]), [secret]);
    assert.deepEqual(signers({ ...call, text: `${call.text} ` }, [secret]), []);
    assert.ok(Math.abs(Date.parse(call.d.timestamp) - Date.now()) < 60_000);
    assert.equal(call.d.data.conversation, c.conv);
    assert.ok(!call.text.includes('CANARY'), call.text);
  }
  const [started, message, made, took, consent, order, ended, rating] = to.calls.map((call) => call.d.data);
  assert.match(started.session, /^\d/, 'the number spoken in the session');
  assert.equal(started.language, 'en');
  assert.ok(started.associate.length > 8 && started.waited >= 0);
  assert.deepEqual([message.kind, message.by, message.session], ['text', 'customer', started.session]);
  assert.deepEqual([made.sku, made.price, made.by, took.offer], ['VT-1', '90.00', 'staff', made.number]);
  assert.deepEqual([consent.change, consent.capabilities], ['given', ['trail']]);
  assert.deepEqual([order.reference, order.value, order.source, order.credit.length], ['MV-1', '90.00', 'page', 1]);
  assert.ok(ended.seconds >= 0);
  assert.equal(rating.stars, 5);
  await taken(id, types.length);
  const [last] = await deliveries(id);
  assert.deepEqual([last.type, last.status, last.tries, last.conversation], ['rating.given', 200, 1, c.conv]);
  assert.equal(query(server, "SELECT count(*) FROM hook_event WHERE body <> ''")[0][0], 0, 'what was taken is kept without its words');
  await remove(id);
  await cut(c, a);
});

test('texts for who asks for them; a practice and another site are nobody\'s', async () => {
  const to = await receiver(later);
  const { id } = await add(to, ['message.created', 'contact.left', 'customer.identified'], { texts: true });
  const c = await customer(server);
  const { code } = (await (await rest(server, 'lea')).post('/practice', {})).json();
  const practice = await customer(server, { code, origin: server.url, page: { n: 1, url: `${server.url}/console/`, title: 'Practice' } });
  await say(practice, 'only a practice');
  await say(c, 'Is it gold?');
  await c.request('identify', { id: 'u-1', name: 'Ada', email: 'ada@example.com' });
  await c.request('chat.contact', { email: 'ada@example.com' });
  await got(to, 3);
  assert.deepEqual(to.calls.map((call) => call.d.data).map(({ body, name, email, verified }) => body?.text ?? `${name} ${email} ${verified}`), ['Is it gold?', 'Ada ada@example.com false', 'undefined ada@example.com undefined']);
  assert.deepEqual((await eve.get('/webhooks')).json().webhooks, []);
  for (const [method, path] of [['GET', 'deliveries'], ['POST', 'test'], ['POST', 'retry'], ['POST', 'secret']])
    assert.equal((await eve.ask(method, `/webhooks/${id}/${path}`)).status, 404, path);
  assert.equal((await eve.del(`/webhooks/${id}`)).status, 404);
  await remove(id);
  await cut(c, practice);
});

test('an answer other than 2xx: the same id, a fresh time, later ones of the conversation after it', async () => {
  let fail = 3;
  const to = await receiver(later, ({ d }) => (d.data.number === 2 && fail-- > 0 ? [500, 429, 400][fail] : 204));
  const { id, secret } = await add(to, ['message.created']);
  const [c, other] = [await customer(server), await customer(server)];
  for (let i = 1; i <= 3; i++) await say(c, `line ${i}`);
  await say(other, 'meanwhile');
  await got(to, 7);
  const mine = to.calls.filter((call) => call.d.data.conversation === c.conv);
  assert.deepEqual(mine.map((call) => call.d.data.number), [1, 2, 2, 2, 2, 3]);
  const again = mine.filter((call) => call.d.data.number === 2);
  assert.equal(new Set(again.map((call) => call.headers['webhook-id'])).size, 1);
  assert.equal(new Set(mine.map((call) => call.headers['webhook-id'])).size, 3);
  assert.ok(again.every((call) => signers(call, [secret]).length === 1));
  assert.ok(again.every((call, i) => i === 0 || call.at - again[i - 1].at >= 45), 'it waits between');
  await taken(id, 4);
  const [row] = (await deliveries(id)).filter((d) => d.tries === 4);
  assert.deepEqual([row.status, row.state], [204, 'sent']);
  await remove(id);
  await cut(c, other);
});

test('what has gathered in one conversation goes one after the other, each once, and others are not kept waiting for all of it', async () => {
  const to = await receiver(later);
  const { id } = await add(to, ['message.created']);
  const [c, other] = [await customer(server), await customer(server)];
  const gather = (n, conv) => query(server, `WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < ${n})
    INSERT INTO hook_event (site, hook, id, conv, type, body, created) SELECT site, id, 'evt_' || lower(hex(randomblob(16))), ?, 'message.created',
    json_object('type', 'message.created', 'data', json_object('conversation', ?, 'number', i)), 0 FROM up, hook WHERE id = ?`, conv, conv, id);
  gather(150, c.conv);
  gather(3, other.conv);
  await got(to, 153);
  const numbers = (of) => to.calls.map(({ d }) => d.data).filter(({ conversation }) => conversation === of.conv).map(({ number }) => number);
  assert.deepEqual(numbers(c), Array.from({ length: 150 }, (_, i) => i + 1));
  assert.deepEqual(numbers(other), [1, 2, 3]);
  assert.ok(to.calls.slice(0, 100).some(({ d }) => d.data.conversation === other.conv), 'the other conversation has its turn');
  await eventually('all are noted', () => query(server, "SELECT count(*) FROM hook_event WHERE hook = ? AND state = 'waiting'", id)[0][0] === 0, SOON_MS);
  assert.equal(to.calls.length, 153);
  await remove(id);
  await cut(c, other);
});

test('what was committed is told after kill -9, and while nobody listens it waits', async () => {
  const to = await receiver(later, () => 503);
  const { id } = await add(to, ['message.created']);
  const c = await customer(server);
  await say(c, 'before the kill');
  await got(to, 1);
  await server.crash();
  to.answer = () => 200;
  await server.start();
  await eventually('it came', () => to.calls.at(-1).status === 200, SOON_MS);
  assert.equal(new Set(to.calls.map((call) => call.headers['webhook-id'])).size, 1);
  ada = await rest(server, 'ada');
  await taken(id, 1);
  await remove(id);
  await cut(c);
});

test('a secret is changed without a gap; redirects lead nowhere; the test button says how it went', async () => {
  const to = await receiver(later);
  const { id, secret } = await add(to, ['message.created']);
  const fresh = (await ada.post(`/webhooks/${id}/secret`)).json().secret;
  assert.notEqual(fresh, secret);
  assert.ok((await one(id)).formerUntil > Date.now());
  assert.deepEqual((await ada.post(`/webhooks/${id}/test`)).json().status, 200);
  assert.deepEqual(signers(to.calls[0], [fresh, secret]), [fresh, secret], 'signed with both for a day');
  assert.equal(to.calls[0].d.type, 'webhook.test');
  query(server, 'UPDATE hook SET former_until = 1 WHERE id = ?', id);
  await ada.post(`/webhooks/${id}/test`);
  assert.deepEqual(signers(to.calls[1], [fresh, secret]), [fresh]);
  query(server, "UPDATE hook SET secret = 'of another key file' WHERE id = ?", id);
  assert.equal((await ada.post(`/webhooks/${id}/test`)).status, 409);
  const c = await customer(server);
  await say(c, 'once it can be signed');
  await eventually('why', async () => /cannot be opened/.test((await one(id)).why), SOON_MS);
  const last = (await ada.post(`/webhooks/${id}/secret`)).json().secret;
  await ada.post(`/webhooks/${id}/retry`);
  await taken(id, 1);
  assert.deepEqual(signers(to.calls[2], [fresh, last]), [last]);
  await c.cut();
  to.answer = ({ path }) => (path === '/hook' ? { status: 302, headers: { Location: '/elsewhere' }, body: 'CANARY-BODY' } : 200);
  const said = (await ada.post(`/webhooks/${id}/test`)).json();
  assert.deepEqual([said.taken, said.status], [false, 302]);
  assert.match(said.why, /redirect/);
  assert.ok(!JSON.stringify(said).includes('CANARY'));
  assert.ok(to.calls.every((call) => call.path === '/hook'));
  to.answer = () => ({ body: 'CANARY'.repeat(1000), endless: true });
  const wordy = (await ada.post(`/webhooks/${id}/test`)).json();
  assert.deepEqual([wordy.taken, wordy.status], [true, 200], 'an answer is its status; of its body no more than 64 KiB are read');
  await to.close();
  const none = (await ada.post(`/webhooks/${id}/test`)).json();
  assert.deepEqual([none.taken, none.status], [false, 0]);
  assert.ok(!(await ada.get('/webhooks')).text.includes(fresh), 'a secret is shown once');
  assert.deepEqual(holds(server, fresh), [], 'and lies sealed');
  await remove(id);
});

test('what cannot be is refused in words; ten are enough', async () => {
  const url = 'http://127.0.0.1:9/';
  for (const [pointer, body] of [['/url', { url: 'ftp://x', events: ['message.created'] }], ['/url', { url: 'https://me:pw@shop.example/', events: ['message.created'] }], ['/events', { url, events: [] }], ['/events', { url, events: ['message.eaten'] }], ['/events', { url }]]) {
    const answer = await ada.post('/webhooks', body);
    assert.deepEqual([answer.status, answer.json().pointer], [422, pointer], answer.text);
  }
  const ids = [];
  for (let i = 0; i < 10; i++) ids.push((await add({ url }, ['rating.given'])).id);
  assert.equal((await ada.post('/webhooks', { url, events: ['rating.given'] })).status, 409);
  assert.equal((await ada.put(`/webhooks/${ids[0]}`, { url, events: ['offer.taken'], texts: true })).status, 204);
  assert.deepEqual(await one(ids[0]).then(({ events, texts }) => [events, texts]), [['offer.taken'], true]);
  for (const id of ids) await remove(id);
});

test('an address has five thousand waiting; what comes after is counted', async () => {
  const to = await receiver(later, () => 500);
  const { id } = await add(to, ['message.created']);
  const c = await customer(server);
  await say(c, 'the first');
  await got(to, 1);
  query(server, `WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < 4999) INSERT INTO hook_event (site, hook, id, conv, type, body, created)
    SELECT site, hook, 'evt_' || i, conv, type, body, created FROM hook_event, up WHERE hook = ?`, id);
  await say(c, 'the last');
  const { waiting, lost } = await one(id);
  assert.deepEqual([waiting, lost], [5000, 1]);
  await remove(id);
  assert.equal(query(server, 'SELECT count(*) FROM hook_event WHERE hook = ?', id)[0][0], 0);
  await cut(c);
});

test('erased: what waited goes, and that it is erased is told', async () => {
  const to = await receiver(later, () => 500);
  const { id } = await add(to, ['message.created', 'customer.erased'], { texts: true });
  const c = await customer(server);
  await say(c, 'CANARY-ERASED');
  await got(to, 1);
  assert.ok(to.calls[0].text.includes('CANARY-ERASED'));
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 200);
  to.answer = () => 200;
  await eventually('it is told', () => to.calls.find((call) => call.d.type === 'customer.erased'), SOON_MS);
  assert.equal(to.calls.at(-1).d.data.conversation, c.conv);
  await taken(id, 1);
  assert.deepEqual((await deliveries(id)).map((d) => d.type), ['customer.erased']);
  await remove(id);
  await cut(c);
  await server.restart(); // folds the store's log into it
  assert.deepEqual(holds(server, 'CANARY-ERASED'), []);
});

test('nothing taken for the time that is given: off, a mail to the admins, and on again with what waited', async () => {
  const strict = await shop(later, {
    associates: [['ada', 'admin']],
    args: ['--media-fetch-private', '--webhook-wait', '50ms', '--webhook-give-up', '600ms', '--mail-url', `smtp://127.0.0.1:${mail.port}`, '--mail-from', 'shop@maison.test', '--mail-plain'],
  });
  const admin = await rest(strict, 'ada');
  const me = (await admin.get('/people')).json().people[0];
  await admin.put(`/people/${me.id}`, { mail: 'ada@maison.test' });
  const to = await receiver(later, () => 500);
  const { id } = (await admin.post('/webhooks', { url: `${to.url}?key=CANARY-QUERY`, events: ['message.created'] })).json();
  const c = await customer(strict);
  await say(c, 'nobody hears it');
  const hook = async () => (await admin.get('/webhooks')).json().webhooks[0];
  await eventually('off', async () => (await hook()).state === 'off', SOON_MS);
  assert.match((await hook()).why, /answered 500/);
  const letter = await eventually('the mail', () => mail.mails().map(readMail).find(({ headers }) => headers.subject === 'A webhook was switched off'), SOON_MS);
  const text = letter.parts.find(([type]) => type === 'text/plain')[1];
  assert.match(text, /127\.0\.0\.1\/hook/);
  assert.ok(!text.includes('CANARY-QUERY'));
  const before_ = to.calls.length;
  await say(c, 'this waits');
  to.answer = () => 200;
  assert.equal((await admin.post(`/webhooks/${id}/retry`)).status, 204);
  await eventually('both', () => to.calls.length === before_ + 2, SOON_MS);
  assert.deepEqual(to.calls.slice(-2).map((call) => call.d.data.number), [1, 2]);
  await eventually('on', async () => (await hook()).state === 'on', SOON_MS);
  to.answer = () => 410;
  await say(c, 'gone');
  await eventually('410 means gone', async () => (await hook()).state === 'off', SOON_MS);
  assert.ok(!strict.log.includes('CANARY') && !strict.log.includes('nobody hears'), 'no address and no text in the log');
  await cut(c);
});

test('without the development option a private address is not asked, and only https is taken', async () => {
  const strict = await shop(later, { associates: [['ada', 'admin']], args: ['--webhook-wait', '50ms'] });
  const admin = await rest(strict, 'ada');
  const to = await receiver(later);
  assert.equal((await admin.post('/webhooks', { url: to.url, events: ['message.created'] })).status, 422);
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1', '169.254.169.254']) {
    const { id } = (await admin.post('/webhooks', { url: `https://${host}/hook`, events: ['message.created'] })).json();
    const said = (await admin.post(`/webhooks/${id}/test`)).json();
    assert.deepEqual([said.taken, said.status], [false, 0], host);
    assert.match(said.why, /public/, host);
    await admin.del(`/webhooks/${id}`);
  }
  assert.equal(to.calls.length, 0);
});

test('the example of the handbook checks a call that was really sent', async () => {
  const page = readFileSync(join(top, 'server/docs/webhooks.md'), 'utf8');
  const [, code] = page.match(/```js\n([\s\S]*?)```/);
  const [, shell] = page.match(/```sh\n([\s\S]*?)```/);
  const to = await receiver(later);
  const { id, secret } = await add(to, ['message.created']);
  await ada.post(`/webhooks/${id}/test`);
  const [{ headers, text }] = to.calls;
  const { verify } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assert.equal(verify(secret, headers, text), true);
  assert.equal(verify(secret, headers, `${text} `), false);
  assert.equal(verify(secret, { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 301) }, text), false);
  const env = { ...process.env, secret, id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], body: text };
  assert.equal(`v1,${execFileSync('sh', ['-c', shell], { env }).toString().trim()}`, headers['webhook-signature']);
  await remove(id);
});
