// SPDX-License-Identifier: Apache-2.0
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App, Status } from './app.js';
import { choiceStyle } from './choice-style.js';
import type { FloorT } from './floor-chunk.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { Leave } from './leave.js';
import { isPhone } from './parts.js';
import { englishChoice } from './words-choice.js';

type Queue = NonNullable<Status['queues']>[number];

/// "What is it about?": asked once, between the customer's question and the line, where the shop offers several queues that are
/// open. What was written stays; a queue that is closed leads to leaving a message. Returns what asks, or joins where there is
/// nothing to choose.
function prepare(app: App, floorT: FloorT, shut: (q: Queue) => string, leave: Leave, join: () => void): () => void {
  const t = i18n<keyof typeof englishChoice>(englishChoice, app.over);
  const more = app.more!;
  const { arrange } = more;
  let isOpen = false;
  let chosen = '';

  adopt(app.host.root, sheet(choiceStyle));

  const offered = (): Queue[] => app.status?.queues?.filter((q) => q.offered) ?? [];

  const close = (): void => {
    isOpen = false;
    app.draw();
    // Back to what was being written; on a phone the keyboard would cover the number.
    if (!isPhone() || !app.asking) setTimeout(() => app.host.root.querySelector('textarea')?.focus());
  };

  const pick = ({ id, state }: Queue): void => {
    if (state === 'closed') {
      isOpen = false;
      return leave.open(true);
    }
    app.queue = chosen = id;
    join();
    close();
  };

  const stands = (q: Queue): string => {
    if (q.state === 'closed') return `${shut(q)}. ${floorT('leave')}`;
    return t(q.state === 'available' ? 'aboutHere' : 'aboutLater');
  };

  const onKey = (e: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (e.key === 'Escape') close();
    else if (step) {
      const all = [...(e.currentTarget as Element).querySelectorAll<HTMLElement>('.about button')];
      all[(all.indexOf(e.target as HTMLElement) + step + all.length) % all.length]?.focus();
    } else return;
    e.preventDefault();
  };

  const screen = (): VNode => h('div', { key: 'choice', class: 'mid', onkeydown: onKey },
    h('h2', { key: 'about', id: 'about', tabindex: '-1', ref: (n) => setTimeout(() => n.focus()) }, t('about')),
    h('div', { key: 'which', class: 'about', role: 'group', 'aria-labelledby': 'about' },
      ...offered().map((q) => h('button', { key: q.id, onclick: () => pick(q) },
        h('b', { dir: 'auto' }, q.label ?? q.name ?? q.id), h('span', { class: 'q' }, stands(q))))),
    h('div', { key: 'back', class: 'row' }, h('button', { class: 'n', onclick: close }, floorT('leaveBack'))));

  more.arrange = (state, kids) => {
    if (/none|ended/.test(state)) return isOpen ? [screen()] : arrange!(state, kids);
    isOpen = false;
    // The line has been joined: another question may be about something else.
    if (chosen && app.queue === chosen) app.queue = undefined;
    chosen = '';
    return arrange!(state, kids);
  };

  return () => {
    if (offered().filter((q) => q.state !== 'closed').length < 2) return join();
    isOpen = true;
    app.draw();
  };
}

const prepared = new WeakMap<App, () => void>();

function choice(...at: Parameters<typeof prepare>): void {
  const open = prepared.get(at[0]) ?? prepare(...at);
  prepared.set(at[0], open);
  open();
}

export type Choice = typeof choice;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('choice', choice);
