// SPDX-License-Identifier: Apache-2.0
import type { Requests, View, ViewItemNew } from '../protocol/index.js';
import type { Conversation, Motion, Pointer, Stroke } from './conversation.js';
import type { Fault } from './fault.js';
import type { SyncLine } from './sync.js';

type WishOp = 'view.open' | 'view.set' | 'view.item' | 'view.drive' | 'view.close' | 'mark.drop';

/// What the local person does in the viewer, in the form `createViewer` takes as `wish`, and how a viewer is opened.
export interface Wishes {
  /// Shows these media to everyone; `active` counts from 1 in them.
  open(items: ViewItemNew[], active?: number): Promise<void>;
  add(item: ViewItemNew): Promise<void>;
  set(p: { rect?: View['rect']; active?: number; mode?: string }): void;
  motion(m: Omit<Motion, 'seq'> & { edge: boolean }): void;
  pointer(p: Pointer & { edge: boolean }): void;
  draw(d: Stroke): void;
  dropMarks(marks: number[]): void;
  drive(take: boolean): void;
  item(p: { drop?: number }): void;
  close(): void;
}

const DROP_MAX = 64;

export function wishes(conv: Conversation, line: SyncLine): Wishes {
  const strokes = new Set<number>();
  // A refused wish puts the viewer back to what is true, and the screen says why.
  const wish = <O extends WishOp>(op: O, d: Requests[O]): Promise<void> =>
    conv.ask(op, d).then(() => undefined, (fault: Fault) => {
      conv.emit('refused', { op, fault });
      conv.emit('view', conv.view);
    });
  return {
    open: (items, active = 1) => wish('view.open', { items, active, mode: 'image' }),
    add: (add) => wish('view.item', { add }),
    set: (p) => void wish('view.set', { base: conv.view?.seq ?? 0, ...p } as Requests['view.set']),
    motion: (m) => line.channels?.motion(conv, m),
    pointer: (p) => line.channels?.pointer(conv, p),
    draw: (d) => {
      line.channels?.draw(conv, { ...d, first: !strokes.has(d.stroke) });
      if (d.last) strokes.delete(d.stroke);
      else strokes.add(d.stroke);
    },
    dropMarks: (marks) => void (marks.length && wish('mark.drop', { marks: marks.slice(0, DROP_MAX) })),
    drive: (take) => void wish('view.drive', { take }),
    item: (p) => void (p.drop && wish('view.item', { drop: p.drop })),
    close: () => void wish('view.close', {}),
  };
}
