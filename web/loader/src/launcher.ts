// SPDX-License-Identifier: Apache-2.0
import type { Options } from '../../widget/src/api.js';
import { css } from './launcher-style.js';

declare const __LABELS__: Record<string, string>;
declare const __WORDS__: string;

export interface Launcher {
  readonly root: ShadowRoot;
  readonly button: HTMLButtonElement;
  readonly locale: string;
  /// The file of its words, when there is one.
  readonly words: string | undefined;
  say(text: string): void;
  /// Up, where the page has a button of its own below; down again where it has not.
  dodge(): void;
}

/// One quiet button in a shadow root of its own; the widget's panel goes into the same root. Light or dark as the page is,
/// unless told otherwise: a shop without a dark side gets no dark panel.
export function createLauncher(o: Options): Launcher {
  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, more: object): HTMLElementTagNameMap[K] =>
    Object.assign(document.createElement(tag), more);
  const host = make('vitrine-help' as 'div', {});
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  if (o.position === 'left') host.dataset.left = '';
  if (o.theme) host.style.colorScheme = o.theme; // "auto" is no colour scheme: it stays the page's

  const locale = o.locale && o.locale !== 'auto' ? o.locale : document.documentElement.lang || navigator.language;
  const lang = locale.slice(0, 2);
  const label = __LABELS__[lang];
  const button = make('button', {
    id: 'go', hidden: String(o.launcher) === 'false', ariaLabel: o.strings?.['launcher'] ?? label ?? 'Ask an advisor', ariaHasPopup: 'dialog',
  });
  const no = make('p', { id: 'no', role: 'alert', hidden: true });
  root.append(button, no);
  document.body.append(host);
  return {
    root, button, locale, words: label && `${lang}-${__WORDS__}.json`,
    say: (text) => { no.hidden = !(no.textContent = text); },
    dodge: () => {
      const { x, right, width, bottom } = host.getBoundingClientRect();
      let low = bottom;
      [...document.querySelectorAll('button,input')].map((e) => ({ e, r: e.getBoundingClientRect() })).sort((a, b) => b.r.y - a.r.y).forEach(({ e, r }) => {
        if (r.x < right && r.right > x && r.y < low && r.bottom > low - width
          && document.elementsFromPoint((r.x + r.right) / 2, (r.y + r.bottom) / 2).includes(e)) low = r.y - 12;
      });
      button.style.translate = `0 ${low - bottom}px`;
    },
  };
}
