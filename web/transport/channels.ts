// SPDX-License-Identifier: Apache-2.0
import type { Chan } from '../protocol/index.js';
import type { Conversation, Motion, Pointer, Stroke } from './conversation.js';
import { decode, encodeDraw, encodePointer, encodeView } from './frames.js';
import type { OutHead } from './frames.js';
import { rectOf } from './view.js';

const TOP_HZ = 30;
const FULL_BYTES = 16_384;

interface Channel extends Chan {
  openedAt: number;
  seq: number;
  seen: number | null;
  hz: number;
  sentAt: number;
  next: (() => void) | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export type Wire = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'send'>;

/// The binary channels of one connection. What moves goes at most 30 times a second, less when the server asks; the newest
/// takes the place of what waits, and the end of a gesture always goes. Received frames older than the last are dropped.
export class Channels {
  private _by = new Map<number, Channel>();

  constructor(private _wire: Wire, private _find: (c: number) => Conversation | undefined, private _now: () => number) {}

  open(chan: Chan): void {
    this._by.set(chan.n, {
      ...chan, openedAt: this._now(), seq: 0, seen: null, hz: TOP_HZ, sentAt: 0, next: null, timer: undefined,
    });
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

  receive(bytes: ArrayBuffer): void {
    const frame = decode(bytes);
    const ch = frame && this._by.get(frame.chan);
    const conv = ch && this._find(ch.c ?? 1);
    if (!frame || !ch || !conv) return;
    // Serial arithmetic: a number more than 2^31 behind is ahead.
    if (ch.seen !== null && ((frame.seq - ch.seen) | 0) <= 0) return;
    ch.seen = frame.seq;
    if ('view' in frame) this._moved(conv, frame.view);
    else if ('pointer' in frame) conv.emit('pointer', { ...frame.pointer, who: ch.by });
    else conv.emit('stroke', { ...frame.stroke, who: ch.by });
  }

  /// Motion is in the view as well, so that whoever opens the viewer later begins here.
  private _moved(conv: Conversation, m: Motion): void {
    const { view } = conv;
    if (!view || m.slot !== view.active) return;
    conv.view = { ...view, seq: Math.max(view.seq, m.seq), rect: rectOf(m.cx, m.cy, m.scale) };
    conv.emit('motion', m);
  }

  motion(conv: Conversation, m: Omit<Motion, 'seq'> & { edge: boolean }): void {
    this._latest(this._own(conv, 'view'), m.edge, (head) => encodeView(head, { ...m, seq: conv.view?.seq ?? 0 }));
  }

  pointer(conv: Conversation, p: Pointer & { edge: boolean }): void {
    this._latest(this._own(conv, 'ptr'), p.edge, (head) => encodePointer(head, p));
  }

  /// Strokes are ordered: every part goes, at once.
  draw(conv: Conversation, d: Stroke & { first: boolean }): void {
    const ch = this._own(conv, 'draw');
    if (ch) this._send(encodeDraw(this._head(ch), d));
  }

  private _own(conv: Conversation, k: Chan['k']): Channel | undefined {
    for (const ch of this._by.values()) {
      if (ch.k === k && (ch.c ?? 1) === conv.c && (ch.by === 'me' || ch.by === conv.me || ch.by === '*')) return ch;
    }
    return undefined;
  }

  private _send(bytes: ArrayBuffer): void {
    if (this._wire.readyState === 1) this._wire.send(bytes);
  }

  private _head(ch: Channel): OutHead {
    return { chan: ch.n, seq: ch.seq++ >>> 0, ts: (this._now() - ch.openedAt) >>> 0 };
  }

  private _latest(ch: Channel | undefined, edge: boolean, make: (head: OutHead) => ArrayBuffer): void {
    if (!ch) return;
    const send = (): void => {
      ch.next = null;
      ch.sentAt = this._now();
      this._send(make(this._head(ch)));
    };
    if (edge) {
      clearTimeout(ch.timer);
      ch.timer = undefined;
      return send();
    }
    ch.next = send;
    if (ch.timer === undefined) this._arm(ch);
  }

  private _arm(ch: Channel): void {
    const wait = Math.max(0, ch.sentAt + 1000 / ch.hz - this._now());
    if (wait === 0 && this._wire.bufferedAmount <= FULL_BYTES) return ch.next?.();
    ch.timer = setTimeout(() => {
      ch.timer = undefined;
      if (ch.next) this._arm(ch);
    }, Math.max(wait, 1000 / TOP_HZ));
  }
}
