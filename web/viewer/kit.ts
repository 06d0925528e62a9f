// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { Frame, Point } from './geometry.js';
import type { Gestures, Phase } from './gesture.js';
import type { Marks, Shape } from './marks.js';
import type { Pointers } from './pointers.js';
import type { Sync } from './sync.js';
import type { StrokePart, ViewerOptions } from './types.js';

/// The seam between the shared picture (core.ts) and what a hand does with it beyond moving it (tools: equip.ts). The widget
/// ships the two as chunks of their own; nothing but types crosses here, so neither bundle holds the other.

/// What the tools find.
export interface Core {
  readonly o: ViewerOptions;
  readonly shadow: ShadowRoot;
  readonly root: HTMLElement;
  readonly stage: HTMLElement;
  readonly note: HTMLElement;
  readonly chip: HTMLElement;
  readonly ctx: CanvasRenderingContext2D;
  readonly sync: Sync;
  readonly marks: Marks;
  readonly pointers: Pointers;
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
  /// Before each paint of marks and pointers: everything around the picture follows the state.
  painted(): void;
  /// Strokes not yet marks.
  live(now: number): readonly Shape[];
  /// Draws over all; returns in how many ms it wants to draw again.
  over(now: number): number;
  /// What a hand on the stage does. True on `down` keeps this finger from moving the picture.
  hand(phase: Phase, x: number, y: number, e: PointerEvent): boolean;
  /// The wheel went to somebody else.
  halt(): void;
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
