// SPDX-License-Identifier: Apache-2.0
/// Who the customer is: what the page says, what the shop has signed, and every token that is none.

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { OTHER_SHOP, OTHER_SITE, SHOP, SITE, associate, back, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';
import { query } from './lib/kept.mjs';
import { Peer } from './lib/peer.mjs';

const later = keeper(after);
let server;
let key; // of the site, as its shop has it
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const pem = (pair) => pair.publicKey.export({ type: 'spki', format: 'pem' });

const set = async (settings, site = SITE) => {
  const path = join(server.data, 'settings.json');
  writeFileSync(path, JSON.stringify(settings));
  return server.admin(['site', 'set', '--site', site, '--settings', path]);
};
before(async () => {
  server = await shop(later, { other: true, associates: ['lea'], args: ['--capacity', '50', '--rate-act', '500'] });
  key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
  const keys = [{ alg: 'RS256', kid: 'r1', pem: pem(rsa) }, { alg: 'ES256', pem: pem(ec) }];
  assert.equal((await set({ identify: { enforced: false, keys } })).status, 0);
  await settled(() => rs256(claims()));
});

let numbers = 0;
/// As a shop that takes it seriously: each token has a number.
const numbered = (more) => claims({ jti: `n${numbers++}-${now()}`, ...more });
const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const claims = (more = {}) => ({ aud: SITE, sub: 'u-881', name: 'Ada', email: 'ada@example.com', exp: now() + 300, ...more });
const hs256 = (body, { header = { alg: 'HS256', typ: 'JWT' }, secret = key } = {}) => {
  const text = `${b64(header)}.${b64(body)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
const rs256 = (body, { header = { alg: 'RS256', kid: 'r1' }, pair = rsa } = {}) => {
  const text = `${b64(header)}.${b64(body)}`;
  return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`;
};
const es256 = (body, { header = { alg: 'ES256' }, dsaEncoding = 'ieee-p1363' } = {}) => {
  const text = `${b64(header)}.${b64(body)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding }).toString('base64url')}`;
};
/// The server reads changed settings within two seconds.
const settled = (token) => eventually('the settings', async () => {
  const c = await customer(server);
  const reply = await c.ask('identify', { token: token() });
  await c.cut();
  return reply.ok;
});
const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };

test('what the page says is shown as unverified, once, and kept', async () => {
  const { c, a, n } = await live(server);
  assert.deepEqual(await c.request('identify', { id: 'u1', name: 'Ada' }), { name: 'Ada', verified: false });
  assert.deepEqual((await a.waitFor('identify')).d, { id: 'u1', name: 'Ada', verified: false });
  const seen = await a.waitFor('presence.person', (d) => d.who === 'c' && d.name === 'Ada');
  assert.equal(seen.d.verified, false);
  await c.request('identify', { name: 'Ada' });
  await c.request('identify', { email: 'ada@example.com' });
  assert.deepEqual((await a.waitFor('identify')).d, { id: 'u1', name: 'Ada', email: 'ada@example.com', verified: false });
  await a.request('conv.open', { conv: c.conv });
  assert.deepEqual((await a.waitFor('snapshot', (d) => d.profile?.customer.email)).d.profile.customer,
    { id: 'u1', name: 'Ada', email: 'ada@example.com', verified: false });
  for (const d of [{}, { email: 'no' }]) assert.equal((await c.refusal('identify', d)).code, 'field.bad');
  await c.request('session.end', {});
  await cut(c, a);
  assert.ok(n > 0);
});

test('the shop signs: HS256, RS256, ES256; claims stand above what the page says', async () => {
  for (const token of [hs256(claims()), rs256(claims()), es256(claims()), hs256(claims({ aud: ['x', SITE], nbf: now() + 30 }))]) {
    const { c, a } = await live(server);
    await c.request('identify', { name: 'Somebody', email: 'else@example.com' });
    await a.waitFor('identify');
    assert.deepEqual(await c.request('identify', { token }), { name: 'Ada', verified: true });
    assert.deepEqual((await a.waitFor('identify')).d, { id: 'u-881', name: 'Ada', email: 'ada@example.com', verified: true });
    assert.equal((await a.waitFor('presence.person', (d) => d.who === 'c' && d.verified)).d.name, 'Ada');
    assert.deepEqual(await c.request('identify', { name: 'Mallory' }), { name: 'Ada', verified: true }, 'the page cannot take it back');
    await c.request('session.end', {});
    await cut(c, a);
  }
});

