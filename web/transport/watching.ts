// SPDX-License-Identifier: Apache-2.0
import { BIN, FLAG, readDom, readMptr, readScroll, readSize, writeAck, writeKreq, writeMptr } from '../protocol/index.js';
import type { FrameHead } from '../protocol/index.js';
import type { Channels } from './channels.js';
import type { Conversation } from './conversation.js';

/// The watching half of the mirror: pieces of the customer's page become whole units in their order, for one who draws them.
/// A hole, or a unit that is not what it says, means that nothing more is handed on until a whole picture has come.

export interface Seen {
  /// `sheets`: the style texts that are named in it by their hash.
  key(page: number, ops: unknown, sheets: string[]): void;
  delta(page: number, ops: unknown, sheets: string[]): void;
  scroll(at: { page: number; node: number; x: number; y: number }): void;
  size(now: { page: number; width: number; height: number; docHeight: number }): void;
  pointer(at: { page: number; node: number; x: number; y: number; kind: number }): void;
  /// What was handed on is behind: a new picture has been asked for.
  stale(): void;
}

export type Why = 'join' | 'gap' | 'checksum' | 'slow';
const REASONS: Record<Why, number> = { join: 1, gap: 2, checksum: 3, slow: 4 };

const CREDIT = 256 * 1024;
const ACK_EVERY = 32 * 1024;
const KEY_MAX = 8 << 20;
const DELTA_MAX = 1 << 20;
const ASK_MS = 3000;
const ASK_LEAST_MS = 1000;
const U16 = 65_535;
const MOVED_MAX = 512;
const SHEETS = /vt-css:([0-9a-f]{64})/g;
const SHEETS_MAX = 64;

interface Frame { head: FrameHead; data: DataView }

export class Watching {
  private _pieces: Uint8Array[] = [];
  private _bytes = 0;
  private _seq: number | null = null;
  private _page = 0;
  private _base = 0;
  private _unacked = 0;
  private _askedAt = -Infinity;
  private _ask: ReturnType<typeof setTimeout> | undefined;
  private _moved = new Map<string, number>();
  private _line: Promise<void> = Promise.resolve();
  private _isOver = false;
  private _off: () => void;

  constructor(private _conv: Conversation, private _channels: () => Channels | null, private _seen: Seen) {
    this._off = _conv.on('frame', (frame) => this._take(frame));
  }

  end(): void {
    this._isOver = true;
    clearTimeout(this._ask);
    this._off();
  }

  /// What is drawn cannot be gone on with.
  need(why: Why): void {
    this._seq = null;
    this._pieces = [];
    this._bytes = 0;
    this._seen.stale();
    this._request(why);
  }

  /// Where the associate points, on their own channel.
  point(at: { page: number; node: number; x: number; y: number; gone: boolean }): void {
    const unit = (n: number): number => Math.round(Math.max(0, Math.min(1, n)) * U16);
    this._channels()?.latest(this._conv, 'mptr', at.gone, (head) => writeMptr({ ...head, flags: at.gone ? FLAG.EDGE : 0 },
      { page: at.page, node: at.node, x: unit(at.x), y: unit(at.y), buttons: 0, kind: at.gone ? 3 : 2, trail: [] }));
  }

  private _request(why: Why): void {
    clearTimeout(this._ask);
    const wait = Math.max(0, this._askedAt + ASK_LEAST_MS - performance.now());
    this._ask = setTimeout(() => {
      this._askedAt = performance.now();
      this._channels()?.ordered(this._conv, 'dom', (head) => writeKreq({ ...head, flags: 0 }, { reason: REASONS[why] }));
      // One question may be lost with the line: it is asked again while nothing comes.
      this._ask = setTimeout(() => this._request(why), ASK_MS);
    }, wait);
  }

