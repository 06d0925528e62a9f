// SPDX-License-Identifier: Apache-2.0

/// What every Vitrine screen shares: tokens and controls (CSS text), icons (path data), words, formats and one DOM helper.
/// Everything is a plain export without side effects, so a bundle holds only what it uses. Imports nothing.

export { adopt, sheet } from './sheet.js';
export { controls, tokens } from './tokens.js';
export { el, icon } from './dom.js';
export type { Child, Props } from './dom.js';
export * as icons from './icons.js';
export { i18n } from './i18n.js';
export type { Strings, Translate } from './i18n.js';
export { clock, dayTime, decimal, elapsed, money, wait, waitStrings } from './formats.js';
