// SPDX-License-Identifier: Apache-2.0

import { askStyles } from './ask-styles.js';
import { askWords, type AskWord } from './ask-words.js';
import type { Asking } from './kit.js';

/// What is asked about pieces side by side: which ones, and how large this screen is, as no browser says so and a bank card does.

const MOST = 4;
const SHORT_MM = 53.98; // ISO/IEC 7810 ID-1, its short side: the long one is wider than a phone
const FIRST = 4.2; // px a millimetre of common screens, to begin with

let looks: CSSStyleSheet | undefined;

export const asking: Asking = (core, { el, i18n, sheet }) => {
  const { o, sync } = core;
  const t = i18n(askWords, o.strings);
  core.shadow.adoptedStyleSheets.push((looks ??= sheet(askStyles)));

  /// A dialog over everything: the browser keeps the focus in it and gives it back, Esc ends it. Returns its main button.
  function ask(inside: (Node | string)[], word: AskWord, done: () => void): HTMLButtonElement {
    const go = el('button', { type: 'submit', class: 'main' }, t(word));
    const dialog = el('dialog', { 'aria-label': t(word), onclose: () => dialog.remove(), onkeydown: (e: Event) => e.stopPropagation() },
      el('form', { method: 'dialog', onsubmit: done }, ...inside,
        el('div', { class: 'does' }, el('button', { type: 'button', onclick: () => dialog.close() }, t('ask.cancel')), go)));
    core.root.append(dialog);
    dialog.showModal();
    return go;
  }

  return {
    choose(chosen) {
      const { items = [], compare, active, mode } = sync.view ?? {};
      if (items.length < 2) return;
      const before = mode === 'compare' ? compare?.slots ?? [] : [active!];
      const boxes = items.map(({ slot }) => el('input', { type: 'checkbox', value: String(slot), checked: before.includes(slot), onchange: check }));
      const list = el('ul', null, ...items.map(({ media, title = '' }, i) => el('li', null,
        el('label', null, boxes[i], el('img', { alt: '', src: o.src(media, 160) }), `${i + 1}. ${title}`))));
      const picked = (): number[] => boxes.filter((b) => b.checked).map((b) => Number(b.value));
      const go = ask([el('p', null, t('ask.which')), list], 'ask.go', () => {
        const slots = picked();
        chosen([...before.filter((s) => slots.includes(s)), ...slots.filter((s) => !before.includes(s))]);
      });
      function check(): void {
        const n = picked().length;
        for (const b of boxes) b.disabled = n >= MOST && !b.checked;
        go.disabled = n < 2;
      }
      check();
    },
    card(now, done) {
      const frame = el('div', { class: 'pay' });
      const fit = (): void => { frame.style.width = `${SHORT_MM * Number(slider.value)}px`; };
      const slider = el('input', { type: 'range', min: '2', max: '12', step: '0.02', 'aria-label': t('ask.hold'), oninput: fit });
      slider.value = String(now || FIRST);
      fit();
      ask([el('p', null, t('ask.hold')), frame, slider], 'ask.fits', () => done(Number(slider.value)));
    },
  };
};
