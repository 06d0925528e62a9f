// SPDX-License-Identifier: Apache-2.0
/// Seven visits, told step by step, by people who take a refusal for an answer: it is asked once more, and then the
/// visit is over. What nobody may get is silence: no reply, or no event, over a line that stays open.

import { randomUUID } from 'node:crypto';

import { http, login } from '../../server/lib/http.mjs';
import { SHOP, SITE, associate, live } from '../../server/lib/kit.mjs';
import { Recorder, delta, element, page, keyframe, text } from '../../server/lib/mirror.mjs';
import { Peer } from '../../server/lib/peer.mjs';
import { quarters } from '../../server/lib/picture.mjs';
import { protocol } from '../../server/lib/protocol.mjs';

const WAIT_MS = 30000;

/// The visit ended as it may: refused, or its line closed.
export class Ended extends Error {}
/// Something never came.
export class Silence extends Error {}

const late = (what) => new Promise((_, reject) => setTimeout(() => reject(new Silence(`no ${what}`)), WAIT_MS).unref());
const within = (what, promise) => Promise.race([promise, late(what)]);

async function ask(peer, op, d, options = {}) {
  const cid = protocol.needsCid(op) ? randomUUID() : undefined;
  let reply;
  for (let tries = op === 'hello' ? 1 : 0; tries < 2 && peer.isOpen; tries++) { // hello comes once
    reply = await within(`reply to ${op} at ${peer.name}`, peer.ask(op, d, { ...options, cid }));
    if (peer.broken) throw peer.broken;
    if (reply.ok) return reply.d;
  }
  throw new Ended(peer.isOpen ? `${op}: ${reply.err.code} ${reply.err.field ?? ''}` : `closed ${(await peer.closed).code}`);
}

async function comes(peer, what, look) {
  try {
    return await peer.until(what, look, WAIT_MS);
  } catch (error) {
    if (peer.broken) throw peer.broken;
    throw peer.isOpen ? new Silence(`no ${what} at ${peer.name}`) : new Ended(`closed ${(await peer.closed).code}`);
  }
}

const event = (peer, op, fits = () => true) => comes(peer, op, () => peer.events.find((one) => one.op === op && fits(one.d)));

/// A frame of a kind that may be lost: sent again until it is seen, as a hand that moves does.
async function frame(from, send, to, kind) {
  for (let tries = 0; tries < 20; tries++) {
    if (!from.isOpen || !to.isOpen) throw new Ended('closed');
    send();
    const found = await to.waitFrame(kind, () => true, 500).catch(() => null);
    if (found) return found;
  }
  throw new Silence(`no ${kind} at ${to.name}`);
}

async function get(server, path, options) {
  try {
    const answer = await within(path, http(server, path, options));
    if (answer.status >= 400) throw new Ended(`${answer.status}`);
    return answer;
  } catch (error) {
    if (error instanceof Silence || error instanceof Ended) throw error;
    throw new Ended(error.code ?? error.message); // reset, or cut in the middle
  }
}

/// Every peer of one visit, so that none is left behind.
export class Visit {
  constructor(server) {
    Object.assign(this, { server, peers: [] });
  }

  async dial(name, options, hello) {
    const peer = await within('an upgrade', Peer.open(this.server, { name, ...options })).catch((error) => {
      throw error instanceof Silence ? error : new Ended(error.status ?? error.code ?? error.message);
    });
    this.peers.push(peer);
    await ask(peer, 'hello', { caps: ['bin1'], lang: 'en', site: SITE, ...hello });
    return peer;
  }

  async pair() {
    const pair = await live(this.server);
    this.peers.push(pair.c, pair.a);
    return pair;
  }

  async end() {
    for (const peer of this.peers) {
      if (peer.isOpen) await peer.cut();
    }
  }
}

/* --- the visits: `begin` before memory runs out, `go` while it does ------------------------------------ */

