// SPDX-License-Identifier: Apache-2.0
/// A day of a shop: 30 customers who reload, lose their line, leave; 4 associates who come, go, decline, lose theirs, hand over.
/// Nobody is lost, nobody is served twice, nobody is asked for before who waited longer; how good the forecast was is printed.
///
/// A minute of the shop is a second here: a customer takes one and a half to three and a half, an associate looks at a card for some
/// seconds. Who comes when and how long they take is drawn from VITRINE_DAY_SEED (1), what befalls them is in the tables; who serves
/// whom is the server's affair. Nothing asserted hangs on how fast the machine is, so the forecast is printed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { associate, back, customer, eventually, shop } from './lib/kit.mjs';
import { http, rest } from './lib/http.mjs';

const CUSTOMERS = 30;
const MINUTE = 1000;
const HOLD = 8000; // longer than any line that comes back, on a slow machine too
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const SEED = Number(process.env.VITRINE_DAY_SEED ?? 1);

/// The same numbers for the same seed and place in the day, in whatever order they are asked for (a hash of both, by FNV-1a).
function drawn(what, i) {
  let hash = 0x811c9dc5;
  for (const char of `${what} ${i} of ${SEED}`) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
const serviceOf = (i) => (1.5 + 2 * drawn('service', i)) * MINUTE;
const gapBefore = (i) => (0.1 + 0.4 * drawn('gap', i)) * MINUTE;
const thinking = (i) => (0.05 + 0.15 * drawn('thinking', i)) * MINUTE;

/// What befalls the customers, by number; the others only wait and are served.
const BEFALLS = new Map([
  [3, 'reloads'], [6, 'lost'], [9, 'leaves'], [11, 'lost in session'], [13, 'reloads'], [16, 'lost'], [18, 'leaves'], [20, 'never back'],
  [22, 'lost in session'], [25, 'reloads'], [28, 'lost'],
]);
const GOES = new Set(['leaves', 'never back']);

/// One customer with all the sockets they have had.
class Visitor {
  constructor(server, i) {
    Object.assign(this, { server, i, queue: drawn('queue', i) < 0.65 ? 'rings' : 'watches', befalls: BEFALLS.get(i), events: [] });
  }

  async come() {
    this.peer = await customer(this.server, { name: `customer ${this.i}` });
    this.conv = this.peer.conv;
    const { position, eta } = await this.peer.request('queue.join', { lang: 'en', queue: this.queue, product: { sku: `VT-${this.i}` } });
    Object.assign(this, { position, eta, joined: Date.now(), place: this.peer.who });
    this.left = this.befalls === 'leaves' && (await this.peer.ask('queue.leave', {})).ok;
    this.life = this.live();
  }

  async live() {
    if (this.befalls === 'never back') return this.peer.cut();
    if (this.befalls === 'reloads') await this.again(() => this.peer.close(1001), 50);
    if (this.befalls === 'lost') await this.again(() => this.peer.cut(), 400);
    if (this.left) return undefined;
    await this.state('live');
    this.waited ??= Date.now() - this.joined;
    if (this.befalls === 'lost in session') await this.again(() => this.peer.cut(), 400);
    return this.state('ended');
  }

  /// The line goes and comes; the thread of events goes on where it was.
  async again(go, ms) {
    const old = this.peer;
    await go();
    await sleep(ms);
    this.events.push(...old.events);
    this.peer = await back(this.server, old);
  }

  state(state) {
    const at = () => (this.peer.seen('snapshot').at(-1)?.d.state.state === state || this.all('session.state').some(({ d }) => d.state === state) ? true : undefined);
    return this.peer.until(`${state} of customer ${this.i}`, at, 120000);
  }

  all(op) {
    return [...this.events, ...this.peer.events].filter((event) => event.op === op);
  }
}

/// What the staff did, by customer; each row is one associate having the session.
class Book {
  constructor(visitors) {
    this.visitors = visitors;
    this.rows = [];
    this.asks = new Map(); // conv to the time of its first card, by the server's clock
    this.returned = new Set(); // conv whose card came back
    this.done = 0;
    this.questions = 0; // of colleagues
    this.refused = 0;
  }

  of(conv) {
    return this.visitors.find((visitor) => visitor.conv === conv);
  }

  open(conv, login) {
    const held = this.rows.find((row) => row.conv === conv && !row.to);
    assert.equal(held, undefined, `customer ${this.of(conv).i} is ${held?.login}'s, and given to ${login}`);
    const row = { conv, login, from: Date.now() };
    this.rows.push(row);
    return row;
  }

  close(row, how) {
    Object.assign(row, { to: Date.now(), how });
    if (how === 'served') this.done++;
  }

  asked({ d, ts }) {
    this.asks.set(d.conv, Math.min(ts, this.asks.get(d.conv) ?? Infinity));
  }
}

/// One associate: takes what is offered, serves, and does what is planned for the cards and the customers by their number.
class Seller {
  constructor(server, book, login, { cap, card = {}, taken = {} }) {
    Object.assign(this, { server, book, login, cap, plan: { card, taken }, cards: 0, takes: 0, serving: new Map(), isOver: false });
  }

  async day() {
    while (!this.isOver) {
      if (!this.peer?.isOpen) await this.come();
      const card = await this.peer.until('a card', () => this.isOver || this.peer.left.find(({ op }) => ['claim.ask', 'staff.ask'].includes(op)), 500).catch(() => null);
      if (card?.op) await this.answer(card);
    }
    await this.peer.cut();
  }

  async come() {
    const resume = [...this.serving].map(([conv, { c }]) => ({ conv, ...this.peer.chain(c).position }));
    this.peer = await associate(this.server, this.login, { resume });
    for (const { conv, c } of this.peer.welcome.convs) if (this.serving.has(conv)) this.serving.get(conv).c = c;
    await this.peer.request('presence.set', { mode: 'available', cap: this.cap });
  }

  async answer(card) {
    this.peer.left.splice(this.peer.left.indexOf(card), 1);
    if (card.op === 'staff.ask') return this.takeOver(card.d);
    const { conv } = card.d;
    this.book.asked(card);
    const onCard = this.plan.card[++this.cards];
    if (onCard) this.book.returned.add(conv);
    if (onCard === 'declines') return this.peer.ask('claim.decline', { conv });
    if (onCard === 'loses the card') return this.peer.cut();
    await this.think(thinking(this.cards));
    if (this.serving.has(conv)) return undefined; // a colleague was faster, and has handed them over
    const reply = await this.peer.ask('claim.take', { conv });
    if (!reply.ok) { // another was faster, the customer has left, or a colleague's came meanwhile
      assert.ok(['claim.gone', 'cap.reached'].includes(reply.err.code), JSON.stringify(reply.err));
      return undefined;
    }
    this.serve(conv, reply.d.c);
    const act = this.plan.taken[++this.takes];
    if (act === 'loses the line') await this.loseLine(400);
    if (act === 'is lost') await this.beLost();
    if (act === 'goes') await this.goAway();
    if (act === 'hands back') await this.handBack(conv);
    if (act === 'hands on') this.handOn(this.serving.get(conv)).catch((error) => (this.broken ??= error));
    return undefined;
  }

  /// A colleague may ask while a card is being looked at.
  async think(ms) {
    for (const end = Date.now() + ms; Date.now() < end; await sleep(10)) {
      const asked = this.peer.left.find(({ op }) => op === 'staff.ask');
      if (asked) await this.answer(asked);
    }
  }

  serve(conv, c, ms = serviceOf(this.book.of(conv).i)) {
    const session = { conv, c, until: Date.now() + ms, row: this.book.open(conv, this.login) };
    this.serving.set(conv, session);
    session.timer = setTimeout(() => this.finish(session).catch((error) => (this.broken ??= error)), ms);
  }

  /// Said until it is heard: the line may be away just now.
  async finish(session) {
    for (let wasLost = false; ;) {
      if (this.serving.get(session.conv) !== session) return;
      session.isEnding = true;
      const reply = await this.peer.ask('session.end', {}, { c: session.c });
      if (reply.ok || (wasLost && reply.err.code === 'state.wrong')) break; // done, and the reply was lost with the line
      const visitor = this.book.of(session.conv);
      if (reply.err.code === 'state.wrong' && visitor.befalls === 'never back') return this.drop(session, 'left'); // the hold has ended it
      assert.equal(reply.err.code, 'line.lost', JSON.stringify(reply.err));
      wasLost = true;
      await sleep(50);
    }
    this.drop(session, 'served');
  }

  close() {
    this.isOver = true;
    for (const session of [...this.serving.values()]) this.drop(session, 'over');
    this.peer?.cut();
  }

  allServed() {
    return eventually(`${this.login} has served all`, () => {
      if (this.broken) throw this.broken;
      return this.serving.size === 0;
    }, 60000);
  }

  drop(session, how) {
    clearTimeout(session.timer);
    this.serving.delete(session.conv);
    this.book.close(session.row, how);
  }

  async loseLine(ms) {
    await this.peer.cut();
    await sleep(ms);
  }

  /// Longer than the hold: who was being served waits again, and the associate hears of nothing.
  async beLost() {
    while ([...this.serving.values()].some(({ isEnding }) => isEnding)) await sleep(20); // their end may be done, and unheard
    const mine = [...this.serving.values()];
    for (const session of mine) this.drop(session, 'lost');
    await this.peer.cut();
    for (const { conv } of mine) {
      const told = () => (this.book.of(conv).all('session.state').some(({ d }) => d.why === 'associate-left') ? true : undefined);
      await eventually(`customer ${this.book.of(conv).i} waits again`, told, HOLD + 20000);
    }
  }

  /// A break: serves who is there, takes nobody, comes back.
  async goAway() {
    await this.peer.request('presence.set', { mode: 'off' });
    await this.allServed();
    await this.peer.close();
    await sleep(2 * MINUTE);
  }

  async handBack(conv) {
    const session = this.serving.get(conv);
    this.drop(session, 'handed back');
    await this.peer.request('transfer.ask', { queue: 'watches', note: 'Knows watches better.' }, { c: session.c });
  }

  /// Asks one colleague after the other until somebody takes the customer over, or the customer is served.
  async handOn(session) {
    const isMine = () => this.serving.get(session.conv) === session && !session.isEnding && this.peer.isOpen;
    while (isMine()) {
      for (const { login, peer } of this.book.sellers) {
        if (login === this.login || !peer?.isOpen || !isMine()) continue;
        const { ok, d } = await this.peer.ask('transfer.ask', { to: peer.welcome.me.id, note: 'Asks for you.' }, { c: session.c });
        const answered = () => this.peer.seen('transfer.answer').some((event) => event.d.ask === d.ask);
        for (const end = Date.now() + MINUTE; ok && isMine() && !answered() && Date.now() < end; ) await sleep(20);
      }
      await sleep(20);
    }
  }

  /// Every third question among colleagues is declined.
  async takeOver({ conv, ask }) {
    const giver = this.book.sellers.find((seller) => seller.serving.has(conv));
    const session = giver?.serving.get(conv);
    if (!session || session.isEnding) return; // served meanwhile
    if (++this.book.questions % 3 === 0) {
      this.book.refused++;
      await this.peer.ask('transfer.answer', { conv, ask, ok: false, why: 'busy' });
      return;
    }
    giver.drop(session, 'handed over');
    const reply = await this.peer.ask('transfer.answer', { conv, ask, ok: true });
    if (reply.ok) this.serve(conv, reply.d.c, Math.max(0, session.until - Date.now()));
    else giver.serve(conv, session.c, 0);
  }
}

const PLANS = {
  lea: { cap: 2, taken: { 3: 'hands back', 5: 'hands on' } },
  max: { cap: 1, card: { 2: 'declines', 5: 'declines', 8: 'declines' }, taken: { 2: 'hands on', 3: 'hands back' } },
  ann: { cap: 2, card: { 2: 'loses the card', 9: 'loses the card' }, taken: { 2: 'is lost', 4: 'loses the line' } },
  kim: { cap: 1, taken: { 1: 'hands back', 2: 'hands on', 3: 'goes', 4: 'hands on', 5: 'hands on' } },
};

/// Sum, count and the bucket that holds the middle of a histogram of /metrics.
async function metric(server, name) {
  const { text } = await http(server, '/metrics');
  const value = (part) => Number(new RegExp(`^${name}${part} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  const count = value('_count');
  const bounds = [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)$`, 'gm'))].map(([, le, n]) => [Number(le), Number(n)]);
  const at = bounds.findIndex(([, n]) => n * 2 >= count);
  return { count, mean: value('_sum') / count, from: bounds[at - 1]?.[0] ?? 0, to: bounds[at]?.[0] };
}

