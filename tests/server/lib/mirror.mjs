// SPDX-License-Identifier: Apache-2.0
/// A recorder and a player without a page: units as pieces up, pieces as units down.

import { deflateRawSync, inflateRawSync } from 'node:zlib';

import { live } from './kit.mjs';
import { FLAG } from './protocol.mjs';
import { record } from './record.mjs';

const PIECE = 16384;

let ids = 1;
export const text = (textContent) => ({ type: 3, id: ids++, textContent });
export const element = (tagName, attributes = {}, ...childNodes) => ({ type: 2, id: ids++, tagName, attributes, childNodes });
export const page = (...body) => ({ type: 0, id: ids++, childNodes: [element('html', {}, element('head'), element('body', {}, ...body))] });
export const keyframe = (node = page(text('hello')), href = 'https://shop.test/') => [
  { type: 4, data: { href, width: 390, height: 844 } }, { type: 2, data: { node, initialOffset: { left: 0, top: 0 } } }];
export const delta = (...texts) => [{ type: 3, data: { source: 0, texts: texts.map((value) => ({ id: 7, value })), attributes: [], removes: [], adds: [] } }];

export class Recorder {
  constructor(peer, number = 1) {
    this.peer = peer;
    this.page = number;
    this.seq = 0;
    this.base = 0;
    this.moved = 0;
  }

  /// The frames of one unit, sent unless `send` is false. `skip`: numbers left out before it.
  unit(ops, { key = false, deflate, skip = 0, base, send = true, raw, page = this.page } = {}) {
    let payload = raw ?? Buffer.from(JSON.stringify(ops));
    const packs = deflate ?? payload.length > 1024;
    if (packs && !raw) payload = deflateRawSync(payload);
    this.seq += skip;
    if (key) this.base = this.seq + 1;
    const n = Math.max(1, Math.ceil(payload.length / PIECE));
    const frames = [];
    for (let i = 0; i < n; i++) {
      const flags = (key ? FLAG.KEY : 0) | (packs ? FLAG.DEFLATE : 0) | (i === 0 ? FLAG.FIRST : 0) | (i === n - 1 ? FLAG.LAST : 0);
      const body = { page, base: base ?? this.base, ops: payload.subarray(i * PIECE, (i + 1) * PIECE) };
      frames.push(Buffer.from(this.peer.frameBytes('DOM', body, { flags, chan: this.peer.channel('dom'), seq: ++this.seq })));
    }
    for (const bytes of send ? frames : []) this.send(bytes);
    return frames;
  }

  send(bytes) {
    record('up', 'frame', 'DOM', null);
    this.peer.rawBytes(bytes);
  }

  key(ops = keyframe(), options) {
    return this.unit(ops, { key: true, ...options });
  }

  scroll(node, y, flags = 0) {
    return this.peer.frame('SCROLL', { page: this.page, node, x: 0, y: y * 16 }, { flags, chan: this.peer.channel('dom'), seq: ++this.moved });
  }
}

/// The next whole unit that came down: { key, page, base, ops, text, seqs, payload }.
export async function nextUnit(peer, ms) {
  const pieces = [];
  for (;;) {
    const frame = await peer.waitFrame('DOM', () => true, ms);
    if (frame.head.flags & FLAG.FIRST) pieces.length = 0;
    pieces.push(frame);
    if (frame.head.flags & FLAG.LAST) break;
  }
  const { head, body } = pieces[0];
  const payload = Buffer.concat(pieces.map((piece) => piece.body.ops));
  const plain = (head.flags & FLAG.DEFLATE ? inflateRawSync(payload) : payload).toString();
  return { key: (head.flags & FLAG.KEY) !== 0, page: body.page, base: body.base, ops: JSON.parse(plain), text: plain, seqs: pieces.map((piece) => piece.head.seq), payload };
}

export function ack(peer, c, upto, credit = 262144) {
  const chan = [...peer.chans.values()].find(({ k, c: of }) => k === 'dom' && of === c).n;
  peer.frame('ACK', { upto, credit }, { chan, seq: 1 });
}

export function kreq(peer, c, reason) {
  const chan = [...peer.chans.values()].find(({ k, c: of }) => k === 'dom' && of === c).n;
  peer.frame('KREQ', { reason }, { chan, seq: 1 });
}

/// A live pair whose customer has agreed to be seen (and `more`), and whose associate watches: { c, a, n, r }.
export async function mirrored(server, { more = [], watch = true, ...options } = {}) {
  const pair = await live(server, options);
  await pair.c.request('consent.give', { capabilities: ['mirror', ...more] });
  await pair.a.waitFor('consent.state', (d) => d.mirror === 'on');
  await pair.c.until('the dom channel', () => pair.c.channel('dom'));
  if (watch) await pair.a.request('mirror.watch', { on: true }, { c: pair.n });
  if (watch) await pair.c.waitFor('mirror.state', (d) => d.state === 'on');
  return { ...pair, r: new Recorder(pair.c) };
}
