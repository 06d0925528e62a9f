// SPDX-License-Identifier: Apache-2.0

import type { Mark, View } from '../protocol/index.js';
import type { Rect } from './geometry.js';

export type MarkKind = 'ink' | 'circle' | 'arrow';
export type PointerKind = 0 | 1 | 2 | 3;
export const POINTER = { move: 0, touch: 1, laser: 2, gone: 3 } as const;

/// Pieces of one stroke, in order; `points` is flat x, y in 0..1 of the medium. A circle fills the box between its first and
/// its last point, an arrow goes from the first to the last; the points between only show the way there.
export interface StrokePart {
  stroke: number; slot: number; kind: MarkKind; colour: number; points: number[]; last: boolean;
}

/// What the local person does. The host puts it on the wire; the viewer never waits for a promise: answers come back through
/// `apply`, `patch` and the rest of `Viewer`.
export interface ViewerWishes {
  /// A structural change: `view.set`, with the view's seq as base. Already shown here; a refusal is answered by `apply`.
  /// `compare.set`, with the view's seq as base. Shown when the answer has come.
  compare(p: { slots: number[]; scale: 'fit' | 'true' }): void;
  set(p: { rect?: Rect; active?: number; mode?: string }): void;
  /// A VIEW frame, at most 30 a second; the last of a gesture has `edge`, and the server makes its `view.set` from it.
  motion(m: { slot: number; cx: number; cy: number; scale: number; frame?: number; edge: boolean }): void;
  /// `spin.turn`: lets it turn by itself, or stops it. Comes with the tools.
  turn?(p: { slot: number; frame: number; rpm: number }): void;
  /// `film.play`: everybody's film, from t on. Comes with the tools; who may not has none.
  play?(p: { slot: number; t: number; rate: number; paused: boolean }): void;
  /// The server's, in ms.
  clock?(): number;
  /// A PTR frame, at most 30 a second.
  pointer(p: { slot: number; x: number; y: number; kind: PointerKind; buttons: number; edge: boolean }): void;
  /// DRAW frames, at most 128 points each and 256 a stroke.
  draw(d: StrokePart): void;
  dropMarks(ids: number[]): void;
  /// Answered by `patch({seq, driver})`, also for the one who asked; a refusal by `apply`, or by nothing.
  drive(take: boolean): void;
  item(p: { drop?: number }): void;
  close(): void;
}

export interface ViewerOptions {
  /// The viewer fills it, in a shadow root of its own; `--vitrine-*` properties reach it by inheritance.
  root: HTMLElement;
  /// The picture's address: `${base}/t/${media}/${width}`.
  src(media: string, width: number): string;
  /// Where the pictures' tiles are, `${base}/iiif/3/`; without it the whole picture grows with the scale.
  iiif?: string;
  /// Brings a part that ships apart, by its name and file.
  load?(name: string, file: [file: string, integrity: string]): Promise<unknown>;
  /// 'none': nothing may be kept in this browser.
  storage?: string | undefined;
  /// This person's handle, "c" or "a1".
  me: string;
  /// A person's name, for "Camille is guiding".
  names(who: string): string;
  wish: ViewerWishes;
  locale?: string;
  strings?: Partial<Record<string, string>>;
}

export interface Viewer {
  /// The whole view: snapshot, view.state, view.open; null when it is closed.
  apply(view: View | null): void;
  /// What view.set, view.drive or view.item changed.
  patch(p: Partial<View> & { seq: number }): void;
  /// A VIEW frame of the driver's; an older seq is dropped.
  motion(m: { seq: number; slot: number; cx: number; cy: number; scale: number; frame?: number }): void;
  pointer(who: string, p: { slot: number; x: number; y: number; kind: number; buttons: number }): void;
  /// Live drawing of the other side.
  stroke(who: string, d: StrokePart): void;
  mark(m: Mark): void;
  dropMarks(ids: number[]): void;
  gone(who: string): void;
  destroy(): void;
  readonly view: View | null;
  /// The host's live region.
  narrate?: (text: string) => void;
}
