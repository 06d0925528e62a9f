// SPDX-License-Identifier: Apache-2.0
import type { Requests, View, ViewItemNew } from '../protocol/index.js';
import type { Channels } from './channels.js';
import type { Conversation, Motion, Pointer, Stroke } from './conversation.js';
import type { Fault } from './fault.js';
import { encodeView } from './frames.js';

export type WishOp = 'view.open' | 'view.set' | 'view.item' | 'view.drive' | 'view.close' | 'compare.set' | 'spin.turn' | 'film.play' | 'mark.drop';

/// What the local person does in the viewer, in the form `createViewer` takes as `wish`, and how a viewer is opened.
export interface Wishes {
  /// Shows these media to everyone; `active` counts from 1 in them.
  open(items: ViewItemNew[], active?: number): Promise<void>;
  add(item: ViewItemNew): Promise<void>;
  set(p: { rect?: View['rect']; active?: number; mode?: string }): void;
  compare(p: { slots: number[]; scale: 'fit' | 'true' }): void;
  turn(p: { slot: number; frame: number; rpm: number }): void;
  play(p: Requests['film.play']): void;
  /// The server's, in ms.
  clock(): number;
  motion(m: Omit<Motion, 'seq'> & { edge: boolean }): void;
  pointer(p: Pointer & { edge: boolean }): void;
  draw(d: Stroke): void;
  dropMarks(marks: number[]): void;
  drive(take: boolean): void;
  item(p: { drop?: number }): void;
  close(): void;
}

/// What moves the picture; the rest is in acting.ts.
export type Moves = Pick<Wishes, 'motion' | 'drive'>;

/// A refused wish puts the viewer back to what is true, and the screen says why.
export const wish = <O extends WishOp>(conv: Conversation, op: O, d: Requests[O]): Promise<void> =>
  conv.ask(op, d).then(() => undefined, (fault: Fault) => {
    conv.emit('refused', { op, fault });
    conv.emit('view', conv.view);
  });

export const moves = (conv: Conversation, channels: () => Channels | null): Moves => ({
  motion: (m) => channels()?.latest(conv, 'view', m.edge, (head) => encodeView(head, { ...m, seq: conv.view?.seq ?? 0 })),
  drive: (take) => void wish(conv, 'view.drive', { take }),
});
