// SPDX-License-Identifier: Apache-2.0
import { BIN, readHead } from '../protocol/index.js';
import type { Chan } from '../protocol/index.js';
import type { Conversation, Motion } from './conversation.js';
import { readMotion, readPointer } from './frames.js';
import type { OutHead } from './frames.js';
import type { Acting } from './sync.js';
import { rectOf } from './view.js';

const TOP_HZ = 30;
const FULL_BYTES = 16_384;

interface Channel extends Chan {
  openedAt: number;
  seq: number;
  seen: number | null;
  hz: number;
  /// When its next turn is.
  due: number;
  next: (() => void) | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export type Wire = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'send'>;

/// The binary channels of one connection. What moves goes at most 30 times a second, less when the server asks, with half a turn
/// saved up in a pause; the newest takes the place of what waits, and the end of a gesture always goes. Received frames older than the last are dropped.
export class Channels {
  private _by = new Map<number, Channel>();

  constructor(private _wire: Wire, private _find: (c: number) => Conversation | undefined, private _now: () => number) {}

  open(chan: Chan): void {
    this._by.set(chan.n, {
      ...chan, openedAt: this._now(), seq: 0, seen: null, hz: TOP_HZ, due: 0, next: null, timer: undefined,
    });
    if (chan.k === 'dom') this._find(chan.c ?? 1)?.emit('dom', undefined);
  }

  close(n: number): void {
    clearTimeout(this._by.get(n)?.timer);
    this._by.delete(n);
  }

  rate(n: number, hz: number): void {
    const ch = this._by.get(n);
    if (ch) ch.hz = Math.max(1, Math.min(TOP_HZ, hz));
  }

  /// The connection is gone: nothing may wait for it any more.
  end(): void {
    for (const n of [...this._by.keys()]) this.close(n);
  }

  receive(bytes: ArrayBuffer, acting: Acting | undefined): void {
    const data = new DataView(bytes);
    const head = readHead(data);
    const ch = head && this._by.get(head.chan);
    const conv = ch && this._find(ch.c ?? 1);
    if (!conv) return;
    // The mirror's have counts of their own, and a picture may come again.
    if (ch.k === 'dom' || ch.k === 'mptr') return conv.emit('frame', { head, data, who: ch.by });
    // Serial arithmetic: a number more than 2^31 behind is ahead.
    if (ch.seen !== null && ((head.seq - ch.seen) | 0) <= 0) return;
    ch.seen = head.seq;
    if (head.type === BIN.VIEW) this._moved(conv, readMotion(data));
    else if (head.type === BIN.DRAW) acting?.stroke(conv, ch.by, head, data);
    else if (head.type === BIN.PTR) {
      const p = readPointer(data);
      if (p) conv.emit('pointer', { ...p, who: ch.by });
    }
  }

  /// Motion is in the view as well, so that whoever opens the viewer later begins here.
  private _moved(conv: Conversation, m: Motion | null): void {
    const { view } = conv;
    if (!m || !view || m.slot !== view.active) return;
    conv.view = { ...view, seq: Math.max(view.seq, m.seq), rect: rectOf(m.cx, m.cy, m.scale) };
    conv.emit('motion', m);
  }

  /// One frame on the own channel of this kind, as soon as its rate allows; `make` waits there for its turn.
  latest(conv: Conversation, k: Chan['k'], edge: boolean, make: (head: OutHead) => ArrayBuffer): void {
    const ch = this.own(conv, k);
    if (!ch) return;
    ch.next = () => {
      ch.next = null;
      const now = this._now();
      ch.due = (edge ? now : Math.max(ch.due, now)) + 1000 / ch.hz;
      this._send(make(this._head(ch)));
    };
    if (edge) {
      clearTimeout(ch.timer);
      ch.timer = undefined;
      ch.next();
    } else if (ch.timer === undefined) this._arm(ch);
  }

  /// One frame, at once.
  ordered(conv: Conversation, k: Chan['k'], make: (head: OutHead) => ArrayBuffer): void {
    const ch = this.own(conv, k);
    if (ch) this._send(make(this._head(ch)));
  }

  /// What waits in the socket.
  buffered(): number {
    return this._wire.bufferedAmount;
  }

  /// One's own channel of a kind, while there is one.
  own(conv: Conversation, k: Chan['k']): Channel | undefined {
    for (const ch of this._by.values()) {
      if (ch.k === k && (ch.c ?? 1) === conv.c && (ch.by === 'me' || ch.by === conv.me || ch.by === '*' || k === 'dom')) return ch;
    }
    return undefined;
  }

  private _send(bytes: ArrayBuffer): void {
    if (this._wire.readyState === 1) this._wire.send(bytes);
  }

  private _head(ch: Channel): OutHead {
    return { chan: ch.n, seq: ch.seq++ >>> 0, ts: (this._now() - ch.openedAt) >>> 0 };
  }

  private _arm(ch: Channel): void {
    const wait = ch.due - 500 / ch.hz - this._now();
    if (wait <= 0 && this._wire.bufferedAmount <= FULL_BYTES) return ch.next?.();
    ch.timer = setTimeout(() => {
      ch.timer = undefined;
      if (ch.next) this._arm(ch);
    }, wait > 0 ? wait : 1000 / TOP_HZ);
  }
}
