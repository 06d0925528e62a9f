// SPDX-License-Identifier: Apache-2.0

/// What page this is and what product it shows. Reads only; runs after intent.
export { productInPage } from './jsonld.js';
export type { FoundProduct } from './jsonld.js';
export { onRoute } from './route.js';
