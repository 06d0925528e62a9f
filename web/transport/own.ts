// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, Requests, View, ViewItemNew } from '../protocol/index.js';
import type { Conversation } from './conversation.js';

type Body = Record<string, unknown>;

/// The event one's own accepted request stands for. The server sends that event to everyone else; to the asker the answer is
/// it, with the number. Null: what changed comes as an event of its own.
export function ownEvent(conv: Conversation, op: string, asked: object, answer: Body): [op: string, d: unknown] | null {
  const d = asked as Body;
  switch (op) {
    case 'chat.send': return [op, asked as ChatSend];
    case 'queue.join': return ['queue.place', { state: waitingState(conv), ...answer }];
    case 'view.open': return [op, openedView(conv, asked as Requests['view.open'], answer as { seq: number; slots: number[] })];
    case 'view.set': { const { base, ...rest } = d; return [op, { ...rest, ...answer }]; }
    case 'view.item': {
      const slot = answer['slot'] as number | undefined;
      const add = d['add'] as ViewItemNew | undefined;
      if (add && slot) return [op, { seq: answer['seq'], add: { ...add, slot }, active: slot }];
      return [op, { seq: answer['seq'], drop: d['drop'], active: nextActive(conv.view, d['drop'] as number) }];
    }
    case 'view.drive': return [op, { seq: answer['seq'], driver: d['take'] ? conv.me : '' }];
    case 'view.close': return [op, answer];
    case 'mark.add': return [op, { ...d, ...answer, by: conv.me }];
    case 'mark.drop': return [op, d];
  }
  return null;
}

/// A fast associate may have claimed before the answer to `queue.join` is read; the later state stays.
function waitingState(conv: Conversation): string {
  const { state } = conv.session;
  return state === 'none' || state === 'ended' ? 'waiting' : state;
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
