// SPDX-License-Identifier: Apache-2.0
import type { Cart } from '../../protocol/index.js';
import type { Saved } from '../../transport/core.js';

/// What one tab keeps of a conversation: the right to resume, what was not sent, the draft. One entry, after intent only.
export interface Entry {
  link: Saved | null;
  /// Pages of this conversation so far.
  n: number;
  open: boolean;
  draft: string;
  /// This tab held the lead when it last wrote.
  led: boolean;
  /// Who leaves a message, while it is written; where the answer goes, once it has arrived.
  mail?: { email: string; name: string };
  left?: string;
  /// What is shared was allowed in this tab.
  shares?: boolean;
  /// The bag as the page's analytics counted it, for its next page.
  bag?: Cart;
  /// The session that was rated.
  rated?: string;
}

export interface Store {
  readonly entry: Entry;
  put(more: Partial<Entry>): void;
  /// Reads what a later page of this tab has written.
  again(): void;
  forget(): void;
}

export function openStore(site: string, isOff: boolean): Store {
  const key = `vitrine:${site}`;
  let entry: Entry = { link: null, n: 0, open: false, draft: '', led: false };
  const again = (): void => {
    try { if (!isOff) entry = { ...entry, ...JSON.parse(sessionStorage.getItem(key) ?? '{}') as Entry }; } catch { /* none, or not ours */ }
  };
  again();
  return {
    again,
    get entry() { return entry; },
    put: (more) => {
      entry = { ...entry, ...more };
      try { if (!isOff) sessionStorage.setItem(key, JSON.stringify(entry)); } catch { /* full or forbidden: it ends with the page */ }
    },
    forget: () => {
      entry = { ...entry, link: null, draft: '' };
      try { sessionStorage.removeItem(key); } catch { /* was never there */ }
    },
  };
}
