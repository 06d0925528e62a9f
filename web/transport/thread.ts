// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, Row } from '../protocol/index.js';
import type { Fault } from './fault.js';

/// A row of the thread as a screen draws it. One's own unsent rows have no number yet: they stay at the end, under their key.
export interface ThreadRow extends Row {
  key: string;
  state: 'sent' | 'sending' | 'failed';
  fault?: Fault;
}

/// The thread of one conversation: rows by number, then one's own unsent ones in the order they were written.
export class Thread {
  rows: ThreadRow[] = [];
  more = false;

  get first(): number {
    return this.rows[0]?.cs ?? 0;
  }

  get last(): number {
    return this.rows.reduce((n, r) => Math.max(n, r.cs), 0);
  }

  /// Numbered rows in; a number that is there already wins nothing.
  add(rows: readonly Row[]): void {
    const known = new Set(this.rows.map((r) => r.cs));
    const fresh = rows.filter((r) => !known.has(r.cs)).map((r): ThreadRow => ({ ...r, key: `n${r.cs}`, state: 'sent' }));
    const rank = (r: ThreadRow): number => r.cs || Infinity;
    this.rows = [...this.rows, ...fresh].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
  }

  replace(rows: readonly Row[], more: boolean): void {
    this.rows = this.rows.filter((r) => r.state !== 'sent');
    this.more = more;
    this.add(rows);
  }

  pend(key: string, by: string, ts: number, d: ChatSend): void {
    this.rows = [...this.rows, { op: 'chat.send', cs: 0, by, ts, d, key, state: 'sending' }];
  }

  /// The unsent row has its number, or it came back as an event first: then only the unsent one goes.
  settle(key: string, cs: number, ts: number): void {
    const row = this.rows.find((r) => r.key === key);
    if (!row) return;
    this.drop(key);
    this.add([{ op: row.op, cs, by: row.by, ts, d: row.d }]);
  }

  change(key: string, more: Partial<ThreadRow>): void {
    this.rows = this.rows.map((r) => (r.key === key ? { ...r, ...more } : r));
  }

  drop(key: string): void {
    this.rows = this.rows.filter((r) => r.key !== key);
  }

  /// The unsent row an event of one's own stands for: the answer to it was lost with the line.
  match(d: unknown): ThreadRow | undefined {
    const text = (x: unknown): string => {
      const { kind, body, re } = x as ChatSend;
      return JSON.stringify([kind, re, body.text, body.product?.sku, body.media?.split('?')[0]]);
    };
    return this.rows.find((r) => r.state !== 'sent' && text(r.d) === text(d));
  }
}
