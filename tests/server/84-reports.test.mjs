// SPDX-License-Identifier: Apache-2.0
/// Reports against a history whose numbers are worked out by hand, over the night the clocks go forward in Paris; what
/// a real session leaves for them; whose queues a supervisor sees; and a hundred thousand sessions beside a chat.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { OTHER_SITE, SITE, associate, customer, eventually, keeper, live, say, shop, take } from './lib/kit.mjs';
import { change, query } from './lib/tables.mjs';

const ENDED = 5;
const later = keeper(after);
let server;
let ada;
let people;

const sql = (script) => change(server, script);
const siteId = (key) => query(server, 'SELECT site FROM site WHERE key = ?', key)[0][0];
const at = (text) => Date.parse(text);
const text = (value) => (value === undefined ? 'NULL' : `'${value}'`);

/// Seconds after asking; what is left out did not happen.
function session(sid, asked, { queue = 'rings', who, wait, eta = [0, 0], reply, handle, gone, said = 0, stars, site = SITE }) {
  const taken = wait === undefined ? 0 : asked + wait * 1000;
  const ended = gone !== undefined ? asked + gone * 1000 : handle === undefined ? 0 : taken + handle * 1000;
  const replied = reply === undefined ? 0 : taken + reply * 1000;
  return `INSERT INTO session (site, sid, conv, queue, associate, state, joined, created, ended, taken, eta_low, eta_high, replied, asked, stars)
    VALUES ('${siteId(site)}', '${sid}', 'none', '${queue}', ${text(who)}, ${ENDED}, ${asked}, ${asked}, ${ended}, ${taken}, ${eta[0]}, ${eta[1]}, ${replied}, ${said}, ${stars ?? 'NULL'});`;
}

before(async () => {
  const queues = [
    { id: 'rings', name: 'Rings', groups: [['lea', 'sam']] },
    { id: 'watches', name: 'Watches', groups: [['tom']] },
    { id: 'main', name: 'Main' },
  ];
  server = await shop(later, { other: true, settings: { queues }, associates: ['lea', ['sam', 'supervisor'], ['zoe', 'supervisor'], ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]] });
  ada = await rest(server, 'ada');
  people = Object.fromEntries((await ada.get('/people')).json().people.map(({ login, id }) => [login, id]));
  assert.equal((await ada.put(`/people/${people.sam}`, { queues: ['rings', 'main'] })).status, 200);
  sql([
    session('A', at('2026-03-28T23:30:00+01:00'), { who: people.lea, wait: 10, eta: [0, 30], reply: 20, handle: 300, said: 1, stars: 5 }),
    session('B', at('2026-03-29T00:15:00+01:00'), { who: people.sam, wait: 40, eta: [10, 30], reply: 8, handle: 100 }),
    session('C', at('2026-03-29T03:10:00+02:00'), { queue: 'watches', gone: 90 }),
    session('D', at('2026-03-29T23:59:59.999+02:00'), { queue: 'watches', who: people.lea, wait: 5, eta: [10, 20], handle: 60, said: 1, stars: 2 }),
    session('E', at('2026-03-30T00:00:00+02:00'), { who: people.lea, wait: 1, handle: 10 }),
    session('G', at('2026-03-28T12:00:00+01:00'), { who: people.eve, wait: 1, handle: 10, site: OTHER_SITE }),
  ].join('\n'));
});

const NIGHT = 'from=2026-03-28&to=2026-03-29&tz=Europe/Paris';
const report = async (name, query, by = ada) => {
  const answer = await by.get(`/reports/${name}?${query}`);
  assert.equal(answer.status, 200, answer.text);
  const body = answer.json();
  const named = (values) => Object.fromEntries(body.columns.map((column, i) => [column.name, values[i]]));
  return { ...body, rows: Object.fromEntries(body.rows.map((row) => [row.name ?? row.key, named(row.values)])), total: named(body.total.values) };
};

