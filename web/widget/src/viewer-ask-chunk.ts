// SPDX-License-Identifier: Apache-2.0
import { asking } from '../../viewer/asking.js';

/// Which pieces, and how large this screen is. Loaded when somebody is asked.
(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-ask', asking);
