// SPDX-License-Identifier: Apache-2.0
import { FLAG, readDraw, readPtr, readView, writeDraw, writePtr, writeView } from '../protocol/index.js';
import type { FrameHead } from '../protocol/index.js';
import type { Motion, Pointer, Stroke } from './conversation.js';

/// Between the units of the wire and 0..1 of the medium.

const KINDS: readonly Stroke['kind'][] = ['ink', 'circle', 'arrow'];
const U16 = 65_535;
const U32 = 2 ** 32;

export type OutHead = Pick<FrameHead, 'chan' | 'seq' | 'ts'>;
const clamp = (n: number, max: number): number => Math.max(0, Math.min(max, Math.round(n)));

export function readMotion(data: DataView): Motion | null {
  const v = readView(data);
  return v && { seq: v.vseq, slot: v.slot, cx: v.cx / U32, cy: v.cy / U32, scale: v.scale / 65_536, frame: v.frame };
}

export function readPointer(data: DataView): Pointer | null {
  const p = readPtr(data);
  return p && { slot: p.slot, x: p.x / U16, y: p.y / U16, kind: p.kind, buttons: p.buttons };
}

export function readStroke(data: DataView, last: boolean): Stroke | null {
  const d = readDraw(data);
  return d && {
    stroke: d.stroke, slot: d.slot, colour: d.colour, kind: KINDS[d.kind] ?? 'ink', last,
    points: d.points.flatMap((p) => [p.x / U16, p.y / U16]),
  };
}

export function encodeView(head: OutHead, m: Motion & { edge: boolean }): ArrayBuffer {
  return writeView({ ...head, flags: m.edge ? FLAG.EDGE : 0 }, {
    vseq: m.seq, slot: m.slot, frame: m.frame ?? 0, cx: clamp(m.cx * U32, U32 - 1), cy: clamp(m.cy * U32, U32 - 1),
    scale: Math.max(1, clamp(m.scale * 65_536, U32 - 1)), t_ms: 0,
  });
}

export function encodePointer(head: OutHead, p: Pointer & { edge: boolean }): ArrayBuffer {
  return writePtr({ ...head, flags: p.edge ? FLAG.EDGE : 0 }, {
    slot: p.slot, x: clamp(p.x * U16, U16), y: clamp(p.y * U16, U16), buttons: p.buttons, kind: p.kind, trail: [],
  });
}

export function encodeDraw(head: OutHead, d: Stroke & { first: boolean }): ArrayBuffer {
  const points = [];
  for (let i = 0; i + 1 < d.points.length; i += 2) {
    points.push({ x: clamp((d.points[i] ?? 0) * U16, U16), y: clamp((d.points[i + 1] ?? 0) * U16, U16) });
  }
  return writeDraw({ ...head, flags: (d.first ? FLAG.FIRST : 0) | (d.last ? FLAG.LAST : 0) }, {
    stroke: d.stroke, slot: d.slot, kind: KINDS.indexOf(d.kind), colour: d.colour, points,
  });
}
