// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import type { Translate } from '../ui/index.js';
import type { CompareWord } from './compare-words.js';
import type { Core, Lent } from './kit.js';

/// What can be done with pieces side by side, in the place of the strip, and the millimetre bar on the stage.
export interface Beside {
  readonly row: HTMLElement;
  readonly rule: HTMLElement;
  /// `perMm`: px a millimetre as drawn now; `here`: as this screen has them, 0 when it is not known.
  update(truly: boolean, life: boolean, perMm: number, here: number): void;
}

type Acts = Record<'choose' | 'truly' | 'swap' | 'leave' | 'life' | 'card', () => void>;

export function createBeside(core: Core, { el, iconButton, number }: Lent, t: Translate<CompareWord>, acts: Acts): Beside {
  const { sync } = core;
  const button = (word: CompareWord, path: string, onclick: () => void): HTMLButtonElement =>
    iconButton(t(word), path, onclick);
  const scale = button('compare.true', icons.ruler, acts.truly);
  const own = el('button', { type: 'button', class: 'vt-icon life', onclick: acts.life }, t('compare.life'));
  /* In octaves, so that each step of the slider is as much closer as the one before. */
  const zoom = el('input', { type: 'range', min: '0', step: '0.05', 'aria-label': t('compare.zoom'),
    oninput: () => sync.move({ ...sync.camera, scale: 2 ** Number(zoom.value) }), onchange: sync.rest });
  const row = el('div', { class: 'strip side', role: 'toolbar', 'aria-label': t('compare.bar') }, scale, own,
    button('compare.swap', icons.swap, acts.swap), zoom, button('compare.other', icons.beside, acts.choose),
    button('compare.leave', icons.whole, acts.leave));
  const length = el('i');
  const says = el('span');
  const rule = el('button', { type: 'button', class: 'rule float', title: t('compare.card'), onclick: acts.card }, length, says);
  return {
    row, rule,
    update(truly, life, perMm, here) {
      scale.setAttribute('aria-pressed', String(truly));
      own.setAttribute('aria-pressed', String(life));
      own.hidden = rule.hidden = !truly || perMm === Infinity;
      zoom.max = String(Math.log2(sync.max));
      zoom.value = String(Math.log2(sync.camera.scale));
      zoom.setAttribute('aria-valuetext', `${number.format(sync.camera.scale)}×`);
      if (rule.hidden) return;
      const n = perMm * 30 > core.frame.width ? 1 : 10; // so long a bar would be in the way
      length.style.width = `${n * perMm}px`;
      const text = `${n} mm${here ? ` · ${t('compare.ratio', { x: number.format(perMm / here) })}` : ''}`;
      if (says.textContent !== text) says.textContent = text;
    },
  };
}
