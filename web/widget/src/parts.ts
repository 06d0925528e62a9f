// SPDX-License-Identifier: Apache-2.0
import { icon } from '../../ui/dom.js';
import { h } from './h.js';
import type { VNode } from './h.js';

export function iconButton(key: string, path: string, label: string, onclick: () => void, more: object = {}): VNode {
  return h('button', { key, class: 'i', 'aria-label': label, title: label, onclick, own: (n) => n.append(icon(path)), ...more });
}

export const isPhone = (): boolean => matchMedia('(max-width:640px)').matches;
