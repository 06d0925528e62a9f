// SPDX-License-Identifier: Apache-2.0
import type { Requests } from '../../protocol/index.js';
import { clock } from '../../ui/formats.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { SharingKey, SharingT } from './words-sharing.js';

export type Capability = Requests['consent.give']['capabilities'][number];
export const ACTS: readonly Capability[] = ['scroll', 'click', 'fill'];
/// In the order they are asked for. The last two are not about the page.
export const ALL: readonly Capability[] = ['mirror', 'point', 'scroll', 'click', 'fill', 'navigate', 'trail', 'contact'];
const ON_PAGE = /^(point|scroll|click|fill)$/;

/// One switch for each; what happens on the page needs that the page is seen.
export function switches(t: SharingT, caps: readonly Capability[], isOn: (c: Capability) => boolean, set: (c: Capability, on: boolean) => void, seen: boolean): VNode {
  return h('div', { key: 'caps', class: 'caps', role: 'group' }, ...caps.map((c) => h('label', { key: c },
    h('input', {
      type: 'checkbox', role: 'switch', checked: isOn(c) && (seen || !ON_PAGE.test(c)), disabled: !seen && ON_PAGE.test(c),
      onchange: (e: Event) => set(c, (e.target as HTMLInputElement).checked),
    }),
    h('span', null, t(`shareCan_${c}` as SharingKey)))));
}

export interface Question {
  caps: readonly Capability[];
  title: string;
  text?: string | undefined;
  large: boolean;
  picked: Set<Capability>;
}

/// The question, over everything. Both answers are one press of the same size away; Esc is no.
export function question(t: SharingT, q: Question, draw: () => void, answer: (yes: boolean) => void): VNode {
  const seen = q.picked.has('mirror') || !q.caps.includes('mirror');
  return h('dialog', {
    key: 'may', class: 'ask-may', role: 'alertdialog', 'aria-labelledby': 'vt-may', 'aria-describedby': 'vt-may-text',
    ref: (n) => {
      (n as HTMLDialogElement).showModal();
      n.querySelector<HTMLElement>('h2')!.focus();
    },
    oncancel: (e: Event) => { e.preventDefault(); answer(false); },
    onkeydown: (e: KeyboardEvent) => e.stopPropagation(),
  },
  h('h2', { id: 'vt-may', tabIndex: -1 }, q.title),
  q.text && h('q', { key: 'text', dir: 'auto' }, q.text),
  h('p', { key: 'what', id: 'vt-may-text', class: 'q' }, [t('sharePrivate'), q.caps.some((c) => c === 'click' || c === 'fill') && t('shareNever'), q.large && t('shareLarge')].filter(Boolean).join(' ')),
  switches(t, q.caps, (c) => q.picked.has(c), (c, on) => {
    if (on) q.picked.add(c);
    else q.picked.delete(c);
    draw();
  }, seen),
  h('div', { key: 'two', class: 'two' },
    h('button', { class: 'n', onclick: () => answer(false) }, t('shareNo')),
    h('button', { class: 'n', disabled: !q.picked.size, onclick: () => answer(true) }, t('shareYes'))));
}

export interface Entry { ts: number; what: 'ask' | 'give' | 'refuse' | 'stop'; caps: string[] }

/// What was asked, allowed, refused and ended, newest first.
export function ledger(t: SharingT, entries: readonly Entry[], locale: string): VNode {
  const names = (caps: string[]): string => caps.map((c) => t(`shareCan_${c}` as SharingKey)).join(', ');
  return h('div', { key: 'ledger' }, h('h3', null, t('shareLedger')),
    h('ol', null, ...entries.map((e) => h('li', null, `${clock(e.ts, locale)} · ${t(`shareLedger_${e.what}`, { what: names(e.caps) })}`))));
}
