// SPDX-License-Identifier: Apache-2.0
/// Leaving a message: it stands in the lists until answered, the answer goes by mail, the link leads back.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';

import { OTHER_SHOP, OTHER_SITE, associate, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';

const later = keeper(after);
let server;
let mail;

/// Speaks just enough SMTP to take mail in; 75-mail has a real mail server.
async function mailbox() {
  const mails = [];
  const smtp = createServer((socket) => {
    let text = '';
    let inData = false;
    socket.write('220 test\r\n');
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (;;) {
        const end = text.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + (inData ? 5 : 2));
        if (inData) mails.push(line);
        const isData = !inData && /^DATA/i.test(line);
        inData = isData;
        socket.write(isData ? '354 go on\r\n' : /^QUIT/i.test(line) ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
  });
  await new Promise((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  later(() => smtp.close());
  return { mails, url: `smtp://127.0.0.1:${smtp.address().port}` };
}

before(async () => {
  mail = await mailbox();
  server = await shop(later, { other: true, associates: ['lea', ['oto', 'associate', OTHER_SITE]],
    args: ['--capacity', '50', '--mail-url', mail.url, '--mail-from', 'shop@vitrine.example', '--mail-plain'] });
});

const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
const plain = (text) => text.replace(/=\r?\n/g, '').replace(/=3D/g, '=').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

test('a message with an address stands in the list until staff answer', async () => {
  const lea = await associate(server, 'lea');
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  await lea.request('queue.watch', { tab: 'unassigned' });
  await oto.request('queue.watch', { tab: 'all' });
  const c = await customer(server, { page: { n: 1, url: '/halo?x=1#top', title: 'Halo' } });
  await say(c, 'Do you engrave?');
  await c.request('chat.contact', { email: 'ada@example.com', name: 'Ada' });
  const row = await lea.waitFor('queue.row', (d) => d.conv === c.conv && d.contact);
  assert.deepEqual([row.d.state, row.d.name], ['none', 'Ada']);
  await c.request('bye', {});
  const { rows } = await lea.request('queue.watch', { tab: 'unassigned' });
  assert.ok(rows.some((it) => it.conv === c.conv && it.contact > 0));
  assert.ok((await lea.request('queue.watch', { tab: 'mine' })).rows.every((it) => it.conv !== c.conv));
  await lea.request('queue.watch', { tab: 'all' });
  const { c: n } = await lea.request('conv.open', { conv: c.conv });
  const { profile, thread } = (await lea.waitFor('snapshot')).d;
  assert.deepEqual(profile.customer, { name: 'Ada', email: 'ada@example.com', verified: false });
  assert.ok(profile.contact > 0);
  assert.deepEqual(thread.map((it) => it.op), ['chat.send', 'chat.contact']);
  await say(lea, 'only among us', { c: n, kind: 'note' });
  await say(lea, 'Yes, up to twelve letters.', { c: n });
  await lea.waitFor('queue.row', (d) => d.conv === c.conv && !d.contact);
  await eventually('the mail', () => mail.mails.length === 1);
  const letter = plain(mail.mails[0]);
  assert.match(letter, /To: .*ada@example\.com/);
  assert.match(letter, /Yes, up to twelve letters\./);
  assert.ok(!letter.includes('only among us'));
  const [, secret] = /https:\/\/shop\.test\/halo\?x=1#vt=([\w-]{22})/.exec(letter);
  const back = await customer(server, { code: secret });
  assert.equal(back.conv, c.conv, 'the same conversation');
  const { thread: again } = (await back.waitFor('snapshot')).d;
  assert.deepEqual(again.filter((it) => it.op === 'chat.send').map((it) => it.d.body.text), ['Do you engrave?', 'Yes, up to twelve letters.']);
  await assert.rejects(customer(server, { code: secret }), { code: 'token.bad' });
  await assert.rejects(customer(server, { code: secret, site: OTHER_SITE, origin: OTHER_SHOP }), { code: 'token.bad' });
  await say(back, 'And in Greek?');
  await lea.waitFor('queue.row', (d) => d.conv === c.conv && d.contact, 5000);
  await say(lea, 'That too.', { c: n });
  await back.waitFor('chat.send');
  assert.equal(mail.mails.length, 1, 'who is here reads it here');
  assert.ok(oto.seen('queue.row').every((event) => event.d.conv !== c.conv));
  await cut(lea, oto, back);
});

test('an address that is none is refused; in a live session it is not the time', async () => {
  const c = await customer(server);
  for (const email of ['ada', '@example.com', 'ada@', 'ada@example', 'a b@example.com', 'ada@example.com\r\nBcc: x@y.example', 'a@b@c.example', 'ada@example.com.']) {
    const err = await c.refusal('chat.contact', { email });
    assert.deepEqual([err.code, err.field], ['field.bad', '/d/email'], email);
  }
  await cut(c);
  const pair = await live(server);
  assert.equal((await pair.c.refusal('chat.contact', { email: 'ada@example.com' })).code, 'state.wrong');
  await pair.c.request('session.end', {});
  await cut(pair.c, pair.a);
});

test('a message that waits is found again after a crash', async () => {
  const own = await shop(later, {});
  const c = await customer(own);
  await say(c, 'Are you there?');
  await c.request('chat.contact', { email: 'eve@example.com' });
  await say(c, 'Behind it');
  await own.crash();
  await own.start();
  const lea = await associate(own, 'lea');
  const row = await eventually('the row', async () => (await lea.request('queue.watch', { tab: 'unassigned' })).rows.find((it) => it.conv === c.conv));
  assert.ok(row.contact > 0);
  await cut(c, lea);
});
