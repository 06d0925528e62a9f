// SPDX-License-Identifier: Apache-2.0
/// Mail into a real mailbox: the outbox, TLS and logins, what a mail server may answer, a stop in between.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { SITE, eventually, keeper, shop } from './lib/kit.mjs';
import { readMail as read, mailServer as startMail } from './lib/mail.mjs';
import { Server } from './lib/server.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-mail-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const FROM = 'shop@maison.test';
const SOON_MS = 60000;
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
before(() => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
});

/// The mailbox of the first one may be given to the next.
const mailServer = (port = 0, args = [], box) => startMail(later, { port, args, box });

const withMail = (url, args = []) => shop(later, { associates: [], args: ['--mail-url', url, '--mail-from', FROM, ...args] });
const send = (server, to, from = FROM) => server.admin(['mail', 'test', '--site', SITE, '--to', to, '--from', from]);
const list = (server) => server.mustAdmin(['mail', '--site', SITE]);
const reason = async (server, pattern) => {
  let seen;
  await eventually(String(pattern), async () => pattern.test((seen = await list(server))), SOON_MS).catch((error) => assert.fail(`${error.message}; there is:\n${seen}`));
};

test('a mail arrives as it was written', async () => {
  const mail = await mailServer();
  const server = await withMail(`smtp://127.0.0.1:${mail.port}`, ['--mail-plain']);
  assert.equal((await send(server, 'anna@example.test')).status, 0);
  await eventually('the mail', () => mail.mails().length === 1, SOON_MS);
  const { headers, defects, parts } = read(mail.mails()[0]);
  assert.deepEqual(defects, []);
  assert.equal(headers.from.replaceAll('"', ''), `Maison Test <${FROM}>`);
  assert.equal(headers.to.replace(/[<>]/g, ''), 'anna@example.test');
  assert.equal(headers.subject, 'Vitrine can send mail ✓');
  assert.match(headers['message-id'], /^<[\w-]{22}@maison\.test>$/);
  assert.equal(headers['auto-submitted'], 'auto-generated');
  assert.equal(headers['x-mailfrom'], FROM);
  assert.deepEqual(parts.map(([type]) => type), ['multipart/alternative', 'text/plain', 'text/html']);
  assert.match(parts[1][1], /If you can read it, mail is set up\.\n/);
  await reason(server, /sent\s+anna@example\.test$/m);
  assert.doesNotMatch(server.log, /anna@/, 'no address in the log');
});

