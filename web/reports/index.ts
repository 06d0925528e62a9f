// SPDX-License-Identifier: Apache-2.0

/// Reports as the console and the admin pages show them: one component, and its style sheet beside it (`reports.css`).

export { Reports } from './reports.js';
