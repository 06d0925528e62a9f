// SPDX-License-Identifier: Apache-2.0

interface Held {
  n: number;
  p: number;
  run(): void;
}

const HELD_MAX = 256;

/// One numbered stream of a conversation. Each message names the number before it *for this audience*, so holes left for
/// others are no gaps. What comes twice is dropped, what comes too early waits here until the missing ones are in.
export class Chain {
  last = 0;
  private _held: Held[] = [];

  /// Runs the message now, later or never; false says that something before it is missing.
  take(n: number, p: number, run: () => void): boolean {
    if (n <= this.last) return true;
    if (p > this.last) {
      // Past the bound the newest is let go: it comes again with the answer to `since`.
      if (this._held.length < HELD_MAX && !this._held.some((h) => h.n === n)) this._held.push({ n, p, run });
      return false;
    }
    this.last = n;
    run();
    this._drain();
    return true;
  }

  /// A snapshot stands for everything up to `n`.
  reset(n: number): void {
    this.last = n;
    this._drain();
  }

  /// The server has said that nothing is missing: what waits is taken as it is.
  settle(): void {
    this._held.sort((a, b) => a.n - b.n);
    const first = this._held[0];
    if (first && first.p > this.last) this.last = first.p;
    this._drain();
  }

  private _drain(): void {
    this._held = this._held.filter((h) => h.n > this.last).sort((a, b) => a.n - b.n);
    for (let h = this._held[0]; h && h.p <= this.last; h = this._held[0]) {
      this._held.shift();
      this.last = h.n;
      h.run();
    }
  }
}
