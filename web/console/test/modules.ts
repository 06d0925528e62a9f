// SPDX-License-Identifier: Apache-2.0

/// The state modules as one bundle, so that a test sees the same signals as they do.
export * as desk from '../src/state/desk.js';
export * as line from '../src/state/line.js';
export * as login from '../src/state/login.js';
export * as queue from '../src/state/queue.js';
export * as show from '../src/state/show.js';
