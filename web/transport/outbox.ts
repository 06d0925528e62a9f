// SPDX-License-Identifier: Apache-2.0
import { needsCid } from '../protocol/index.js';
import type { Conversation } from './conversation.js';
import { Fault } from './fault.js';

export interface Pending {
  op: string;
  d: object;
  conv: Conversation | undefined;
  cid: string | undefined;
  resolve(d: unknown): void;
  reject(fault: Fault): void;
}

const OPEN_MAX = 64;

/// Wishes of the moment: after a reload they would act on a view that has moved on.
const isKept = (op: string): boolean => op === 'chat.send' || op === 'queue.join';

/// Requests without an answer, by id, oldest first. They outlive the connection: after a resume all go again, with the same
/// cid, and the server drops doubles.
export class Outbox {
  private _open = new Map<number, Pending>();
  private _id = 1;

  add(op: string, d: object, conv: Conversation | undefined, cid?: string): { id: number; answer: Promise<unknown> } {
    if (this._open.size >= OPEN_MAX) return { id: 0, answer: Promise.reject(new Fault('overloaded', undefined, true)) };
    const id = this._id++;
    const answer = new Promise<unknown>((resolve, reject) => {
      this._open.set(id, { op, d, conv, cid: needsCid(op) ? cid ?? crypto.randomUUID() : undefined, resolve, reject });
    });
    return { id, answer };
  }

  get(id: number): Pending | undefined {
    return this._open.get(id);
  }

  take(id: number): Pending | undefined {
    const p = this._open.get(id);
    this._open.delete(id);
    return p;
  }

  /// A new connection counts from 1 again; hello has taken the first number.
  renumber(): [number, Pending][] {
    const all = [...this._open.values()].filter((p) => p.op !== 'since' || (p.reject(new Fault('offline')), false));
    this._id = 2;
    this._open = new Map(all.map((p) => [this._id++, p]));
    return [...this._open];
  }

  failAll(fault: Fault): void {
    const all = [...this._open.values()];
    this._open.clear();
    for (const p of all) p.reject(fault);
  }

  /// What has to survive the page.
  kept(): { op: string; d: object; cid: string }[] {
    return [...this._open.values()].flatMap((p) => (p.cid && isKept(p.op) ? [{ op: p.op, d: p.d, cid: p.cid }] : []));
  }
}
