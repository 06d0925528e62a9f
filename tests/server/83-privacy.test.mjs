// SPDX-License-Identifier: Apache-2.0
/// A customer is written out and erased: nothing of what they said is left in any file of the server.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, picture as drawn, rest } from './lib/http.mjs';
import { OTHER_SITE, SITE, associate, back, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';
import { holds, query, sendPicture } from './lib/kept.mjs';
import { photo } from './lib/picture.mjs';

const CANARY = 'canary-of-a-customer-7f3a';
const later = keeper(after);
let server;
let ada;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]], args: ['--mail-url', 'smtp://127.0.0.1:9', '--mail-from', 'shop@maison.test', '--mail-plain', '--answer-window', '0s'] });
  ada = await rest(server, 'ada');
});

const left = () => holds(server, CANARY).join(' ');

test('a conversation is found, written out, and erased with everything', async () => {
  const { c, a, n } = await live(server);
  await say(c, `${CANARY} from the customer`);
  await say(a, `${CANARY} from the associate`, { c: n });
  await say(a, `${CANARY} among ourselves`, { c: n, kind: 'note' });
  const other = await customer(server);
  await say(other, 'somebody else');
  const found = (await ada.get('/conversations')).json().conversations;
  const mine = found.find(({ id }) => id === c.conv);
  assert.ok(mine.messages >= 3);
  assert.deepEqual((await ada.get(`/conversations?reference=${encodeURIComponent(mine.reference)}`)).json().conversations.map(({ id }) => id), [c.conv]);
  const out = await ada.get(`/conversations/${c.conv}/export`);
  const lines = out.text.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.filter(({ body }) => JSON.stringify(body ?? '').includes(CANARY)).length, 3);
  assert.deepEqual(new Set(lines.map(({ kind }) => kind)).has('session'), true);
  assert.equal((await ada.get(`/customers/${mine.customer}/export`)).text, out.text);
  assert.notEqual(left(), '');
  const eve = await rest(server, 'eve');
  for (const answer of [await eve.del(`/conversations/${c.conv}`), await eve.del(`/customers/${mine.customer}`), await eve.get(`/conversations/${c.conv}/export`)]) assert.equal(answer.status, 404);

  const erased = await ada.del(`/customers/${mine.customer}`);
  assert.equal(erased.status, 200, erased.text);
  assert.ok(erased.json().erased.messages >= 3);
  assert.deepEqual(await c.waitFor('chat.erased').then(({ d }) => d ?? { all: true }), { all: true });
  assert.equal((await c.closed).code, 4503);
  await a.waitFor('chat.erased');
  const again = await back(server, c).catch(() => null);
  if (again) {
    assert.notEqual(again.conv, c.conv, 'the token opens nothing');
    await again.cut();
  }
  assert.equal((await ada.get(`/conversations/${c.conv}/export`)).status, 404);
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 404);
  const record = (await ada.get('/audit?verb=customer.erased')).json().records[0];
  assert.equal(record.object, mine.customer);
  assert.ok(!JSON.stringify(record).includes(CANARY));
  await say(other, 'still here');
  await a.cut();
  await other.cut();
  await server.halt();
  await eventually('every byte', () => left() === '');
  await server.start();
});

test('written out as a tar it has the pictures too', async () => {
  const { c, a } = await live(server);
  await say(c, 'what is beside it');
  const { id } = await sendPicture(server, c, photo());
  await eventually('the master', () => holds(server, `${id}.tix`, { names: true }).length > 0);
  const answer = await ada.get(`/conversations/${c.conv}/export?format=tar`);
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'application/x-tar']);
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-tar-'));
  try {
    execFileSync('tar', ['-x', '-C', folder], { input: answer.body });
    const lines = readFileSync(join(folder, 'thread.ndjson'), 'utf8');
    assert.ok(lines.includes('what is beside it'));
    assert.equal(lines, (await ada.get(`/conversations/${c.conv}/export`)).text);
    assert.deepEqual(readdirSync(join(folder, 'pictures')), [`${id}.tif`]);
    const magic = readFileSync(join(folder, 'pictures', `${id}.tif`)).subarray(0, 2).toString('latin1');
    assert.ok(['II', 'MM'].includes(magic), 'a TIFF');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.equal((await ada.get(`/conversations/${c.conv}/export?format=zip`)).status, 400);
  await c.request('session.end', {});
  await c.cut();
  await a.cut();
});

test('an associate who had it open goes on with others', async () => {
  const { c, a } = await live(server);
  await ada.del(`/conversations/${c.conv}`);
  await a.waitFor('chat.erased');
  const next = await customer(server);
  await next.request('queue.join', { lang: 'en' });
  assert.ok((await a.request('claim.take', { conv: next.conv })).c);
  await next.cut();
  await a.cut();
  const fresh = await associate(server);
  await fresh.cut();
});

