// SPDX-License-Identifier: Apache-2.0

import type { ViewItem } from '../protocol/index.js';
import * as icons from '../ui/icons.js';
import { el, type Translate } from '../ui/index.js';
import { iconButton } from './tools.js';
import type { ToolWord } from './tool-words.js';

export interface Strip {
  readonly node: HTMLElement;
  update(items: readonly ViewItem[], active: number): void;
}

/// A thumb that cannot be had is an empty tile, not the browser's broken picture.
const hide = (e: Event): void => { (e.target as HTMLElement).hidden = true; };

/// The pictures of the view, the one on show marked. Rebuilt only when the list changes.
export function createStrip(
  t: Translate<ToolWord>, src: (media: string, width: number) => string,
  acts: { select(slot: number): void; step(by: number): void; drop(): void; compare(): void },
): Strip {
  const thumbs = el('div', { class: 'thumbs' });
  const before = iconButton(t('viewer.before'), icons.left, () => acts.step(-1));
  const next = iconButton(t('viewer.next'), icons.right, () => acts.step(1));
  const drop = iconButton(t('viewer.drop'), icons.trash, acts.drop);
  const beside = iconButton(t('viewer.compare'), icons.beside, acts.compare);
  const node = el('div', { class: 'strip', role: 'group', 'aria-label': t('viewer.strip') }, before, thumbs, next, beside, drop);
  let built: readonly ViewItem[] = [];
  let shown = 0;

  function build(items: readonly ViewItem[]): void {
    built = items;
    shown = 0;
    thumbs.replaceChildren(...items.map((item, i) => {
      const n = t('viewer.picture', { n: i + 1, all: items.length });
      const label = item.title ? `${item.title}. ${n}` : n;
      return el('button', { type: 'button', class: 'thumb', title: item.title ?? n, 'aria-label': label,
        onclick: () => acts.select(item.slot) }, el('img', { alt: '', loading: 'lazy', onerror: hide, src: src(item.media, 160) }));
    }));
  }

  return {
    node,
    update(items, active) {
      node.hidden = items.length < 2;
      if (items !== built) build(items);
      if (active === shown) return;
      shown = active;
      const at = items.findIndex((i) => i.slot === active);
      before.disabled = at <= 0;
      next.disabled = at === items.length - 1;
      [...thumbs.children].forEach((b, i) => b.setAttribute('aria-current', String(i === at)));
      /* scrollIntoView would scroll the shop's page as well. */
      const thumb = thumbs.children[at] as HTMLElement | undefined;
      if (thumb) thumbs.scrollLeft = thumb.offsetLeft - (thumbs.clientWidth - thumb.offsetWidth) / 2;
    },
  };
}
