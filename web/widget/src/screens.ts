// SPDX-License-Identifier: Apache-2.0
import { wait } from '../../ui/formats.js';
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

/// Honest about who is there; nothing until the server has said it. When somebody is not, floor-chunk.ts has the words.
export function presence(app: App): VNode | null {
  const { status, t, link } = app;
  const text = status ? status.state === 'available' && t('open') : link.state === 'connecting' && t('join');
  return h('p', { key: 'who', class: 'q', hidden: !text }, text);
}

/// The number is the largest thing, and nothing pushes it away. What else is said to those who wait is floor-chunk.ts's.
export function waiting(app: App, state: string): VNode {
  const { t, conv } = app;
  const { position, eta } = conv!.session;
  return h('div', { key: 'wait', class: 'mid ctr' },
    state === 'claimed' || !position
      ? h('h2', { key: 'soon', class: '' }, t('soon'))
      : h('div', { key: 'num' }, h('p', null, t('line')), h('p', { class: 'big' }, String(position)), eta && h('p', null, wait(eta as [number, number], t) + '.')),
    h('button', { key: 'out', class: 'n', onclick: () => app.leave('queue.leave') }, t('out')));
}