test('pictures, what was made of them, mails that wait and links go with it', async () => {
  const c = await customer(server);
  const picture = await sendPicture(server, c, photo());
  const group = `conv.${c.conv}`;
  // Until its master is there, every width is its first sight, which no cache keeps.
  await eventually('the cache', async () => (await http(server, picture.thumb)).status === 200 && holds(server, group, { names: true }).length > 0);
  await c.request('chat.contact', { email: `${CANARY}@home.example` });
  await c.request('bye', {});
  const a = await associate(server);
  const { c: n } = await a.request('conv.open', { conv: c.conv });
  await say(a, `${CANARY} by mail`, { c: n }); // to a mail server that is not there
  await eventually('the mail', () => query(server, 'SELECT count(*) FROM mail WHERE conv = ?', c.conv)[0][0] === 1);
  assert.equal(query(server, 'SELECT count(*) FROM once WHERE conv = ?', c.conv)[0][0], 1);
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 200);
  await a.waitFor('chat.erased');
  for (const path of [picture.thumb, picture.thumb.replace('/640', '/160')]) assert.equal((await http(server, path)).status, 404, path);
  await eventually('the files', () => holds(server, picture.id, { names: true }).filter((file) => !/store\.db/.test(file)).length === 0);
  await eventually('the cache', () => holds(server, group, { names: true }).length === 0);
  for (const table of ['mail', 'once', 'medium', 'resume', 'seen']) assert.equal(query(server, `SELECT count(*) FROM ${table} WHERE conv = ?`, c.conv)[0][0], 0, table);
  await a.cut();
  await server.halt();
  assert.equal(left(), '');
  await server.start();
});

test('what a crash left of an erased picture goes at the next start', async () => {
  const c = await customer(server);
  const picture = await sendPicture(server, c, photo());
  assert.equal((await drawn(server, picture.thumb)).status, 200);
  await server.crash();
  // As if the process had ended between the commit and the files.
  query(server, "INSERT INTO erased (site, conv, media, at) SELECT site, conv, id, 1 FROM medium WHERE conv = ? UNION ALL SELECT site, conv, '', 1 FROM conversation WHERE conv = ?", c.conv, c.conv);
  for (const table of ['medium', 'message', 'conversation']) query(server, `DELETE FROM ${table} WHERE conv = ?`, c.conv);
  assert.ok(holds(server, picture.id, { names: true }).length > 1);
  await server.start();
  assert.equal((await http(server, picture.thumb)).status, 404);
  await eventually('the files', () => holds(server, picture.id, { names: true }).filter((file) => !/store\.db/.test(file)).length === 0);
  await eventually('the note', () => query(server, 'SELECT count(*) FROM erased WHERE at < 2')[0][0] === 0);
});

test('by the command line: written out with its pictures, then erased, also under a running server', async () => {
  const c = await customer(server);
  await say(c, `${CANARY} by hand`);
  const picture = await sendPicture(server, c, photo());
  await eventually('the master', () => holds(server, `${picture.id}.tix`, { names: true }).length > 0);
  const folder = `${server.data}-export`;
  const words = ['--site', SITE, '--conversation', c.conv];
  try {
    await server.mustAdmin(['export', ...words, folder]);
    assert.match(readFileSync(`${folder}/thread.ndjson`, 'utf8'), new RegExp(`${CANARY} by hand`));
    assert.match(readFileSync(`${folder}/pictures/${picture.id}.tif`).toString('latin1', 0, 4), /^(II\*\0|MM\0\*|II\+\0)/);
    assert.equal((await server.admin(['export', ...words, folder])).status, 1, 'not over what is there');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.equal((await server.admin(['erase', '--site', SITE])).status, 1);
  assert.equal((await server.admin(['erase', '--site', OTHER_SITE, '--conversation', c.conv])).status, 1);
  assert.match(await server.mustAdmin(['erase', ...words]), /^erased: 1 conversations, \d+ messages, \d+ sessions, 1 pictures$/);
  await c.waitFor('chat.erased');
  assert.equal((await c.closed).code, 4503);
  assert.equal((await http(server, picture.thumb)).status, 404);
  const [record] = (await ada.get('/audit?verb=conversation.erased')).json().records;
  assert.deepEqual([record.actor, record.object], ['operator', c.conv]);
  await server.halt();
  assert.equal(left(), '');
  await server.start();
});

test('an invitation goes by mail when there is an address', async () => {
  const made = await ada.post('/invitations', { name: 'Mia', role: 'associate', mail: 'mia@home.example' });
  assert.deepEqual([made.status, made.json().mailed], [201, true], made.text);
  const [[to, body]] = query(server, "SELECT recipient, body FROM mail WHERE recipient = 'mia@home.example'");
  assert.equal(to, 'mia@home.example');
  const text = Buffer.from(body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();
  assert.ok(text.includes(made.json().link), text);
  assert.equal((await ada.post('/invitations', { name: 'Noa', role: 'associate' })).json().mailed, false, 'no address');
  for (let i = 1; i < 10; i++) assert.equal((await ada.post('/invitations', { name: 'Mia', role: 'associate', mail: 'mia@home.example' })).json().mailed, true);
  assert.equal((await ada.post('/invitations', { name: 'Mia', role: 'associate', mail: 'mia@home.example' })).json().mailed, false, 'ten a day to one address');
});
