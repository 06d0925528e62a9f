// SPDX-License-Identifier: Apache-2.0

/// A WebSocket whose other end is the test.
export class FakeSocket {
  static all = [];
  static get last() { return FakeSocket.all.at(-1); }
  readyState = 0;
  bufferedAmount = 0;
  sent = [];

  constructor(url, protocols) {
    Object.assign(this, { url, protocols });
    FakeSocket.all.push(this);
  }

  send(data) { this.sent.push(typeof data === 'string' ? JSON.parse(data) : data); }
  close() { this.readyState = 3; }

  /* the test's side */
  open() { this.readyState = 1; this.onopen(); }
  say(...messages) { this.onmessage({ data: messages.map((m) => JSON.stringify(m)).join('\n') }); }
  bytes(buffer) { this.onmessage({ data: buffer }); }
  drop(code = 1006, reason = '') { this.readyState = 3; this.onclose({ code, reason }); }
  find(op) { return this.sent.findLast((m) => m.op === op); }
  welcome(convs = [conv()], more = {}) {
    this.open();
    this.say({ id: 1, ok: true, d: { conn: 'k', node: 'n', hb: 5000, max: 65536, time: Date.now() + 7000, caps: ['bin1'],
      site: { name: 'S', key: 'pk' }, me: { role: 'customer' }, convs, ch: [], ...more } });
    return this;
  }
}

export const conv = (more = {}) => ({ c: 1, conv: 'cv', me: 'c', epoch: 3, s: 0, cs: 0, recovered: false, tok: 't1', ...more });
export const snapshot = (more = {}) => ({ op: 'snapshot', d: { epoch: 3, s: 10, cs: 5, state: { state: 'live', reference: '4-217' },
  people: [], thread: [], more: false, ...more } });
export const text = (cs, by, words, more = {}) => ({ op: 'chat.send', cs, by, ts: 1, d: { kind: 'text', body: { text: words } }, ...more });
export const tick = (ms = 0) => new Promise((done) => setTimeout(done, ms));

/// A link on a fake socket that has been welcomed.
export async function started(Link, options = {}, welcome = {}) {
  globalThis.WebSocket = FakeSocket;
  const link = new Link({ url: 'ws://x/v1/socket', hello: () => ({ site: 'pk', role: 'customer' }), ...options });
  link.connect();
  await tick();
  FakeSocket.last.welcome([conv()], welcome);
  return { link, ws: FakeSocket.last, v: link.conversations.get(1) };
}
