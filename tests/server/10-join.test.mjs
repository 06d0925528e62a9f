// SPDX-License-Identifier: Apache-2.0
/// Who may come in, as whom, from where; and what the first message has to be.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { login, post, ticket } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SHOP, SITE, associate, back, customer, eventually, keeper, live, say, shop, take } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', 'max', 'zoe', ['sam', 'supervisor'], ['oto', 'associate', OTHER_SITE]] });
});

const hello = (peer, d) => peer.ask('hello', { site: SITE, role: 'customer', caps: [], ...d });

test('a customer gets a conversation, a token and the site', async () => {
  const c = await customer(server, { lang: 'fr', page: { n: 1, url: '/halo', title: 'Halo' } });
  const { welcome } = c;
  assert.equal(welcome.site.key, SITE);
  assert.equal(welcome.me.role, 'customer');
  assert.deepEqual(welcome.caps, ['bin1']);
  assert.equal(welcome.hb, 25000);
  assert.equal(welcome.convs.length, 1);
  assert.equal(welcome.convs[0].recovered, false);
  assert.ok(welcome.convs[0].tok.length >= 22, '128 bits');
  assert.ok(Math.abs(welcome.time - Date.now()) < 60000);
  const { d } = await c.waitFor('snapshot');
  assert.equal(d.state.state, 'none');
  assert.deepEqual(d.thread, []);
  await c.waitFor('queue.status');
  await c.cut();
});

test('two customers share nothing', async () => {
  const [one, two] = [await customer(server), await customer(server)];
  assert.notEqual(one.conv, two.conv);
  assert.notEqual(one.tok, two.tok);
  await one.cut();
  await two.cut();
});

test('an associate is who the login says', async () => {
  const a = await associate(server, 'lea');
  assert.equal(a.welcome.me.role, 'associate');
  assert.equal(a.welcome.me.name, 'Lea');
  assert.deepEqual(a.welcome.convs, []);
  await a.cut();
  const s = await associate(server, 'sam');
  assert.equal(s.welcome.me.role, 'supervisor', 'whatever hello names');
  await s.cut();
});

test('status tells customers whether somebody is there', async () => {
  const c = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  assert.equal((await c.waitFor('queue.status')).d.state, 'message');
  const a = await associate(server, 'oto', { site: OTHER_SITE });
  await c.waitFor('queue.status', (d) => d.state === 'available'); // and when nobody is left: 46-hours
  await a.cut();
  await c.cut();
});

test('one who comes late gets the whole conversation', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.notice('page.at', { n: 1, url: '/halo', title: 'Halo', product: { sku: 'VT-1' } });
  await say(c, 'one');
  await say(a, 'two', { c: n });
  await say(a, 'only among us', { c: n, kind: 'note' });
  await c.request('view.open', { items: [{ media: 'm1' }, { media: 'm2' }], active: 2, mode: 'image' });
  await c.request('mark.add', { slot: 2, kind: 'circle', colour: 3, points: [0.25, 0.5, 0.5, 0.75] });
  const late = await associate(server, 'max');
  const opened = await late.request('conv.open', { conv: c.conv });
  const { d } = await late.waitFor('snapshot', (_, event) => event.c === opened.c);
  assert.equal(opened.me, 'a2');
  assert.equal(d.state.state, 'live');
  assert.equal(d.state.associate.name, 'Lea');
  assert.deepEqual(d.thread.map((row) => row.d.body.text), ['one', 'two', 'only among us']);
  assert.deepEqual(d.view.items.map((item) => item.media), ['m1', 'm2']);
  assert.equal(d.view.active, 2);
  assert.equal(d.view.driver, 'c');
  assert.deepEqual(d.view.marks[0].points, [0.25, 0.5, 0.5, 0.75]);
  assert.equal(d.trail.at(-1).product.sku, 'VT-1');
  assert.deepEqual(d.people.map((person) => person.who).sort(), ['a1', 'a2', 'c']);
  await a.waitFor('presence.person', (p) => p.who === 'a2' && p.at === 'here');
  await say(c, 'three');
  await late.waitFor('chat.send', (p) => p.body.text === 'three');
  await late.request('conv.close', {}, { c: opened.c });
  await a.waitFor('presence.person', (p) => p.who === 'a2' && p.at === 'gone');
  assert.ok(!c.seen('presence.person').some((event) => event.d.who === 'a2'), 'a colleague who looks in is no matter of the customer');
  assert.equal((await a.refusal('conv.close', {}, { c: n })).code, 'state.wrong', 'the one who serves stays');
  await c.request('session.end', {});
  for (const peer of [late, a, c]) await peer.cut();
});

