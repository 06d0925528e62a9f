// SPDX-License-Identifier: Apache-2.0
/// The numbers of one conversation as one client sees them. Every numbered message must link to the one before it;
/// only behind a snapshot or a welcome may the link reach further back, since other audiences have numbers too.

import assert from 'node:assert/strict';

class Line {
  constructor(name) {
    this.name = name;
    this.last = 0;
    this.exact = false;
  }

  set(last, exact) {
    this.last = last;
    this.exact = exact;
  }

  take(n, p, what) {
    const before = p ?? n - 1;
    assert.ok(n > this.last, `${what}: ${this.name} ${n} comes after ${this.last}`);
    if (this.exact) assert.equal(before, this.last, `${what}: ${this.name} ${n} links to ${before}, the last was ${this.last}`);
    else assert.ok(before <= this.last, `${what}: ${this.name} ${n} links to ${before}, known is ${this.last}: something is missing`);
    this.set(n, true);
  }
}

export class Chain {
  constructor(conv) {
    this.conv = conv;
    this.epoch = 0;
    this.control = new Line('s');
    this.thread = new Line('cs');
  }

  /// From a welcome, a conv.open or a snapshot; `exact` when the client knows these numbers to be its own last ones.
  set({ epoch, s, cs }, exact = false) {
    if (epoch !== undefined) this.epoch = epoch;
    this.control.set(s, exact);
    this.thread.set(cs, exact);
  }

  take(message, what) {
    if (message.cs) this.thread.take(message.cs, message.p, what);
    else if (message.s) this.control.take(message.s, message.p, what);
  }

  knows({ s, cs }) {
    return cs ? cs <= this.thread.last : s ? s <= this.control.last : true;
  }

  get position() {
    return { epoch: this.epoch, s: this.control.last, cs: this.thread.last };
  }
}
