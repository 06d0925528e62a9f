// SPDX-License-Identifier: Apache-2.0
import type { Chan, Events, Notices, Page, Replies, Requests, WelcomeConv, WireError } from '../protocol/index.js';
import { afterClose, delay } from './backoff.js';
import { Conversation } from './conversation.js';
import type { Line } from './conversation.js';
import { Emitter } from './emitter.js';
import { Fault } from './fault.js';
import { Outbox } from './outbox.js';
import { size } from './size.js';
import type { Pending } from './outbox.js';
import type { MakeSync, Sync } from './sync.js';

export type LinkState = 'idle' | 'connecting' | 'live' | 'retrying' | 'ended';

export interface HelloInit {
  site: string;
  role: 'customer' | 'guest' | 'associate' | 'supervisor';
  token?: string;
  code?: string;
  name?: string;
  lang?: string;
  page?: Page;
}

/// What a page keeps so that the next page of the same tab goes on: the right to come back, and what was not answered.
export interface Saved {
  conv: string;
  tok: string;
  out: { op: string; d: object; cid: string }[];
}

export interface LinkOptions {
  url: string;
  /// Asked before every connection, so a ticket for one use may be fetched. A Fault without `retry` ends the link.
  hello(): HelloInit | Promise<HelloInit>;
  load?(): Saved | null;
  save?(s: Saved | null): void;
  now?(): number;
}

/// One event as it came, for those who keep lists of their own (queue.row, queue.status).
export interface LinkEvent { op: string; c: number; by: string; ts: number; d: unknown }

export interface LinkEvents {
  state: LinkState;
  welcome: Replies['hello'];
  event: LinkEvent;
  conversation: Conversation;
}

interface Envelope {
  id?: number; op?: string; c?: number; s?: number; cs?: number; p?: number; by?: string; ts?: number; ok?: boolean; d?: unknown;
  err?: WireError;
}

/// Somewhat under the server's limits of 16 and 4 KiB, for the envelope.
const TEXT_MAX = 16_100;
const HELLO_MAX = 4000;
const HELLO_WAIT = 10_000;
const STEADY_MS = 5000;


/// The one connection to the server and everything that must outlive it: conversations by number, unanswered requests, the
/// right to resume. Text comes in through `_text`, bytes through the channels; nothing else touches the socket.
export class Link extends Emitter<LinkEvents> {
  state: LinkState = 'idle';
  endCode = 0;
  /// Server clock minus ours, in ms.
  offset = 0;
  /// Connections in a row that never opened: from three on, something is in the way.
  failures = 0;
  readonly conversations = new Map<number, Conversation>();
  private _ws: WebSocket | null = null;
  private _turn = 0;
  private _tries = 0;
  /// When the next try is due, on our clock.
  retryAt = 0;
  private _retry: ReturnType<typeof setTimeout> | undefined;
  private _limit: ReturnType<typeof setTimeout> | undefined;
  private _hb = 25_000;
  private _beat: ReturnType<typeof setTimeout> | undefined;
  private _beatAt = 0;
  private _ack: ReturnType<typeof setTimeout> | undefined;
  private _unacked = 0;
  private _liveAt = 0;
  private _many = false;
  private _sync: Sync | null = null;
  private _chans: Chan[] = [];
  private _out = new Outbox();
  private _saved: Saved | null = null;

  constructor(private _o: LinkOptions) {
    super();
    this._saved = _o.load?.() ?? null;
  }

  /// Connects, or tries at once where a retry is being waited for.
  connect(): void {
    if (this.state === 'connecting' || this.state === 'live') return;
    this._tries = 0;
    void this._open();
  }

  /// Lets go of the socket; the place is kept by the server, and `connect` goes on from here.
  close(): void {
    this._turn++;
    this._let();
    this._set('idle');
  }

  /// Ends it for good: the token dies on both sides.
  shutdown(): void {
    if (this.state === 'live') this._write({ op: 'bye', id: 0xffff_ffff, d: {} });
    this.close();
    this._out.failAll(new Fault('ended'));
    this.conversations.clear();
    this._keep(null);
  }

  /// The browser says that the way may be free again (`online`, a tab that becomes visible): no more waiting.
  wake(): void {
    if (this.state === 'retrying') this.connect();
    else if (this.state === 'live') this._sendBeat();
  }

