// SPDX-License-Identifier: Apache-2.0
import { FLAG, writeDom } from '../protocol/index.js';
import type { FrameHead } from '../protocol/index.js';
import { Book } from './book.js';
import { Css } from './css.js';
import type { Store } from './css.js';
import { pack } from './deflate.js';
import { Guard } from './guard.js';
import { Motion } from './motion.js';
import { rrweb } from './recorder.js';
import { rulesFor } from './rules.js';
import type { Settings } from './rules.js';
import type { Op } from './types.js';

type Head = Pick<FrameHead, 'chan' | 'seq' | 'ts'>;

/// What sharing needs of whoever holds the line.
export interface Port {
  /// One frame on the page's own channel, at once; false where there is none.
  send(make: (head: Head) => ArrayBuffer): boolean;
  /// Bytes that wait in the socket.
  buffered(): number;
  /// How often what moves may go.
  hz(): number;
  /// The number of this page.
  page(): number;
  /// Numbers on the channel, which outlive one page's sharing: of DOM frames, and of what moves.
  count: { dom: number; base: number; motion: number };
  css: Store;
  settings: Settings;
  privacy: string | undefined;
}

/// A change goes at once; what comes sooner after it waits for more of its kind.
const GATHER_MS = 20;
const PIECE = 16_384;
const SUM_EVERY = 64;
/// A batch that takes longer makes place for pictures on change.
const SLOW_MS = 50;
const SLOW_FOR = 10_000;
const SLOW_GAP = 2000;
const KEY_GAP = 1000;
/// Of its time, so much at least belongs to the page.
const REST = 10;
const FULL_BYTES = 256 * 1024;
const LOW_BYTES = 64 * 1024;
const MANY_NODES = 20_000;

/// More than is written out within the page's own task: style texts, many nodes, a frame's document.
const isMuch = ({ data: { source, adds, isAttachIframe } }: Op): boolean => !/^[05]$/.test(`${source}`) || adds?.[32] !== undefined || !!isAttachIframe;

/// A page so large that the customer is asked first.
export const isLarge = (): boolean => document.getElementsByTagName('*').length > MANY_NODES;

/// Shows the page to those who watch: records, guards, names style texts, packs, numbers and sends. Everything it does ends
/// with `stop`; while nobody watches it is not there.
export class Share {
  readonly mirror;
  private _guard: Guard;
  private _book = new Book();
  private _css: Css;
  private _motion: Motion;
  private _ops: Op[] = [];
  private _picture: Op[] = [];
  private _gather: ReturnType<typeof setTimeout> | undefined;
  private _later: ReturnType<typeof setTimeout> | undefined;
  private _line = Promise.resolve();
  private _wentAt = 0;
  private _deltas = 0;
  private _keyAt = -KEY_GAP;
  private _took = 0;
  private _began = 0;
  private _slowUntil = 0;
  private _isOn = false;
  /// The recorder tells changes, not only pictures.
  private _isRunning = false;
  private _changes: MutationObserver;

  constructor(private _port: Port) {
    const rules = rulesFor(_port.settings, _port.privacy, location.pathname);
    this.mirror = rrweb(rules.block);
    this._guard = new Guard(rules, (id) => this.mirror.nodeOf(id));
    this._css = new Css(_port.css);
    this._motion = new Motion(_port, this.mirror);
    this.mirror.onEvent((op) => this._take(op));
    // Made before the recorder's own, so called before it: from here to the recorded event is what a batch costs.
    this._changes = new MutationObserver(() => {
      this._began = performance.now();
      if (this._slowUntil) this.key();
    });
  }

  start(): void {
    this._isOn = true;
    this._changes.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    this._motion.start();
    this.key();
  }

  stop(): void {
    this._isOn = false;
    clearTimeout(this._gather);
    clearTimeout(this._later);
    this._gather = this._later = undefined;
    this._changes.disconnect();
    this._motion.stop();
    this.mirror.stop();
  }

  /// A new picture as soon as one is due; however many ask, one comes.
  key(): void {
    const now = performance.now();
    const gap = Math.max(this._slowUntil ? SLOW_GAP : KEY_GAP, this._took * REST);
    this._later ??= setTimeout(() => {
      this._later = undefined;
      if (this._isOn) this._snap();
    }, Math.max(0, this._keyAt + gap - now));
  }

  private _snap(): void {
    this._keyAt = performance.now();
    if (this._slowUntil < this._keyAt) this._slowUntil = 0;
    if (this._port.buffered() > LOW_BYTES) return this.key();
    const { mirror } = this;
    if (this._slowUntil) mirror.stop();
    // `start` begins with a picture where nothing runs yet.
    if (this._slowUntil || this._isRunning) mirror.snapshot();
    else mirror.start();
    this._isRunning = !this._slowUntil;
    this._took = performance.now() - this._keyAt;
    this._motion.all();
  }

  private _take(op: Op): void {
    const { type, data } = op;
    if (type === 3 && data.source === 3) return this._motion.scrolled(data.id!, Number(data['x']), Number(data['y']));
    const kept = this._guard.pass(op);
    if (type === 4 && kept) this._picture = [kept];
    else if (type === 2 && kept) {
      this._book.enter(kept);
      clearTimeout(this._gather);
      this._gather = undefined;
      this._ops = [];
      this._deltas = 0;
      this._send([...this._picture, kept], FLAG.KEY);
    } else if (kept && this._book.enter(kept)) this._push(kept);
    if (type === 3 && data.source === 0 && this._began) {
      if (performance.now() - this._began > SLOW_MS) this._slow();
      this._began = 0;
    }
  }

  private _push(op: Op): void {
    this._ops.push(op);
    if (++this._deltas % SUM_EVERY === 0) this._ops.push({ type: 5, data: { tag: 'sum', payload: this._book.sum() } });
    const wait = this._wentAt + GATHER_MS - performance.now();
    if (wait > 0 || isMuch(op)) this._gather ??= setTimeout(this._flush, Math.max(0, wait));
    else queueMicrotask(this._flush);
  }

  private _flush = (): void => {
    clearTimeout(this._gather);
    this._gather = undefined;
    const ops = this._ops;
    if (!ops.length || !this._isOn) return;
    this._ops = [];
    this._wentAt = performance.now();
    if (this._port.buffered() < FULL_BYTES) this._send(ops, 0);
    else this.key(); // what is left out now comes with the next picture
  };

  /// From deltas to pictures on change, for a while.
  private _slow(): void {
    this._slowUntil = performance.now() + SLOW_FOR;
    this.key();
  }

  /// One unit after the other, in the order they were made.
  private _send(ops: Op[], key: number): void {
    const { sheets } = this._guard;
    this._guard.sheets = [];
    const page = this._port.page();
    this._line = this._line.then(async () => {
      await this._css.name(sheets);
      const { bytes, isDeflated } = await pack(JSON.stringify(ops));
      const { count } = this._port;
      if (key) count.base = count.dom;
      for (let at = 0; at < bytes.length && this._isOn; at += PIECE) {
        const isLast = at + PIECE >= bytes.length;
        const flags = key | (at ? 0 : FLAG.FIRST) | (isLast ? FLAG.LAST : 0) | (isDeflated ? FLAG.DEFLATE : 0);
        const part = bytes.subarray(at, at + PIECE);
        while (this._isOn && this._port.buffered() > FULL_BYTES) await new Promise((done) => setTimeout(done, 50));
        if (!this._port.send((head) => writeDom({ ...head, seq: count.dom, flags }, { page, base: count.base, ops: part }))) return;
        count.dom = (count.dom + 1) >>> 0;
      }
    }).catch(() => this.key());
  }
}
