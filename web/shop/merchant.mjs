// SPDX-License-Identifier: Apache-2.0
// The shop's own server behind the pages, as small as one can be: it signs in a regular, signs a
// token for her, answers Vitrine's questions about her (server/docs/merchant.md), and redeems the
// codes of offers (server/docs/api.md).
//
// The three secrets come from Vitrine and reach us by the environment: VITRINE_IDENTITY_KEY
// (`vitrine admin site identity-key`), VITRINE_MERCHANT_SECRET (shown once when the address is
// entered) and VITRINE_API_TOKEN (`vitrine admin token add --verbs write`). Without one its route
// is not there.

import { createHmac, timingSafeEqual } from 'node:crypto';

const MAX_BODY = 4096;
const TOLERANCE_S = 300;
const TOKEN_S = 300;

/* A shop would look these up. */
const CUSTOMERS = {
  'c-ada': {
    customer: { name: 'Ada Byron', since: '2019-04-02', tier: 'Gold', notes: ['Ring size 52', 'Prefers rosé gold; no nickel'] },
    orders: [
      { reference: 'MV-20731', placed: '2026-03-14T16:20:00+01:00', total: '1290.00', currency: 'EUR', state: 'Delivered', items: [{ sku: 'VT-2001', qty: 1, price: '1075.00' }] },
      { reference: 'MV-18402', placed: '2025-12-02T11:05:00+01:00', total: '690.00', currency: 'EUR', state: 'Resized and delivered', items: [{ sku: 'VT-1004', variant: '52', qty: 1, price: '575.00' }] },
    ],
    wishlist: ['VT-1001', 'VT-3001', 'VT-4001'],
  },
};

/** True when `body` was signed under `secret`, within five minutes of now (Standard Webhooks). */
export function isSigned(secret, headers, body, now = Date.now() / 1000) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given } = headers;
  if (!id || !given || !(Math.abs(now - Number(time)) <= TOLERANCE_S)) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const mine = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')}`);
  return given.split(' ').some((one) => one.length === mine.length && timingSafeEqual(Buffer.from(one), mine));
}

/** What is said to a question; `{}` to one we do not know. */
export function answer({ type, customer }) {
  if (typeof type !== 'string' || typeof customer?.sub !== 'string') return {};
  const known = Object.hasOwn(CUSTOMERS, customer.sub) ? CUSTOMERS[customer.sub] : {};
  return Object.hasOwn(known, type) ? { [type]: known[type] } : {};
}

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as `Vitrine('identify', { token })` takes it. */
export function tokenFor(sub, { key, site, now = Date.now() / 1000 }) {
  const claims = { aud: site, sub, name: CUSTOMERS[sub].customer.name, exp: Math.floor(now) + TOKEN_S, jti: base64([sub, now, Math.random()]) };
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}

async function readBody(request) {
  let body = '';
  for await (const piece of request.setEncoding('utf8')) {
    body += piece;
    if (body.length > MAX_BODY) return null;
  }
  return body;
}

function send(response, status, value) {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** The offer of a code, which is used up by this; null where it is no good. */
export async function redeem(code, { vitrine, apiToken }) {
  const answer = await fetch(`${vitrine}/api/v1/redemptions`, {
    method: 'POST', headers: { 'Authorization': `Bearer ${apiToken}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ code }),
  });
  return answer.ok ? (await answer.json()).offer : null;
}

function readCode(body) {
  try {
    const { code } = JSON.parse(body);
    return typeof code === 'string' && code.length > 0 && code.length <= 64 ? code : null;
  } catch {
    return null;
  }
}

/** Routes by path, each for POST alone; empty without the secrets. */
export function merchantRoutes({ identityKey, merchantSecret, apiToken, vitrine, site }) {
  const routes = new Map();
  if (identityKey) {
    routes.set('/account/token', async (request, response) => send(response, 200, { token: tokenFor('c-ada', { key: identityKey, site }) }));
  }
  if (merchantSecret) {
    routes.set('/vitrine/ask', async (request, response) => {
      const body = await readBody(request);
      if (body === null || !isSigned(merchantSecret, request.headers, body)) return send(response, 401, { why: 'not signed by Vitrine' });
      return send(response, 200, answer(JSON.parse(body)));
    });
  }
  if (apiToken) {
    routes.set('/offers/redeem', async (request, response) => {
      const code = readCode(await readBody(request));
      const offer = code && await redeem(code, { vitrine, apiToken });
      return offer ? send(response, 200, offer) : send(response, 404, { why: 'unknown, used, over or taken back' });
    });
  }
  return routes;
}
