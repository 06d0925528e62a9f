// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { Frame, Point } from './geometry.js';
import type { Gestures, Phase } from './gesture.js';
import type { Known, Pointed } from './known.js';
import type { Picture } from './picture.js';
import type { Sync } from './sync.js';
import type { StrokePart, ViewerOptions } from './types.js';

/// The seam between the shared picture (core.ts), what a hand does with it beyond moving it (tools: equip.ts) and its sharper
/// pixels (tiles: sharp.ts). The widget ships the three as chunks of their own; nothing but types crosses here, so no bundle
/// holds another.

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
  readonly frame: Frame;
  /// The pixels on the stage are those of the active item.
  readonly shown: boolean;
  slot(): number;
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

export type Sharpen = (core: Core) => Sharp;
