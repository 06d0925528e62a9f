// SPDX-License-Identifier: Apache-2.0

/// The wire's types, guards and frame readers, as generated from protocol/messages; the rest of web/ imports them from here.
export * from '../../protocol/ts/index.js';
