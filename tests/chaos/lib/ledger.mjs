// SPDX-License-Identifier: Apache-2.0
/// What was said, what was acknowledged, and what the server then has: nothing acknowledged is lost, doubled or
/// out of order, and both sides see the same.

import { randomUUID } from 'node:crypto';

import { sleep } from './report.mjs';
import { text } from './watched.mjs';

const ALL = 4294967295;

/// One author. Every message is kept until it is acknowledged, and said again with its cid where it was not.
export class Voice {
  constructor(name, canary) {
    Object.assign(this, { name, canary, said: 0, open: [], acked: [], refused: new Map(), late: new Set(), waits: [] });
  }

  async send(peer, c, message) {
    const began = Date.now();
    const reply = await peer.ask('chat.send', { kind: 'text', body: { text: message.text } }, { c, cid: message.cid });
    if (reply.ok) {
      this.waits.push(Date.now() - began);
      this.acked.push([reply.d.cs, message.text]);
      this.open.splice(this.open.indexOf(message), 1);
    } else {
      if (reply.err.code !== 'line.lost') this.late.add(message.text); // told so: what came after it may come before it
      this.refused.set(reply.err.code, (this.refused.get(reply.err.code) ?? 0) + 1);
    }
    return reply;
  }

  next() {
    const message = { cid: randomUUID(), text: text(this.canary, `${this.name}:${this.said++}:${'x'.repeat(this.size ?? 0)}`) };
    this.open.push(message);
    return message;
  }

  /// What is unanswered, again and in order; true when all of it is acknowledged.
  async again(peer, c) {
    for (const message of [...this.open]) if (!(await this.send(peer, c, message)).ok) return false;
    return true;
  }

  /// Speaks until `isOver()`: `batch` messages in one breath, then `gap` ms. `where()` resolves { peer, c }.
  async talk(where, isOver, { batch = 1, gap = 0 } = {}) {
    while (!isOver()) {
      const { peer, c } = await where();
      if (!peer?.isOpen) {
        await sleep(20); // a client that was stopped has no other
        continue;
      }
      if (!(await this.again(peer, c))) {
        await sleep(50); // refused, or the line went
        continue;
      }
      await Promise.all(Array.from({ length: batch }, () => this.send(peer, c, this.next())));
      if (gap) await sleep(gap * (0.5 + Math.random()));
    }
  }
}

async function historyOf(peer, c) {
  const rows = [];
  for (let before = ALL, more = true; more; before = rows[0].cs) {
    const reply = await peer.request('chat.history', { before, n: 50 }, c === undefined ? {} : { c });
    if (!reply.rows.length) break;
    rows.unshift(...reply.rows);
    more = reply.more;
  }
  return rows.filter((row) => row.op === 'chat.send').map((row) => [row.cs, row.d.body.text]);
}

/// Counts over one conversation: { acked, lost, doubled, reordered, differing }.
export async function audit(customer, staff, n, voices) {
  const [seen, other] = await Promise.all([historyOf(customer), historyOf(staff, n)]);
  const found = { acked: 0, lost: 0, doubled: 0, reordered: 0, differing: 0 };
  const kept = new Map(seen.map(([cs, said]) => [said, cs]));
  found.doubled += seen.length - kept.size;
  found.differing += JSON.stringify(seen) === JSON.stringify(other) ? 0 : 1;
  for (const voice of voices) {
    found.acked += voice.acked.length;
    for (const [cs, said] of voice.acked) found.lost += kept.get(said) === cs ? 0 : 1;
    const order = seen.filter(([, said]) => !voice.late.has(said)).map(([, said]) => said.split(' ')[1].split(':')).filter(([name]) => name === voice.name).map(([, i]) => Number(i));
    found.reordered += order.filter((i, at) => at > 0 && i <= order[at - 1]).length;
  }
  return found;
}

export function sum(audits) {
  const total = { acked: 0, lost: 0, doubled: 0, reordered: 0, differing: 0 };
  for (const found of audits) for (const key of Object.keys(total)) total[key] += found[key];
  return total;
}

export const isWhole = (total) => total.acked > 0 && total.lost + total.doubled + total.reordered + total.differing === 0;
export const words = ({ acked, lost, doubled, reordered, differing }) => `${lost} lost, ${doubled} doubled, ${reordered} out of order, ${differing} differing of ${acked} acknowledged`;
