// SPDX-License-Identifier: Apache-2.0
import type { Sheet } from './guard.js';

/// Style texts by their SHA-256: a text goes once a site, then its name alone.

const ASK_MAX = 64;
/// In characters: with what JSON adds, under the server's 4 MiB. A longer text goes in place.
const POST_MOST = 1_000_000;
const LEAST = 200;
const HELD_MAX = 500;

export interface Store {
  ask(hashes: string[]): Promise<{ missing: string[]; url?: string; ticket?: string }>;
  post(url: string, ticket: string, body: string): Promise<unknown>;
}

export class Css {
  private _names = new Map<string, string>();
  private _asked = new Set<string>();

  constructor(private _store: Store) {}

  /// Puts names in the place of texts, and brings up what the site lacks. Without a secure context there are no hashes: then
  /// texts stay where they are.
  async name(sheets: Sheet[]): Promise<void> {
    const fresh = new Map<string, string>();
    for (const { at, key, text } of sheets) {
      if (text.length < LEAST || text.length > POST_MOST || !crypto.subtle) continue;
      if (this._names.size > HELD_MAX) this._names.clear();
      const hash = this._names.get(text) ?? await sha256(text);
      this._names.set(text, hash);
      at[key] = `vt-css:${hash}`;
      if (!this._asked.has(hash)) fresh.set(hash, text);
    }
    if (fresh.size) this._bring([...fresh]).catch(() => { for (const hash of fresh.keys()) this._asked.delete(hash); });
  }

  private async _bring(all: [string, string][]): Promise<void> {
    for (const [hash] of all) this._asked.add(hash);
    while (all.length) {
      let room = POST_MOST;
      let n = 0;
      while (n < Math.min(all.length, ASK_MAX) && (!n || room > all[n]![1].length)) room -= all[n++]![1].length;
      const some = new Map(all.splice(0, n));
      const { missing, url, ticket } = await this._store.ask([...some.keys()]);
      if (!url || !ticket) continue;
      await this._store.post(url, ticket, JSON.stringify({ css: Object.fromEntries(missing.map((hash) => [hash, some.get(hash) ?? ''])) }));
    }
  }
}

async function sha256(text: string): Promise<string> {
  const made = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(made), (b) => b.toString(16).padStart(2, '0')).join('');
}
