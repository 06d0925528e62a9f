// SPDX-License-Identifier: Apache-2.0
/// Knowing an id is never a right: every operation of the tables, by every role, aimed at a session that is another's, of this
/// site, of another of its queues, and of another site. The refusal is the table's, nothing reaches that session, and not a word of it comes back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { query, sendPicture } from './lib/kept.mjs';
import { OTHER_SHOP, OTHER_SITE, SHOP, SITE, associate, customer, keeper, live, openView, say, shop, take } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';
import { photo } from './lib/picture.mjs';
import { tables } from './lib/protocol.mjs';

const ARGS = ['--rate-act', '10000', '--rate-talk', '10000', '--rate-search', '10000', '--capacity', '50', '--chat-per-minute', '10000'];
const MISSING = 'AAAAAAAAAAAAAAAAAAAAAA';
const SECRETS = ['Zerbinetta', 'zerbinetta@example.com', 'budget-of-hers', 'what was said between them', 'her-label', 'her-question'];

/// How an operation could be aimed at another's session; a row of the tables without its line here fails.
///   number  by `c`, the number of a conversation
///   ids     by `c`, or from one's own conversation by an id of the other's: `d` of it, `code` that refuses it
///   named   by what its body names: `d` of it, `none` the same of what does not exist; what an associate of the same site (`here`; null:
///           theirs by right, as all of it is a supervisor's: 37-transfer) and staff of another (`elsewhere`) are answered
///   link    it names nothing of anybody
const number = { how: 'number' };
const link = { how: 'link' };
const ids = (d, code = 'not.found') => ({ how: 'ids', d, code });
const named = (d, { here = null, elsewhere = 'not.found', none = (body) => ({ ...body, conv: MISSING }) } = {}) => ({ how: 'named', d, here, elsewhere, none });
const LINES = {
  'catalogue.search': link, 'catalogue.product': link, 'catalogue.care': number, 'catalogue.shortlist': number, ack: link, hb: link, 'presence.set': link, 'queue.watch': link,
  'chat.send': ids((v) => ({ kind: 'picture', body: { media: v.media } })),
  'chat.calm': number, 'chat.typing': number, 'chat.read': number, 'chat.contact': number, 'chat.erased': number, 'chat.history': number,
  'code.make': number,
  'code.use': named((v) => ({ code: v.code }), { none: () => ({ code: '000000' }) }),
  'compare.set': number,
  'session.end': number, 'session.close': number, 'rating.give': number, 'recap.state': number, 'session.history': number,
  'recap.send': ids((v) => ({ by: 'link', sid: v.sid }), 'state.wrong'), // after the end: below
  ask: number, answer: number, 'page.push': number,
  'consent.ask': number, 'consent.give': number, 'consent.refuse': number, 'consent.stop': number, 'consent.state': number,
  'mirror.state': number, 'mirror.watch': number, 'mirror.css': number, 'mirror.mark': number, 'mirror.scroll': number, 'mirror.click': number, 'mirror.fill': number,
  'order.done': number, 'order.back': number, 'order.list': number, 'merchant.ask': number, 'offer.make': number, 'offer.take': number, 'offer.drop': number, 'watch.ask': number, 'watch.set': number, 'watch.note': number,
  'file.ask': number, 'file.state': number, 'film.job': number,
  'film.make': ids((v) => ({ stills: [{ id: v.media }] })),
  'guest.invite': number, 'guest.drop': number, 'guest.poll': number,
  'guest.vote': ids((v) => ({ poll: v.poll, slot: 1, value: 1 })),
  since: number, snapshot: number, 'conv.close': number, identify: number, context: number, away: number,
  'conv.open': named((v) => ({ conv: v.conv })),
  'conv.gone': number, 'chan.open': number, 'chan.close': number, rate: number, drain: number, error: number,
  'mark.add': number, 'spin.turn': number, 'film.play': number,
  'mark.drop': ids((v) => ({ marks: [v.mark] })),
  'notice.show': number, 'notice.drop': number, 'notice.seen': number, 'helper.set': number, 'helper.learned': number, 'page.at': number,
  'page.seen': number, 'cart.now': number, 'cart.add': number, 'cart.update': number,
  'presence.person': number, 'presence.staff': number, 'presence.attention': number,
  'queue.status': number, 'queue.join': number, 'queue.leave': number, 'queue.place': number, 'queue.row': number,
  'claim.take': named((v) => ({ conv: v.conv }), { here: 'claim.gone' }),
  'claim.decline': named((v) => ({ conv: v.conv }), { here: 'claim.gone', elsewhere: 'claim.gone' }),
  'claim.ask': number, 'claim.gone': number, 'session.state': number, 'label.set': number, 'staff.ask': number, 'staff.gone': number,
  'transfer.ask': ids((v) => ({ to: v.stranger })),
  'transfer.answer': named((v) => ({ conv: v.conv, ask: v.ask, ok: true }), { here: 'ask.expired', elsewhere: 'ask.expired' }),
  'colleague.ask': ids((v) => ({ to: v.stranger })),
  'colleague.answer': named((v) => ({ conv: v.conv, ask: v.ask, ok: true }), { here: 'ask.expired', elsewhere: 'ask.expired' }),
  'colleague.leave': number,
  'supervisor.watch': named((v) => ({ conv: v.conv, on: true })), 'supervisor.whisper': number,
  'view.open': ids((v) => ({ items: [{ media: v.media }], active: 1, mode: 'image' })),
  'view.item': ids((v) => ({ add: { media: v.media } })),
  'view.set': number, 'view.drive': number, 'view.close': number, 'view.phone': number, 'view.kept': number, 'view.state': number,
};
/// hello is the way in and has its own test; bye is the way out, of one's own socket.
const APART = new Set(['hello', 'bye']);
const rows = tables();

