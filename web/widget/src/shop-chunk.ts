// SPDX-License-Identifier: Apache-2.0
import { adapterOf } from '../../detect/adapters.js';
import { platformOf } from '../../detect/platform.js';

/// The half of detection that knows shop systems, for pages made by one: what they leave in a page, and how a piece is put into their bag.
const shop = () => ({ platform: platformOf(window as never, document), adapter: adapterOf(window as never, document) });
export type MakeShop = typeof shop;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('shop', shop);
