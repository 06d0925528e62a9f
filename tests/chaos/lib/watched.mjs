// SPDX-License-Identifier: Apache-2.0
/// A peer that looks at every byte it gets for canaries: 16 random bytes of each pair, in every text its people send
/// and in every stroke they draw. What is found stays with the conversation it came by.

import { Peer } from '../../server/lib/peer.mjs';

const CANARY = /VC([0-9a-f]{32})/g;
const MAGIC = [0xca, 0x1a]; // x and y of a stroke's first point
const KEPT = 400;

export const text = (canary, words) => `VC${canary} ${words}`;

/// 16 bytes as the points of a stroke.
export function points(canary) {
  const bytes = Buffer.from(canary, 'hex');
  const made = [{ x: MAGIC[0], y: MAGIC[1] }];
  for (let i = 0; i < 16; i += 4) made.push({ x: bytes.readUInt16LE(i), y: bytes.readUInt16LE(i + 2) });
  return made;
}

function canaryOf([first, ...rest]) {
  if (first?.x !== MAGIC[0] || first.y !== MAGIC[1] || rest.length < 4) return null;
  const bytes = Buffer.alloc(16);
  rest.slice(0, 4).forEach(({ x, y }, i) => {
    bytes.writeUInt16LE(x, 4 * i);
    bytes.writeUInt16LE(y, 4 * i + 2);
  });
  return bytes.toString('hex');
}

export class Watched extends Peer {
  constructor(socket, name) {
    super(socket, name);
    this.canaries = new Map(); // number of a conversation to the canaries that came by it
    this.looked = 0; // messages and strokes with one
    this.strokes = 0;
  }

  note(c, canary) {
    if (!this.canaries.has(c)) this.canaries.set(c, new Set());
    this.canaries.get(c).add(canary);
    this.looked++;
  }

  takeText(lines) {
    for (const line of lines.split('\n')) {
      const found = line.match(CANARY);
      if (!found) continue;
      const message = JSON.parse(line);
      const c = message.id === undefined ? (message.c ?? 1) : (this.asked.get(message.id)?.c ?? 1);
      for (const canary of found) this.note(c, canary.slice(2));
    }
    super.takeText(lines);
  }

  takeFrames(bytes) {
    const known = this.frames.length;
    super.takeFrames(bytes);
    for (const { kind, head, body } of this.frames.slice(known)) {
      const canary = kind === 'DRAW' ? canaryOf(body.points) : null;
      if (!canary) continue;
      this.note(this.chans.get(head.chan)?.c ?? 1, canary);
      this.strokes++;
    }
  }

  /// Its line has gone and another stands in its place: what it had heard is not asked for any more.
  forget() {
    for (const list of [this.events, this.left, this.frames]) list.length = 0;
    for (const map of [this.chains, this.chans, this.sent]) map.clear();
  }

  /// Hours of traffic would fill the memory: the oldest go.
  wake() {
    for (const list of [this.events, this.left, this.frames]) if (list.length > KEPT) list.splice(0, list.length - KEPT / 2);
    super.wake();
  }
}
