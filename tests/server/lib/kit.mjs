// SPDX-License-Identifier: Apache-2.0
/// What most tests begin with: a shop with its associates, a customer, a live pair.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ticket } from './http.mjs';
import { query } from './kept.mjs';
import { Peer } from './peer.mjs';
import { serve } from './server.mjs';

export const SHOP = 'https://shop.test';
export const SITE = 'pk_test';
export const OTHER_SHOP = 'https://other.test';
export const OTHER_SITE = 'pk_other';

/// A started server with one site, its `settings` and `associates` (login or [login, role, site]).
export async function shop(after, { associates = ['lea'], other = false, settings, ...options } = {}) {
  const server = await serve(after, options);
  await server.addSite({ key: SITE, origins: [SHOP], words: settings ? ['--settings', settingsFile(server, settings)] : [] });
  if (other) await server.addSite({ key: OTHER_SITE, name: 'The other shop', origins: [OTHER_SHOP] });
  const plain = associates.filter((entry) => typeof entry === 'string');
  for (const entry of associates) {
    const [login, role = 'associate', site = SITE] = [entry].flat();
    if (!plain.slice(1).includes(entry)) await server.addAssociate({ site, login, name: nameOf(login), role });
  }
  if (plain.length > 1) likeTheFirst(server, plain);
  await siteIsThere(server, other ? OTHER_SITE : SITE, other ? OTHER_SHOP : SHOP);
  return server;
}

const nameOf = (login) => login[0].toUpperCase() + login.slice(1);

/// The other logins, with the first one's password: scrypt is slow on purpose, and a run of a thousand pairs has a hundred desks.
function likeTheFirst(server, [first, ...others]) {
  const people = others.map((login) => `SELECT '${randomBytes(16).toString('base64url')}' AS id, '${login}' AS login_, '${nameOf(login)}' AS name_`);
  query(server, `INSERT INTO associate (site, person, login, name, role, password, disabled, created)
    SELECT site, id, login_, name_, role, password, disabled, created
    FROM associate, (${people.join(' UNION ALL ')}) new WHERE login = ?`, first);
}

function settingsFile(server, settings) {
  const path = join(server.data, 'settings.json');
  writeFileSync(path, JSON.stringify(settings));
  return path;
}

/// What the site decides, by `vitrine admin site set`; a running server has it within two seconds.
export async function setSettings(server, settings) {
  const { status, stderr } = await server.admin(['site', 'set', '--site', SITE, '--settings', settingsFile(server, settings)]);
  assert.equal(status, 0, stderr);
}

/// The server looks for changes of `vitrine admin` twice a second or so; there is no event to wait for outside it.
export async function siteIsThere(server, key, origin, ms = 30000) {
  const end = Date.now() + ms;
  for (;;) {
    try {
      const peer = await Peer.open(server, { origin });
      const reply = await peer.ask('hello', { site: key, role: 'customer', caps: [] });
      await peer.cut();
      if (reply.ok) return;
    } catch (error) {
      if (error.status !== 403) throw error;
    }
    assert.ok(Date.now() < end, `the server does not know ${key} ${ms} ms after it was made`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function customer(server, { site = SITE, origin = SHOP, name = 'customer', ...hello } = {}) {
  const peer = await Peer.open(server, { origin, name });
  await peer.hello({ site, role: 'customer', ...hello });
  return peer;
}

/// The same customer on a new socket, where the old one stands (or `from`).
export function back(server, peer, { from = peer.resume, ...options } = {}) {
  return customer(server, { name: `${peer.name} again`, ...options, resume: [from] });
}

export async function associate(server, login = 'lea', { site = SITE, role = 'associate', ...hello } = {}) {
  const token = await ticket(server, login); // before the socket: a login takes its time, a silent socket has 5 s
  const peer = await Peer.open(server, { name: login });
  await peer.hello({ site, role, token, ...hello });
  return peer;
}

/// The associate takes the waiting customer; resolves c.
export async function take(staff, conv) {
  const { c } = await staff.request('claim.take', { conv });
  await staff.waitFor('snapshot', (_, event) => event.c === c);
  return c;
}

/// A customer and an associate in a live session: { c, a, n } with n the number of the conversation for staff.
export async function live(server, { login = 'lea', a, lang = 'en', ...options } = {}) {
  const c = await customer(server, options);
  await c.request('queue.join', { lang });
  a ??= await associate(server, login, { site: options.site });
  const n = await take(a, c.conv);
  await c.waitFor('session.state', (d) => d.state === 'live');
  await c.until('the channels', () => (c.channel('view') && c.channel('ptr') && c.channel('draw') ? true : undefined));
  await a.until('the channels', () => (a.channel('view', n) && a.channel('ptr', n) && a.channel('draw', n) ? true : undefined));
  return { c, a, n };
}

export const say = (peer, text, { kind = 'text', ...options } = {}) => peer.request('chat.send', { kind, body: { text } }, options);

/// Opens a view of `count` pictures; resolves { seq, slots } and leaves both sides at it.
export async function openView({ c, a, n }, count = 1, by = c) {
  const items = Array.from({ length: count }, (_, i) => ({ sku: `VT-${i + 1}`, media: `m${i + 1}`, title: `Ring ${i + 1}` }));
  const reply = await by.request('view.open', { items, active: 1, mode: 'image' }, by === a ? { c: n } : {});
  await (by === c ? a : c).waitFor('view.open');
  return reply;
}

/// What a fresh member of the staff is shown: the server's own truth.
export async function viewSeen(server, { c }, login = 'max') {
  const peer = await associate(server, login);
  const { c: n } = await peer.request('conv.open', { conv: c.conv });
  const { d } = await peer.waitFor('snapshot');
  await peer.request('conv.close', {}, { c: n });
  await peer.cut();
  return d.view;
}

/// A live pair is over.
export async function leave({ c, a }) {
  await c.request('session.end', {});
  await c.cut();
  await a.cut();
}

/// A catalogue of Vitrine's JSON with real picture files beside it; resolves its path.
export function writeCatalogue(folder, products, pictures = {}) {
  for (const [name, bytes] of Object.entries(pictures)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, 'catalogue.json');
  writeFileSync(path, JSON.stringify({ version: 1, currency: 'EUR', products }));
  return path;
}

/// Polls a state outside the socket, such as a gauge; for events there is waitFor. The bound is for what never comes: a shorter one fails
/// on a busy machine and finds nothing more.
export async function eventually(what, look, ms = 60000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `${what}: not within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export { keeper } from './server.mjs';
