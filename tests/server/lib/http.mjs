// SPDX-License-Identifier: Apache-2.0
/// HTTP the way a browser or an attacker would: every header and byte of the path is the test's own.

import assert from 'node:assert/strict';
import { request as plain } from 'node:http';
import { request as sealed } from 'node:https';

import { PASSWORD } from './server.mjs';

const WAIT_MS = 90000;

/// `path` goes out as it stands, unlike with fetch. Resolves { status, headers, body, text, json() }.
export function http(server, path, { method = 'GET', headers = {}, body } = {}) {
  const { protocol, hostname, port } = new URL(server.url);
  const open = protocol === 'https:' ? sealed : plain;
  return new Promise((resolve, reject) => {
    const asked = open({ hostname, port, path, method, headers, agent: false, timeout: WAIT_MS }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const bytes = Buffer.concat(parts);
        const text = bytes.toString('utf8');
        resolve({ status: answer.statusCode, headers: answer.headers, body: bytes, text, json: () => JSON.parse(text) });
      });
    });
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer within ${WAIT_MS} ms`)));
    asked.end(body);
  });
}

export const BUSY = [503, 504];
const AGAIN_MS = 1000;

/// A picture, asked for again while the machine is too busy to make it in its time: the answer says so, and a browser would.
export async function picture(server, path, how) {
  let answer = await http(server, path, how);
  for (let more = 60; more && BUSY.includes(answer.status); more--) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    answer = await http(server, path, how);
  }
  return answer;
}

/// Any method as the console uses it; `d` undefined: no body.
export function ask(server, method, path, d, { cookie, origin = server.origin, csrf = '1', headers: more = {} } = {}) {
  const text = d === undefined ? undefined : JSON.stringify(d);
  const headers = { ...more };
  if (text !== undefined) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  if (origin) headers.Origin = origin;
  if (csrf) headers['X-Vitrine-CSRF'] = csrf;
  if (cookie) headers.Cookie = cookie;
  return http(server, path, { method, headers, body: text });
}

function verbs(send) {
  return {
    ask: send,
    get: (path, more) => send('GET', path, undefined, more),
    post: (path, d, more) => send('POST', path, d, more),
    put: (path, d, more) => send('PUT', path, d, more),
    del: (path, more) => send('DELETE', path, undefined, more),
  };
}

/// The REST interface with somebody's login; with a cookie at once, else a promise.
export function rest(server, name, cookie) {
  const by = (jar) => verbs((method, path, d, headers) => ask(server, method, `/api/v1${path}`, d, { cookie: jar, headers }));
  return cookie ? by(cookie) : login(server, name).then(by);
}

/// The same with an API token.
export const bearer = (server, token) => verbs((method, path, d, headers) => ask(server, method, `/api/v1${path}`, d, { origin: null, csrf: null, headers: { ...headers, Authorization: `Bearer ${token}` } }));

/// A write as the console makes it.
export function post(server, path, d, { cookie, origin = server.origin, csrf = '1', type = 'application/json', body } = {}) {
  const text = body ?? (d === undefined ? '' : JSON.stringify(d));
  const headers = { 'Content-Length': Buffer.byteLength(text) };
  if (type) headers['Content-Type'] = type;
  if (origin) headers.Origin = origin;
  if (csrf) headers['X-Vitrine-CSRF'] = csrf;
  if (cookie) headers.Cookie = cookie;
  return http(server, path, { method: 'POST', headers, body: text });
}

/// The cookie of a login, one for each name and server: scrypt is slow on purpose.
export async function login(server, name, password = PASSWORD) {
  const known = server.logins.get(name);
  if (known) return known;
  const answer = await post(server, '/api/v1/login', { name, password });
  assert.equal(answer.status, 200, `login of ${name}: ${answer.status} ${answer.text}`);
  const cookie = answer.headers['set-cookie'][0].split(';')[0];
  server.logins.set(name, cookie);
  return cookie;
}

export async function ticket(server, name) {
  const cookie = await login(server, name);
  const answer = await post(server, '/api/v1/tickets', undefined, { cookie });
  assert.equal(answer.status, 200, `ticket of ${name}: ${answer.status} ${answer.text}`);
  return answer.json().ticket;
}
