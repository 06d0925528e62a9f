// SPDX-License-Identifier: Apache-2.0
import type { Replies, Requests, View } from '../protocol/index.js';
import type { Conversation } from './conversation.js';

type Body = Record<string, unknown>;

/// The view event one's own accepted wish stands for: the server sends that event to everyone else; to the asker the answer is
/// it, with the number. `view.drive` is in sync.ts.
export function ownView(conv: Conversation, op: string, asked: object, answer: Body): [op: string, d: unknown] | null {
  const d = asked as Body;
  switch (op) {
    case 'view.open': return [op, openedView(conv, asked as Requests['view.open'], answer as unknown as Replies['view.open'])];
    case 'compare.set': case 'spin.turn': case 'film.play': case 'view.set': { const { base, ...rest } = d; return [op, { ...rest, ...answer }]; }
    case 'view.item': { const { slot, item, ...rest } = answer; return [op, { ...rest, ...(item ? { add: item } : d) }]; }
    case 'view.close': return [op, answer];
    case 'mark.add': return [op, { ...d, ...answer, by: conv.me }];
    case 'mark.drop': return [op, d];
  }
  return null;
}

function openedView(conv: Conversation, d: Requests['view.open'], { seq, slots, items = [] }: Replies['view.open']): View {
  return { seq, driver: conv.me, items, active: slots[d.active - 1] ?? 1, mode: d.mode, rect: [0, 0, 1, 1], marks: [] };
}
