// SPDX-License-Identifier: Apache-2.0
/// Personal pictures: nobody sees one without its grant, nobody names one outside its conversation, and what leaves
/// the server carries a fresh grant while what is kept carries none.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { picture } from './lib/http.mjs';
import { SITE, associate, back, customer, eventually, keeper, live, shop, take } from './lib/kit.mjs';
import { look, photo, sha256 } from './lib/picture.mjs';
import { query } from './lib/tables.mjs';

const later = keeper(after);
const ID = sha256('a picture of the customer’s own');
const OPEN = sha256(photo());
let server;
let pair;

/// Into the store as an upload leaves it: a record of the conversation's, and the original.
function plant(conv, id, bytes) {
  const folder = join(server.data, 'originals', id.slice(0, 2), id.slice(2, 4));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, id), bytes, { mode: 0o600 });
  if (!conv) return;
  query(server, 'INSERT INTO medium (site, id, conv, kind, width, height, created) SELECT site, ?, conv, 1, 0, 0, 1 FROM conversation WHERE conv = ?', id, conv);
}

const get = (path, headers) => picture(server, path, { headers });
const open = ({ c }, media) => c.request('view.open', { items: [{ media }], active: 1, mode: 'image' });

/// `id?e=…&s=…` as an address below `prefix`.
const at = (prefix, media, rest) => `${prefix}${media.replace(/\?|$/, `/${rest}$&`)}`;

before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '9', '--rate-act', '500'] });
  const first = await customer(server);
  plant(first.conv, ID, photo());
  plant(null, OPEN, photo());
  await server.restart(); // the record is read at the start
  const c = await back(server, first);
  await c.request('queue.join', { lang: 'en' });
  const a = await associate(server);
  pair = { c, a, n: await take(a, c.conv) };
  await c.waitFor('session.state', (d) => d.state === 'live');
});

test('the key file is ours alone, and the store holds no secret of a site', () => {
  execFileSync('sh', ['-c', `[ "$(stat -c %a "${server.data}/vitrine.key")" = 600 ]`]);
  const [[secret]] = query(server, 'SELECT secret FROM site');
  assert.match(secret, /^[\w-]{80}$/);
  assert.ok(!server.log.includes(secret));
});

test('without a grant: 403 in every form, and no picture', async () => {
  for (const path of [`/t/${ID}/320`, `/t/${ID}/321`, `/iiif/3/${ID}/info.json`, `/iiif/3/${ID}/full/max/0/default.jpg`,
    `/t/${ID}/320?e=9999999999&s=AAAAAAAAAAAAAAAAAAAAAA`, `/t/${ID}/320?s=&e=`]) {
    const answer = path.includes('/321') ? await get((await get(path)).headers.location) : await get(path);
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.json().type], [403, 'application/problem+json', 'signature'], path);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
  assert.equal((await get(`/t/${OPEN}/320`)).status, 200, 'a catalogue picture is open');
});

test('what is told carries a grant, and it opens every size and tile', async () => {
  await open(pair, ID);
  const { d } = await pair.a.waitFor('view.open');
  const { media } = d.items[0];
  assert.match(media, new RegExp(`^${ID}\\?e=\\d{10}&s=[\\w-]{22}$`));
  const thumb = await get(at('/t/', media, 320));
  assert.equal(thumb.status, 200);
  assert.equal(look(thumb.body).width, 320);
  assert.equal(thumb.headers['cache-control'], 'private, max-age=600');
  const same = await get(at('/t/', media, 320), { 'if-none-match': thumb.headers.etag });
  assert.deepEqual([same.status, same.headers['cache-control']], [304, 'private, max-age=600']);
  const step = await get(at('/t/', media, 300));
  assert.deepEqual([step.status, step.headers.location], [302, at('/t/', media, 320)]);
  const info = await get(at('/iiif/3/', media, 'info.json'));
  assert.deepEqual([info.status, info.headers['cache-control']], [200, 'private, max-age=600']);
  const tile = await get(at('/iiif/3/', media, '0,0,512,512/512,512/0/default.jpg'));
  assert.equal(look(tile.body).width, 512);
  const [id, grant] = media.split('?');
  assert.equal((await get(`/t/${id}/320?${grant.replace(/e=(\d+)/, (_, e) => `e=${Number(e) + 1}`)}`)).json().type, 'signature');
  const other = sha256('no such picture');
  assert.equal((await get(`/t/${other}/320?${grant}`)).status, 404);
});

test('a row of the thread and a snapshot carry it too; the store keeps the bare id', async () => {
  const { c, a } = pair;
  await c.request('chat.send', { kind: 'picture', body: { media: `${ID}?e=1&s=stale` } });
  const { d } = await a.waitFor('chat.send', (body) => body.kind === 'picture');
  assert.equal((await get(at('/t/', d.body.media, 160))).status, 200);
  const { rows } = await c.request('chat.history', { before: 1000, n: 10 });
  const row = rows.find((r) => r.d.kind === 'picture');
  assert.equal((await get(at('/t/', row.d.body.media, 160))).status, 200);
  const max = await associate(server, 'max');
  await max.request('conv.open', { conv: c.conv });
  const { d: whole } = await max.waitFor('snapshot');
  for (const media of [whole.view.items[0].media, whole.thread.find((r) => r.d.kind === 'picture').d.body.media])
    assert.equal((await get(at('/t/', media, 160))).status, 200);
  await max.cut();
  await eventually('the view is saved', () => {
    const text = query(server, 'SELECT body FROM message UNION ALL SELECT view FROM session').join('\n');
    assert.ok(!text.includes('?e='), 'a grant was stored');
    return text.split(ID).length > 2;
  });
});

test('text that looks like a field stays text', async () => {
  const text = `"media":"${ID}" and \\"media":"${ID}`;
  await pair.c.request('chat.send', { kind: 'text', body: { text } });
  const { d } = await pair.a.waitFor('chat.send', (body) => body.kind === 'text');
  assert.equal(d.body.text, text);
});

test('in another conversation it is as unknown as one that never was', async () => {
  const other = await live(server, { login: 'max' });
  const refused = async (op, d) => {
    const reply = await other.c.ask(op, d);
    return reply.err?.code;
  };
  assert.equal(await refused('view.open', { items: [{ media: ID }], active: 1, mode: 'image' }), 'not.found');
  assert.equal(await refused('view.item', { add: { media: `${ID}?e=1&s=2` } }), 'not.found');
  assert.equal(await refused('chat.send', { kind: 'picture', body: { media: ID } }), 'not.found');
  await other.c.cut();
  await other.a.cut();
});

test('a new secret keeps what was given out; the next one ends it', async () => {
  const grantOf = async () => {
    await open(pair, ID);
    return (await pair.a.waitFor('view.open')).d.items[0].media;
  };
  const first = await grantOf();
  const rotate = async (before) => {
    await server.mustAdmin(['site', 'rotate-secret', '--site', SITE]);
    return eventually('the new secret is used', async () => {
      const media = await grantOf();
      return media === before ? undefined : media;
    });
  };
  const second = await rotate(first);
  assert.equal((await get(at('/t/', first, 160))).status, 200);
  await rotate(second);
  assert.equal((await get(at('/t/', first, 160))).status, 403);
  assert.equal((await get(at('/t/', second, 160))).status, 200);
  assert.ok(!readFileSync(join(server.data, 'vitrine.key')).includes(Buffer.from(SITE)));
});
