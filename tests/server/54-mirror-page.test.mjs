// SPDX-License-Identifier: Apache-2.0
/// What the mirror needs beside the socket: style texts by their hash, the player's page with the shop's CSP, the site's rules.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, rest } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SHOP, SITE, customer, keeper, shop } from './lib/kit.mjs';
import { mirrored } from './lib/mirror.mjs';

const later = keeper(after);
const web = mkdtempSync(join(tmpdir(), 'vitrine-mirror-'));
let server;
let pair;
before(async () => {
  mkdirSync(join(web, 'mirror'));
  writeFileSync(join(web, 'mirror/index.html'), '<!doctype html><title>Mirror</title>');
  writeFileSync(join(web, 'mirror/player-1a2b3c4d.js'), 'play();');
  server = await shop(later, { other: true, associates: ['lea', ['oto', 'associate', OTHER_SITE]], args: ['--web', web, '--mirror-origin', 'https://mirror.shop.test', '--rate-act', '1000'],
    settings: { imageHosts: ['img.shop.test'], pushHosts: ['pay.partner.test'], mask: ['.address', '#phone'],
      mirror: { level: 'strict', hosts: ['help.partner.test'], rules: [{ url: '/account*', block: ['.orders'], noControl: ['#delete'] }] } } });
  pair = await mirrored(server);
});
after(() => rmSync(web, { recursive: true, force: true }));

const sha = (text) => createHash('sha256').update(text).digest('hex');
const send = (ticket, css, { origin = SHOP, body = JSON.stringify({ css }) } = {}) =>
  http(server, '/api/v1/mirror/css', { method: 'POST', headers: { Origin: origin, Authorization: `Bearer ${ticket}`, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }, body });

test('a style text goes up once, and comes back by its hash with a login', async () => {
  const text = 'body { color: red } /* é */';
  const hashes = [sha(text), sha('another')];
  const asked = await pair.c.request('mirror.css', { hashes });
  assert.deepEqual(asked.missing, hashes);
  assert.ok(asked.url.endsWith('/api/v1/mirror/css'));
  const sent = await send(asked.ticket, { [hashes[0]]: text });
  assert.equal(sent.status, 204);
  assert.equal(sent.headers['access-control-allow-origin'], SHOP);
  assert.deepEqual((await pair.c.request('mirror.css', { hashes })).missing, [hashes[1]]);
  const lea = await rest(server, 'lea');
  const got = await lea.get(`/mirror/css/${hashes[0]}`);
  assert.deepEqual([got.status, got.text, got.headers['content-type']], [200, text, 'text/plain; charset=utf-8']);
  assert.equal((await lea.get(`/mirror/css/${hashes[1]}`)).status, 404);
  assert.equal((await (await rest(server, 'oto')).get(`/mirror/css/${hashes[0]}`)).status, 404, 'another site has nothing of it');
  assert.equal((await http(server, `/api/v1/mirror/css/${hashes[0]}`)).status, 401);
  assert.deepEqual(await pair.c.request('mirror.css', { hashes: [hashes[0]] }), { missing: [] });
});

test('the hash is the text\'s, and the text is filtered', async () => {
  const text = '@import "https://evil.test/x.css"; p { background: url(https://shop.test/a.png?token=1) }';
  const { ticket } = await pair.c.request('mirror.css', { hashes: [sha(text)] });
  assert.equal((await send(ticket, { [sha(text)]: `${text} ` })).status, 422);
  assert.equal((await send(ticket, { [sha(text)]: text })).status, 403, 'a ticket is good once');
  const again = await pair.c.request('mirror.css', { hashes: [sha(text)] });
  assert.equal((await send(again.ticket, { [sha(text)]: text })).status, 204);
  const got = (await (await rest(server, 'lea')).get(`/mirror/css/${sha(text)}`)).text;
  assert.ok(!got.includes('evil') && !got.includes('token') && got.includes('https://shop.test/a.png'), got);
});

test('tickets: of the page that asked, and of nobody who guesses; limits', async () => {
  const ask = async () => (await pair.c.request('mirror.css', { hashes: [sha('x')] })).ticket;
  assert.equal((await send(await ask(), { [sha('x')]: 'x' }, { origin: OTHER_SHOP })).status, 403);
  assert.equal((await send('AAAAAAAAAAAAAAAAAAAAAA', { [sha('x')]: 'x' })).status, 403);
  assert.equal((await send(await ask(), {}, { body: '{"css":[]}' })).status, 422);
  assert.equal((await send(await ask(), {}, { body: 'no JSON' })).status, 422);
  assert.equal((await send(await ask(), { short: 'x' })).status, 422);
  const large = 'y'.repeat(1024 * 1024 + 1);
  assert.equal((await send(await ask(), { [sha(large)]: large })).status, 422);
  const fits = 'y'.repeat(1024 * 1024);
  assert.equal((await send(await ask(), { [sha(fits)]: fits })).status, 204);
  assert.equal((await pair.c.refusal('mirror.css', { hashes: ['Z'.repeat(64)] })).code, 'field.bad');
});