test('waits: a day begins and ends at its own midnight', async () => {
  const { rows, total } = await report('waits', NIGHT);
  assert.deepEqual(total, { asked: 4, taken: 3, left: 1, left_share: 0.25, wait_p50: 10, wait_p90: 40, wait_max: 40, patience_p50: 90 });
  assert.deepEqual(Object.keys(rows), ['2026-03-28', '2026-03-29']);
  assert.deepEqual(rows['2026-03-28'], { asked: 1, taken: 1, left: 0, left_share: 0, wait_p50: 10, wait_p90: 10, wait_max: 10, patience_p50: null });
  assert.deepEqual(rows['2026-03-29'], { asked: 3, taken: 2, left: 1, left_share: 0.333, wait_p50: 5, wait_p90: 40, wait_max: 40, patience_p50: 90 });
  const utc = await report('waits', 'from=2026-03-28&to=2026-03-28');
  assert.equal(utc.total.asked, 2, 'by the clock of UTC both nights are Saturday');
  assert.equal((await report('waits', 'from=2026-03-30&to=2026-03-30&tz=Europe/Paris')).total.asked, 1);
});

test('forecast, handling and ratings', async () => {
  assert.deepEqual((await report('forecast', NIGHT)).total, { foretold: 3, within: 0.333, sooner: 0.333, later: 0.333, error_p50: 10, error_p90: 20 });
  const handling = await report('handling', `${NIGHT}&by=associate`);
  assert.deepEqual(handling.total, { ended: 3, conversations: 1, reply_p50: 8, reply_p90: 20, handle_p50: 100, handle_p90: 300 });
  assert.deepEqual(handling.rows.Lea, { ended: 2, conversations: 1, reply_p50: 20, reply_p90: 20, handle_p50: 60, handle_p90: 300 });
  assert.deepEqual(handling.rows.Sam, { ended: 1, conversations: 0, reply_p50: 8, reply_p90: 8, handle_p50: 100, handle_p90: 100 });
  const ratings = await report('ratings', `${NIGHT}&by=queue`);
  assert.deepEqual(ratings.total, { ended: 3, rated: 2, rated_share: 0.667, stars: 3.5, stars_5: 1, stars_4: 0, stars_3: 0, stars_2: 1, stars_1: 0 });
  assert.equal(ratings.rows.rings.stars, 5);
  assert.equal(ratings.rows.watches.stars, 2);
});

test('load: the day of 23 hours, and time live where it lay', async () => {
  const days = await report('load', `${NIGHT}&by=weekday`);
  assert.deepEqual(days.rows.Saturday, { asked: 1, taken: 1, live_minutes: 5, live_mean: Math.round((300 / 86400) * 1000) / 1000 });
  assert.deepEqual(days.rows.Sunday, { asked: 3, taken: 2, live_minutes: 1.667, live_mean: Math.round((100 / (23 * 3600)) * 1000) / 1000 });
  assert.equal(days.rows.Monday.live_mean, null, 'no Monday in the period');
  assert.equal(days.total.live_minutes, 7.667);
  const slots = await report('load', `${NIGHT}&by=slot`);
  assert.deepEqual(slots.rows['Sunday 2'], { asked: 0, taken: 0, live_minutes: 0, live_mean: null }, 'the hour that is left out');
  assert.equal(slots.rows['Sunday 3'].asked, 1);
  assert.equal(slots.rows['Saturday 23'].live_mean, 0.083);
  assert.equal((await report('load', `${NIGHT}&by=hour`)).rows['23'].asked, 2);
  const autumn = at('2026-10-25T02:30:00+02:00');
  sql(session('H', autumn, { wait: 0, who: people.lea, handle: 7200, gone: 7200 }));
  const back = (await report('load', 'from=2026-10-25&to=2026-10-25&tz=Europe/Paris&by=hour')).rows;
  assert.deepEqual([back[2].live_minutes, back[3].live_minutes, back[2].live_mean], [90, 30, 0.75], 'the hour that comes twice is 120 minutes');
});

test('a queue, and whose queues', async () => {
  assert.equal((await report('waits', `${NIGHT}&queue=watches`)).total.asked, 2);
  const sam = await rest(server, 'sam');
  assert.equal((await report('waits', NIGHT, sam)).total.asked, 2, 'the rings are Sam\'s');
  assert.equal((await sam.get(`/reports/waits?${NIGHT}&queue=watches`)).status, 404);
  assert.equal((await report('waits', NIGHT, await rest(server, 'zoe'))).total.asked, 4, 'whose account names no queue sees all');
  assert.equal((await (await rest(server, 'lea')).get(`/reports/waits?${NIGHT}`)).status, 403);
  assert.equal((await report('waits', NIGHT, await rest(server, 'eve'))).total.asked, 1);
});

