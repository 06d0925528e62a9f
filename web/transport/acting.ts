// SPDX-License-Identifier: Apache-2.0
import { FLAG } from '../protocol/index.js';
import type { Requests } from '../protocol/index.js';
import { encodeDraw, encodePointer, readStroke } from './frames.js';
import { ownView } from './own.js';
import type { Acting } from './sync.js';
import { wish } from './wishes.js';

/// What a hand does beyond moving the picture, and the strokes of others: the part of the view's half that ships with the
/// viewer's tools.

const DROP_MAX = 64;

export const acting: Acting = {
  own: ownView,
  stroke: (conv, who, head, data) => {
    const d = readStroke(data, (head.flags & FLAG.LAST) !== 0);
    if (d) conv.emit('stroke', { ...d, who });
  },
  wishes: (conv, channels) => {
    const strokes = new Set<number>();
    return {
      open: (items, active = 1) => wish(conv, 'view.open', { items, active, mode: 'image' }),
      add: (add) => wish(conv, 'view.item', { add }),
      set: (p) => void wish(conv, 'view.set', { base: conv.view?.seq ?? 0, ...p } as Requests['view.set']),
      compare: (p) => void wish(conv, 'compare.set', { base: conv.view?.seq ?? 0, ...p }),
      turn: (p) => void wish(conv, 'spin.turn', p),
      play: (p) => void wish(conv, 'film.play', p),
      pointer: (p) => channels()?.latest(conv, 'ptr', p.edge, (head) => encodePointer(head, p)),
      // Strokes are ordered: every part goes, at once.
      draw: (d) => {
        channels()?.ordered(conv, 'draw', (head) => encodeDraw(head, { ...d, first: !strokes.has(d.stroke) }));
        if (d.last) strokes.delete(d.stroke);
        else strokes.add(d.stroke);
      },
      dropMarks: (marks) => void (marks.length && wish(conv, 'mark.drop', { marks: marks.slice(0, DROP_MAX) })),
      item: (p) => void (p.drop && wish(conv, 'view.item', { drop: p.drop })),
      close: () => void wish(conv, 'view.close', {}),
    };
  },
};