test('the longest unused go first', async () => {
  const texts = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(1000 * 1000));
  const hashes = texts.map(sha);
  for (const text of texts) {
    const { ticket } = await pair.c.request('mirror.css', { hashes: [sha(text)] });
    assert.equal((await send(ticket, { [sha(text)]: text })).status, 204);
    await pair.c.request('mirror.css', { hashes: [hashes[0]] }); // used again and again
  }
  const { missing } = await pair.c.request('mirror.css', { hashes });
  assert.ok(!missing.includes(hashes[0]) && !missing.includes(hashes[9]), 'what is in use stays');
  assert.ok(missing.length >= 1 && missing.includes(hashes[1]), '8 MiB a site');
});

test('the player\'s page: the shop\'s own sources, framed by us alone', async () => {
  const policy = async (path) => {
    const { status, headers } = await http(server, path);
    assert.equal(status, 200);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    return Object.fromEntries(headers['content-security-policy'].split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1)]));
  };
  const ours = await policy(`/mirror/?site=${SITE}`);
  assert.deepEqual(ours['default-src'], ["'none'"]);
  assert.deepEqual(ours['script-src'], ["'self'"]);
  assert.deepEqual(ours['img-src'], ['data:', 'blob:', SHOP, 'https://img.shop.test']);
  for (const name of ['style-src', 'font-src', 'media-src']) assert.ok(ours[name].includes(SHOP), name);
  for (const name of ['object-src', 'frame-src', 'base-uri', 'form-action']) assert.deepEqual(ours[name], ["'none'"], name);
  assert.deepEqual(ours['frame-ancestors'], ["'self'", server.origin]);
  assert.equal(ours['connect-src'], undefined, 'it asks nobody for anything');
  for (const path of ['/mirror/', '/mirror/?site=nobody', '/mirror/player-1a2b3c4d.js']) assert.deepEqual((await policy(path))['img-src'], ['data:', 'blob:'], path);
  const other = await policy(`/mirror/?site=${OTHER_SITE}`);
  assert.ok(other['img-src'].includes(OTHER_SHOP) && !other['img-src'].includes(SHOP));
});

test('the welcome brings the site\'s rules; the version changes with them', async () => {
  const { mirror } = pair.c.welcome.site;
  const given = mirror.rules.map(({ url, mask = [], block = [], noControl = [] }) => ({ url, mask, block, noControl }));
  assert.deepEqual(given, [{ url: '*', mask: ['.address', '#phone'], block: [], noControl: [] }, { url: '/account*', mask: [], block: ['.orders'], noControl: ['#delete'] }]);
  assert.deepEqual([mirror.level, mirror.allowed, mirror.origin], ['strict', true, undefined]);
  assert.deepEqual(mirror.hosts, ['help.partner.test', 'pay.partner.test']);
  assert.equal(pair.a.welcome.site.mirror.origin, 'https://mirror.shop.test');
  const other = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  assert.deepEqual([other.welcome.site.mirror.level, other.welcome.site.mirror.allowed], ['inputs', true]);
  assert.notEqual(other.welcome.site.mirror.version, mirror.version);
  await other.cut();
});

test('settings that cannot be are named by their place', async () => {
  for (const [mirror, place] of [[{ level: 'none' }, '/mirror/level'], [{ rules: [{ url: 'account' }] }, '/mirror/rules/0/url'], [{ rules: [{ url: '/a?b' }] }, '/mirror/rules/0/url'],
    [{ rules: [{ mask: ['x'] }] }, '/mirror/rules/0'], [{ hosts: ['https://x.test'] }, '/mirror/hosts/0'], [{ allowed: 1 }, '/mirror/allowed'], [{ more: 1 }, '/mirror/more'],
    [{ rules: Array.from({ length: 24 }, () => ({ url: '/x', mask: Array.from({ length: 16 }, () => 'x'.repeat(200)) })) }, '/mirror']]) {
    const path = join(web, 'bad.json');
    writeFileSync(path, JSON.stringify({ mirror }));
    const { status, stderr } = await server.admin(['site', 'set', '--site', SITE, '--settings', path]);
    assert.notEqual(status, 0, place);
    assert.ok(stderr.includes(place), `${place}: ${stderr}`);
  }
});

test('a guest is told nothing of it', async () => {
  const { url } = await pair.c.request('guest.invite', {});
  const { Peer } = await import('./lib/peer.mjs');
  const guest = await Peer.open(server, { name: 'guest' });
  await guest.hello({ site: SITE, role: 'guest', code: new URLSearchParams(new URL(url).hash.slice(1)).get('vt') });
  assert.equal(guest.welcome.site.mirror, undefined);
  assert.ok(guest.welcome.ch.every(({ k }) => k !== 'dom' && k !== 'mptr'));
  const { consents, mirror } = (await guest.waitFor('snapshot')).d;
  assert.deepEqual([consents, mirror], [undefined, undefined]);
  await guest.cut();
});