test('each number says what it is; CSV has the same', async () => {
  for (const name of ['waits', 'forecast', 'handling', 'ratings', 'load', 'sales', 'offers'])
    for (const { title, unit, definition } of (await report(name, NIGHT)).columns) {
      assert.ok(title && definition.endsWith('.'), name);
      assert.ok(['count', 'seconds', 'share', 'stars', 'minutes', 'people', 'money'].includes(unit));
    }
  const csv = await ada.get(`/reports/forecast?${NIGHT}&format=csv`);
  assert.match(csv.headers['content-type'], /^text\/csv/);
  assert.equal(csv.text, ['day,foretold (count),within (share),sooner (share),later (share),error_p50 (seconds),error_p90 (seconds)',
    '"2026-03-28",1,1,0,0,5,5', '"2026-03-29",2,0,0.5,0.5,10,20', '"total",3,0.333,0.333,0.333,10,20', ''].join('\r\n'));
  for (const bad of ['from=yesterday', 'from=2026-03-29&to=2026-03-28', 'from=2024-01-01&to=2026-01-01', 'tz=Paris', 'by=moon', 'format=pdf'])
    assert.equal((await ada.get(`/reports/waits?${bad}`)).status, 400, bad);
  assert.equal((await ada.get('/reports/moon')).status, 404);
});

test('a real session is counted when it ends', async () => {
  const none = await customer(server);
  await none.request('queue.join', { lang: 'en', queue: 'main' });
  await none.request('queue.leave', {});
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en', queue: 'main', text: 'Is it in silver, too?' });
  const a = await associate(server);
  const n = await take(a, c.conv);
  await say(a, 'only among us', { c: n, kind: 'note' });
  const earlier = (await report('handling', 'queue=main')).total;
  assert.equal(earlier.ended, 0);
  await say(a, 'It is.', { c: n });
  await c.request('session.end', {});
  await c.request('rating.give', { stars: 4 });
  const handling = await eventually('the session is counted', async () => {
    const { total } = await report('handling', 'queue=main');
    return total.ended === 1 && total;
  });
  assert.equal(handling.conversations, 1);
  assert.ok(handling.reply_p50 >= 0 && handling.reply_p50 <= handling.handle_p50);
  const waits = (await report('waits', 'queue=main')).total;
  assert.deepEqual([waits.asked, waits.taken, waits.left], [2, 1, 1]);
  assert.equal((await report('forecast', 'queue=main')).total.foretold, 1);
  assert.equal((await report('ratings', 'queue=main')).total.stars, 4);
  for (const peer of [none, c, a]) await peer.cut();
});

test('a hundred thousand sessions, and the chat goes on', async () => {
  sql(`INSERT INTO session (site, sid, conv, queue, associate, state, joined, created, ended, taken, eta_low, eta_high, replied, asked, stars)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
    SELECT '${siteId(SITE)}', 'many' || i, 'none', 'rings', '${people.lea}', ${ENDED}, t, t, t + 400000, t + (i % 100) * 1000, 10, 60, t + 120000, 1, 1 + i % 5
    FROM (SELECT i, ${at('2025-01-01T00:00:00Z')} + i * 200000 AS t FROM n) many;`);
  const { c, a, n } = await live(server);
  let done = false;
  const asked = report('waits', 'from=2025-01-01&to=2025-12-31&by=slot').finally(() => (done = true));
  let beside = 0;
  for (let i = 0; i < 5 && !done; i++) { // a person's rate
    await say(a, `still here ${beside}`, { c: n });
    beside += done ? 0 : 1;
  }
  const { total } = await asked;
  assert.ok(beside > 0, 'a message was answered while the report was made');
  assert.deepEqual([total.asked, total.wait_p50, total.wait_p90, total.wait_max], [100000, 49, 89, 99]);
  await c.cut();
  await a.cut();
});