test('a customer who comes back sees no notes', async () => {
  const { c, a, n } = await live(server);
  await say(a, 'secret', { c: n, kind: 'note' });
  await say(a, 'open', { c: n });
  const fresh = await back(server, c, { from: { ...c.resume, epoch: 0 } });
  const { d } = await fresh.waitFor('snapshot');
  assert.deepEqual(d.thread.map((row) => row.d.body.text), ['open']);
  assert.equal(d.trail, undefined);
  await fresh.request('session.end', {});
  await a.cut();
  await fresh.cut();
});

test('the site decides whose pages may speak for it', async () => {
  for (const [site, origin] of [[SITE, OTHER_SHOP], [OTHER_SITE, SHOP], ['pk_none', SHOP], ['', SHOP]]) {
    const peer = await Peer.open(server, { origin });
    const reply = await hello(peer, { site });
    assert.ok(reply.err, `${site} from ${origin}`);
    if (site) assert.deepEqual([reply.err.code, (await peer.closed).code], ['site.forbidden', 4502]);
    await peer.cut();
  }
});

const LOOK_ALIKES = [
  'https://shop.test.evil.example', 'https://evilshop.test', 'https://shop.test.', 'https://shop.tes', 'https://shop.testt',
  'http://shop.test', 'wss://shop.test', 'https://shop.test:444', 'https://shop.test:80', 'https://sub.shop.test', 'https://shop.test@evil.example',
  'https://evil.example/https://shop.test', 'https://shop.test/', 'https://shop.test?x', 'https://xn--shp-0na.test', 'https://shop%2etest',
  'https://shop.test:', 'https:// shop.test', 'null', 'file://', 'https://', 'about:blank', 'https://shop.test https://evil.example',
];

test('look-alike origins do not get in', async (t) => {
  for (const origin of LOOK_ALIKES) {
    await t.test(JSON.stringify(origin), async () => {
      await assert.rejects(Peer.open(server, { origin }), { status: 403 });
    });
  }
  await t.test('none at all', () => assert.rejects(Peer.open(server, { origin: null }), { status: 403 }));
  await t.test('two', () => assert.rejects(Peer.open(server, { origin: null, headers: { Origin: [SHOP, 'https://evil.example'] } })));
});

test('an origin in another spelling of the same is the same', async () => {
  for (const origin of ['https://SHOP.test', 'HTTPS://shop.test', 'https://shop.test:443']) {
    const c = await customer(server, { origin });
    await c.cut();
  }
});

test('the subprotocol is needed', async () => {
  await assert.rejects(Peer.open(server, { origin: SHOP, protocols: [] }), { status: 400 });
  await assert.rejects(Peer.open(server, { origin: SHOP, protocols: ['vitrine.v9'] }), { status: 400 });
  const peer = await Peer.open(server, { origin: SHOP, protocols: ['vitrine.v2', 'vitrine.v1'] });
  assert.equal(peer.socket.protocol, 'vitrine.v1');
  await peer.cut();
});

async function refusedStaff(token, { origin, ...d } = {}) {
  const peer = await Peer.open(server, origin ? { origin } : {});
  const reply = await hello(peer, { role: 'associate', token, ...d });
  assert.ok(reply.err, 'refused');
  const { code } = await peer.closed;
  return `${reply.err.code} ${code}`;
}

test('a ticket is good once, here, for its site', async () => {
  assert.equal(await refusedStaff(undefined), 'token.bad 4501');
  assert.equal(await refusedStaff('AAAAAAAAAAAAAAAAAAAAAA'), 'token.bad 4501');
  assert.equal(await refusedStaff(`${await ticket(server, 'lea')}x`), 'token.bad 4501');
  assert.equal(await refusedStaff(await ticket(server, 'lea'), { origin: SHOP }), 'site.forbidden 4502');
  assert.equal(await refusedStaff(await ticket(server, 'lea'), { site: OTHER_SITE }), 'site.forbidden 4502');
  const used = await ticket(server, 'lea');
  const first = await Peer.open(server, {});
  assert.ok((await hello(first, { role: 'associate', token: used })).ok);
  assert.equal(await refusedStaff(used), 'token.bad 4501');
  await first.cut();
});

test('a ticket of a login that ended is none', async () => {
  const cookie = await login(server, 'zoe');
  const token = await ticket(server, 'zoe');
  const zoe = await associate(server, 'zoe');
  assert.equal((await post(server, '/api/v1/logout', undefined, { cookie })).status < 300, true);
  server.logins.delete('zoe');
  assert.equal((await zoe.closed).code, 4002, 'her socket ends too');
  assert.equal(await refusedStaff(token), 'token.bad 4501');
});

test('an invented or foreign resume token is refused', async () => {
  const [one, two] = [await customer(server), await customer(server)];
  const tries = [
    { ...one.resume, tok: 'AAAAAAAAAAAAAAAAAAAAAA' },
    { ...one.resume, tok: two.tok },
    { ...one.resume, conv: two.conv },
  ];
  for (const resume of tries) {
    const peer = await Peer.open(server, { origin: SHOP });
    const reply = await hello(peer, { resume: [resume] });
    assert.equal(reply.err?.code, 'token.bad');
    assert.equal((await peer.closed).code, 4501);
  }
  const elsewhere = await Peer.open(server, { origin: OTHER_SHOP });
  assert.equal((await hello(elsewhere, { site: OTHER_SITE, resume: [one.resume] })).err?.code, 'token.bad');
  for (const peer of [one, two, elsewhere]) await peer.cut();
});

