// SPDX-License-Identifier: Apache-2.0
import { spinBar } from '../../viewer/spin-bar.js';

/// Buttons, keys and words for turning a piece. Loaded right behind viewer-spin.
(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-spin-bar', spinBar);
