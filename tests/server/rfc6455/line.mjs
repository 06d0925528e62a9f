// SPDX-License-Identifier: Apache-2.0
/// One TCP line to the server, as bytes. The reader is strict: whatever the server sends against
/// RFC 6455 (a mask, reserved bits, a length not in its shortest form, data after a close) is a failure.

import { connect } from 'node:net';

export const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
export const ORIGIN = 'https://shop.example';

/// A client frame. `mask: null` leaves it unmasked; `wide` forces the 16 or 64 bit length.
export function frame(first, payload = '', { mask = [0x37, 0xfa, 0x21, 0x3d], wide = 0, claim } = {}) {
  const body = Buffer.from(payload);
  const length = claim ?? BigInt(body.length);
  const bits = wide || (length < 126n ? 7 : length < 65536n ? 16 : 64);
  const head = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  head[0] = first;
  head[1] = (mask ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  if (bits === 16) head.writeUInt16BE(Number(length), 2);
  if (bits === 64) head.writeBigUInt64BE(length, 2);
  if (!mask) return Buffer.concat([head, body]);
  return Buffer.concat([head, Buffer.from(mask), body.map((byte, i) => byte ^ mask[i & 3])]);
}

export const close = (code, reason = '') => {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason, 'latin1'));
  payload.writeUInt16BE(code);
  payload.write(reason, 2, 'latin1');
  return frame(0x88, payload);
};

export function handshake({ method = 'GET', path = '/v1/socket', http = 'HTTP/1.1', drop = [], set = {}, extra = [] } = {}) {
  const headers = {
    Host: 'x',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'vitrine.v1',
    Origin: ORIGIN,
    ...set,
  };
  const lines = Object.entries(headers).filter(([name]) => !drop.includes(name)).map(([name, value]) => `${name}: ${value}`);
  return `${[`${method} ${path} ${http}`, ...lines, ...extra].join('\r\n')}\r\n\r\n`;
}

function takeFrame(bytes) {
  if (bytes.length < 2) return null;
  const small = bytes[1] & 127;
  const at = small === 126 ? 4 : small === 127 ? 10 : 2;
  if (bytes.length < at) return null;
  const length = small === 126 ? bytes.readUInt16BE(2) : small === 127 ? Number(bytes.readBigUInt64BE(2)) : small;
  if (bytes.length < at + length) return null;
  const wrong = [];
  if (bytes[1] & 128) wrong.push('a masked frame');
  if (bytes[0] & 0x70) wrong.push('reserved bits');
  if ((bytes[0] & 8) && (length > 125 || !(bytes[0] & 128))) wrong.push('a long or cut control frame');
  if ((small === 126 && length < 126) || (small === 127 && length < 65536)) wrong.push('a length that is not the shortest');
  return { opcode: bytes[0] & 15, payload: bytes.subarray(at, at + length), rest: bytes.subarray(at + length), wrong };
}

export class Line {
  constructor(port) {
    this.bytes = Buffer.alloc(0);
    this.frames = [];
    this.wrong = [];
    this.ended = false;
    this.code = null; // of the server's close frame; 0: it was empty
    this.waiters = new Set();
    this.upgraded = false;
    this.closed = false; // by us
    this.sending = false; // bytes are still on their way, one by one
    this.answer = null; // our close, once they are through
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (data) => this.take(data));
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.end());
    this.socket.on('end', () => this.end());
  }

  end() {
    this.ended = true;
    this.wake();
  }

  wake() {
    for (const waiter of this.waiters) waiter();
  }

  take(data) {
    this.bytes = Buffer.concat([this.bytes, data]);
    for (let one; this.upgraded && (one = takeFrame(this.bytes)); ) {
      this.bytes = one.rest;
      this.wrong.push(...one.wrong);
      if (this.code !== null && one.opcode !== 10) this.wrong.push(`frame ${one.opcode} after its close`);
      if (one.opcode === 8) this.answerClose(one.payload);
      this.frames.push(one);
    }
    this.wake();
  }

  /// As every client must: its own close, if it has sent none, after which the server ends the line.
  answerClose(payload) {
    this.code = payload.length >= 2 ? payload.readUInt16BE() : 0;
    const answer = frame(0x88, payload.subarray(0, 2));
    if (this.sending) this.answer = answer; // not into the middle of a frame of ours
    else if (!this.closed) this.socket.write(answer);
    this.closed = true;
  }

  /// Resolves true when `ready()` holds, false after `ms` or at the end of the line.
  until(ready, ms = 3000) {
    return new Promise((resolve) => {
      const check = () => {
        const is = ready();
        if (!is && !this.ended) return;
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve(Boolean(is));
      };
      const timer = setTimeout(() => {
        this.waiters.delete(check);
        resolve(Boolean(ready()));
      }, ms);
      this.waiters.add(check);
      check();
    });
  }

  /// `piece`: bytes at a time, each in its own segment. `isClosing`: they begin with our close, and who answers that may hang up
  /// at once: a byte sent into the ended line fails here and takes the unread answer with it, so none is.
  async send(bytes, piece = 0, isClosing = false) {
    const all = Buffer.from(bytes);
    if (!piece) return void this.socket.write(all);
    this.sending = true;
    for (let at = 0; at < all.length && !this.ended && !(isClosing && this.answer); at += piece) {
      this.socket.write(all.subarray(at, at + piece));
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.sending = false;
    if (this.answer) this.socket.write(this.answer);
  }

  async head(ms = 3000) {
    await this.until(() => this.bytes.includes('\r\n\r\n'), ms);
    const end = this.bytes.indexOf('\r\n\r\n');
    if (end < 0) return { status: 0, text: '' };
    const text = this.bytes.subarray(0, end + 4).toString('latin1');
    return { status: Number(text.slice(9, 12)), text };
  }

  async upgrade(request = handshake(), piece = 0) {
    await this.send(request, piece);
    const head = await this.head();
    if (head.status === 101) {
      const rest = this.bytes.subarray(head.text.length);
      this.bytes = Buffer.alloc(0);
      this.upgraded = true;
      if (rest.length) this.take(rest);
    }
    return head;
  }

  drop() {
    this.socket.destroy();
  }
}
