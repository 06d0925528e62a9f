// SPDX-License-Identifier: Apache-2.0
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';

/// What stands in the way, in words, above everything else.
export function bars(app: App): (VNode | false)[] {
  const { link, conv } = app;
  const t = app.more!.t;
  const person = conv?.session.associate && conv.people.get(conv.session.associate.who);
  const name = app.guide();
  const bar = (key: string, text: string, action?: [string, () => void]): VNode => h('div', { key, class: 'bar row' }, h('span', null, text),
    action && h('button', { class: 'n', onclick: action[1] }, action[0]));
  const isDown = link.state === 'retrying' || (link.state === 'connecting' && !!conv?.known);
  return [
    app.follows && bar('tab', t('tab'), [t('here'), () => app.lead()]),
    isDown && bar('down', t(link.failures > 2 && !conv?.known ? 'wall' : 'back')),
    link.state === 'ended' && !app.follows && (link.endCode === 4504
      ? bar('tab', t('tab'), [t('here'), () => app.lead()])
      : bar('ended', t('ended'), [t('again'), () => app.again()])),
    !isDown && conv?.session.state === 'live' && person !== undefined && person.at !== 'here' && bar('away', t(person.at === 'gone' ? 'gone' : 'away', { name })),
    app.ending && h('div', { key: 'really', class: 'bar row', role: 'alertdialog', 'aria-label': t('really') }, h('span', null, t('really')),
      h('button', { class: 'n', ref: (n) => n.focus(), onclick: () => app.askEnd(false) }, t('stay')),
      h('button', { class: 'n', onclick: () => app.leave('session.end') }, app.t('end'))),
  ];
}

/// A refusal in words; empty where nobody needs to hear of it.
export function why(app: App, { code, after, message }: Fault): string {
  const t = app.more!.t;
  if (code === 'view.stale') return '';
  if (code === 'rate.limited') return t('fast', { n: Math.ceil(after / 1000) || 1 });
  if (/^(store|over)/.test(code)) return t('store');
  return code === 'driver.other' ? t('driver', { name: app.guide() }) : t('refused', { why: message });
}
