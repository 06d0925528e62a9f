// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { el, i18n, sheet } from '../ui/index.js';
import type { Frame, Point } from './geometry.js';
import type { Gestures, Phase } from './gesture.js';
import type { Known, Pointed } from './known.js';
import type { Box } from './panes.js';
import type { createPicture, Picture } from './picture.js';
import type { Sync } from './sync.js';
import type { iconButton } from './tools.js';
import type { StrokePart, ViewerOptions } from './types.js';

/// The seam between the shared picture (core.ts), what a hand does with it beyond moving it (tools: equip.ts), its sharper
/// pixels (tiles: sharp.ts) and pieces side by side (compare.ts, asking.ts). The widget ships them as chunks of their own;
/// nothing but types crosses here, so no bundle holds another.

/// What the tools and the tiles find.
export interface Core {
  readonly o: ViewerOptions;
  readonly shadow: ShadowRoot;
  readonly root: HTMLElement;
  readonly stage: HTMLElement;
  /// Has the size of the whole medium at scale 1 and moves with it.
  readonly holder: HTMLElement;
  readonly picture: Picture;
  readonly note: HTMLElement;
  readonly sync: Sync;
  /// Marks and pointers, those included that came before the tools.
  readonly known: Known;
  readonly hands: Gestures;
  /// The stage's.
  readonly frame: Frame;
  /// The frame at this place of the stage, or of the active piece: the stage's own, or a pane's.
  frameAt(x?: number, y?: number): Frame;
  /// The pixels on the stage are those of the active item, and nothing is beside it.
  readonly shown: boolean;
  slot(): number;
  newPicture: typeof createPicture;
  /// Once the tiles have come.
  sharpen?: Sharpen | undefined;
  place(x: number, y: number): Point;
  wake(): void;
  say(text: string): void;
}

/// What the tools add. The core does without any of it.
export interface Kit {
  /// The picture is in its place: what is drawn on it and everything around it follow.
  painted(now: number): void;
  /// What a hand on the stage does. True on `down` keeps this finger from moving the picture.
  hand(phase: Phase, x: number, y: number, e: PointerEvent): boolean;
  /// Of a pane, while there are any.
  frame(x?: number, y?: number): Frame | undefined;
  /// The wheel went to somebody else.
  halt(): void;
  pointer(who: string, at: Pointed, now: number): void;
  stroke(who: string, d: StrokePart): void;
  mark(m: Mark): void;
  /// All marks were replaced.
  settled(): void;
  moved(): void;
  /// The driver may have changed from `before`.
  driver(before: string | undefined): void;
  gone(who: string): void;
  stop(): void;
}

export type Equip = (core: Core) => Kit;

/// What the tiles add.
export interface Sharp {
  /// Zooming in is theirs; while it is not, the whole picture is loaded as large as the scale asks for.
  readonly able: boolean;
  /// The picture is in its place, or has changed.
  painted(): void;
  stop(): void;
}

/// What turning a piece adds.
export interface Turn {
  /// A spin frame lies over the picture.
  readonly on: boolean;
  painted(): void;
  stop(): void;
}

export type Turning = (core: Core) => Turn;

/// What a film adds.
export interface Film {
  painted(): void;
  stop(): void;
}

export type Filming = (core: Core) => Film;

/// What its bar finds.
export interface Spun {
  readonly on: boolean;
  /// The active picture is one that a spin begins with.
  readonly can: boolean;
  readonly frame: number;
  readonly n: number;
  readonly rpm: number;
  readonly isWhole: boolean;
  step(by: number): void;
  play(): void;
  toggle(): void;
}

export interface SpinBar { painted(): void; stop(): void }

export type MakeSpinBar = (core: Core, spun: Spun) => SpinBar;

/// What the tiles find: one piece, alone or in its pane.
export type Piece = Pick<Core, 'o' | 'holder' | 'picture' | 'frame' | 'shown' | 'wake'> & { sync: Pick<Sync, 'camera'> };

export type Sharpen = (piece: Piece) => Sharp;

/// One of the pieces on show: the one that has the stage, or one of those side by side.
export interface Pane {
  readonly slot: number;
  readonly shown: boolean;
  /// On the stage.
  place(x: number, y: number): Point;
  /// The place of the medium under this one of the stage.
  media(px: number, py: number): Point;
  /// Its part of the stage; undefined: all of it.
  readonly box?: Box;
}

export interface SidePane extends Pane { readonly frame: Frame; readonly box: Box }

/// Pieces side by side.
export interface Compare {
  /// Empty while one piece has the stage.
  readonly panes: readonly SidePane[];
  /// The pane there, or the active one; none while one piece has the stage.
  at(x?: number, y?: number): SidePane | undefined;
  /// Lets a person choose what to lay side by side.
  choose(): void;
  /// What a key does, if anything.
  key(key: string): (() => void) | undefined;
  painted(): void;
  stop(): void;
}

/// What the tools lend, so that no bundle holds it twice.
export interface Lent { el: typeof el; i18n: typeof i18n; sheet: typeof sheet; iconButton: typeof iconButton; number: Intl.NumberFormat }

export type Comparing = (core: Core, lent: Lent) => Compare;

/// What is asked about pieces side by side.
export type Asking = (core: Core, lent: Lent) => {
  choose(chosen: (slots: number[]) => void): void;
  /// How large this screen is, from `now` CSS pixels a millimetre (0: not known).
  card(now: number, done: (perMm: number) => void): void;
};
