// SPDX-License-Identifier: Apache-2.0
/// Every way the tables know to get a message wrong, sent to the real server by one who may send the right one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SHOP, associate, customer, keeper, live, openView, shop } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';
import { badLines } from './lib/protocol.mjs';

const TEXT_UP = 16384;
const BAD_MAX = 10;
const COUNTED = new Set(['json.bad', 'op.unknown', 'field.bad']);

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea'], args: ['--capacity', '100', '--rate-act', '10000', '--max-sockets-address', '1000'] });
});

/// A live session; a new one whenever nine bad messages were sent, since the tenth would close the socket.
class Speaker {
  constructor(role) {
    this.role = role;
    this.bad = BAD_MAX;
  }

  async peer(counts) {
    if (this.bad + (counts ? 1 : 0) >= BAD_MAX) {
      await this.end();
      this.pair = await live(server);
      await openView(this.pair);
      this.bad = 0;
    }
    this.bad += counts ? 1 : 0;
    return this.role === 'customer' ? this.pair.c : this.pair.a;
  }

  async end() {
    if (!this.pair) return;
    await this.pair.c.ask('bye', {});
    await this.pair.a.cut();
    this.pair = null;
  }
}

const lines = badLines();
const ops = [...new Set(lines.map((line) => line.op))];

for (const op of ops) {
  const cases = lines.filter((line) => line.op === op);
  test(`${op}: ${cases.length} ways to get it wrong`, async () => {
    const speaker = new Speaker(cases[0].from.includes('customer') || cases[0].from.includes('driver') ? 'customer' : 'associate');
    for (const { name, code, field, n, line } of cases) {
      const fits = Buffer.byteLength(line) <= TEXT_UP;
      const peer = await speaker.peer(fits ? COUNTED.has(code) : true);
      if (!fits) {
        peer.raw(line);
        assert.equal((await peer.closed).code, 1009, name);
        speaker.bad = BAD_MAX;
        continue;
      }
      const err = await peer.rawRefusal(line);
      assert.deepEqual({ code: err.code, field: err.field ?? '', n: err.n }, { code, field, n }, `${op}: ${name}`);
      assert.ok(err.msg.length > 0);
    }
    await speaker.end();
  });
}

test('texts that are no message', async (t) => {
  const deep = (n) => `{"op":"hb","d":${'['.repeat(n)}${']'.repeat(n)}}`;
  const broken = {
    'no JSON': 'hello',
    'a number': '17',
    'a list': '[{"op":"hb","d":{"t":1}}]',
    'cut off': '{"op":"hb","d":{"t":1}',
    'a key twice': '{"op":"hb","op":"hb","d":{"t":1}}',
    'a key twice, inside': '{"op":"hb","d":{"t":1,"t":2}}',
    'a NUL in a text': '{"op":"chat.send","id":7,"cid":"7d444840-9dc0-11d1-b245-5ffdce74fad2","d":{"kind":"text","body":{"text":"a\\u0000b"}}}',
    'half a surrogate': '{"op":"chat.send","id":7,"cid":"7d444840-9dc0-11d1-b245-5ffdce74fad2","d":{"kind":"text","body":{"text":"\\ud800"}}}',
    'too deep': deep(40),
    'a number beyond all': '{"op":"hb","d":{"t":1e999}}',
    'two in one line': '{"op":"hb","d":{"t":1}} {"op":"hb","d":{"t":2}}',
    'a comment': '{"op":"hb",/* x */"d":{"t":1}}',
  };
  for (const [name, text] of Object.entries(broken)) {
    await t.test(name, async () => {
      const c = await customer(server);
      const err = await c.rawRefusal(text);
      assert.ok(['json.bad', 'field.bad'].includes(err.code), err.code);
      await c.beat();
      await c.cut();
    });
  }
});

test('one bad line among good ones costs only itself', async () => {
  const c = await customer(server);
  c.raw('{"op":"hb","d":{"t":1}}\n{"op":"hb","d":{}}\n{"op":"hb","d":{"t":3}}');
  await c.waitFor('hb', (d) => d.t === 1);
  await c.waitFor('error', (d) => d.code === 'field.bad' && d.field === '/d/t');
  await c.waitFor('hb', (d) => d.t === 3);
  await c.cut();
});

test('unknown fields are ignored', async () => {
  const c = await customer(server);
  c.raw('{"op":"hb","new":[1,{"x":null}],"d":{"t":77,"later":"yes"}}');
  await c.waitFor('hb', (d) => d.t === 77);
  await c.cut();
});

test('the tenth bad message of a minute closes with 4500', async () => {
  const c = await customer(server);
  for (let i = 1; i < BAD_MAX; i++) assert.equal((await c.rawRefusal('{"op":"hb","d":{}}')).code, 'field.bad');
  await c.beat();
  c.raw('{"op":"hb","d":{}}');
  assert.equal((await c.closed).code, 4500);
});

test('what is merely refused does not count as bad', async () => {
  const c = await customer(server);
  for (let i = 0; i < 3 * BAD_MAX; i++) assert.equal((await c.refusal('view.drive', { take: true })).code, 'state.wrong');
  await c.beat();
  await c.cut();
});

test('limits of the message', async () => {
  const at = (n) => {
    const text = '{"op":"hb","d":{"t":5}}';
    return text + ' '.repeat(n - text.length);
  };
  const c = await customer(server);
  c.raw(at(2048));
  await c.waitFor('hb', (d) => d.t === 5);
  assert.equal((await c.rawRefusal(at(2049))).code, 'too.large', 'the row of hb has 2048');
  assert.equal((await c.rawRefusal(at(TEXT_UP))).code, 'too.large');
  c.raw(at(TEXT_UP + 1));
  assert.equal((await c.closed).code, 1009);
  const b = await customer(server);
  b.rawBytes(Buffer.alloc(65537));
  assert.equal((await b.closed).code, 1009);
});

test('searches have their own rate: five a second, a burst of twenty', async () => {
  const peer = await Peer.open(server, { origin: SHOP });
  await peer.hello({ site: 'pk_test', role: 'customer' });
  const replies = [];
  for (let round = 0; round < 20 && !replies.some(({ err }) => err); round++)
    replies.push(...(await Promise.all(Array.from({ length: 30 }, () => peer.ask('catalogue.search', { text: 'x', n: 1 })))));
  assert.ok(replies.some((reply) => reply.err?.code === 'rate.limited'));
  assert.ok(replies.filter((reply) => reply.ok).length >= 20);
  await peer.cut();
});

test('a search answered without a catalogue is empty, not an error', async () => {
  const a = await associate(server);
  assert.deepEqual(await a.request('catalogue.search', { text: 'ring', n: 5 }), { total: 0, hits: [] });
  assert.equal((await a.refusal('catalogue.product', { sku: 'VT-1' })).code, 'not.found');
  await a.cut();
});
