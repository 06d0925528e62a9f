// SPDX-License-Identifier: Apache-2.0

/// The line to the server, shared by widget and console: one link with its conversations, and the leader among tabs.
export { Link } from './link.js';
export type { HelloInit, LinkEvent, LinkEvents, LinkOptions, LinkState, Saved } from './link.js';
export { Conversation } from './conversation.js';
export type { ConversationEvents, Motion, Pointer, Stroke } from './conversation.js';
export type { ThreadRow } from './thread.js';
export type { ViewPatch } from './view.js';
export { Fault } from './fault.js';
export { Leader } from './leader.js';
export { Emitter } from './emitter.js';
export type { Undo } from './emitter.js';