const later = keeper(after);
let server;
let v; // the session that is another's: its people, and every id in it
let others; // who tries: { name, role, site, peer, own: the number of their own conversation, heard: all that came down }

const secretOf = (url) => new URLSearchParams(new URL(url).hash.slice(1)).get('vt');
async function guestOf(c, site = SITE) {
  const { url } = await c.request('guest.invite', {});
  const peer = await Peer.open(server, { name: 'guest' });
  await peer.hello({ site, role: 'guest', code: secretOf(url) });
  return peer;
}

/// The secrets do go over the wire, to a colleague who opens the conversation: what is looked for below could be found.
async function heardByStaff(peer, secrets, conv) {
  let heard = '';
  peer.socket.on('message', (bytes) => (heard += bytes));
  const { c } = await peer.request('conv.open', { conv });
  await peer.until('a snapshot', () => peer.seen('snapshot')[0]);
  await peer.request('conv.close', {}, { c });
  for (const secret of secrets) assert.ok(heard.includes(secret), `a colleague hears ${secret}`);
}

async function victim() {
  const c = await customer(server, { name: 'victim' });
  const { code } = await c.request('code.make', {});
  await c.request('queue.join', { lang: 'en' });
  const a = await associate(server, 'lea');
  const n = await take(a, c.conv);
  await c.waitFor('session.state', (d) => d.state === 'live');
  await c.request('identify', { id: 'u1', name: SECRETS[0], email: SECRETS[1] });
  await c.request('context', { keys: { [SECRETS[2]]: 900 } });
  await say(c, SECRETS[3]);
  await a.request('label.set', { add: [SECRETS[4]] }, { c: n });
  const { media } = await sendPicture(server, c, photo());
  await openView({ c, a, n }, 2);
  const g = await guestOf(c);
  for (let i = 0; i < 8; i++) await c.request('mark.add', { slot: 1, kind: 'circle', colour: 2, points: [0.4, 0.4, 0.5, 0.5] });
  const mark = (await a.until('the last mark', () => a.seen('mark.add')[7])).s;
  const { poll } = await a.request('guest.poll', { question: SECRETS[5], slots: [1, 2] }, { c: n });
  const k = await associate(server, 'kim');
  const [[sid]] = query(server, 'SELECT sid FROM session WHERE conv = ?', c.conv);
  await heardByStaff(k, [...SECRETS, media.split('?')[0], sid], c.conv);
  return { c, a, g, k, n, conv: c.conv, code, media: media.split('?')[0], mark, poll, sid };
}
const idOf = (login) => query(server, 'SELECT person FROM associate WHERE login = ?', login)[0][0];

/// Customer, guest, associate and supervisor of one site, in a session of their own.
async function crew(site, origin, [login, chief], queue = 'main') {
  const c = await customer(server, { site, origin });
  await c.request('queue.join', { lang: 'en', queue });
  const a = await associate(server, login, { site });
  const n = await take(a, c.conv);
  await c.waitFor('session.state', (d) => d.state === 'live');
  await openView({ c, a, n });
  const g = await guestOf(c, site);
  const s = await associate(server, chief, { site });
  const opened = await s.request('conv.open', { conv: c.conv });
  return [['customer', c], ['guest', g], ['associate', a, n], ['supervisor', s, opened.c]].map(([role, peer, own]) => {
    const staffApart = queue !== 'main' && (role === 'associate' || role === 'supervisor');
    const one = { name: `${role} of ${site} ${queue}`, role, site, apart: site === OTHER_SITE || staffApart, peer, own, heard: '' };
    peer.socket.on('message', (bytes, isBinary) => { if (!isBinary) one.heard += bytes; });
    return one;
  });
}

