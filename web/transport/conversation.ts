// SPDX-License-Identifier: Apache-2.0
import type {
  ChatSend, Events, FrameHead, Mark, Notices, Page, Person, Replies, Requests, Row, SessionInfo, View, ViewItemNew,
} from '../protocol/index.js';
import { Chain } from './chain.js';
import { Emitter } from './emitter.js';
import type { Fault } from './fault.js';
import { Thread } from './thread.js';
import type { ThreadRow } from './thread.js';
import type { Sync } from './sync.js';
import type { ViewPatch } from './view.js';
import type { Wishes } from './wishes.js';

export interface Motion { seq: number; slot: number; cx: number; cy: number; scale: number; frame?: number }
export interface Pointer { slot: number; x: number; y: number; kind: number; buttons: number }
export interface Stroke { stroke: number; slot: number; kind: Mark['kind']; colour: number; points: number[]; last: boolean }

export interface ConversationEvents {
  thread: void;
  session: SessionInfo;
  people: void;
  view: View | null;
  'view.patch': ViewPatch;
  motion: Motion;
  pointer: Pointer & { who: string };
  stroke: Stroke & { who: string };
  /// A frame the shared view does not know: the mirror's.
  frame: { head: FrameHead; data: DataView; who: string };
  /// The page's channel is open.
  dom: void;
  mark: Mark;
  'marks.drop': number[];
  typing: void;
  trail: void;
  /// A wish of one's own was refused; the screen says it in words.
  refused: { op: string; fault: Fault };
}

/// What an event carries beside its body.
export interface Head { by?: string | undefined; ts: number; s?: number | undefined; cs?: number | undefined; p?: number | undefined }

/// What a conversation needs of its link.
export interface Line {
  request<O extends keyof Requests>(op: O, d: Requests[O], conv: Conversation, cid?: string): Promise<Replies[O]>;
  notify<O extends keyof Notices>(op: O, d: Notices[O], conv: Conversation): void;
  clock(): number;
}

const TYPING_EVERY = 3000;
const TYPING_FADES = 6000;
const TRAIL_MAX = 50;
const EARLY_MAX = 512;

/// The reduced state of one conversation: events in, state and small announcements out. It knows nothing of sockets; the link
/// hands it what came and takes what it says. Numbers `s` and `cs` each run in a chain of their own.
export class Conversation extends Emitter<ConversationEvents> {
  c = 1;
  me = '';
  epoch = 0;
  tok: string | undefined;
  session: SessionInfo = { state: 'none' };
  people = new Map<string, Person>();
  marks = new Map<string, { read: number; delivered: number }>();
  view: View | null = null;
  trail: Page[] = [];
  typing = new Set<string>();
  /// The newest of each op, and the snapshot before them: for chunks that come later than what they are about.
  last: Record<string, unknown> = {};
  /// True once a snapshot or a welcome has said how things stand.
  known = false;
  readonly thread = new Thread();
  readonly control = new Chain();
  readonly durable = new Chain();
  /// What the local person does in the viewer; there once the view's half is plugged in.
  viewer!: Wishes;
  private _sync: Sync | null = null;
  private _early: [op: string, d: unknown, by: string][] = [];
  private _asking = false;
  private _typedAt = 0;
  private _typingOff: ReturnType<typeof setTimeout> | undefined;
  private _fades = new Map<string, ReturnType<typeof setTimeout>>();
  private _readTo = 0;

  constructor(readonly conv: string, private _line: Line) {
    super();
  }

  get rows(): ThreadRow[] {
    return this.thread.rows;
  }

  get more(): boolean {
    return this.thread.more;
  }

  /* Incoming */

  /// One event, or the answer to a request of one's own put in its form: whichever way, its number is taken once.
  receive(op: string, d: unknown, head: Head): void {
    const run = (): void => this._apply(op, d, head);
    this.last[op] = d;
    const n = head.cs ?? head.s;
    if (!n) return run();
    const chain = head.cs ? this.durable : this.control;
    if (!chain.take(n, head.p ?? n - 1, run)) this._ask();
  }

