// SPDX-License-Identifier: Apache-2.0
import { sharpen } from '../../viewer/sharp.js';

/// Sharper pixels for the part on show. Loaded when the first picture is on show.
export type ViewerTiles = typeof sharpen;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-tiles', sharpen);