test('every token that is none', async () => {
  const c = await customer(server);
  const good = hs256(claims());
  const [head, body, signature] = good.split('.');
  const none = `${b64({ alg: 'none' })}.${body}.`;
  const tail = (text) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) ^ 1);
  const bad = {
    'alg none': none, 'alg none with a signature': `${b64({ alg: 'none' })}.${body}.${signature}`,
    'signature cut': good.slice(0, -4), 'signature empty': `${head}.${body}.`, 'signature of another text': `${head}.${b64(claims({ sub: 'u-9' }))}.${signature}`,
    'the public key as a secret': hs256(claims(), { header: { alg: 'HS256', kid: 'r1' }, secret: pem(rsa) }),
    'the public key as a secret, without kid': hs256(claims(), { secret: pem(ec) }),
    'HS256 signed for RS256': hs256(claims(), { header: { alg: 'RS256', kid: 'r1' } }),
    'a foreign key': rs256(claims(), { pair: other }), 'an unknown kid': rs256(claims(), { header: { alg: 'RS256', kid: 'r2' } }),
    'kid as a path': rs256(claims(), { header: { alg: 'RS256', kid: '../../etc/passwd' } }), 'kid as a number': rs256(claims(), { header: { alg: 'RS256', kid: 1 } }),
    'no kid': rs256(claims(), { header: { alg: 'RS256' } }), 'jku': rs256(claims(), { header: { alg: 'RS256', kid: 'x', jku: 'https://evil.example' } }),
    crit: hs256(claims(), { header: { alg: 'HS256', crit: ['b64'], b64: false } }),
    'ES256 in DER': es256(claims(), { dsaEncoding: 'der' }), HS384: hs256(claims(), { header: { alg: 'HS384' } }),
    'wrong aud': hs256(claims({ aud: OTHER_SITE })), 'no aud': hs256(claims({ aud: undefined })), 'expired': hs256(claims({ exp: now() - 61 })),
    'no exp': hs256(claims({ exp: undefined })), 'exp as text': hs256(claims({ exp: String(now() + 60) })), 'too long': hs256(claims({ exp: now() + 4200 })),
    'not yet': hs256(claims({ nbf: now() + 250 })), 'no sub': hs256(claims({ sub: undefined })), 'sub empty': hs256(claims({ sub: '' })), 'sub huge': hs256(claims({ sub: 'x'.repeat(129) })),
    'padding': `${head}.${body}.${signature}=`, 'a line feed': `${head}.${body}\n.${signature}`, 'standard base64': `${head}.${body}.${signature}`.replace(/[-_]/g, '+') + '+',
    'leftover bits': `${head}.${body}.${tail(signature)}`,
    'doubled claim': (() => { const text = `${head}.${b64(`{"aud":"${SITE}","sub":"a","sub":"b","exp":${now() + 60}}`)}`; return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`; })(),
    'no dots': 'abc', 'one dot': 'a.b', 'four parts': `${good}.x`, empty: '.', dots: '..', huge: `${'a'.repeat(3070)}..`,
  };
  for (const [what, token] of Object.entries(bad)) {
    const err = await c.ask('identify', { token });
    assert.ok(err.err, `${what} passed`);
    assert.ok(['field.bad', 'too.large'].includes(err.err.code), `${what}: ${err.err.code}`);
    if (!c.isOpen || Object.keys(bad).indexOf(what) % 8 === 7) { // ten bad messages in a minute end a connection
      await c.cut();
      Object.assign(c, await back(server, c));
    }
  }
  await c.cut();
});

test('enforced: unsigned names are refused, and a signed conversation needs its token on every connection', async () => {
  assert.equal((await set({ identify: { enforced: true } })).status, 0);
  const c = await customer(server);
  await eventually('enforcement', async () => (await c.ask('identify', { name: `N${Math.random()}` })).err);
  await say(c, 'anonymous still talks');
  assert.equal((await c.refusal('identify', { token: hs256(claims()) })).field, '/d/token', 'where it is enforced a token has a number');
  const token = hs256(numbered({ sub: 'u-enforced' }));
  await c.request('identify', { token });
  await say(c, 'signed');
  const stolen = await back(server, c);
  assert.equal((await stolen.refusal('chat.send', { kind: 'text', body: { text: 'x' } })).code, 'role.forbidden');
  assert.equal((await stolen.refusal('chat.history', { before: 9, n: 5 })).code, 'role.forbidden');
  await stolen.request('identify', { token });
  await say(stolen, 'and goes on');
  await cut(stolen, c);
  assert.equal((await set({ identify: { enforced: false, keys: [{ alg: 'RS256', kid: 'r1', pem: pem(rsa) }, { alg: 'ES256', pem: pem(ec) }] } })).status, 0);
  await settled(() => rs256(claims()));
});

/// As the page does: hello anew, with the secret of the reply.
const go = (code) => customer(server, { code });

test('the same customer on another device goes on in the same conversation, and the newer socket leads', async () => {
  const phone = await customer(server);
  assert.deepEqual(await phone.request('identify', { token: hs256(numbered({ sub: 'two-devices' })) }), { name: 'Ada', verified: true });
  await say(phone, 'from the phone');
  const desk = await customer(server);
  const token = hs256(numbered({ sub: 'two-devices' }));
  const { code, verified } = await desk.request('identify', { token });
  assert.equal(verified, true);
  assert.match(code, /^[\w-]{22}$/);
  assert.equal((await desk.ask('identify', { token })).ok, true, 'the answer may have been lost: the same page may ask again');
  const there = await go(code);
  assert.equal(there.conv, phone.conv);
  assert.equal((await phone.closed).code, 4504);
  assert.deepEqual(await there.request('identify', { token }), { name: 'Ada', verified: true }, 'each page says it again');
  const { rows } = await there.request('chat.history', { before: 1000, n: 20 });
  assert.ok(JSON.stringify(rows).includes('from the phone'));
  const late = await Peer.open(server, { origin: SHOP });
  assert.equal((await late.ask('hello', { site: SITE, role: 'customer', caps: [], code })).err.code, 'token.bad', 'the way is good once');
  await cut(desk, there, late);
});

test('another customer at the same browser begins a new conversation', async () => {
  const c = await customer(server);
  await c.request('identify', { token: hs256(numbered({ sub: 'first-of-two' })) });
  await say(c, 'a secret of the first');
  const token = hs256(numbered({ sub: 'second-of-two', name: 'Bea' }));
  const { code } = await c.request('identify', { token });
  const next = await go(code);
  assert.notEqual(next.conv, c.conv);
  assert.deepEqual(await next.request('identify', { token }), { name: 'Bea', verified: true });
  assert.ok(!JSON.stringify(await next.request('chat.history', { before: 1000, n: 20 })).includes('secret of the first'));
  const third = await next.request('identify', { token: hs256(claims({ sub: 'third', name: 'Cy' })) });
  assert.notEqual((await go(third.code)).conv, next.conv, 'without a number, too: nothing is opened by it');
  const back = await next.ask('identify', { token: hs256(numbered({ sub: 'first-of-two' })) });
  assert.equal((await go(back.d.code)).conv, c.conv, 'and the first finds theirs again');
  await cut(c, next);
});

test('a token is good in one conversation: shown again elsewhere it is refused, also after a restart', async () => {
  const c = await customer(server);
  const token = hs256(numbered({ sub: 'replayed' }));
  await c.request('identify', { token });
  await say(c, 'what the thief wants');
  const thief = await customer(server);
  const err = await thief.refusal('identify', { token });
  assert.deepEqual([err.code, err.field], ['field.bad', '/d/token']);
  assert.match(err.msg, /used elsewhere/);
  const bare = await thief.request('identify', { token: hs256(claims({ sub: 'replayed' })) });
  assert.equal(bare.code, undefined, 'a token without a number leads to no other conversation');
  assert.equal((await c.request('identify', { token })).verified, true, 'its own page may say it as often as it likes');
  await server.restart();
  const other = await customer(server);
  assert.equal((await other.refusal('identify', { token })).field, '/d/token');
  for (const [what, more] of [['expired within the skew', { exp: now() - 20 }], ['begins within the skew', { nbf: now() + 50 }]]) {
    const fresh = await customer(server);
    assert.equal((await fresh.request('identify', { token: hs256(numbered({ sub: what, ...more })) })).verified, true, what);
    await fresh.cut();
  }
  await cut(thief, c, other);
});

test('who is being served stays; what was two conversations stays two', async () => {
  const first = await customer(server);
  await first.request('identify', { token: hs256(numbered({ sub: 'busy' })) });
  await first.cut();
  const { c, a } = await live(server);
  const reply = await c.request('identify', { token: hs256(numbered({ sub: 'busy' })) });
  assert.deepEqual(reply, { name: 'Ada', verified: true }, 'no way out of a running session');
  assert.equal((await a.waitFor('identify')).d.verified, true);
  await c.request('session.end', {});
  await cut(c, a);
});

test('conversations of one signed customer that began apart are erased together', async () => {
  const pairs = [await live(server), await live(server)];
  const bystander = await customer(server);
  await say(bystander, 'somebody else');
  for (const { c } of pairs) await c.request('identify', { token: hs256(claims({ sub: 'u-apart' })) });
  const convs = pairs.map(({ c }) => c.conv);
  assert.notEqual(convs[0], convs[1]);
  const [[id]] = query(server, 'SELECT customer FROM conversation WHERE conv = ?', convs[0]);
  const kept = () => query(server, 'SELECT conv FROM conversation').map(([conv]) => conv);
  await eventually('both are signed', () => query(server, "SELECT count(*) FROM conversation WHERE sub = 'u-apart'")[0][0] === 2);
  await server.mustAdmin(['erase', '--site', SITE, '--customer', id]);
  assert.deepEqual(kept().filter((conv) => convs.includes(conv)), []);
  assert.ok(kept().includes(bystander.conv));
  await cut(bystander, ...pairs.flatMap(({ c, a }) => [c, a]));
});

test('keys rotate; the settings take only keys that are keys; another site is another key', async () => {
  const old = key;
  await server.mustAdmin(['site', 'rotate-secret', '--site', SITE]);
  await eventually('the new secret', async () => {
    const { status, stdout } = await server.admin(['site', 'identity-key', '--site', SITE]);
    return status === 0 && stdout.trim() !== old;
  });
  key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
  await settled(() => hs256(claims())); // each try on a line of its own: the tenth refusal would end one
  const c = await customer(server);
  await c.request('identify', { token: hs256(claims()) });
  const again = await customer(server);
  assert.equal((await again.request('identify', { token: hs256(claims(), { secret: old }) })).verified, true, 'the one before stays good');
  const foreign = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  assert.equal((await foreign.refusal('identify', { token: hs256(claims({ aud: OTHER_SITE })) })).field, '/d/token');
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  for (const bad of [{ alg: 'ES256', pem: pem(rsa) }, { alg: 'RS256', pem: pem(small) }, { alg: 'RS256', pem: 'x' }, { alg: 'HS256', pem: pem(rsa) }]) {
    const { status, stderr } = await set({ identify: { enforced: true, keys: [bad] } });
    assert.notEqual(status, 0);
    assert.match(stderr, /identify\/keys\/0/);
  }
  await cut(c, again, foreign);
  const lea = await associate(server);
  await lea.cut();
});