before(async () => {
  const associates = ['lea', 'max', 'kim', ['sam', 'supervisor'], ['oto', 'associate', OTHER_SITE], ['ola', 'supervisor', OTHER_SITE],
    'ron', ['sue', 'supervisor'], ['ada', 'admin']];
  const queues = [{ id: 'main', name: 'Main' }, { id: 'pens', name: 'Pens' }];
  server = await shop(later, { other: true, settings: { queues }, associates, args: ARGS });
  const ada = await rest(server, 'ada');
  for (const login of ['ron', 'sue']) assert.equal((await ada.put(`/people/${idOf(login)}`, { queues: ['pens'] })).status, 200);
  others = [...(await crew(SITE, SHOP, ['max', 'sam'])), ...(await crew(OTHER_SITE, OTHER_SHOP, ['oto', 'ola'])), ...(await crew(SITE, SHOP, ['ron', 'sue'], 'pens'))];
  v = await victim();
  assert.ok(v.n > 1, 'a number that is no customer’s own');
});

const may = (row, role) => row.from.includes('driver') || row.from.includes(role) || (role === 'supervisor' && row.from.includes('associate'));
const isStaff = ({ role }) => role === 'associate' || role === 'supervisor';

async function answerTo({ peer }, row, d, c) {
  if (row.kind === 'n') return (await peer.noticeFault(row.op, d, { c })) ?? { code: 'ok' };
  if (row.kind === 'e') return peer.rawRefusal(JSON.stringify({ op: row.op, id: peer.nextId++, ...(c ? { c } : {}), d }));
  const reply = await peer.ask(row.op, d, { c });
  return reply.ok ? { code: 'ok', d: reply.d } : reply.err;
}

/// What they could never be told, whatever they ask: the conversation's words and ids.
function heardNothing({ name, heard }, what) {
  for (const secret of [...SECRETS, v.conv, v.media, v.sid]) assert.ok(!heard.includes(secret), `${what}: ${name} heard ${secret}`);
}

/// Where the session stands, for all who are in it; a request that came through would move one of these.
async function standing() {
  await Promise.all([v.c, v.a, v.g].map((peer) => peer.beat()));
  return { thread: v.c.chain(1).position, staff: v.a.chain(v.n).position, guest: v.g.chain(1).position,
    open: [v.c, v.a, v.g].map((peer) => peer.isOpen), stored: query(server, 'SELECT COUNT(*) FROM message WHERE conv = ?', v.conv) };
}

async function untouched(what, act) {
  const before = await standing();
  const [seen, drawn] = [v.c.events.length, v.c.frames.length];
  await act();
  assert.deepEqual(await standing(), before, what);
  const came = v.c.events.slice(seen).filter(({ op }) => op !== 'hb');
  assert.deepEqual([came, v.c.frames.length], [[], drawn], `${what}: the customer was told`);
}

const codeFor = (row, role, code) => (row.from.length && may(row, role) ? code : 'role.forbidden');

test('every operation has its line, and every line its operation', () => {
  assert.deepEqual(Object.keys(LINES).sort(), rows.map(({ op }) => op).filter((op) => !APART.has(op)).sort());
});

test('by the number of another\'s conversation: as missing as none', () => untouched('by number', async () => {
  for (const who of others) {
    for (const row of rows.filter(({ op }) => ['number', 'ids'].includes(LINES[op]?.how))) {
      const want = codeFor(row, who.role, 'not.found');
      const aimed = await answerTo(who, row, row.example, v.n);
      assert.equal(aimed.code, want, `${row.op} by ${who.name}`);
      const { n: _, ...missing } = await answerTo(who, row, row.example, v.n + 100000);
      const { n: __, ...same } = aimed;
      assert.deepEqual(same, missing, `${row.op} by ${who.name}: told apart from a number nobody has`);
    }
    heardNothing(who, 'by number');
  }
}));

test('by another\'s ids from one\'s own conversation', () => untouched('by ids', async () => {
  for (const who of others) {
    v.stranger = idOf(who.site === SITE ? 'ola' : 'sam'); // of the site that is not theirs
    for (const row of rows.filter(({ op }) => LINES[op]?.how === 'ids')) {
      const { code } = await answerTo(who, row, LINES[row.op].d(v), who.own);
      assert.equal(code, codeFor(row, who.role, LINES[row.op].code), `${row.op} by ${who.name}`);
    }
    heardNothing(who, 'by ids');
  }
}));

test('by the name of a conversation: another site\'s or queue\'s is as missing as none', async () => {
  v.ask = (await v.a.request('colleague.ask', { to: idOf('kim') }, { c: v.n })).ask; // it is open for a minute
  await untouched('by name', byName);
  await v.k.request('colleague.answer', { conv: v.conv, ask: v.ask, ok: false });
});

