// SPDX-License-Identifier: Apache-2.0

/// The line to the server, shared by widget and console: one link with its conversations, and the leader among tabs.
///
/// Here the link comes with the shared view's half plugged in. The widget takes `core.ts` and plugs it in with the viewer's chunk.
export { Link } from './many.js';
export type { Wishes } from './wishes.js';
export type { HelloInit, LinkEvent, LinkEvents, LinkOptions, LinkState, Saved } from './link.js';
export { Conversation } from './conversation.js';
export type { ConversationEvents, Motion, Pointer, Stroke } from './conversation.js';
export { Watching } from './watching.js';
export type { Seen, Why } from './watching.js';
export type { ThreadRow } from './thread.js';
export type { ViewPatch } from './view.js';
export { Fault } from './fault.js';
export { Leader } from './leader.js';
export { Emitter } from './emitter.js';
export type { Undo } from './emitter.js';
