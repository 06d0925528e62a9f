// SPDX-License-Identifier: Apache-2.0
import { compareWith } from '../../viewer/compare.js';
import type { Asking } from '../../viewer/kit.js';

declare const __ASK__: [file: string, integrity: string];

/// Pieces side by side. Loaded when somebody lays them so, or is about to.
const compare = compareWith(({ o }) => o.load!('viewer-ask', __ASK__) as Promise<Asking>);

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-compare', compare);