  private _take({ head, data }: Frame): void {
    if (head.type === BIN.DOM) this._piece(head, data);
    else if (head.type === BIN.SCROLL) this._motion(head, readScroll(data), (s) => this._seen.scroll({ page: s.page, node: s.node, x: s.x / 16, y: s.y / 16 }));
    else if (head.type === BIN.SIZE) this._motion(head, readSize(data), (s) => this._seen.size({ page: s.page, width: s.width, height: s.height, docHeight: s.doc_height }));
    else if (head.type === BIN.MPTR) this._motion(head, readMptr(data), (p) => this._seen.pointer({ page: p.page, node: p.node, x: p.x / U16, y: p.y / U16, kind: p.kind }));
  }

  /// Of what moves only the newest counts; it waits for the pictures before it.
  private _motion<T extends { page: number; node?: number }>(head: FrameHead, body: T | null, tell: (body: T) => void): void {
    if (body === null) return;
    const key = `${head.chan} ${head.type} ${head.type === BIN.MPTR ? '' : body.node ?? ''}`;
    const last = this._moved.get(key);
    if (last !== undefined && ((head.seq - last) | 0) <= 0) return;
    if (this._moved.size > MOVED_MAX) this._moved.clear();
    this._moved.set(key, head.seq);
    this._then(() => tell(body));
  }

  private _then(run: () => void | Promise<void>): void {
    this._line = this._line.then(() => (this._isOver ? undefined : run())).catch(() => { if (!this._isOver) this.need('gap'); });
  }

  private _piece(head: FrameHead, data: DataView): void {
    const body = readDom(data);
    if (body === null) return;
    const isKey = (head.flags & FLAG.KEY) !== 0;
    const isFirst = (head.flags & FLAG.FIRST) !== 0;
    this._count(head.seq, data.byteLength);
    if (isKey && isFirst) this._begin(head.seq, body.page);
    else if (this._seq === null) return; // waiting for a picture
    else if (head.seq !== this._seq || body.page !== this._page || body.base !== this._base || isFirst !== (this._pieces.length === 0)) return this.need('gap');
    this._seq = (head.seq + 1) >>> 0;
    this._bytes += body.ops.byteLength;
    if (this._bytes > (isKey ? KEY_MAX : DELTA_MAX)) return this.need('gap');
    this._pieces.push(body.ops);
    if (head.flags & FLAG.LAST) this._unit(isKey, (head.flags & FLAG.DEFLATE) !== 0);
  }

  private _begin(seq: number, page: number): void {
    clearTimeout(this._ask);
    this._pieces = [];
    this._bytes = 0;
    this._base = seq;
    this._page = page;
  }

  private _unit(isKey: boolean, isDeflated: boolean): void {
    const pieces = this._pieces;
    const page = this._page;
    this._pieces = [];
    this._bytes = 0;
    this._then(async () => {
      const text = isDeflated ? await inflate(pieces, isKey ? KEY_MAX : DELTA_MAX) : plain(pieces);
      const sheets = [...new Set([...text.matchAll(SHEETS)].map((m) => m[1]!))].slice(0, SHEETS_MAX);
      const ops: unknown = JSON.parse(text);
      if (this._isOver) return;
      if (isKey) this._seen.key(page, ops, sheets);
      else this._seen.delta(page, ops, sheets);
    });
  }

  /// Said once what has come is taken apart, not when it is drawn: drawing is quicker than the line.
  private _count(seq: number, bytes: number): void {
    this._unacked += bytes;
    if (this._unacked < ACK_EVERY) return;
    this._unacked = 0;
    this._then(() => this._channels()?.ordered(this._conv, 'dom', (head) => writeAck({ ...head, flags: 0 }, { upto: seq, credit: CREDIT })));
  }
}

/// As they are; a Blob would ask another process for each change.
function plain(pieces: Uint8Array[]): string {
  const decoder = new TextDecoder();
  return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
}

/// No more comes out than may: a small unit may claim to be a large one.
async function inflate(pieces: Uint8Array[], max: number): Promise<string> {
  const bytes = new ReadableStream<BufferSource>({
    start: (to) => {
      for (const piece of pieces) to.enqueue(piece as Uint8Array<ArrayBuffer>);
      to.close();
    },
  });
  const reader = bytes.pipeThrough(new DecompressionStream('deflate-raw')).pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += value;
    if (text.length > max) {
      void reader.cancel();
      throw new Error('a unit is larger than it may be');
    }
  }
}
