// SPDX-License-Identifier: Apache-2.0

/// The transport without the shared view's half, for the widget: that half comes with the viewer's chunk (`sync.ts`).
export { Link } from './link.js';
export type { HelloInit, LinkEvent, LinkState, Saved } from './link.js';
export type { Conversation } from './conversation.js';
export type { ThreadRow } from './thread.js';
export type { Fault } from './fault.js';
