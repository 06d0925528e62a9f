// SPDX-License-Identifier: Apache-2.0
/// A client that comes back as ours do (protocol.md 9): where it stood, after a random moment, then ever later.

import { sleep } from './report.mjs';

const TRIES = 5;
const FIRST_MS = 50;
const STEP_MS = 250;
const MOST_MS = 10000;
const wait = (n) => (n === 0 ? Math.random() * FIRST_MS : Math.min(MOST_MS, STEP_MS * 1.7 ** (n - 1)) * (0.7 + 0.6 * Math.random()));

export class Client {
  /// `forgets`: of those it was before nothing is asked any more, so hours of them need no memory.
  /// `dial(old)` resolves a welcomed peer that goes on where `old` (null at first) stood.
  constructor(name, dial) {
    Object.assign(this, { name, dial, peer: null, closes: [], returns: [], stopped: false, forgets: false, waiting: [], past: [] });
  }

  /// A busy machine may miss the first message's five seconds: it is tried again, as by everybody who waits for a page.
  async start() {
    for (let tries = 1; !this.peer; tries++) {
      try {
        this.take(await this.dial(null));
      } catch (error) {
        if (tries === TRIES) throw error;
        await sleep(wait(tries));
      }
    }
    return this;
  }

  take(peer) {
    this.peer = peer;
    this.past.push(peer);
    void peer.closed.then(({ code }) => this.lost(peer, code));
    for (const resolve of this.waiting.splice(0)) resolve(peer);
  }

  lost(peer, code) {
    this.closes.push(code);
    if (peer.broken) this.broken ??= peer.broken;
    if (!this.stopped) void this.comeBack(peer);
  }

  async comeBack(old) {
    const began = Date.now();
    for (let n = 0; !this.stopped; n++) {
      await sleep(wait(n));
      try {
        const peer = await this.dial(old);
        this.returns.push(Date.now() - began);
        this.take(peer);
        return this.forgets && old.forget();
      } catch (error) {
        this.lastFault = error;
        if (error.code !== 'token.bad') continue;
        console.log(`${this.name}: no way back after ${n + 1} tries and ${Date.now() - began} ms: ${error.message}`);
        this.broken ??= error; // nothing may end a resume token that is in time
        this.stopped = true; // it would be refused for ever
        for (const resolve of this.waiting.splice(0)) resolve(this.peer);
      }
    }
  }

  /// The peer whose line is open now, or the next one.
  up() {
    return this.peer?.isOpen || this.stopped ? Promise.resolve(this.peer) : new Promise((resolve) => this.waiting.push(resolve));
  }

  async stop() {
    this.stopped = true;
    for (const resolve of this.waiting.splice(0)) resolve(this.peer);
    if (this.peer?.isOpen) await this.peer.cut();
  }
}