const talk = {
  begin: ({ server }) => login(server, 'lea'), // scrypt, once
  async go(visit, cookie) {
    const { server } = visit;
    const c = await visit.dial('customer', { origin: SHOP }, { role: 'customer', page: { n: 1, url: '/halo', title: 'Halo' } });
    await ask(c, 'queue.join', { lang: 'en', text: 'Which size?' });
    const answer = await get(server, '/api/v1/tickets', { method: 'POST', headers: { Cookie: cookie, Origin: server.origin, 'X-Vitrine-CSRF': '1', 'Content-Length': 0 } });
    const a = await visit.dial('desk', {}, { role: 'associate', token: answer.json().ticket });
    await ask(a, 'queue.watch', { tab: 'unassigned' });
    const { c: n } = await ask(a, 'claim.take', { conv: c.conv });
    await event(c, 'session.state', (d) => d.state === 'live');
    for (const [from, to, options] of [[a, c, { c: n }], [c, a, {}]]) {
      from.notice('chat.typing', { on: true }, options);
      const words = `from ${from.name}`;
      await ask(from, 'chat.send', { kind: 'text', body: { text: words } }, options);
      await event(to, 'chat.send', (d) => d.body.text === words);
    }
    c.notice('chat.read', { read: 1 });
    await ask(c, 'chat.history', { before: 4294967295, n: 50 });
    await ask(a, 'label.set', { add: ['ring'] }, { c: n });
    await ask(c, 'session.end', {});
    await ask(c, 'bye', {});
  },
};

const view = {
  begin: (visit) => visit.pair(),
  async go(visit, { c, a, n }) {
    const items = [1, 2, 3].map((i) => ({ sku: `VT-${i}`, media: `m${i}`, title: `Ring ${i}` }));
    await ask(c, 'view.open', { items, active: 1, mode: 'image' });
    await event(a, 'view.open');
    await ask(c, 'view.drive', { take: true });
    await ask(c, 'mark.add', { slot: 1, kind: 'circle', colour: 2, points: [0.4, 0.3, 0.5, 0.4] });
    await event(a, 'mark.add');
    await frame(c, () => c.ptr({ x: 7 }), a, 'PTR');
    await frame(a, () => a.ptr({ x: 9 }, { c: n }), c, 'PTR');
    await frame(c, () => c.draw({ points: [{ x: 1, y: 1 }, { x: 9, y: 9 }] }), a, 'DRAW');
    await ask(a, 'view.item', { add: { sku: 'VT-4', media: 'm4' } }, { c: n });
    await event(c, 'view.item');
    await ask(c, 'view.close', {});
    await event(a, 'view.close');
    await ask(c, 'session.end', {});
  },
};

const PICTURE = quarters(64, 64);

const upload = {
  begin: (visit) => visit.pair(),
  async go({ server }, { c, a }) {
    const { ticket } = await ask(c, 'file.ask', { name: 'ring.png', type: 'image/png', bytes: PICTURE.length, use: 'chat' });
    const headers = { 'Content-Length': PICTURE.length, Origin: SHOP, Authorization: `Bearer ${ticket}` };
    const { id, media } = (await get(server, '/u', { method: 'POST', body: PICTURE, headers })).json();
    const { state } = (await event(c, 'file.state', (d) => d.ticket === ticket && ['ready', 'refused'].includes(d.state))).d;
    if (state === 'refused') throw new Ended('file.state refused');
    await event(a, 'chat.send', (d) => d.kind === 'picture');
    await get(server, `/t/${id}/320${media.slice(media.indexOf('?'))}`);
    await get(server, `/iiif/3/${id}/info.json${media.slice(media.indexOf('?'))}`);
    await ask(c, 'session.end', {});
  },
};

const catalogue = {
  begin: (visit) => visit.pair(),
  async go(_, { c, a, n }) {
    await ask(c, 'catalogue.search', { text: 'ring', n: 24, counts: true });
    await ask(c, 'catalogue.search', { text: 'rnig halo', n: 24, filter: [{ facet: 'type', value: 'Rings' }] });
    await ask(c, 'catalogue.product', { sku: 'VT-1' });
    await ask(a, 'catalogue.search', { text: '', n: 24, counts: true }, { c: n });
    await ask(a, 'catalogue.shortlist', { add: ['VT-1'] }, { c: n });
    await ask(a, 'chat.send', { kind: 'product', body: { product: { sku: 'VT-1' } } }, { c: n });
    await event(c, 'chat.send', (d) => d.kind === 'product');
    const { cs: offer } = await ask(a, 'offer.make', { sku: 'VT-2', title: 'Ring 2', price: '90.00', currency: 'EUR', link: '/r2' }, { c: n });
    await event(c, 'offer.make');
    if (offer) await ask(c, 'offer.take', { offer });
    await ask(c, 'session.end', {});
  },
};

