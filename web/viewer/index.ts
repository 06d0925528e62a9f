// SPDX-License-Identifier: Apache-2.0

/// The shared view with all its tools. `createViewer` fills an element with it; the host carries wishes out and brings what
/// others do in. The widget takes its parts one by one, core.ts, then equip.ts and sharp.ts when
/// the picture is there, compare.ts when pieces lie side by side.

import { asking } from './asking.js';
import { sharpenWith } from './closer.js';
import { compareWith } from './compare.js';
import { createCore } from './core.js';
import { equipWith } from './equip.js';
import { filming } from './film.js';
import { spinBar } from './spin-bar.js';
import { turningWith } from './spin.js';
import type { Viewer, ViewerOptions } from './types.js';

export type { MarkKind, PointerKind, StrokePart, Viewer, ViewerOptions, ViewerWishes } from './types.js';

export function createViewer(o: ViewerOptions): Viewer {
  const core = createCore(o);
  core.equip(equipWith(() => Promise.resolve(compareWith(() => Promise.resolve(asking)))));
  if (o.iiif) core.sharpen(sharpenWith(() => Promise.resolve(turningWith(() => Promise.resolve(spinBar))), () => Promise.resolve(filming)));
  return core.viewer;
}
