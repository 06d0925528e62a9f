// SPDX-License-Identifier: Apache-2.0
/// Every operation of the tables, by every role, in every state; and nobody reaches what is another's.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { OTHER_SHOP, OTHER_SITE, associate, customer, keeper, live, openView, shop, take } from './lib/kit.mjs';
import { tables } from './lib/protocol.mjs';

const FAST = ['--rate-act', '10000', '--rate-talk', '10000', '--rate-search', '10000', '--capacity', '100', '--chat-per-minute', '10000'];
/// These concern the link or the site, not the state of one conversation; what they answer is theirs.
const STATELESS = new Set(['ack', 'hb', 'conv.open', 'claim.take', 'claim.decline', 'presence.set', 'queue.watch', 'catalogue.search', 'catalogue.product', 'code.use', 'transfer.answer', 'colleague.answer', 'supervisor.watch']);
/// hello comes once and bye is the last: 10-join has them.
const APART = new Set(['hello', 'bye']);
const GATE = new Set(['role.forbidden', 'state.wrong', 'consent.missing', 'op.unknown', 'json.bad']);

const later = keeper(after);
let server;
let staff; // role to peer
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', 'max', ['sam', 'supervisor'], ['oto', 'associate', OTHER_SITE]], args: FAST });
  staff = { associate: await associate(server, 'max'), supervisor: await associate(server, 'sam') };
});

const rows = tables().filter((row) => row.kind !== 'b' && !APART.has(row.op));

/// A conversation in this state and the one who speaks in it: { peer, c, undo }.
async function stage(state, role) {
  let c;
  let lea;
  if (state === 'live' || state === 'ended') {
    ({ c, a: lea } = await live(server));
    if (state === 'ended') await c.request('session.end', {});
    else await openView({ c, a: lea });
  } else {
    c = await customer(server);
    if (state === 'waiting') await c.request('queue.join', { lang: 'en' });
  }
  c.onAsk = ({ ask }) => c.notice('answer', { ask, success: false, reason: 'refused' });
  const undo = async () => {
    await lea?.cut();
    await c.ask('bye', {});
    await c.cut();
  };
  if (role === 'customer') return { peer: c, undo };
  const peer = staff[role];
  const { c: n } = await peer.request('conv.open', { conv: c.conv });
  return {
    peer,
    n,
    undo: async () => {
      await peer.ask('conv.close', {}, { c: n });
      await undo();
    },
  };
}

function expected(row, role, state) {
  if (!row.from.length) return 'role.forbidden';
  const isDriver = row.from.includes('driver');
  if (!isDriver && !row.from.includes(role) && !(role === 'supervisor' && row.from.includes('associate'))) return 'role.forbidden';
  if (STATELESS.has(row.op)) return 'past';
  if (!row.states.includes('*') && !row.states.includes(state)) return 'state.wrong';
  if (row.needs) return 'consent.missing'; // nobody has agreed to anything here: 51-consent
  return isDriver && role !== 'customer' ? 'driver.other' : 'past'; // the customer has opened the view
}

async function codeOf({ peer, n }, row) {
  const d = row.example;
  if (row.kind === 'n') return (await peer.noticeFault(row.op, d, { c: n }))?.code ?? 'ok';
  if (row.kind === 'e') return (await peer.rawRefusal(JSON.stringify({ op: row.op, id: peer.nextId++, ...(n ? { c: n } : {}), d }))).code;
  const reply = await peer.ask(row.op, d, { c: n });
  return reply.ok ? 'ok' : reply.err.code;
}

/// Those that get past the gate may change the state, so each has a stage of its own.
async function walk(state, role) {
  const refused = await stage(state, role);
  for (const row of rows) {
    const want = expected(row, role, state);
    const place = want === 'past' ? await stage(state, role) : refused;
    const got = await codeOf(place, row);
    if (want === 'past') assert.ok(!GATE.has(got), `${row.op} by ${role} in ${state}: ${got}`);
    else assert.equal(got, want, `${row.op} by ${role} in ${state}`);
    if (place !== refused) await place.undo();
  }
  await refused.undo();
}

for (const role of ['customer', 'associate', 'supervisor']) {
  for (const state of ['none', 'waiting', 'live', 'ended']) {
    test(`${role}, state ${state}`, () => walk(state, role));
  }
}

test('associate, state away', async () => {
  const { c, a, n } = await live(server);
  await openView({ c, a });
  await c.cut();
  await a.waitFor('session.state', (d) => d.state === 'away');
  for (const row of rows) {
    const want = expected(row, 'associate', 'away');
    if (want !== 'past') assert.equal(await codeOf({ peer: a, n }, row), want, `${row.op} in away`);
  }
  await a.request('session.end', {}, { c: n });
  await a.cut();
});

test('an unknown operation is named as such', async () => {
  const c = await customer(server);
  for (const op of ['no.such', '', 'chat.sendx', 'HB', 'view', '__proto__']) {
    assert.equal((await c.rawRefusal(JSON.stringify({ op, id: 5, d: {} }))).code, 'op.unknown', op);
  }
  await c.cut();
});

test('a conversation of another site is as missing as none', async () => {
  const other = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  await other.request('queue.join', { lang: 'en' });
  const lea = await associate(server, 'lea');
  for (const op of ['conv.open', 'claim.take']) {
    const foreign = await lea.refusal(op, { conv: other.conv });
    const missing = await lea.refusal(op, { conv: 'AAAAAAAAAAAAAAAAAAAAAA' });
    assert.deepEqual(foreign, missing, op);
    assert.equal(foreign.code, 'not.found');
  }
  const { rows: list } = await lea.request('queue.watch', { tab: 'all' });
  assert.ok(list.every((row) => row.conv !== other.conv));
  await lea.cut();
  const again = await associate(server, 'lea', { resume: [{ conv: other.conv, epoch: 1, s: 0, cs: 0 }] });
  assert.deepEqual(again.welcome.convs, [], 'by resume neither');
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  await take(oto, other.conv);
  await again.cut();
  await oto.cut();
  await other.cut();
});

test('another\'s number is nobody\'s', async () => {
  const { c, a, n } = await live(server);
  const max = staff.associate;
  const asks = [
    ['chat.send', { kind: 'text', body: { text: 'x' } }],
    ['chat.history', { before: 100, n: 5 }],
    ['view.open', { items: [{ media: 'm' }], active: 1, mode: 'image' }],
    ['since', { s: 0, cs: 0 }],
    ['session.end', {}],
    ['conv.close', {}],
  ];
  for (const number of [n, n + 1000, undefined]) {
    for (const [op, d] of asks) assert.equal((await max.refusal(op, d, { c: number })).code, 'not.found', `${op} on ${number}`);
  }
  const stranger = await customer(server);
  for (const [op, d] of asks.slice(0, 3)) assert.equal((await stranger.refusal(op, d, { c: n })).code, 'not.found', `${op} by a customer`);
  assert.equal(a.seen('chat.send').length + c.seen('chat.send').length, 0);
  for (const peer of [stranger, a, c]) await peer.cut();
});

test('queue rows of one site never reach another', async () => {
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  await oto.request('queue.watch', { tab: 'all' });
  const { c, a } = await live(server);
  await c.request('session.end', {});
  const other = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  await other.request('queue.join', { lang: 'en' });
  await oto.waitFor('queue.row', (row) => row.conv === other.conv);
  assert.ok(oto.seen('queue.row').every((event) => event.d.conv !== c.conv));
  for (const peer of [oto, c, a, other]) await peer.cut();
});
