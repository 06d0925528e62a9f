// SPDX-License-Identifier: Apache-2.0
/// A customer is written out and erased: nothing of what they said is left in any file of the server.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { OTHER_SITE, associate, back, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';

const CANARY = 'canary-of-a-customer-7f3a';
const later = keeper(after);
let server;
let ada;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]] });
  ada = await rest(server, 'ada');
});

const left = () => execFileSync('sh', ['-c', `grep -rl ${CANARY} ${server.data} || true`], { encoding: 'utf8' }).trim();

test('a conversation is found, written out, and erased with everything', async () => {
  const { c, a, n } = await live(server);
  await say(c, `${CANARY} from the customer`);
  await say(a, `${CANARY} from the associate`, { c: n });
  await say(a, `${CANARY} among ourselves`, { c: n, kind: 'note' });
  const other = await customer(server);
  await say(other, 'somebody else');
  const found = (await ada.get('/conversations')).json().conversations;
  const mine = found.find(({ id }) => id === c.conv);
  assert.ok(mine.messages >= 3);
  assert.deepEqual((await ada.get(`/conversations?reference=${encodeURIComponent(mine.reference)}`)).json().conversations.map(({ id }) => id), [c.conv]);
  const out = await ada.get(`/conversations/${c.conv}/export`);
  const lines = out.text.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.filter(({ body }) => JSON.stringify(body ?? '').includes(CANARY)).length, 3);
  assert.deepEqual(new Set(lines.map(({ kind }) => kind)).has('session'), true);
  assert.equal((await ada.get(`/customers/${mine.customer}/export`)).text, out.text);
  assert.notEqual(left(), '');
  const eve = await rest(server, 'eve');
  for (const answer of [await eve.del(`/conversations/${c.conv}`), await eve.del(`/customers/${mine.customer}`), await eve.get(`/conversations/${c.conv}/export`)]) assert.equal(answer.status, 404);

  const erased = await ada.del(`/customers/${mine.customer}`);
  assert.equal(erased.status, 200, erased.text);
  assert.ok(erased.json().erased.messages >= 3);
  assert.deepEqual(await c.waitFor('chat.erased').then(({ d }) => d ?? { all: true }), { all: true });
  assert.equal((await c.closed).code, 4503);
  await a.waitFor('chat.erased');
  const again = await back(server, c).catch(() => null);
  if (again) {
    assert.notEqual(again.conv, c.conv, 'the token opens nothing');
    await again.cut();
  }
  assert.equal((await ada.get(`/conversations/${c.conv}/export`)).status, 404);
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 404);
  const record = (await ada.get('/audit?verb=customer.erased')).json().records[0];
  assert.equal(record.object, mine.customer);
  assert.ok(!JSON.stringify(record).includes(CANARY));
  await say(other, 'still here');
  await a.cut();
  await other.cut();
  await server.halt();
  await eventually('every byte', () => left() === '');
  await server.start();
});

test('an associate who had it open goes on with others', async () => {
  const { c, a } = await live(server);
  await ada.del(`/conversations/${c.conv}`);
  await a.waitFor('chat.erased');
  const next = await customer(server);
  await next.request('queue.join', { lang: 'en' });
  assert.ok((await a.request('claim.take', { conv: next.conv })).c);
  await next.cut();
  await a.cut();
  const fresh = await associate(server);
  await fresh.cut();
});