  snapshot(d: Events['snapshot']): void {
    this.last = { snapshot: d };
    this.epoch = d.epoch;
    this.people = new Map(d.people.map((p) => [p.who, p]));
    this.marks = new Map((d.read ?? []).map((r) => [r.who, { read: r.read, delivered: r.delivered }]));
    this.trail = d.trail ?? [];
    this.thread.replace(d.thread, d.more);
    this.known = true;
    this._setSession(d.state);
    this.emit('people', undefined);
    this.emit('thread', undefined);
    this.emit('trail', undefined);
    this._view(d.view ?? null);
    this.control.reset(d.s);
    this.durable.reset(d.cs);
  }

  /// The line is back and nothing was lost.
  recovered(): void {
    this.known = true;
  }

  private _apply(op: string, d: unknown, head: Head): void {
    const by = head.by ?? '';
    if (head.cs) this._row({ op, cs: head.cs, by, ts: head.ts, d });
    switch (op) {
      case 'snapshot': return this.snapshot(d as Events['snapshot']);
      case 'session.state': return this._setSession(d as SessionInfo);
      case 'queue.place': return this._setSession({ ...this.session, ...(d as Events['queue.place']) });
      case 'presence.person': return this._person(d as Person);
      case 'chat.typing': return this._typing(by, (d as { on: boolean }).on);
      case 'chat.read': return this._read(by, d as Events['chat.read']);
      case 'page.at': return this._trail(d as Page, head.ts);
      case 'view.open': case 'view.state': return this._view(d as View);
      case 'view.close': return this._view(null);
    }
    // view.set, view.item, view.drive, compare.set, spin.turn, film.play, mark.add, mark.drop: named in short, as every page loads this.
    if (/^(view.[sid]|comp|spin|film.p|mark)/.test(op)) this._change(op, d, by);
  }

  private _row(row: Row): void {
    const own = row.by === this.me && row.op === 'chat.send' ? this.thread.match(row.d) : undefined;
    if (own) this.thread.drop(own.key);
    this.thread.add([row]);
    if (this.typing.delete(row.by)) this.emit('typing', undefined);
    this.emit('thread', undefined);
  }

  private _setSession(info: SessionInfo): void {
    this.session = info;
    // Who claims without having looked first learns the own handle here.
    if (!this.me && info.associate) this.me = info.associate.who;
    if (info.state !== 'live' && info.state !== 'away' && this.view) this._view(null);
    this.emit('session', info);
  }

  private _person(p: Person): void {
    this.people.set(p.who, p);
    if (p.at !== 'here') this._typing(p.who, false);
    this.emit('people', undefined);
  }

  private _typing(who: string, on: boolean): void {
    if (who === this.me) return;
    clearTimeout(this._fades.get(who));
    if (on) this._fades.set(who, setTimeout(() => this._typing(who, false), TYPING_FADES));
    if (on === this.typing.has(who)) return;
    if (on) this.typing.add(who);
    else this.typing.delete(who);
    this.emit('typing', undefined);
  }

  private _read(who: string, d: Events['chat.read']): void {
    const was = this.marks.get(who) ?? { read: 0, delivered: 0 };
    const read = Math.max(was.read, d.read ?? 0);
    this.marks.set(who, { read, delivered: Math.max(was.delivered, d.delivered ?? 0, read) });
    this.emit('thread', undefined);
  }

  private _trail(page: Page, ts: number): void {
    this.trail = [...this.trail.filter((p) => p.n !== page.n), { ...page, ts: page.ts ?? ts }].slice(-TRAIL_MAX);
    this.emit('trail', undefined);
  }

  private _view(view: View | null): void {
    this.view = view;
    this._early = [];
    this.emit('view', view);
  }

  private _change(op: string, d: unknown, by: string): void {
    if (this._sync) this._sync.apply(this, op, d, by);
    else if (this.view && this._early.push([op, d, by]) > EARLY_MAX) this._early.shift();
  }

