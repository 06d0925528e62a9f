// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import { el, i18n, icon, sheet } from '../ui/index.js';
import type { MakeSpinBar } from './kit.js';
import { spinStyles } from './spin-styles.js';
import { spinWords } from './spin-words.js';

/// Buttons and keys for turning a piece, and what is said of it to those who do not see it.

const SAID_MS = 900; // behind what is said of the camera

let looks: CSSStyleSheet | undefined;

export const spinBar: MakeSpinBar = (core, spun) => {
  const { o, root, stage, sync } = core;
  const t = i18n(spinWords, o.strings);
  const { step, play, toggle } = spun;
  let told = '';
  let saying: ReturnType<typeof setTimeout> | undefined;

  const name = (node: HTMLElement, text: string): void => {
    if (node.title === text) return;
    node.title = text;
    node.setAttribute('aria-label', text);
  };
  const button = (path: string, text: string, onclick: () => void): HTMLElement => {
    const node = el('button', { type: 'button', class: 'vt-icon', onclick }, icon(path));
    name(node, text);
    return node;
  };
  const player = button(icons.play, '', play);
  const at = el('span');
  const parts = [button(icons.left, t('spin.before'), () => step(-1)), player, button(icons.right, t('spin.next'), () => step(1)), at];
  const word = el('span');
  const mode = el('button', { type: 'button', class: 'text mode', onclick: toggle }, icon(icons.turn), word);
  const bar = el('div', { class: 'turn float', role: 'group', 'aria-label': t('spin') }, ...parts, mode);

  function key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey || bar.hidden || (e.target as Element).localName === 'input') return;
    const act = e.key === 'r' ? toggle : !spun.on ? undefined : e.key === ' ' && e.target === stage ? play
      : e.key === ',' || (e.key === 'ArrowLeft' && spun.isWhole) ? () => step(-1)
      : e.key === '.' || (e.key === 'ArrowRight' && spun.isWhole) ? () => step(1) : undefined;
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  /// Once it stands; and that it turns, not each frame of it.
  function narrate(): void {
    const { on, rpm, frame, n } = spun;
    const state = on ? `${core.slot()} ${rpm ? 'turns' : frame}` : '';
    if (state === told) return;
    told = state;
    clearTimeout(saying);
    if (!on) return;
    saying = setTimeout(() => {
      const who = sync.view?.driver ?? '';
      const word = rpm ? 'spin.turns' : sync.driving || !who ? 'spin.at' : 'spin.by';
      core.say(t(word, { name: o.names(who), n: frame + 1, all: n }));
    }, SAID_MS);
  }

  core.shadow.adoptedStyleSheets.push((looks ??= sheet(spinStyles)));
  stage.after(bar);
  root.addEventListener('keydown', key, true); // before the tools, whose arrows look around

  return {
    painted() {
      const { on, can, rpm, frame, n } = spun;
      const view = sync.view?.mode;
      bar.hidden = !can || !o.wish.turn || (view !== 'image' && view !== 'spin');
      for (const node of parts) node.hidden = !on;
      stage.classList.toggle('spun', on && spun.isWhole);
      const text = t(on ? 'spin.off' : 'spin.on');
      if (word.textContent !== text) word.textContent = text;
      name(player, t(rpm ? 'spin.stop' : 'spin.play'));
      player.querySelector('path')!.setAttribute('d', rpm ? icons.pause : icons.play);
      at.textContent = `${frame + 1} / ${n}`;
      narrate();
    },
    stop() {
      clearTimeout(saying);
      root.removeEventListener('keydown', key, true);
      bar.remove();
    },
  };
};
