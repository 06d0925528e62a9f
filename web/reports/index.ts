// SPDX-License-Identifier: Apache-2.0

/// Reports as the console and the admin pages show them: one component, and its style sheet beside it (`reports.css`).

export { Reports } from './reports.js';
export { dayIn, load, write } from './data.js';
export type { Report } from './data.js';
