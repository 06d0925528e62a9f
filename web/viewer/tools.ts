// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import { el, icon, type Translate } from '../ui/index.js';
import { COLOURS } from './palette.js';
import type { ToolWord } from './tool-words.js';

export type Tool = 'move' | 'laser' | 'ink' | 'circle' | 'arrow';
export const TOOLS: readonly Tool[] = ['move', 'laser', 'ink', 'circle', 'arrow'];
export const isPen = (tool: Tool): tool is 'ink' | 'circle' | 'arrow' => TOOLS.indexOf(tool) > 1;

export interface ToolActs {
  pick(tool: Tool): void;
  colour(n: number): void;
  zoom(factor: number): void;
  whole(): void;
  undo(): void;
  clear(): void;
}

export interface Tools {
  /// The row of tools, and what a pen adds while one is picked.
  readonly row: HTMLElement;
  readonly pens: HTMLElement;
  update(s: { tool: Tool; colour: number; scale: string; max: boolean; min: boolean; own: boolean }): void;
}

const PATHS = { move: icons.move, laser: icons.laser, ink: icons.pen, circle: icons.circle, arrow: icons.arrow };

const press = (button: HTMLElement, on: boolean): void => button.setAttribute('aria-pressed', String(on));

/// Attributes and not their reflecting properties: Firefox has those only since 119.
export function name(node: HTMLElement, label: string): void {
  if (node.getAttribute('aria-label') !== label) node.setAttribute('aria-label', label);
  node.title = label;
}

/// An icon button with its label as name and tooltip.
export function iconButton(label: string, inside: string | Element, onclick: () => void, more = ''): HTMLButtonElement {
  const button = el('button', { type: 'button', class: `vt-icon ${more}`, onclick }, typeof inside === 'string' ? icon(inside) : inside);
  name(button, label);
  return button;
}

export function createTools(t: Translate<ToolWord>, acts: ToolActs): Tools {
  const picks = TOOLS.map((tool) => iconButton(t(`viewer.${tool}`), PATHS[tool], () => acts.pick(tool)));
  const further = iconButton(t('viewer.out'), icons.minus, () => acts.zoom(1 / 1.6), 'further');
  const closer = iconButton(t('viewer.in'), icons.plus, () => acts.zoom(1.6));
  const whole = el('button', { type: 'button', class: 'vt-icon scale', onclick: acts.whole });
  const swatches = COLOURS.map((value, n) => {
    const node = iconButton(t('viewer.colour', { n: n + 1 }), el('i'), () => acts.colour(n), 'swatch');
    node.style.setProperty('--c', value);
    return node;
  });
  const undo = iconButton(t('viewer.undo'), icons.undo, acts.undo);
  const clear = iconButton(t('viewer.clear'), icons.eraser, acts.clear);

  return {
    row: el('div', { class: 'tools', role: 'toolbar', 'aria-label': t('viewer.tools') }, ...picks, further, whole, closer),
    pens: el('div', { class: 'pens float' }, ...swatches, undo, clear),
    update(s) {
      picks.forEach((b, i) => press(b, TOOLS[i] === s.tool));
      swatches.forEach((b, i) => press(b, i === s.colour));
      further.disabled = whole.disabled = s.min;
      closer.disabled = s.max;
      undo.disabled = clear.disabled = !s.own;
      whole.textContent = `${s.scale}×`;
      name(whole, t('viewer.whole', { scale: s.scale }));
    },
  };
}