async function byName() {
  for (const who of others) {
    for (const row of rows.filter(({ op }) => LINES[op]?.how === 'named')) {
      const { d, none, here, elsewhere } = LINES[row.op];
      if (!may(row, who.role)) {
        assert.equal((await answerTo(who, row, d(v))).code, 'role.forbidden', `${row.op} by ${who.name}`);
      } else if (row.op === 'code.use' && who.site === SITE) {
        continue; // whoever is told the code has the customer's own leave, whatever their queues
      } else if (who.apart) {
        const aimed = await answerTo(who, row, d(v));
        assert.deepEqual(aimed, await answerTo(who, row, none(d(v))), `${row.op} by ${who.name}: told apart`);
        assert.equal(aimed.code, elsewhere, `${row.op} by ${who.name}`);
      } else if (here && who.role === 'associate') {
        assert.equal((await answerTo(who, row, d(v))).code, here, `${row.op} by ${who.name}`);
      }
    }
    if (!isStaff(who) || who.apart) heardNothing(who, 'by name');
  }
}

test('what names nobody tells nothing of another\'s', () => untouched('by link', async () => {
  for (const who of others.filter((one) => !isStaff(one) || one.apart)) {
    for (const row of rows.filter(({ op }) => LINES[op]?.how === 'link')) {
      const { code } = await answerTo(who, row, row.op === 'queue.watch' ? { tab: 'all' } : row.example);
      if (!may(row, who.role)) assert.equal(code, 'role.forbidden', `${row.op} by ${who.name}`);
    }
    for (const op of ['chat.history', 'session.history']) {
      const row = rows.find((one) => one.op === op);
      if (may(row, who.role)) assert.equal((await answerTo(who, row, op === 'chat.history' ? { before: 100000, n: 50 } : {}, who.own)).code, 'ok', op);
    }
    heardNothing(who, 'by link');
  }
}));

test('frames on another\'s channels go nowhere', () => untouched('by channel', async () => {
  for (const who of others.filter(({ role }) => role === 'customer' || role === 'associate')) {
    for (const kind of ['ptr', 'view', 'draw']) {
      for (const chan of [v.c.channel(kind), v.a.channel(kind, v.n)]) who.peer[kind]({}, { chan });
    }
    await who.peer.beat();
  }
}));

test('hello: a token opens its own conversation, of its own site, in its own role', () => untouched('by hello', async () => {
  const [mine, , , , theirs] = others;
  const own = { ...mine.peer.resume, conv: v.conv };
  const tries = [
    [SITE, SHOP, 'customer', own], [SITE, SHOP, 'customer', v.g.resume],
    [SITE, server.origin, 'guest', v.c.resume], [SITE, server.origin, 'guest', { ...v.g.resume, tok: mine.peer.tok }],
    [OTHER_SITE, OTHER_SHOP, 'customer', v.c.resume], [OTHER_SITE, OTHER_SHOP, 'customer', { ...theirs.peer.resume, conv: v.conv }],
    [OTHER_SITE, server.origin, 'guest', v.g.resume],
  ];
  for (const [site, origin, role, resume] of tries) {
    const peer = await Peer.open(server, { origin, name: role });
    let heard = '';
    peer.socket.on('message', (bytes) => (heard += bytes));
    const reply = await peer.ask('hello', { site, role, caps: [], resume: [resume] });
    if (reply.ok) assert.ok(reply.d.convs.every(({ conv }) => conv !== v.conv), `${role} of ${site}`);
    else assert.equal(reply.err.code, 'token.bad', `${role} of ${site}`);
    if (reply.ok) await peer.beat();
    heardNothing({ name: `${role} of ${site}`, heard }, 'by hello');
    await peer.cut();
  }
  const ola = await associate(server, 'ola', { site: OTHER_SITE, resume: [{ conv: v.conv, epoch: 1, s: 0, cs: 0 }] });
  assert.deepEqual(ola.welcome.convs, []);
  await ola.cut();
}));

test('after the end: another session\'s recap is as missing as none', () => untouched('by recap', async () => {
  for (const who of others.filter(({ role }) => role === 'associate')) await who.peer.request('session.end', {}, { c: who.own });
  for (const who of others.filter(({ role }) => role !== 'guest')) {
    const aimed = await who.peer.refusal('recap.send', { by: 'link', sid: v.sid }, { c: who.own });
    assert.equal(aimed.code, 'not.found', who.name);
    assert.equal((await who.peer.refusal('recap.send', { by: 'link', sid: MISSING }, { c: who.own })).code, 'not.found', who.name);
    heardNothing(who, 'by recap');
  }
}));