test('a token is bound to the page it was given to', async () => {
  await server.mustAdmin(['site', 'origin', 'add', 'https://second.test', '--site', SITE]);
  const c = await customer(server);
  const from = c.resume;
  await c.cut();
  let peer;
  for (let i = 0; i < 50 && !peer; i++) {
    peer = await Peer.open(server, { origin: 'https://second.test' }).catch((error) => assert.equal(error.status, 403));
    if (!peer) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await hello(peer, { resume: [from] })).err?.code, 'token.bad');
  const same = await back(server, c, { from });
  await same.cut();
});

test('hello comes once', async () => {
  const c = await customer(server);
  assert.equal((await hello(c, {})).err?.code, 'hello.needed');
  assert.equal((await c.closed).code, 4500);
});

test('nothing else comes before hello', async (t) => {
  const firsts = {
    'another operation': (peer) => peer.raw('{"op":"hb","d":{"t":1}}'),
    'a request': (peer) => peer.raw('{"op":"chat.send","id":1,"cid":"7d444840-9dc0-11d1-b245-5ffdce74fad2","d":{"kind":"text","body":{"text":"x"}}}'),
    'no JSON': (peer) => peer.raw('hello'),
    'an unknown operation': (peer) => peer.raw('{"op":"no.such","id":1,"d":{}}'),
    'an empty text': (peer) => peer.raw(' '),
    'a frame': (peer) => peer.rawBytes(Buffer.alloc(24, 1)),
  };
  for (const [name, send] of Object.entries(firsts)) {
    await t.test(name, async () => {
      const peer = await Peer.open(server, { origin: SHOP });
      send(peer);
      assert.equal((await peer.closed).code, name === 'an empty text' ? (await peer.closed).code : 4500);
    });
  }
});

test('a bad hello may be followed by a good one', async () => {
  const peer = await Peer.open(server, { origin: SHOP });
  const reply = await hello(peer, { resume: [{ conv: 'x', epoch: 1, s: 0, cs: 0 }] });
  assert.equal(reply.err?.field, '/d/resume', 'without its tok');
  assert.ok((await hello(peer, {})).ok);
  await peer.cut();
});

test('the first message has 4 KiB', async () => {
  const peer = await Peer.open(server, { origin: SHOP });
  const text = JSON.stringify({ op: 'hello', id: 1, d: { site: SITE, role: 'customer', caps: [] } });
  peer.raw(text + ' '.repeat(4097 - text.length));
  assert.equal((await peer.closed).code, 1009);
  const fits = await Peer.open(server, { origin: SHOP });
  fits.raw(text + ' '.repeat(4096 - text.length));
  fits.asked.set(1, { op: 'hello', d: {}, c: 1, reply: () => {} });
  await fits.waitFor('snapshot');
  await fits.cut();
});

test('who says nothing is closed', async (t) => {
  const strict = await shop((fn) => t.after(fn), { associates: [], args: ['--hello-timeout', '300ms'] });
  const silent = await Peer.open(strict, { origin: SHOP });
  assert.equal((await silent.closed).code, 4506);
  // On a busy machine one may be late all the same.
  const c = await eventually('who is in time', () => customer(strict).catch(() => null));
  await new Promise((resolve) => setTimeout(resolve, 600)); // the time itself is the matter here
  assert.ok((await c.beat()).time > 0, 'who said hello stays');
  await c.cut();
});

test('goodbye ends the token and the place', async () => {
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en' });
  const from = c.resume;
  const a = await associate(server, 'max');
  await a.request('queue.watch', { tab: 'all' });
  await c.request('bye', {});
  assert.equal((await c.closed).code, 1000);
  await a.waitFor('queue.row', (row) => row.conv === c.conv && row.state === 'ended');
  const peer = await Peer.open(server, { origin: SHOP });
  assert.equal((await hello(peer, { resume: [from] })).err?.code, 'token.bad');
  await a.cut();
});

test('people of one session are limited', async (t) => {
  const small = await shop((fn) => t.after(fn), { associates: ['lea', 'max', 'zoe'], args: ['--people', '3'] });
  const c = await customer(small);
  await c.request('queue.join', { lang: 'en' });
  const lea = await associate(small, 'lea');
  await take(lea, c.conv);
  const max = await associate(small, 'max');
  await max.request('conv.open', { conv: c.conv });
  const zoe = await associate(small, 'zoe');
  assert.equal((await zoe.refusal('conv.open', { conv: c.conv })).code, 'cap.reached');
  for (const peer of [c, lea, max, zoe]) await peer.cut();
});
