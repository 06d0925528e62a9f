// SPDX-License-Identifier: Apache-2.0
/// A bad network between two sockets. One Proxy stands before one port; each connection through it is a Line of two
/// Pipes, and every fault can be switched while bytes are under way, for one line or for all:
///
///   delay, jitter   ms that each piece takes, order kept
///   slice           bytes of one write; 1 makes every byte a segment of its own
///   rate            bytes a second and direction
///   stall           'up', 'down' or 'both': nothing goes through, the sender's window fills up; off again: it arrives
///   mute            the end of one side is not told to the other: what a lid, a tunnel or a dead router does
///
/// What a pipe holds is bounded by HOLD; beyond it the sender is not read, as a full network would not.

import { createServer, connect } from 'node:net';

const HOLD = 256 << 10;
const CALM = { delay: 0, jitter: 0, slice: 0, rate: 0, stall: null, mute: false };

class Pipe {
  constructor(line, way, from, to) {
    Object.assign(this, { line, way, from, to, queue: [], held: 0, last: 0, credit: 0, ended: false, armed: false });
    from.on('data', (bytes) => this.take(bytes));
    from.on('end', () => {
      this.ended = true;
      this.pump();
    });
    to.on('drain', () => this.pump());
  }

  take(bytes) {
    const { delay, jitter } = this.line.weather;
    this.last = Math.max(this.last, Date.now() + delay + Math.random() * jitter);
    this.queue.push({ bytes, due: this.last });
    this.held += bytes.length;
    if (this.held > HOLD) this.from.pause();
    this.pump();
  }

  get isStalled() {
    const { stall } = this.line.weather;
    return stall === 'both' || stall === this.way;
  }

  /// Once more in `ms`; 0 is the next turn, so that slices leave one by one.
  again(ms) {
    if (this.armed) return;
    this.armed = true;
    const run = () => {
      this.armed = false;
      this.pump();
    };
    if (ms > 0) setTimeout(run, ms);
    else setImmediate(run);
  }

  pump() {
    if (this.armed || this.isStalled || this.to.destroyed) return;
    const { slice, rate } = this.line.weather;
    while (this.queue.length && !this.to.writableNeedDrain) {
      const [piece] = this.queue;
      const wait = piece.due - Date.now();
      if (wait > 0) return this.again(wait);
      const n = Math.min(piece.bytes.length, slice || HOLD, rate ? Math.max(1, Math.ceil(rate / 100)) : HOLD);
      this.write(piece, n);
      if (rate) return this.again(10);
      if (slice) return this.again(0);
    }
    if (this.ended && !this.queue.length && !this.line.weather.mute) this.to.end();
  }

  write(piece, n) {
    this.to.write(piece.bytes.subarray(0, n));
    piece.bytes = piece.bytes.subarray(n);
    if (!piece.bytes.length) this.queue.shift();
    this.held -= n;
    if (this.held < HOLD / 2) this.from.resume();
  }
}

class Line {
  constructor(proxy, peer, server) {
    Object.assign(this, { proxy, peer, server, weather: { ...proxy.weather } });
    this.up = new Pipe(this, 'up', peer, server);
    this.down = new Pipe(this, 'down', server, peer);
    for (const [one, other] of [[peer, server], [server, peer]]) {
      one.setNoDelay(true);
      one.on('error', () => {});
      one.on('close', () => this.closed(one, other));
    }
  }

  /// A reset on one side is one on the other; a clean end has gone through its pipe already.
  closed(one, other) {
    if (this.weather.mute) return;
    if (one.errored || !one.readableEnded) other.resetAndDestroy();
    if (this.peer.destroyed && this.server.destroyed) this.proxy.lines.delete(this);
  }

  set(weather) {
    Object.assign(this.weather, weather);
    this.up.pump();
    this.down.pump();
  }

  /// Both sides see a reset.
  reset() {
    this.peer.resetAndDestroy();
    this.server.resetAndDestroy();
    this.proxy.lines.delete(this);
  }
}

export class Proxy {
  /// Before the server of `url`; resolves listening, on the same address at `proxy.port`: `at`, or one that is free.
  static open(url, weather = {}, at = 0) {
    const { hostname: host, port } = new URL(url);
    const proxy = new Proxy();
    Object.assign(proxy, { lines: new Set(), weather: { ...CALM, ...weather } });
    proxy.listener = createServer({ allowHalfOpen: true }, (peer) => {
      const server = connect({ port: Number(port), host, allowHalfOpen: true });
      proxy.lines.add(new Line(proxy, peer, server));
    });
    return new Promise((resolve, reject) => {
      proxy.listener.on('error', reject);
      proxy.listener.listen({ port: at, host, backlog: 4096 }, () => {
        proxy.port = proxy.listener.address().port;
        resolve(proxy);
      });
    });
  }

  /// For all lines, those to come too.
  set(weather) {
    Object.assign(this.weather, weather);
    for (const line of this.lines) line.set(weather);
  }

  calm() {
    this.set(CALM);
  }

  resetAll() {
    for (const line of [...this.lines]) line.reset();
  }

  close() {
    this.resetAll();
    return new Promise((resolve) => this.listener.close(resolve));
  }
}