  /// What a page or another tab needs to go on.
  saved(): Saved | null {
    return this._saved && { ...this._saved, out: this._out.kept() };
  }

  /// Takes over what another tab or an earlier page knew; before `connect`.
  adopt(saved: Saved | null): void {
    if (saved) this._keep(saved);
  }

  /// Plugs in the shared view's half; once.
  plug(make: MakeSync): void {
    if (this._sync) return;
    this._sync = make((c) => this.conversations.get(c), () => this._now(), () => this._serverNow());
    if (this.state === 'live') this._sync.connected(this._ws, this._chans);
    for (const v of this.conversations.values()) v.plug(this._sync);
  }

  request<O extends keyof Requests>(op: O, d: Requests[O], c?: number): Promise<Replies[O]> {
    return this._request(op, d, c === undefined ? undefined : this.conversations.get(c)) as Promise<Replies[O]>;
  }

  notify<O extends keyof Notices>(op: O, d: Notices[O], c?: number): void {
    if (this.state === 'live') this._write({ op, ...this._c(c ? this.conversations.get(c) : undefined), d });
  }

  /* Opening and closing */

  private async _open(): Promise<void> {
    const turn = ++this._turn;
    clearTimeout(this._retry);
    this._set('connecting');
    let hello: HelloInit;
    try {
      hello = await this._o.hello();
    } catch (e) {
      if (turn !== this._turn) return;
      if (e instanceof Fault && !e.retry) return this._end(4501);
      return this._later(0);
    }
    if (turn !== this._turn) return;
    this._many = hello.role === 'associate' || hello.role === 'supervisor';
    this._socket(hello);
  }

  private _socket(hello: HelloInit): void {
    let opened = false;
    let ws: WebSocket;
    try {
      ws = new WebSocket(this._o.url, ['vitrine.v1']);
    } catch {
      this.failures++;
      return this._later(0);
    }
    this._ws = ws;
    ws.binaryType = 'arraybuffer';
    this._limit = setTimeout(() => { if (this._ws === ws) this._lost(4001); }, HELLO_WAIT);
    ws.onopen = () => {
      if (this._ws !== ws) return;
      opened = true;
      this.failures = 0;
      this._hello(hello);
    };
    ws.onmessage = ({ data }) => {
      if (this._ws !== ws) return;
      this._beatAt = 0;
      if (typeof data === 'string') this._text(data);
      else this._sync?.receive(data as ArrayBuffer);
    };
    ws.onclose = ({ code, reason }) => {
      if (this._ws !== ws) return;
      if (!opened) this.failures++;
      this._lost(code, reason);
    };
  }

  /// hello may be 4 KiB: a long page address must not cost the connection.
  private _hello(hello: HelloInit): void {
    const d = { ...hello, caps: ['bin1'], resume: this._resume() };
    if (size(JSON.stringify(d)) > HELLO_MAX) delete d.page;
    this._write({ op: 'hello', id: 1, d });
  }

  /// A page that has just loaded knows its right but not the state: epoch 0 continues nothing, so a snapshot comes.
  private _resume(): object[] {
    const held = [...this.conversations.values()].map((v) => {
      const at = v.known ? { epoch: v.epoch, s: v.control.last, cs: v.durable.last } : { epoch: 0, s: 0, cs: 0 };
      return { conv: v.conv, ...at, tok: this._saved?.tok ?? v.tok };
    });
    if (held.length || !this._saved) return held.slice(-16);
    return [{ conv: this._saved.conv, epoch: 0, s: 0, cs: 0, tok: this._saved.tok }];
  }

  private _lost(code: number, reason = ''): void {
    this._let();
    const wait = afterClose(code, reason);
    if (wait < 0) this._end(code);
    else this._later(wait);
  }

  private _later(least: number): void {
    if (this._liveAt && this._now() - this._liveAt > STEADY_MS) this._tries = 0;
    this._liveAt = 0;
    const wait = least + delay(this._tries++);
    this.retryAt = this._now() + wait;
    this._retry = setTimeout(() => void this._open(), wait);
    this._set('retrying');
  }

  private _end(code: number): void {
    this.endCode = code;
    // The right is spent with these; with 4504 it lives on in the other tab.
    if (code === 4501 || code === 4503) this._keep(null);
    this._out.failAll(new Fault('ended'));
    this._set('ended');
  }

