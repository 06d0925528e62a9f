// SPDX-License-Identifier: Apache-2.0
// What the shop's own server says to Vitrine, and to nobody who has not signed.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { readCatalogue, toVitrineJson } from '../catalogue.mjs';
import { answer, isSigned, merchantRoutes, redeem, tokenFor } from '../merchant.mjs';

/* The published example of Standard Webhooks. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SIGNED = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
const BODY = '{"test": 2432232314}';

test('a signature is checked, and its time', () => {
  assert.equal(isSigned(SECRET, SIGNED, BODY, 1614265330), true);
  assert.equal(isSigned(SECRET, { ...SIGNED, 'webhook-signature': `v1,AAAA ${SIGNED['webhook-signature']}` }, BODY, 1614265600), true);
  assert.equal(isSigned(SECRET, SIGNED, `${BODY} `, 1614265330), false);
  assert.equal(isSigned(SECRET, SIGNED, BODY, 1614265631), false);
  assert.equal(isSigned(SECRET, {}, BODY, 1614265330), false);
  assert.equal(isSigned(SECRET, { ...SIGNED, 'webhook-timestamp': 'soon' }, BODY), false);
});

test('a regular is answered about, anybody else is not', () => {
  assert.equal(answer({ type: 'customer', customer: { sub: 'c-ada' } }).customer.name, 'Ada Byron');
  for (const question of [{}, { type: 'customer' }, { type: 'customer', customer: { sub: 'c-2' } }, { type: 'toString', customer: { sub: 'c-ada' } }, { type: 'customer', customer: { sub: '__proto__' } }, { type: 'orders', since: '2026-01-01T00:00:00Z' }]) {
    assert.deepEqual(answer(question), {});
  }
});

test('she bought and wishes for pieces that are sold here', () => {
  const skus = new Set(toVitrineJson(readCatalogue()).products.map((piece) => piece.sku));
  for (const sku of answer({ type: 'wishlist', customer: { sub: 'c-ada' } }).wishlist) assert.ok(skus.has(sku), sku);
  for (const order of answer({ type: 'orders', customer: { sub: 'c-ada' } }).orders) for (const item of order.items) assert.ok(skus.has(item.sku), item.sku);
});

test('a token is hers, for minutes, and each another', () => {
  const token = tokenFor('c-ada', { key: 'a key', site: 'pk_test', now: 1000 });
  const [head, claims, mac] = token.split('.');
  assert.equal(createHmac('sha256', 'a key').update(`${head}.${claims}`).digest('base64url'), mac);
  const { aud, sub, exp, jti } = JSON.parse(Buffer.from(claims, 'base64url'));
  assert.deepEqual([aud, sub, exp], ['pk_test', 'c-ada', 1300]);
  assert.notEqual(jti, JSON.parse(Buffer.from(tokenFor('c-ada', { key: 'a key', site: 'pk_test', now: 1000 }).split('.')[1], 'base64url')).jti);
});

test('a code is redeemed at Vitrine, with the token that no page sees', async () => {
  const asked = [];
  const vitrine = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    asked.push([request.url, request.headers.authorization, body]);
    const isGood = asked.length === 1;
    response.writeHead(isGood ? 200 : 409);
    response.end(JSON.stringify(isGood ? { conversation: 'c', offer: { sku: 'VT-1', price: '90.00', currency: 'EUR' } } : {}));
  });
  await new Promise((done) => vitrine.listen(0, '127.0.0.1', done));
  const how = { vitrine: `http://127.0.0.1:${vitrine.address().port}`, apiToken: 'vt_x' };
  assert.deepEqual(await redeem('V-1', how), { sku: 'VT-1', price: '90.00', currency: 'EUR' });
  assert.equal(await redeem('V-1', how), null, 'used');
  assert.deepEqual(asked[0], ['/api/v1/redemptions', 'Bearer vt_x', '{"code":"V-1"}']);
  vitrine.closeAllConnections();
  await new Promise((done) => vitrine.close(done));
});

test('without the secrets there are no routes', () => {
  assert.equal(merchantRoutes({ site: 'pk_test' }).size, 0);
  assert.deepEqual([...merchantRoutes({ site: 'pk_test', identityKey: 'k', merchantSecret: SECRET, apiToken: 'vt_x' }).keys()], ['/account/token', '/vitrine/ask', '/offers/redeem']);
});