test('a day: nobody lost, nobody twice, in order; the forecast', { timeout: 300000 }, async (t) => {
  const server = await shop((fn) => t.after(fn), {
    associates: [...Object.keys(PLANS), ['sam', 'supervisor']],
    settings: { queues: [{ id: 'rings', name: 'Rings', groups: [['lea', 'max']] }, { id: 'watches', name: 'Watches' }], ring: { known: 0, first: 1, total: 600, card: 60 } },
    args: ['--away-hold', `${HOLD}ms`, '--rate-act', '1000', '--queue-service', `${2.5 * MINUTE}ms`],
  });
  const visitors = Array.from({ length: CUSTOMERS }, (_, i) => new Visitor(server, i));
  const book = new Book(visitors);
  t.after(() => book.sellers.forEach((seller) => seller.close())); // else a failed test goes on
  book.sellers = Object.entries(PLANS).map(([login, plan]) => new Seller(server, book, login, plan));

  const began = Date.now();
  const days = [];
  for (const visitor of visitors) { // one after the other: their order is the test's
    await visitor.come();
    if (visitor.i === 7) { // eight stand at the door when the shop opens
      for (const seller of book.sellers) await seller.come();
      days.push(...book.sellers.map((seller) => seller.day()));
    }
    if (visitor.i > 7) await sleep(gapBefore(visitor.i));
  }
  const outcome = Promise.all(visitors.map((visitor) => visitor.life));
  await Promise.race([outcome, Promise.all(days)]);
  await outcome;
  for (const seller of book.sellers) {
    await seller.allServed();
    seller.isOver = true;
  }
  await Promise.all(days);

  // Nobody is lost, by the shop's own list too; nobody is served twice, or by two at once (which `open` looks at).
  const sam = await associate(server, 'sam', { role: 'supervisor' });
  await eventually('all have ended', async () => (await sam.request('queue.watch', { tab: 'all' })).rows.every((row) => row.state === 'ended'), HOLD + 20000);
  const times = (visitor) => book.rows.filter((row) => row.conv === visitor.conv && row.how === 'served').length;
  for (const visitor of visitors) {
    const name = `customer ${visitor.i}, who ${visitor.befalls ?? 'waits'}`;
    if (visitor.left) assert.equal(times(visitor), 0, name);
    else if (GOES.has(visitor.befalls)) assert.ok(times(visitor) <= 1, name);
    else assert.equal(times(visitor), 1, name);
  }

  // Order: when each was first asked for, by the server's clock.
  const first = (visitor) => Math.min(book.asks.get(visitor.conv) ?? Infinity, ...visitor.all('session.state').filter(({ d }) => d.state === 'claimed').map(({ ts }) => ts));
  const line = visitors.filter((visitor) => Number.isFinite(first(visitor))); // both queues: the same people serve them
  for (let i = 1; i < line.length; i++) assert.ok(first(line[i - 1]) <= first(line[i]), `customer ${line[i].i} was asked for before ${line[i - 1].i}`);
  const hows = (how) => book.rows.filter((row) => row.how === how).length;
  for (const [how, least] of [['handed back', 3], ['handed over', 3], ['lost', 1]]) assert.ok(hows(how) >= least, `${hows(how)} were ${how}; the script has ${least}`);
  assert.ok(book.returned.size >= 3, 'cards came back');

  // The forecast: on the server by its metric, and by what each customer was told and how long they then waited by their own clock.
  const own = visitors.filter((visitor) => visitor.waited !== undefined);
  const off = own.map(({ waited, eta }) => Math.abs(waited / 1000 - (eta[0] + eta[1]) / 2));
  const kept = own.filter(({ waited, eta }) => waited >= eta[0] * 1000 && waited <= eta[1] * 1000).length;
  const seen = await metric(server, 'vitrine_queue_forecast_error_seconds');
  const taken = new Set(book.rows.map((row) => row.conv)).size;
  assert.equal(seen.count, taken, 'each is measured once, however often they were handed on');
  const { columns, total } = (await (await rest(server, 'sam')).get('/reports/forecast')).json();
  const report = columns.map(({ title, unit }, i) => `${title} ${unit === 'share' ? `${Math.round(total.values[i] * 100)} %` : total.values[i]}`).join(', ');
  t.diagnostic(`seed ${SEED}: ${CUSTOMERS} customers in ${((Date.now() - began) / MINUTE).toFixed(0)} s, each for a minute of the shop: ${hows('served')} served, ${hows('lost')} lost by an associate and served by another, ${hows('handed back')} handed back, ${hows('handed over')} handed over, ${book.refused} refused by a colleague, ${book.returned.size} with a card that came back`);
  t.diagnostic(`forecast, by the customers' clocks: median error ${middle(off).toFixed(1)} minutes of the shop, ${Math.round((kept / own.length) * 100)} % of ${own.length} ranges held, median wait ${(middle(own.map(({ waited }) => waited)) / 1000).toFixed(1)} minutes`);
  t.diagnostic(`forecast, by the server's metric: median error between ${seen.from.toFixed(2)} and ${seen.to.toFixed(2)} s, mean ${seen.mean.toFixed(1)} s, of ${seen.count}`);
  t.diagnostic(`forecast, by the server's report: ${report}`);
  await Promise.all([sam, ...visitors.map(({ peer }) => peer)].map((peer) => peer.cut()));
});
