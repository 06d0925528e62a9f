// SPDX-License-Identifier: Apache-2.0
/// A scripted browser: requests with their replies, events in order, frames, and a chain that must never break.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { Chain } from './chain.mjs';
import { REQUEST_SHAPES, protocol, readHead, splitFrames, top } from './protocol.mjs';
import { record } from './record.mjs';

const { WebSocket } = createRequire(join(top, 'tests/package.json'))('ws');
const WAIT_MS = 60000; // what comes, comes at once; a machine with other work is no defect
const FRAME_NAMES = new Map(Object.entries(protocol.BIN).map(([name, type]) => [type, name]));

export class Refused extends Error {
  constructor(op, err) {
    super(`${op}: ${err.code} ${err.field ?? ''} ${err.msg}`);
    this.err = err;
    this.code = err.code;
  }
}

export class Peer {
  constructor(socket, name) {
    this.socket = socket;
    this.name = name;
    this.nextId = 1;
    this.asked = new Map(); // id to { op, d, c, again, reply }
    this.events = []; // all, in order
    this.left = []; // those no waitFor has taken
    this.frames = [];
    this.refusals = []; // errors no promise waits for: of notices and raw lines
    this.waiting = new Set();
    this.chains = new Map(); // c to Chain
    this.chans = new Map(); // n to chan
    this.sent = new Map(); // chan to seq
    this.isOpen = true;
    this.onAsk = null; // what the customer's page does when it is asked
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => {
        this.isOpen = false;
        clearInterval(this.pulse);
        this.why = `${code} ${reason}`;
        resolve({ code, reason: reason.toString() });
        for (const { op, reply } of this.asked.values()) reply({ err: { code: 'line.lost', msg: `closed ${this.why}` } });
        this.asked.clear();
        this.wake();
      });
    });
    socket.on('error', () => {}); // the close tells
    socket.on('message', (bytes, isBinary) => {
      try {
        if (isBinary) this.takeFrames(bytes);
        else this.takeText(bytes.toString());
      } catch (error) {
        this.broken ??= error;
        this.wake();
      }
    });
  }

  /// Resolves when the upgrade is through; rejects with the status when it is refused.
  static open(server, { origin = server.origin, name = 'peer', protocols = ['vitrine.v1'], headers = {} } = {}) {
    const options = { perMessageDeflate: false, maxPayload: 1 << 20, handshakeTimeout: WAIT_MS, headers };
    if (origin !== undefined && origin !== null) options.origin = origin;
    const socket = new WebSocket(server.socketUrl, protocols, options);
    return new Promise((resolve, reject) => {
      const peer = new this(socket, name);
      socket.on('open', () => resolve(peer));
      socket.on('unexpected-response', (_, answer) => {
        reject(Object.assign(new Error(`the upgrade was answered ${answer.statusCode}`), { status: answer.statusCode }));
        socket.terminate();
      });
      socket.on('error', reject);
    });
  }

  /* --- what comes ------------------------------------------------------------------------------ */

  chain(c = 1) {
    if (!this.chains.has(c)) this.chains.set(c, new Chain());
    return this.chains.get(c);
  }

  takeText(text) {
    for (const line of text.split('\n').filter(Boolean)) {
      const message = JSON.parse(line);
      if (message.id !== undefined) this.takeReply(message);
      else this.takeEvent(message);
    }
  }

  takeReply(message) {
    const asked = this.asked.get(message.id);
    if (!asked && message.err) return this.takeRefusal(message); // of a raw line
    assert.ok(asked, `${this.name}: a reply to nothing: ${JSON.stringify(message)}`);
    this.asked.delete(message.id);
    record('down', message.ok ? 'reply' : 'refusal', asked.op, message);
    if (message.ok && asked.op === 'hello') this.takeWelcome(message.d, asked.d);
    if (message.ok && asked.op === 'conv.open') this.chain(message.d.c).set(message.d);
    // A request said again with its old cid gets its old number again.
    if (!asked.again || !this.chain(asked.c).knows(message)) this.chain(asked.c).take(message, `${this.name}: reply to ${asked.op}`);
    asked.reply(message);
  }

  takeRefusal(message) {
    record('down', 'refusal', '', message);
    this.refusals.push(message.err);
    this.wake();
  }

  takeEvent(message) {
    const { op, d, c = 1 } = message;
    record('down', 'event', op, message);
    if (op === 'error') this.refusals.push(d);
    if (op === 'snapshot') this.chain(c).set(d);
    else this.chain(c).take(message, `${this.name}: ${op}`);
    if (op === 'chan.open') this.chans.set(d.n, d);
    if (op === 'chan.close') this.chans.delete(d.n);
    this.events.push(message);
    if (op === 'ask') this.onAsk?.(d);
    this.left.push(message);
    this.wake();
  }

  takeFrames(bytes) {
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const parts = splitFrames(buffer);
    assert.ok(parts, `${this.name}: a binary message that is none`);
    for (const view of parts) {
      const head = readHead(view);
      const kind = FRAME_NAMES.get(head?.type);
      assert.ok(kind, `${this.name}: an unknown frame`);
      const body = protocol[`read${kind[0]}${kind.slice(1).toLowerCase()}`](view);
      assert.ok(body, `${this.name}: a broken ${kind}`);
      record('down', 'frame', kind, null);
      this.frames.push({ kind, head, body, bytes: Buffer.from(view.buffer, view.byteOffset, view.byteLength) });
    }
    this.wake();
  }

  wake() {
    for (const look of [...this.waiting]) look();
  }

  /// Resolves with what `look` gives once that is not undefined; looks again at each arrival.
  until(what, look, ms = WAIT_MS) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        settle(value);
      };
      const check = () => {
        if (this.broken) return end(reject, this.broken);
        const found = look();
        if (found !== undefined) end(resolve, found);
        else if (!this.isOpen) end(reject, new Error(`${this.name}: closed (${this.why}) while waiting for ${what}`));
      };
      const timer = setTimeout(() => {
        const last = this.events.slice(-6).map((event) => JSON.stringify(event).slice(0, 200));
        end(reject, new Error(`${this.name}: no ${what} within ${ms} ms; the last events:\n${last.join('\n')}`));
      }, ms);
      this.waiting.add(check);
      check();
    });
  }

  /// The next event of this op that fits and that nobody has waited for yet.
  waitFor(op, fits = () => true, ms) {
    return this.until(op, () => {
      const at = this.left.findIndex((event) => event.op === op && fits(event.d, event));
      return at < 0 ? undefined : this.left.splice(at, 1)[0];
    }, ms);
  }

  waitFrame(kind, fits = () => true, ms) {
    return this.until(kind, () => {
      const at = this.frames.findIndex((frame) => frame.kind === kind && fits(frame));
      return at < 0 ? undefined : this.frames.splice(at, 1)[0];
    }, ms);
  }

  seen(op) {
    return this.events.filter((event) => event.op === op);
  }

  /* --- what goes ------------------------------------------------------------------------------- */

  raw(text) {
    this.socket.send(text);
  }

  rawBytes(bytes) {
    this.socket.send(bytes, { binary: true });
  }

  /// Resolves with the whole reply, a refusal too.
  ask(op, d = {}, { c, cid, id = this.nextId++ } = {}) {
    const message = { op, id };
    if (c !== undefined) message.c = c;
    message.cid = cid ?? (protocol.needsCid(op) ? randomUUID() : undefined);
    message.d = d;
    record('up', 'request', op, message);
    return new Promise((reply) => {
      if (!this.isOpen) return reply({ err: { code: 'line.lost', msg: 'closed before' } });
      const timer = setTimeout(() => reply({ err: { code: 'no.answer', msg: `none within ${WAIT_MS} ms` } }), WAIT_MS);
      const settle = (answer) => {
        clearTimeout(timer);
        reply(answer);
      };
      this.asked.set(id, { op, d, c: c ?? 1, again: cid !== undefined, reply: settle });
      this.socket.send(JSON.stringify(message));
    });
  }

  /// Resolves with d of the reply; rejects with Refused.
  async request(op, d, options) {
    const reply = await this.ask(op, d, options);
    if (this.broken) throw this.broken;
    if (!reply.ok) throw new Refused(op, reply.err);
    return reply.d;
  }

  async refusal(op, d, options) {
    const reply = await this.ask(op, d, options);
    assert.ok(reply.err, `${op} should be refused, and got ${JSON.stringify(reply)}`);
    return reply.err;
  }

  notice(op, d, { c } = {}) {
    assert.ok(REQUEST_SHAPES[op] !== undefined, op);
    const message = c === undefined ? { op, d } : { op, c, d };
    record('up', 'notice', op, message);
    this.socket.send(JSON.stringify(message));
  }

  /// What a raw line is refused with.
  rawRefusal(text) {
    this.refusals.length = 0;
    this.raw(text);
    return this.until('a refusal', () => this.refusals.shift());
  }

  /// What a notice is refused with, or null: the beat behind it is answered in order.
  async noticeFault(op, d, options) {
    this.refusals.length = 0;
    this.notice(op, d, options);
    await this.beat();
    return this.refusals.shift() ?? null;
  }

  /// Asks for what came after these numbers; what arrives must link to them.
  since(position, c) {
    this.chain(c).set(position);
    return this.request('since', { s: position.s, cs: position.cs }, { c });
  }

  /// A round trip: everything sent before has been handled. The answer may overtake other classes.
  async beat() {
    const t = Date.now() * 1000 + Math.floor(Math.random() * 1000);
    this.notice('hb', { t });
    return (await this.waitFor('hb', (d) => d.t === t)).d;
  }

  channel(kind, c) {
    for (const chan of this.chans.values()) {
      if (chan.k === kind && (chan.by === 'me' || chan.by === '*') && (c === undefined || chan.c === c)) return chan.n;
    }
    return undefined;
  }

  /// One frame on the peer's own channel of that kind, numbered as it should be. Resolves the bytes sent.
  frame(kind, body, { flags = 0, c, chan = this.channel(kind.toLowerCase(), c), seq } = {}) {
    const bytes = Buffer.from(this.frameBytes(kind, body, { flags, chan, seq }));
    record('up', 'frame', kind, null);
    this.rawBytes(bytes);
    return bytes;
  }

  frameBytes(kind, body, { flags = 0, chan, seq } = {}) {
    assert.ok(chan !== undefined, `${this.name} has no channel for ${kind}`);
    const n = seq ?? (this.sent.get(chan) ?? 0) + 1;
    this.sent.set(chan, n);
    const head = { flags, chan, seq: n, ts: Date.now() & 0x7fffffff };
    return protocol[`write${kind[0]}${kind.slice(1).toLowerCase()}`](head, body);
  }

  /// All that `send` sends goes out in one piece, so that the server finds it in one turn.
  together(send) {
    this.socket._socket.cork();
    send();
    this.socket._socket.uncork();
  }

  ptr(body = {}, options) {
    return this.frame('PTR', { slot: 1, x: 0, y: 0, buttons: 0, kind: 0, trail: [], ...body }, options);
  }

  view(body, options) {
    return this.frame('VIEW', { vseq: 0, slot: 1, frame: 0, cx: 0x80000000, cy: 0x80000000, scale: 65536, t_ms: 0, ...body }, options);
  }

  draw(body, options) {
    return this.frame('DRAW', { stroke: 1, slot: 1, kind: 0, colour: 1, points: [], ...body }, options);
  }

  /* --- joining --------------------------------------------------------------------------------- */

  hello(d) {
    return this.request('hello', { caps: ['bin1'], lang: 'en', ...d });
  }

  /// Runs before the next message is looked at: what is replayed stands right behind the welcome.
  takeWelcome(welcome, asked) {
    this.welcome = welcome;
    for (const conv of welcome.convs) {
      const from = asked.resume?.find((resume) => resume.conv === conv.conv);
      this.conv ??= conv.conv;
      this.who ??= conv.me;
      if (conv.tok) this.tok = conv.tok;
      this.chain(conv.c).set(conv.recovered && from ? { ...from, epoch: conv.epoch } : conv);
    }
    for (const chan of welcome.ch) this.chans.set(chan.n, chan);
    // As a page does it, where a test has made the beat a short one: who is asked has a fifth of it to answer, which a busy machine may miss.
    if (welcome.hb < 5000) this.pulse ??= setInterval(() => this.isOpen && this.notice('hb', { t: Date.now() * 1000 }), welcome.hb / 4).unref();
  }

  /// What a client says to go on where this one stands.
  get resume() {
    return { conv: this.conv, ...this.chain(1).position, tok: this.tok };
  }

  ack(c) {
    const { s, cs } = this.chain(c ?? 1).position;
    this.notice('ack', { at: [c === undefined ? { s, cs } : { c, s, cs }] });
  }

  async close(code = 1000) {
    if (this.isOpen) this.socket.close(code);
    return this.closed;
  }

  /// The line is cut: no close frame, as a tunnel or a lid would do it.
  async cut() {
    this.socket.terminate();
    return this.closed;
  }
}
