// SPDX-License-Identifier: Apache-2.0
import { dayTime, wait } from '../../ui/formats.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { thread } from './thread.js';

/// Before anything: the piece in view, the question, who is there.
export function start(app: App): VNode {
  const { t, product, conv } = app;
  if (conv?.rows.length) return thread(app);
  return h('div', { key: 'start', class: 'mid' },
    ...(product && app.more?.hero(app, product)) ?? [],
    h('h2', null, t('hello')),
    presence(app));
}

/// Honest about who is there; nothing until the server has said it.
export function presence(app: App): VNode | null {
  const { status, t, link } = app;
  if (!status) return h('p', { class: 'q', hidden: link.state !== 'connecting' }, t('join'));
  const { state, nextOpenTime } = status;
  if (state !== 'closed') return h('p', { class: 'q' }, t(state === 'available' ? 'open' : 'desk'));
  return h('p', { class: 'q' }, nextOpenTime ? `${t('shut', { when: dayTime(nextOpenTime, app.locale) })}. ` : '', t('leave'));
}

/// The number is the largest thing, and nothing pushes it away.
export function waiting(app: App, state: string): VNode {
  const { t, conv } = app;
  const { position, eta } = conv!.session;
  const product = app.ref();
  return h('div', { key: 'wait', class: 'mid ctr' },
    state === 'claimed' || !position
      ? h('h2', { key: 'soon', class: '' }, t('soon'))
      : h('div', { key: 'num' }, h('p', null, t('line')), h('p', { class: 'big' }, String(position)), eta && h('p', null, wait(eta as [number, number], t) + '.')),
    h('p', { class: 'q' }, t('kept')),
    ...conv!.rows.slice(-1).map((r) => h('p', { class: 'q' }, `${t('you')}: ${(r.d as { body: { text?: string } }).body.text ?? ''}`)),
    product && app.more?.card(app, product),
    h('button', { class: 'n', onclick: () => app.leave('queue.leave') }, t('out')));
}
