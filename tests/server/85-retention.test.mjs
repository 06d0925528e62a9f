// SPDX-License-Identifier: Apache-2.0
/// What was kept for long enough goes by itself, and nothing else does.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { http, picture as drawn, rest } from './lib/http.mjs';
import { back, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';
import { photo } from './lib/picture.mjs';
import { holds, query, sendPicture } from './lib/kept.mjs';

const DAY = 86_400_000;
const OLD = 'canary-old-51c9';
const NEW = 'canary-new-51c9';
const later = keeper(after);
const AGED = { conversation: 'created', message: 'ts', session: 'created', trail: 'ts', medium: 'created' };
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', ['ada', 'admin']], args: ['--retention-days', '30', '--capacity', '9', '--rate-talk', '1000', '--chat-per-minute', '10000'] });
});

/// As if all that was said in it so far had been said that long ago.
function age(conv, days) {
  for (const [table, column] of Object.entries(AGED)) query(server, `UPDATE ${table} SET ${column} = ${column} - ? WHERE conv = ?`, days * DAY, conv);
  query(server, 'UPDATE session SET ended = ended - ? WHERE conv = ? AND ended > 0', days * DAY, conv);
}

const count = (table, conv) => query(server, `SELECT count(*) FROM ${table} WHERE conv = ?`, conv)[0][0];

async function finished({ c, a, n }) {
  await c.request('session.end', {});
  await a.cut();
  await c.cut();
  return n;
}

test('old conversations go, with their pictures; what is young, or live, stays', async () => {
  const gone = await live(server);
  await say(gone.c, `${OLD} hello`);
  const picture = await sendPicture(server, gone.c, photo());
  assert.equal((await drawn(server, picture.thumb)).status, 200);
  await finished(gone);

  const kept = await live(server);
  await say(kept.c, `${NEW} hello`);
  await finished(kept);

  const half = await customer(server);
  await say(half, `${OLD} hello`);
  const running = await live(server);
  await say(running.c, `${NEW} in a session that runs`);
  await server.halt();

  const copies = 450; // more than two bites
  query(server, `WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < ?) INSERT INTO message (site, conv, cs, sid, aud, ts, author, kind, body)
    SELECT site, conv, cs + i, sid, aud, ts, author, kind, body FROM message, up WHERE conv = ? AND cs = (SELECT max(cs) FROM message WHERE conv = ?)`, copies, half.conv, half.conv);
  query(server, 'UPDATE conversation SET cs = cs + ? WHERE conv = ?', copies, half.conv);
  age(gone.c.conv, 31);
  age(kept.c.conv, 29);
  age(half.conv, 31);
  age(running.c.conv, 31);
  query(server, 'DELETE FROM resume WHERE conv = ?', gone.c.conv);
  assert.ok(holds(server, OLD).length > 0);
  await server.start();

  const again = await back(server, half);
  await say(again, `${NEW} said today`);
  const ada = await rest(server, 'ada');
  const record = await eventually('the audit record', async () => (await ada.get('/audit?verb=retention.swept')).json().records[0]);
  assert.equal(record.actor, 'system');
  assert.equal(record.detail.conversations, 1);
  assert.equal(record.detail.pictures, 1);
  assert.ok(record.detail.messages >= 451, JSON.stringify(record));
  for (const table of ['conversation', 'message', 'session', 'medium', 'seen', 'trail']) assert.equal(count(table, gone.c.conv), 0, table);
  assert.equal(count('conversation', kept.c.conv), 1);
  assert.ok(count('message', kept.c.conv) >= 1);
  assert.equal(count('conversation', half.conv), 1, 'somebody is there');
  assert.equal(count('message', half.conv), 1);
  assert.ok(count('message', running.c.conv) >= 1);
  assert.equal((await http(server, picture.thumb)).status, 404);
  assert.match((await http(server, '/metrics')).text, /^vitrine_retention_last_success_timestamp_seconds [1-9]/m);
  await again.cut();
  await server.halt();
  assert.deepEqual(holds(server, OLD), []);
  assert.deepEqual(holds(server, picture.id, { names: true }).filter((file) => !file.includes('store.db')), []);
  assert.ok(holds(server, NEW).length > 0);
  await server.start();
});
