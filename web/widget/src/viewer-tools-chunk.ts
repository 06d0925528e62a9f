// SPDX-License-Identifier: Apache-2.0
import { acting } from '../../transport/acting.js';
import { equip } from '../../viewer/equip.js';

/// The viewer's tools, and the line's half that carries what they do. Loaded when the first picture is on show.
const tools = { acting, equip };

export type ViewerTools = typeof tools;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer-tools', tools);
