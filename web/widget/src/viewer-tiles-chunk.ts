// SPDX-License-Identifier: Apache-2.0
import { sharpenWith } from '../../viewer/closer.js';
import type { Filming, Turning } from '../../viewer/kit.js';

declare const __SPIN__: [file: string, integrity: string];
declare const __FILM__: [file: string, integrity: string];

/// Sharper pixels for the part on show, what turns a piece and what plays a film. Loaded when the first picture is on show.
const sharpen = sharpenWith(({ o }) => o.load!('viewer-spin', __SPIN__) as Promise<Turning>, ({ o }) => o.load!('viewer-film', __FILM__) as Promise<Filming>);

export type ViewerTiles = typeof sharpen;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-tiles', sharpen);
