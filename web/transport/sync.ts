// SPDX-License-Identifier: Apache-2.0
import type { Chan, Events, FrameHead, Mark, View } from '../protocol/index.js';
import { Channels } from './channels.js';
import type { Wire } from './channels.js';
import type { Conversation } from './conversation.js';
import { viewPatch } from './view.js';
import type { ViewChange } from './view.js';
import { moves } from './wishes.js';
import type { Moves, Wishes } from './wishes.js';

/// The shared view's half of the transport: reducing view and mark events, binary channels, wishes. The link works without it
/// and then only knows whether a view is there; who may come to show one plugs it in.
export interface Sync {
  chan(op: string, d: unknown): void;
  receive(bytes: ArrayBuffer): void;
  /// Those of the connection there is.
  line(): Channels | null;
  apply(conv: Conversation, op: string, d: unknown, by: string): void;
  own(conv: Conversation, op: string, asked: object, answer: Record<string, unknown>): [op: string, d: unknown] | null;
  /// Until `act` only those that move the picture.
  wishes(conv: Conversation): Wishes;
  /// The rest of the hand arrives, with the viewer's tools.
  act(more: Acting): void;
  /// A new connection, with its channels, or none.
  connected(wire: Wire | null, chans: readonly Chan[]): void;
}

/// What the local person does beyond moving the picture, and the strokes of others (acting.ts).
export interface Acting {
  own: Sync['own'];
  stroke(conv: Conversation, who: string, head: FrameHead, data: DataView): void;
  wishes(conv: Conversation, channels: () => Channels | null): Omit<Wishes, keyof Moves | 'clock'>;
}

export type MakeSync = (find: (c: number) => Conversation | undefined, now: () => number, clock: () => number) => Sync;

export const makeSync: MakeSync = (find, now, clock) => {
  let channels: Channels | null = null;
  let acting: Acting | undefined;
  /* Those whose wishes wait for `act`. */
  let bare: Conversation[] = [];
  const line = (): Channels | null => channels;
  return {
    line,
    chan: (op, d) => {
      if (op === 'chan.open') channels?.open(d as Chan);
      else if (op === 'chan.close') channels?.close((d as Chan).n);
      else channels?.rate((d as Events['rate']).n, (d as Events['rate']).hz);
    },
    receive: (bytes) => channels?.receive(bytes, acting),
    apply,
    own: (conv, op, asked, answer) => (op === 'view.drive'
      ? [op, { seq: answer['seq'], driver: (asked as { take: boolean }).take ? conv.me : '' }]
      : acting?.own(conv, op, asked, answer) ?? null),
    wishes: (conv) => {
      if (!acting) bare.push(conv);
      return { clock, ...moves(conv, line), ...acting?.wishes(conv, line) } as Wishes;
    },
    act: (more) => {
      acting = more;
      for (const conv of bare) Object.assign(conv.viewer, more.wishes(conv, line));
      bare = [];
    },
    connected: (wire, chans) => {
      channels?.end();
      channels = wire && new Channels(wire, find, now);
      for (const ch of chans) channels?.open(ch);
    },
  };
};

function apply(conv: Conversation, op: string, d: unknown, by: string): void {
  const { view } = conv;
  if (!view) return;
  if (op === 'mark.add') addMark(conv, view, d as Mark);
  else if (op === 'mark.drop') dropMarks(conv, view, (d as { marks: number[] }).marks);
  else change(conv, view, { op, d } as ViewChange, by);
}

/// What the other side did is announced whole. What one did oneself is on the screen already, perhaps further on by now: of
/// that only the number, the driver and the items are announced, never the place.
function change(conv: Conversation, view: View, what: ViewChange, by: string): void {
  const patch = viewPatch(view, what);
  conv.view = { ...view, ...patch };
  const { rect, frame, t, ...rest } = patch;
  conv.emit('view.patch', by === conv.me && what.op === 'view.set' ? rest : patch);
}

function addMark(conv: Conversation, view: View, mark: Mark): void {
  conv.view = { ...view, marks: [...view.marks.filter((m) => m.mark !== mark.mark), mark] };
  conv.emit('mark', mark);
}

function dropMarks(conv: Conversation, view: View, marks: number[]): void {
  conv.view = { ...view, marks: view.marks.filter((m) => !marks.includes(m.mark)) };
  conv.emit('marks.drop', marks);
}
