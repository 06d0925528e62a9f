// SPDX-License-Identifier: Apache-2.0

/// The customer's half of the mirror: shows their page to those they allowed, and nothing of it that is private.
export { isLarge, Share } from './share.js';
export type { Port } from './share.js';
export { Control } from './control.js';
export type { Act, Ground, Reason, Result } from './control.js';
export { Overlay } from './overlay.js';
export { rulesFor } from './rules.js';
export type { Rules, Settings } from './rules.js';
export type { Mirror, Op } from './types.js';