  private _let(): void {
    const ws = this._ws;
    this._ws = null;
    for (const timer of [this._retry, this._limit, this._beat, this._ack]) clearTimeout(timer);
    this._ack = undefined;
    this._unacked = this._beatAt = 0;
    this._chans = [];
    this._sync?.connected(null, []);
    ws?.close();
  }

  private _set(state: LinkState): void {
    this.state = state;
    this.emit('state', state);
  }

  /* Incoming */

  private _text(text: string): void {
    for (const line of text.split('\n')) {
      let m: Envelope;
      try { m = JSON.parse(line) as Envelope; } catch { continue; }
      if (m?.op) this._event(m);
      else if (m?.id === 1 && this.state === 'connecting') this._welcomed(m);
      else if (m?.id) this._answer(m.id, m);
    }
  }

  private _welcomed(m: Envelope): void {
    // The close code follows and decides; without one, hello was answered with a refusal that may pass.
    if (!m.ok) return;
    clearTimeout(this._limit);
    const d = m.d as Replies['hello'];
    this._liveAt = this._now();
    this.offset = d.time - this._liveAt;
    this._hb = d.hb;
    this._place(d.convs);
    this._chans = d.ch;
    this._sync?.connected(this._ws, this._chans);
    this._set('live');
    this.emit('welcome', d);
    this._restore();
    for (const [id, p] of this._out.renumber()) this._send(id, p);
    this._beatIn(this._hb * Math.random());
  }

  /// The numbers `c` are this connection's; what we hold is found again by its name.
  private _place(convs: WelcomeConv[]): void {
    const old = new Map([...this.conversations.values()].map((v) => [v.conv, v]));
    this.conversations.clear();
    for (const w of convs) {
      const v = old.get(w.conv) ?? this.make(w.conv);
      const fresh = !old.has(w.conv);
      v.c = w.c;
      v.me = w.me;
      v.tok = w.tok ?? v.tok;
      v.epoch = w.epoch;
      this.conversations.set(w.c, v);
      if (w.recovered) v.recovered();
      if (fresh) this.emit('conversation', v);
      if (w.tok) this._keep({ conv: w.conv, tok: w.tok, out: this._saved?.out ?? [] });
    }
  }

  protected make(name: string): Conversation {
    const v = new Conversation(name, this._line);
    if (this._sync) v.plug(this._sync);
    return v;
  }

  /// What an earlier page could not send, under the cid it had.
  private _restore(): void {
    const saved = this._saved;
    const v = this.conversations.get(1);
    if (!saved || !v || !saved.out.length) return;
    for (const { op, d, cid } of saved.out.splice(0)) {
      if (op === 'chat.send') v.post(d as Requests['chat.send'], cid);
      else this._request(op, d, v, cid).catch(() => undefined);
    }
  }

  private _event(m: Envelope): void {
    const c = m.c ?? 1;
    const v = this.conversations.get(c);
    const ts = m.ts ?? this._serverNow();
    switch (m.op) {
      case 'hb': return this._beaten(m.d as Events['hb']);
      case 'chan.open': case 'chan.close': case 'rate': return this._chan(m.op, m.d as Chan);
      default: v?.receive(m.op ?? '', m.d, { by: m.by, ts, s: m.s, cs: m.cs, p: m.p });
    }
    if (m.op === 'session.state' && (m.d as Events['session.state']).hb) this._hbNow((m.d as Events['session.state']).hb ?? 0);
    if (m.s || m.cs) this._count();
    this.emit('event', { op: m.op ?? '', c, by: m.by ?? '', ts, d: m.d });
  }

  private _chan(op: string, d: Chan): void {
    if (op !== 'rate') this._chans = this._chans.filter((ch) => ch.n !== d.n);
    if (op === 'chan.open') this._chans.push(d);
    this._sync?.chan(op, d);
  }