const mirror = {
  begin: (visit) => visit.pair(),
  async go(_, { c, a, n }) {
    await ask(c, 'consent.give', { capabilities: ['mirror', 'scroll'] });
    await event(a, 'consent.state', (d) => d.mirror === 'on');
    await comes(c, 'the dom channel', () => c.channel('dom'));
    await ask(a, 'mirror.watch', { on: true }, { c: n });
    await event(c, 'mirror.state', (d) => d.state === 'on');
    const recorder = new Recorder(c);
    const whole = keyframe(page(element('p', { style: 'color: red' }, text('hello '.repeat(2000)))));
    await frame(c, () => recorder.key(whole), a, 'DOM');
    for (let i = 0; i < 5; i++) recorder.unit(delta(`step ${i}`));
    await frame(c, () => recorder.scroll(0, 120), a, 'SCROLL');
    c.onAsk = (d) => c.isOpen && c.notice('answer', { ask: d.ask, success: true });
    await ask(a, 'mirror.scroll', { page: 1, node: 7, block: 'center' }, { c: n });
    await ask(c, 'consent.stop', { capabilities: ['mirror', 'scroll'], why: 'asked' });
    await event(a, 'consent.state', (d) => d.mirror === 'off');
    await ask(c, 'session.end', {});
  },
};

/// Two who are free are asked at once; the second takes it, hands it over, and the first ends it.
const desk = {
  async begin(visit) {
    const [lea, max] = [await associate(visit.server, 'lea'), await associate(visit.server, 'max')];
    visit.peers.push(lea, max);
    for (const one of [lea, max]) await one.request('presence.set', { mode: 'available' });
    return { lea, max };
  },
  async go(visit, { lea, max }) {
    const c = await visit.dial('customer', { origin: SHOP }, { role: 'customer' });
    await ask(c, 'queue.join', { lang: 'en' });
    for (const one of [lea, max]) await event(one, 'claim.ask', (d) => d.conv === c.conv);
    await event(c, 'session.state', (d) => d.state === 'claimed');
    const { c: m } = await ask(max, 'claim.take', { conv: c.conv });
    await event(lea, 'claim.gone', (d) => d.conv === c.conv);
    await event(c, 'session.state', (d) => d.state === 'live');
    const { ask: question } = await ask(max, 'transfer.ask', { to: lea.welcome.me.id, note: 'A repair.' }, { c: m });
    await event(lea, 'staff.ask', (d) => d.conv === c.conv);
    const { c: l } = await ask(lea, 'transfer.answer', { conv: c.conv, ask: question, ok: true });
    await event(c, 'session.state', (d) => d.why === 'transfer');
    await event(max, 'transfer.answer');
    await ask(lea, 'chat.send', { kind: 'text', body: { text: 'I go on' } }, { c: l });
    await event(c, 'chat.send');
    await ask(lea, 'session.end', {}, { c: l });
    await event(c, 'session.state', (d) => d.state === 'ended');
  },
};

/// A guest looks on, and what was shown is there afterwards.
const recap = {
  begin: (visit) => visit.pair(),
  async go(visit, { c, a, n }) {
    await ask(c, 'view.open', { items: [{ sku: 'VT-1', media: 'm1', title: 'Ring 1' }], active: 1, mode: 'image' });
    await event(a, 'view.open');
    const { url: invitation } = await ask(c, 'guest.invite', { name: 'Mum' });
    const g = await visit.dial('guest', {}, { role: 'guest', code: new URLSearchParams(new URL(invitation).hash.slice(1)).get('vt') });
    await event(g, 'snapshot');
    await event(a, 'presence.person', (d) => d.role === 'guest');
    await ask(a, 'mark.add', { slot: 1, kind: 'arrow', colour: 1, points: [0.1, 0.1, 0.5, 0.5] }, { c: n });
    await event(g, 'mark.add');
    await ask(a, 'chat.send', { kind: 'text', body: { text: '18 ct.' } }, { c: n });
    await ask(c, 'session.end', {});
    await event(c, 'recap.state');
    const { url } = await ask(c, 'recap.send', { by: 'link' });
    await get(visit.server, '/r/open', { method: 'POST', body: url.split('#')[1] });
  },
};

export const scripts = { talk, view, upload, catalogue, mirror, desk, recap };