test('what the mail server refuses for ever is dead, what it may take later waits', async () => {
  const mail = await mailServer();
  const server = await withMail(`smtp://127.0.0.1:${mail.port}`, ['--mail-plain']);
  await send(server, 'nobody@example.test');
  await send(server, 'later@example.test');
  await reason(server, /dead\s+nobody@example\.test\s+1 tries: "?550 5\.1\.1 There is no nobody here/);
  await reason(server, /waiting\s+later@example\.test\s+1 tries: "?450 4\.2\.0 Come back later/);
  assert.deepEqual(mail.mails(), []);
  await server.addAssociate({ site: SITE, login: 'ada', role: 'admin' });
  const ada = await rest(server, 'ada');
  const { setUp, mails } = (await ada.get('/mails')).json();
  assert.equal(setUp, true);
  assert.deepEqual(mails.map(({ to, state, tries }) => [to, state, tries]).sort(), [['later@example.test', 'waiting', 1], ['nobody@example.test', 'dead', 1]]);
  assert.ok(mails.every(({ why, created, state, next }) => why.length > 0 && created > 0 && (state === 'dead') === (next === undefined)));
  assert.equal((await ada.get('/mails?limit=1')).json().mails.length, 1);
  assert.deepEqual((await ada.post('/mails/retry', {})).json(), { retried: 2 });
  await eventually('the late one', () => mail.mails().length === 1, SOON_MS);
});

test('without TLS nothing is sent, unless the operator says so', async () => {
  const mail = await mailServer();
  const server = await withMail(`smtp://127.0.0.1:${mail.port}`);
  await send(server, 'anna@example.test');
  await reason(server, /waiting\s+anna@example\.test\s+1 tries: "?127\.0\.0\.1 offers no TLS, and mail is not sent without/);
  assert.deepEqual(mail.mails(), []);
});

for (const [kind, scheme] of [
  ['starttls', 'smtp'],
  ['tls', 'smtps'],
])
  test(`${kind}: the certificate counts, then the login`, async () => {
    const mail = await mailServer(0, [kind, cert, key, 'shop', 'open sesame']);
    const password = join(folder, `password-${kind}`);
    const login = ['--mail-user', 'shop', '--mail-password-file', password];
    writeFileSync(password, 'open sesame\n');
    const doubting = await withMail(`${scheme}://localhost:${mail.port}`, login);
    await send(doubting, 'anna@example.test');
    await reason(doubting, /certificate of localhost is not valid/);
    const misnamed = await withMail(`${scheme}://127.0.0.1:${mail.port}`, [...login, '--outgoing-ca', cert]);
    await send(misnamed, 'anna@example.test');
    await reason(misnamed, /certificate of 127\.0\.0\.1 is not valid/);
    assert.deepEqual(mail.mails(), []);
    const server = await withMail(`${scheme}://localhost:${mail.port}`, [...login, '--outgoing-ca', cert]);
    await send(server, 'anna@example.test');
    await eventually('the mail', () => mail.mails().length === 1, SOON_MS);
    writeFileSync(password, 'wrong\n');
    const stranger = await withMail(`${scheme}://localhost:${mail.port}`, [...login, '--outgoing-ca', cert]);
    await send(stranger, 'anna@example.test');
    await reason(stranger, /waiting\s+anna@example\.test\s+1 tries: "?535/);
    assert.equal(mail.mails().length, 1);
  });

test('what was promised outlives a mail server that is away, and a kill', async () => {
  const first = await mailServer();
  const server = await withMail(`smtp://127.0.0.1:${first.port}`, ['--mail-plain']);
  await first.stop();
  await send(server, 'anna@example.test');
  await reason(server, /waiting\s+anna@example\.test\s+1 tries: "?127\.0\.0\.1 takes no connection on port/);
  await server.crash();
  await send(server, 'ben@example.test');
  const again = await mailServer(first.port, [], first.box);
  await server.start();
  await eventually('the second', () => again.mails().length === 1, SOON_MS);
  await server.mustAdmin(['mail', '--site', SITE, '--retry']);
  await eventually('both', () => again.mails().length === 2, SOON_MS);
  await server.restart();
  await reason(server, /sent\s+ben@/);
  assert.equal(again.mails().length, 2, 'none twice');
});

test('ten thousand mails of one site hold up no other\'s', async () => {
  const mail = await mailServer();
  const server = await withMail(`smtp://127.0.0.1:${mail.port}`, ['--mail-plain']);
  await server.addSite({ key: 'pk_other', name: 'Other', origins: ['https://other.test'] });
  execFileSync('python3', ['-c', `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
for key, name, n, due in (sys.argv[2], "many", 10000, 1), ("pk_other", "one", 1, 2):
  db.execute("INSERT INTO mail (site, id, recipient, body, state, created, tries, next) WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    "SELECT site, ? || i, ? || '@example.test', 'Subject: hello' || char(13, 10, 13, 10) || 'hello', 'waiting', unixepoch() * 1000, 0, ? FROM site, n WHERE key=?", (n, name, name, due, key))
db.commit()`, join(server.data, 'store.db'), SITE]);
  const at = () => mail.mails().findIndex((text) => /^X-RcptTo: one@/m.test(text));
  await eventually('the other site\'s', () => at() >= 0, SOON_MS);
  assert.ok(at() < 8, `within the first handful, not after ${at()} of the site that was first`);
});

test('addresses and options that cannot be meant are refused with a sentence', async () => {
  const server = await shop(later, { associates: [] });
  for (const to of ['anna', 'a@b.test,c@d.test', 'a@b.test\r\nBcc: c@d.test', '<a@b.test>', '']) {
    const { status, stderr } = await send(server, to);
    assert.notEqual(status, 0);
    assert.match(stderr, /must each be one address/);
  }
  for (const [args, sentence] of [
    [['--mail-url', 'http://mail.test', '--mail-from', FROM], /mail-url.*smtp:\/\/name/],
    [['--mail-url', 'smtp://mail.test/x', '--mail-from', FROM], /mail-url/],
    [['--mail-url', 'smtp://u:p@mail.test', '--mail-from', FROM], /mail-url/],
    [['--mail-url', 'smtp://mail.test'], /mail-url is given without mail-from/],
    [['--mail-url', 'smtp://mail.test', '--mail-from', 'Shop <a@b.test>'], /mail-from.*an address such as/],
    [['--mail-url', 'smtp://mail.test', '--mail-from', FROM, '--mail-password-file', join(folder, 'none')], /mail-password-file .*cannot be read/],
  ]) {
    const other = new Server({ args });
    const error = await other.start().then(() => null, (e) => e);
    assert.match(`${error?.message}${other.log}`, sentence, args.join(' '));
    rmSync(other.data, { recursive: true, force: true });
  }
});
