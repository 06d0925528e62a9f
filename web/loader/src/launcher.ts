// SPDX-License-Identifier: Apache-2.0
import type { Options } from '../../widget/src/api.js';

declare const __LABELS__: Record<string, string>;

// The unread number's style comes with the widget: before it there is none.
const css = `:host{all:initial;position:fixed;z-index:2147483000;bottom:calc(20px + var(--vitrine-offset-y,0px));right:calc(20px + var(--vitrine-offset-x,0px));font:15px/1.4 system-ui;color-scheme:inherit}
:host([data-left]){right:auto;left:calc(20px + var(--vitrine-offset-x,0px))}
:host([data-light]){color-scheme:light}
:host([data-dark]){color-scheme:dark}
[hidden]{display:none!important}
#go{display:grid;place-items:center;position:relative;width:56px;height:56px;border:0;border-radius:50%;cursor:pointer;color:var(--vitrine-on-accent,#fff);background:var(--vitrine-accent,#1f4d45);box-shadow:0 4px 20px #0004}
#go:focus-visible{outline:3px solid var(--vitrine-focus,CanvasText);outline-offset:3px}
#go:before{content:"";width:24px;height:24px;background:currentColor;clip-path:path("M4 2h16q3 0 3 3v9q0 3-3 3h-8l-6 5v-5h-2q-3 0-3-3v-9q0-3 3-3z");forced-color-adjust:none}
#no{position:absolute;right:0;bottom:56px;width:240px;padding:12px;border-radius:8px;color:CanvasText;background:Canvas;box-shadow:0 4px 20px #0004}`;

export interface Launcher {
  readonly root: ShadowRoot;
  readonly button: HTMLButtonElement;
  say(text: string): void;
  /// Up, where the page has a button of its own below; down again where it has not.
  dodge(): void;
  remove(): void;
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
  if (o.theme) host.dataset[o.theme] = ''; // "auto" is nobody's

  const lang = (o.locale && o.locale !== 'auto' ? o.locale : document.documentElement.lang || navigator.language).slice(0, 2);
  const button = make('button', {
    id: 'go', hidden: String(o.launcher) === 'false', ariaLabel: o.strings?.['launcher'] ?? __LABELS__[lang] ?? 'Ask an advisor', ariaHasPopup: 'dialog',
  });
  const no = make('p', { id: 'no', role: 'alert', hidden: true });
  root.append(button, no);
  document.body.append(host);
  return {
    root, button,
    say: (text) => { no.hidden = !(no.textContent = text); },
    dodge: () => {
      const { x, y, width } = host.getBoundingClientRect();
      let up = 0;
      for (let i = 0; i < 45; i++) {
        const under = document.elementsFromPoint(x + (width * (i % 3)) / 2, y + (width * ((i / 3 | 0) % 3)) / 2 - up).find((e) => e.matches('button,input'));
        if (under) up = y + width - under.getBoundingClientRect().y + 12;
      }
      button.style.translate = `0 ${-up}px`;
    },
    remove: () => host.remove(),
  };
}
