// SPDX-License-Identifier: Apache-2.0
import { Share } from '../../mirror/share.js';

/// The recorder and the guard behind it: asked for when somebody whom the customer allowed looks.
export interface MirrorParts { Share: typeof Share }

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('mirror', { Share } satisfies MirrorParts);
