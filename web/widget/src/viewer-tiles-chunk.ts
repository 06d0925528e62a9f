// SPDX-License-Identifier: Apache-2.0
import { sharpenWith } from '../../viewer/closer.js';
import type { Turning } from '../../viewer/kit.js';

declare const __SPIN__: [file: string, integrity: string];

/// Sharper pixels for the part on show, and what turns a piece. Loaded when the first picture is on show.
const sharpen = sharpenWith(({ o }) => o.load!('viewer-spin', __SPIN__) as Promise<Turning>);

export type ViewerTiles = typeof sharpen;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-tiles', sharpen);
