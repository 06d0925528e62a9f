// SPDX-License-Identifier: Apache-2.0

type Word<S> = { t: 'who' } | { t: 'take' } | { t: 'saved'; saved: S | null };

/// One tab of a site speaks to the server: the one last looked at. The others follow: they hold no socket, remember what the
/// leader tells them, and take over when they become visible. Nothing is written to storage for this.
export class Leader<S> {
  private _channel: BroadcastChannel | null = null;
  private _leads = false;
  private _heard: ((saved: S | null) => void) | null = null;
  private _last: S | null = null;

  /// `lost` is called when another tab has taken over.
  constructor(private _name: string, private _saved: () => S | null, private _lost: () => void) {}

  get leads(): boolean {
    return this._leads;
  }

  /// Takes the lead, and returns what the former leader knew, or null when there was none within the wait.
  async take(waitMs = 120): Promise<S | null> {
    const channel = this._open();
    const told = channel && await new Promise<S | null>((done) => {
      this._heard = done;
      setTimeout(() => done(null), waitMs);
      channel.postMessage({ t: 'who' } satisfies Word<S>);
    });
    this._heard = null;
    this._leads = true;
    channel?.postMessage({ t: 'take' } satisfies Word<S>);
    return told ?? this._last;
  }

  /// The leader tells the followers what it would need itself to come back.
  tell(): void {
    if (this._leads) this._channel?.postMessage({ t: 'saved', saved: this._saved() } satisfies Word<S>);
  }

  /// An open channel keeps a page out of the back/forward cache.
  close(): void {
    this._channel?.close();
    this._channel = null;
    this._leads = false;
  }

  private _open(): BroadcastChannel | null {
    if (this._channel || typeof BroadcastChannel === 'undefined') return this._channel;
    const channel = new BroadcastChannel(this._name);
    channel.onmessage = ({ data }: MessageEvent<Word<S>>) => this._on(data);
    return (this._channel = channel);
  }

  private _on(word: Word<S>): void {
    if (word.t === 'who' && this._leads) this.tell();
    if (word.t === 'saved') {
      this._last = word.saved;
      this._heard?.(word.saved);
    }
    if (word.t === 'take' && this._leads) {
      this._leads = false;
      this._lost();
    }
  }
}
