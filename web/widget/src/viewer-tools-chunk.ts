// SPDX-License-Identifier: Apache-2.0
import { acting } from '../../transport/acting.js';
import { equipWith } from '../../viewer/equip.js';
import type { Comparing } from '../../viewer/kit.js';

declare const __COMPARE__: [file: string, integrity: string];

/// The viewer's tools, and the line's half that carries what they do. Loaded when the first picture is on show.
const tools = { acting, equip: equipWith(({ o }) => o.load!('viewer-compare', __COMPARE__) as Promise<Comparing>) };

export type ViewerTools = typeof tools;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-tools', tools);
