// SPDX-License-Identifier: Apache-2.0
import type { ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';

/// The thread further up: what is read stays where it is.
export const older = (app: App, log: HTMLElement): VNode => h('button', { class: 'n', onclick: () => {
  const from = log.scrollHeight - log.scrollTop;
  app.conv?.older().then(() => queueMicrotask(() => { log.scrollTop = log.scrollHeight - from; }), (e) => app.fail(e as never));
} }, app.more!.t('older'));

const told = new WeakSet<ThreadRow>();

/// A row that cannot be drawn says so in its place. The page hears of it once, without a word of what is in it.
export function lost(app: App, r: ThreadRow, why: unknown): VNode {
  if (!told.has(r)) {
    console.error(why);
    app.host.fire('error', { code: 'row', message: `${r.op} cannot be shown`, retry: false });
  }
  told.add(r);
  return h('li', { key: r.key, class: 'q' }, app.more!.t('lost'));
}

/// A message that did not go: again, or not at all.
export function failed(app: App, r: ThreadRow): VNode {
  const { t } = app.more!;
  return h('p', { class: 'q row' }, h('span', { class: 'bad' }, t('failed')),
    h('button', { class: 'n', onclick: () => app.conv?.retry(r) }, t('retry')),
    h('button', { class: 'n', onclick: () => app.conv?.discard(r) }, t('drop')));
}
