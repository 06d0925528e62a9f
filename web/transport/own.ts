// SPDX-License-Identifier: Apache-2.0
import type { Requests, View, ViewItemNew } from '../protocol/index.js';
import type { Conversation } from './conversation.js';

type Body = Record<string, unknown>;

/// The view event one's own accepted wish stands for: the server sends that event to everyone else; to the asker the answer is
/// it, with the number. `view.drive` is in sync.ts.
export function ownView(conv: Conversation, op: string, asked: object, answer: Body): [op: string, d: unknown] | null {
  const d = asked as Body;
  const { seq } = answer;
  switch (op) {
    case 'view.open': return [op, openedView(conv, asked as Requests['view.open'], answer as { seq: number; slots: number[] })];
    case 'view.set': { const { base, ...rest } = d; return [op, { ...rest, seq }]; }
    case 'view.item': return [op, { seq, ...itemChange(conv.view, d, answer['slot'] as number | undefined) }];
    case 'view.close': return [op, answer];
    case 'mark.add': return [op, { ...d, ...answer, by: conv.me }];
    case 'mark.drop': return [op, d];
  }
  return null;
}

function itemChange(view: View | null, d: Body, slot?: number): Body {
  const add = d['add'] as ViewItemNew | undefined;
  if (add && slot) return { add: { ...add, slot }, active: slot };
  return { drop: d['drop'], active: nextActive(view, d['drop'] as number) };
}

function openedView(conv: Conversation, d: Requests['view.open'], answer: { seq: number; slots: number[] }): View {
  const items = d.items.map((item, i) => ({ ...item, slot: answer.slots[i] ?? i + 1 }));
  return { seq: answer.seq, driver: conv.me, items, active: answer.slots[d.active - 1] ?? 1, mode: d.mode, rect: [0, 0, 1, 1], marks: [] };
}

/// Where the server goes when the active piece is dropped: the next one, else the last.
function nextActive(view: View | null, drop: number): number {
  if (!view || view.active !== drop) return view?.active ?? 0;
  const at = view.items.findIndex((i) => i.slot === drop);
  const left = view.items.filter((i) => i.slot !== drop);
  return (left[at] ?? left[left.length - 1])?.slot ?? 0;
}
