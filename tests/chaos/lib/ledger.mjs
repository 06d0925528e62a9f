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

/// [cs, text] of what was said after the row `after`.
async function historyOf(peer, c, after = 0) {
  const rows = [];
  for (let before = ALL, more = true; more && (rows[0]?.cs ?? ALL) > after + 1; before = rows[0].cs) {
    const reply = await peer.request('chat.history', { before, n: 50 }, c === undefined ? {} : { c });
    if (!reply.rows.length) break;
    rows.unshift(...reply.rows);
    more = reply.more;
  }
  return rows.filter((row) => row.op === 'chat.send' && row.cs > after).map((row) => [row.cs, row.d.body.text]);
}

/// A bit for each message of a voice: hours of them stay small.
class Bits {
  constructor() {
    this.bytes = new Uint8Array(64);
  }

  /// True when it was set before.
  set(i) {
    if (i >> 3 >= this.bytes.length) {
      const bytes = new Uint8Array(2 * (i >> 3));
      bytes.set(this.bytes);
      this.bytes = bytes;
    }
    const was = (this.bytes[i >> 3] >> (i & 7)) & 1;
    this.bytes[i >> 3] |= 1 << (i & 7);
    return was === 1;
  }
}

/// The audit of a conversation that goes on for hours, in slices: each reads what is new on both sides, by pages, and what has been looked
/// at is forgotten. What is wrong is told at once, by tell(words).
export class Reading {
  constructor(name, voices, tell) {
    Object.assign(this, { name, voices, tell, upto: 0, unclaimed: new Map(), last: new Map(), bits: new Map() });
    this.found = { acked: 0, lost: 0, doubled: 0, reordered: 0, differing: 0 };
  }

  fault(key, what) {
    this.found[key]++;
    this.tell(`${this.name}: ${key}: ${what}`);
  }

  /// Rejects when a line goes meanwhile; nothing is taken then, and the next slice reads it.
  async slice(customer, staff, c) {
    const sides = await Promise.all([historyOf(customer, undefined, this.upto), historyOf(staff, c, this.upto)]);
    const end = Math.min(...sides.map((rows) => rows.at(-1)?.[0] ?? this.upto)); // one side may have been asked before the other
    const [seen, other] = sides.map((rows) => rows.filter(([cs]) => cs <= end));
    if (JSON.stringify(seen) !== JSON.stringify(other)) this.fault('differing', `rows ${this.upto + 1} to ${end}`);
    for (const [cs, said] of seen) this.take(cs, said);
    this.upto = end;
    for (const voice of this.voices) this.claim(voice);
  }

  take(cs, said) {
    const [name, at] = said.split(' ')[1].split(':');
    const [voice, i] = [this.voices.find((one) => one.name === name), Number(at)];
    if (!this.bits.has(name)) this.bits.set(name, new Bits());
    if (this.bits.get(name).set(i)) this.fault('doubled', `${name}:${i} again as row ${cs}`);
    else this.unclaimed.set(said, cs);
    if (voice.late.has(said)) return;
    if (i <= (this.last.get(name) ?? -1)) this.fault('reordered', `${name}:${i} behind ${this.last.get(name)}`);
    this.last.set(name, i);
  }

  /// What was acknowledged up to here is there, under its number.
  claim(voice) {
    const later = [];
    for (const [cs, said] of voice.acked) {
      if (cs > this.upto) {
        later.push([cs, said]);
        continue;
      }
      this.found.acked++;
      if (this.unclaimed.get(said) === cs) this.unclaimed.delete(said);
      else this.fault('lost', `row ${cs}, ${said.split(' ')[1].slice(0, 40)}`);
    }
    voice.acked = later;
    voice.waits.length = 0;
  }
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
