// SPDX-License-Identifier: Apache-2.0

/// What page this is, what it shows, what is in the bag and what was ordered. Reads only; runs after intent.
export { jsonLd } from './jsonld.js';
export { Layer } from './layer.js';
export { openGraph } from './graph.js';
export { systemOf } from './system.js';
export type { Platform } from './platform.js';
export { address, bag, decimal, line, lines, product, text } from './values.js';
export type { FoundOrder, FoundProduct } from './values.js';
