// SPDX-License-Identifier: Apache-2.0
/// kill -9 in the middle of chat, again and again: what was acknowledged is there once, in order, and the view is
/// where it was. 12 kills; 50 with VITRINE_LONG=1.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import { associate, back, live, openView, shop } from './lib/kit.mjs';

const KILLS = process.env.VITRINE_LONG === '1' ? 50 : 12;
const ALL = 4294967295;

/// Speaks without pause until the line is lost. Every message is kept until it is acknowledged.
class Talker {
  constructor(name) {
    this.name = name;
    this.said = 0;
    this.open = []; // { cid, text } not acknowledged
    this.acked = []; // [cs, text] in the order of the answers
  }

  async send(peer, c, message) {
    const reply = await peer.ask('chat.send', { kind: 'text', body: { text: message.text } }, { c, cid: message.cid });
    if (!reply.ok) return;
    this.acked.push([reply.d.cs, message.text]);
    this.open.splice(this.open.indexOf(message), 1);
  }

  async talk(peer, c) {
    for (const message of [...this.open]) await this.send(peer, c, message); // what was unanswered, again
    while (peer.isOpen) {
      const batch = Array.from({ length: 3 }, () => ({ cid: randomUUID(), text: `${this.name}${this.said++}` }));
      this.open.push(...batch);
      await Promise.all(batch.map((message) => this.send(peer, c, message)));
    }
  }
}

async function historyOf(peer, c) {
  const rows = [];
  for (let before = ALL, more = true; more; before = rows[0].cs) {
    const reply = await peer.request('chat.history', { before, n: 50 }, { c });
    rows.unshift(...reply.rows);
    more = reply.more;
  }
  return rows.map((row) => [row.cs, row.d.body.text]);
}

function checkLedger(history, talkers) {
  const kept = new Map(history.map(([cs, text]) => [text, cs]));
  assert.equal(kept.size, history.length, 'no message is there twice');
  assert.deepEqual(history.map(([cs]) => cs), history.map(([cs]) => cs).sort((a, b) => a - b), 'in order');
  for (const talker of talkers) {
    for (const [cs, text] of talker.acked) assert.equal(kept.get(text), cs, `acknowledged ${text} as ${cs}`);
    const order = talker.acked.map(([cs]) => cs);
    assert.equal(new Set(order).size, order.length, 'no number answers two messages');
  }
}

test(`${KILLS} kills`, async (t) => {
  const args = ['--rate-talk', '10000', '--rate-act', '1000', '--rate-search', '10000', '--chat-per-minute', '10000'];
  const server = await shop((fn) => t.after(fn), { args });
  let { c, a, n } = await live(server);
  let seq = (await openView({ c, a, n }, 2)).seq;
  await c.request('mark.add', { slot: 1, kind: 'circle', colour: 1, points: [0.25, 0.25, 0.5, 0.5] });
  const [customers, staff] = [new Talker('c'), new Talker('a')];
  let epoch = c.resume.epoch;
  for (let kill = 0; kill < KILLS; kill++) {
    const rect = [0, 0, (kill + 1) / (KILLS + 1), (kill + 1) / (KILLS + 1)];
    await c.request('view.set', { base: seq, rect });
    const talking = [customers.talk(c), staff.talk(a, n)];
    const goal = customers.acked.length + staff.acked.length + 20 + Math.floor(Math.random() * 60);
    while (customers.acked.length + staff.acked.length < goal) await new Promise((resolve) => setImmediate(resolve));
    await server.crash();
    await Promise.all(talking);
    await server.start();
    const from = { conv: c.conv, ...a.chain(n).position };
    [c, a] = await Promise.all([back(server, c), associate(server, 'lea', { resume: [from] })]);
    n = a.welcome.convs[0].c;
    const { d } = await c.waitFor('snapshot');
    assert.equal(d.epoch > epoch, true, 'the epoch rises');
    epoch = d.epoch;
    assert.equal(d.state.state, 'live');
    assert.deepEqual(d.view.rect, rect, `the view after kill ${kill + 1}`);
    assert.deepEqual(d.view.items.map((item) => item.media), ['m1', 'm2']);
    assert.equal(d.view.marks.length, 1);
    assert.equal(d.view.driver, 'c');
    seq = d.view.seq;
    if (kill % 4 === 3) checkLedger(await historyOf(a, n), [customers, staff]);
  }
  for (const talker of [customers, staff]) {
    const [peer, number] = talker === staff ? [a, n] : [c, undefined];
    for (const message of [...talker.open]) await talker.send(peer, number, message);
    assert.equal(talker.open.length, 0);
    assert.equal(talker.acked.length, talker.said, 'everything said is acknowledged in the end');
  }
  const history = await historyOf(a, n);
  checkLedger(history, [customers, staff]);
  assert.equal(history.length, customers.said + staff.said);
  assert.deepEqual(await historyOf(c), history, 'the customer sees the same');
  t.diagnostic(`${KILLS} kills, ${history.length} messages`);
  await c.cut();
  await a.cut();
});