  /// Something is missing: one question, however many messages show it. Its answer comes behind what was missing.
  private _ask(): void {
    if (this._asking) return;
    this._asking = true;
    const done = (): void => { this._asking = false; };
    this._line.request('since', { s: this.control.last, cs: this.durable.last }, this).then(({ recovered }) => {
      done();
      if (!recovered) return;
      this.control.settle();
      this.durable.settle();
    }, done);
  }

  /* Outgoing */

  /// Puts a message into the thread at once and says what became of it by the row's state. Refused: the row stays, failed.
  send(text: string, more: Partial<ChatSend> = {}): void {
    const d: ChatSend = { kind: 'text', ...more, body: { ...(text ? { text } : {}), ...more.body } };
    this.typingNow(false);
    this.post(d, crypto.randomUUID());
  }

  sendProduct(product: NonNullable<ChatSend['body']['product']>): void {
    this.send('', { kind: 'product', body: { product } });
  }

  /// Sends under a given cid: the same cid gives the same row, so this also repeats.
  post(d: ChatSend, cid: string): void {
    if (this.rows.some((r) => r.key === cid)) this.thread.change(cid, { state: 'sending' });
    else this.thread.pend(cid, this.me, this._line.clock(), d);
    this.emit('thread', undefined);
    this._line.request('chat.send', d, this, cid).then(() => this.thread.drop(cid), (fault: Fault) => {
      this.thread.change(cid, { state: 'failed', fault });
      this.emit('refused', { op: 'chat.send', fault });
    }).then(() => this.emit('thread', undefined));
  }

  retry(row: ThreadRow): void {
    if (row.state === 'failed') this.post(row.d as ChatSend, row.key);
  }

  discard(row: ThreadRow): void {
    this.thread.drop(row.key);
    this.emit('thread', undefined);
  }

  /// How far a row of one's own has come.
  status(row: ThreadRow): ThreadRow['state'] | 'delivered' | 'read' {
    if (row.state !== 'sent') return row.state;
    let best: 'sent' | 'delivered' | 'read' = 'sent';
    for (const [who, m] of this.marks) {
      if (who === this.me) continue;
      if (m.read >= row.cs) return 'read';
      if (m.delivered >= row.cs) best = 'delivered';
    }
    return best;
  }

  async older(): Promise<void> {
    if (!this.thread.more || !this.thread.first) return;
    const { rows, more } = await this._line.request('chat.history', { before: this.thread.first, n: 50 }, this);
    this.thread.add(rows);
    this.thread.more = more;
    this.emit('thread', undefined);
  }

  /// Everything that is there has been seen.
  read(): void {
    const last = this.thread.last;
    if (last <= this._readTo) return;
    this._readTo = last;
    this._line.notify('chat.read', { read: last }, this);
  }

  typingNow(on: boolean): void {
    clearTimeout(this._typingOff);
    const now = this._line.clock();
    if (on) this._typingOff = setTimeout(() => this.typingNow(false), TYPING_FADES - 1000);
    if (on ? now - this._typedAt < TYPING_EVERY : !this._typedAt) return;
    this._typedAt = on ? now : 0;
    this._line.notify('chat.typing', { on }, this);
  }

  page(p: Page): void {
    this._line.notify('page.at', p, this);
  }

  /// A request of this conversation's.
  ask<O extends keyof Requests>(op: O, d: Requests[O]): Promise<Replies[O]> {
    return this._line.request(op, d, this);
  }

  /// Shows these media to everyone; `active` counts from 1 in them.
  open(items: ViewItemNew[], active?: number): Promise<void> {
    return this.viewer.open(items, active);
  }

  addItem(item: ViewItemNew): Promise<void> {
    return this.viewer.add(item);
  }

  /// The view's half arrives (see sync.ts): what came before it is made up for.
  plug(sync: Sync): void {
    this._sync = sync;
    this.viewer = sync.wishes(this);
    for (const [op, d, by] of this._early.splice(0)) sync.apply(this, op, d, by);
  }
}
