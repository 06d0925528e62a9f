// SPDX-License-Identifier: Apache-2.0
import type { MakeSpinBar } from '../../viewer/kit.js';
import { turningWith } from '../../viewer/spin.js';

declare const __BAR__: [file: string, integrity: string];

/// The piece turned. Loaded when a picture that a spin begins with is on show.
const turning = turningWith(({ o }) => o.load!('viewer-spin-bar', __BAR__) as Promise<MakeSpinBar>);

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-spin', turning);
