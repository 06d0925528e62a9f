// SPDX-License-Identifier: Apache-2.0
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';

/// The place of the viewer. The chunk that fills it is asked for when there is a view, and only then.
export function stage(app: App): VNode {
  return h('div', { key: 'see', class: 'see', own: (root) => void app.viewing().then(({ show }) => show(app, root), (e) => app.fail(e as never)) });
}
