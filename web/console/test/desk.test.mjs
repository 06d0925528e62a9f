// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

/// The state of the console with the real transport under it; only the socket and the two HTTP calls are scripted.

const row = (conv, state, more = {}) => ({ conv, queue: 'main', name: 'Visitor', since: 1, unread: 0, state, online: true, ...more });
const person = { id: 'u1', name: 'Camille', role: 'associate', languages: [], site: { key: 'pk', name: 'Shop' } };
const server = { rows: [row('a', 'waiting'), row('b', 'waiting')], refuse: {}, asked: [], sockets: [], ticketStatus: 200, next: 1 };

const answers = {
  hello: (d) => ({ conn: 'k', node: 'n', hb: 25000, max: 65536, time: Date.now(), caps: [], site: person.site, me: { role: 'associate' }, ch: [],
    convs: d.resume.map((r) => ({ c: server.next++, conv: r.conv, me: 'a1', epoch: 1, s: r.s, cs: r.cs, recovered: true })) }),
  'queue.watch': () => ({ rows: server.rows }),
  'conv.open': () => ({ c: server.next++, me: 'a1', epoch: 1, s: 1, cs: 0 }),
  'claim.take': () => ({ c: server.next++, sid: 's', reference: '4-217' }),
  'chat.send': () => ({ cs: 1 }),
};

class Socket {
  readyState = 0;
  bufferedAmount = 0;
  constructor() {
    server.sockets.push(this);
    setTimeout(() => { this.readyState = 1; this.onopen?.(); });
  }
  send(text) {
    const { op, id, d } = JSON.parse(text);
    server.asked.push(op);
    if (id === undefined) return;
    const code = server.refuse[op];
    const answer = code ? { id, err: { code, n: 2000, msg: code, retry: false } } : { id, ok: true, ts: 1, d: answers[op]?.(d) ?? {} };
    setTimeout(() => this.tell(answer));
    if (op === 'conv.open' || op === 'claim.take') setTimeout(() => this.tell({ op: 'snapshot', c: server.next - 1, ts: 1, d: {
      epoch: 1, s: 1, cs: 0, state: { state: op === 'claim.take' ? 'live' : 'waiting' }, people: [{ who: 'c', role: 'customer', name: 'Inès', at: 'here' }],
      thread: [], more: false, trail: [] } }));
  }
  tell(message) { this.onmessage?.({ data: JSON.stringify(message) }); }
  close() { this.readyState = 3; }
  drop(code) { this.readyState = 3; this.onclose?.({ code, reason: '' }); }
}

const off = { matches: false, addEventListener() {} };
Object.assign(globalThis, {
  window: globalThis, matchMedia: () => off, addEventListener() {}, removeEventListener() {}, WebSocket: Socket, requestAnimationFrame: (f) => setTimeout(f),
  location: { protocol: 'http:', host: 'x' },
  document: { visibilityState: 'visible', hasFocus: () => true, getElementById: () => null, addEventListener() {}, removeEventListener() {} },
  fetch: async () => new Response('{"ticket":"t"}', { status: server.ticketStatus }),
});

Object.defineProperty(globalThis, 'navigator', { value: { language: 'en', onLine: true }, configurable: true });

const { desk, line, login, queue, show } = await load('./modules.ts');
const until = async (what) => { for (let i = 0; i < 400 && !what(); i++) await new Promise((r) => setTimeout(r, 5)); assert.ok(what(), String(what)); };

login.who.value = { at: 'in', me: person };
line.openLine(person, (link) => [
  link.on('welcome', () => { queue.watch(link, person).then(desk.reopen).catch(() => undefined); }),
  link.on('conversation', desk.onConversation),
]);
await until(() => queue.known.value);

test('a preview shows the customer and lets nothing be shown together', async () => {
  await desk.open('a');
  await until(() => desk.talk.value?.customer !== undefined);
  assert.equal(desk.talk.value.name('c'), 'Inès');
  assert.equal(desk.isMine.value, false);
  assert.match(show.cannotShow(desk.talk.value, desk.isMine.value), /Take/);
  desk.markRead();
  assert.equal(server.asked.includes('chat.read'), false, 'a preview reads nothing');
});

test('taking makes it mine, live and in front', async () => {
  await desk.take('a');
  await until(() => desk.talk.value?.state === 'live');
  assert.equal(queue.mine.value.has('a'), true);
  assert.equal(queue.tab.value, 'mine');
  assert.equal(show.cannotShow(desk.talk.value, desk.isMine.value), null);
});

test('a refused take says why and leaves no talk behind', async () => {
  server.refuse['claim.take'] = 'cap.reached';
  await desk.take('b');
  assert.match(desk.rowFault.value.text, /End one/);
  assert.equal(desk.talks.value.has('b'), false);
  assert.equal(desk.focused.value, 'a');
  server.refuse = {};
});

test('each conversation keeps its draft and its voice; Alt+Down goes round', async () => {
  await desk.take('b');
  desk.talk.value.drafts.reply.value = 'for b';
  desk.talk.value.voice.value = 'note';
  server.rows = [row('a', 'live', { associate: 'Camille' }), row('b', 'live', { associate: 'Camille' })];
  for (const r of server.rows) queue.onRow(r);
  desk.step(1);
  await until(() => desk.focused.value === 'a');
  assert.equal(desk.talk.value.drafts.reply.value, '');
  desk.step(1);
  await until(() => desk.focused.value === 'b');
  assert.deepEqual([desk.talk.value.drafts.reply.value, desk.talk.value.voice.value], ['for b', 'note']);
});

test('after a lost line the same talks have their conversations again', async () => {
  const before = desk.talk.value.conversation.value;
  server.sockets.at(-1).drop(4000);
  assert.equal(line.line.value.state, 'retrying');
  before.send('written meanwhile');
  line.tryNow();
  await until(() => line.line.value.state === 'live');
  assert.equal(desk.talk.value.conversation.value, before);
  await until(() => server.asked.includes('chat.send'));
});

test('a ticket refused with 401 leads to the login; talks and drafts stay', async () => {
  server.ticketStatus = 401;
  server.sockets.at(-1).drop(4002);
  line.tryNow();
  await until(() => login.who.value.at === 'out');
  assert.match(login.who.value.note, /still here/);
  assert.equal(desk.talk.value.drafts.reply.value, 'for b');
  assert.equal(line.line.value.state, 'idle');
  line.dropLine();
  desk.closeAll();
});
