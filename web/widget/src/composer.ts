// SPDX-License-Identifier: Apache-2.0
import { size } from '../../transport/size.js';
import { send } from '../../ui/icons.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { iconButton } from './parts.js';

const MAX_BYTES = 8192;
const NEAR_BYTES = 700;

/// Where something is written. Before the line it asks for help; from then on it sends. Nothing written is ever lost: it goes
/// into the thread, or it stays here with the reason.
export function composer(app: App): VNode {
  const { t, conv, draft, status } = app;
  const state = conv?.session.state ?? 'none';
  const left = MAX_BYTES - size(draft);
  const isAsk = state === 'none' && status?.state !== 'closed';
  const can = !!conv && left >= 0 && (isAsk ? !app.asking : draft.trim() !== '');
  const go = (): void => { if (can) { if (isAsk) app.ask(); else app.say(); } };
  const label = t(isAsk ? 'place' : 'write');
  const note = left < 0 ? t('long', { n: -left }) : app.fault || (left < NEAR_BYTES ? t('left', { n: left }) : '');
  return h('form', { key: 'form', onsubmit: (e: Event) => e.preventDefault() },
    h('p', { class: `q note ${left < 0 || app.fault ? 'bad' : ''}`, role: 'status', hidden: !note }, note),
    h('div', { class: 'box' },
      app.more?.photos?.add(),
      h('textarea', {
        key: 'text', rows: 1, value: draft, placeholder: label, 'aria-label': label, dir: 'auto', autofocus: true,
        oninput: (e: Event) => { app.write((e.target as HTMLTextAreaElement).value); conv?.typingNow(true); },
        onkeydown: (e: KeyboardEvent) => {
          if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
          e.preventDefault();
          go();
        },
      }),
      isAsk ? h('button', { key: 'ask', class: 'n m', disabled: !can, onclick: go }, t('ask'))
        : iconButton('send', send, t('send'), go, { disabled: !can, class: 'i m' })));
}