  private _answer(id: number, m: Envelope): void {
    const p = this._out.take(id);
    if (!p) return;
    if (m.err) p.reject(Fault.from(m.err));
    else {
      const d = (m.d ?? {}) as Record<string, unknown>;
      this.opened(p, d);
      const own = p.conv && this._own(p.conv, p.op, p.d, d);
      const head = { by: p.conv?.me, ts: m.ts ?? this._serverNow(), s: m.s, cs: m.cs ?? (p.op === 'chat.send' ? Number(d['cs']) : undefined), p: m.p };
      if (own) p.conv?.receive(own[0], own[1], head);
      else if (m.s || m.cs) p.conv?.receive('', null, head);
      if (m.s || m.cs) this._count();
      p.resolve(d);
    }
    if (p.cid) this._keepOut();
  }

  /// The event one's own accepted request stands for: the server sends it to everyone else, to the asker the answer is it.
  protected _own(conv: Conversation, op: string, asked: object, answer: Record<string, unknown>): [string, unknown] | null {
    if (/^(chat.send|guest.(poll|vote))$/.test(op)) return [op, asked];
    if (op !== 'queue.join') return this._sync?.own(conv, op, asked, answer) ?? null;
    // A fast associate may have claimed before this answer is read; the later state stays.
    const { state } = conv.session;
    return ['queue.place', { ...answer, state: state === 'none' || state === 'ended' ? 'waiting' : state }];
  }

  /// For those who hold many conversations (many.ts).
  protected opened(_p: Pending, _d: Record<string, unknown>): void {}

  /* Outgoing */

  private readonly _line: Line = {
    request: (op, d, conv, cid) => this._request(op, d, conv, cid) as Promise<never>,
    notify: (op, d, conv) => { if (this.state === 'live') this._write({ op, ...this._c(conv), d }); },
    clock: () => this._serverNow(),
  };

  private _request(op: string, d: object, conv?: Conversation, cid?: string): Promise<unknown> {
    if (this.state === 'ended') return Promise.reject(new Fault('ended'));
    if (size(JSON.stringify(d)) > TEXT_MAX) return Promise.reject(new Fault('too.large'));
    const { id, answer } = this._out.add(op, d, conv, cid);
    const p = this._out.get(id);
    if (p && this.state === 'live') this._send(id, p);
    if (p?.cid) this._keepOut();
    return answer;
  }

  private _send(id: number, p: Pending): void {
    this._write({ op: p.op, id, ...this._c(p.conv), ...(p.cid ? { cid: p.cid } : {}), d: p.d });
  }

  private _c(conv: Conversation | undefined): { c?: number } {
    return conv && this._many ? { c: conv.c } : {};
  }

  private _write(message: object): void {
    if (this._ws?.readyState === 1) this._ws.send(JSON.stringify(message));
  }

  /* Acknowledgements and heartbeats */

  private _at(): object[] {
    return [...this.conversations.values()].slice(0, 16)
      .map((v) => ({ ...this._c(v), s: v.control.last, cs: v.durable.last }));
  }

  private _count(): void {
    if (++this._unacked >= 16) return this._ackNow();
    this._ack ??= setTimeout(() => this._ackNow(), 1000);
  }

  private _ackNow(): void {
    clearTimeout(this._ack);
    this._ack = undefined;
    this._unacked = 0;
    if (this.conversations.size) this._write({ op: 'ack', d: { at: this._at() } });
  }

  private _hbNow(hb: number): void {
    this._hb = hb;
    this._beatIn(hb * Math.random());
  }

  private _beatIn(ms: number): void {
    clearTimeout(this._beat);
    this._beat = setTimeout(() => {
      if (this._beatAt) return this._lost(4001);
      this._sendBeat();
    }, ms);
  }

  private _sendBeat(): void {
    const now = this._now();
    this._beatAt ||= now;
    this._write({ op: 'hb', d: { t: Math.round(now), at: this._at() } });
    this._beatIn(this._hb);
  }

  private _beaten(d: Events['hb']): void {
    const now = this._now();
    // Half the way there and back is a guess; a slow answer says less than what we know. Times on the wire are whole.
    if (now - d.t < 1000) this.offset = Math.round(d.time - (d.t + now) / 2);
  }

  private _keepOut(): void {
    if (this._saved) this._keep(this._saved);
  }

  private _keep(saved: Saved | null): void {
    this._saved = saved;
    this._o.save?.(saved && { ...saved, out: [...saved.out, ...this._out.kept()] });
  }

  private _now(): number {
    return (this._o.now ?? Date.now)();
  }

  private _serverNow(): number {
    return Math.round(this._now() + this.offset);
  }
}
