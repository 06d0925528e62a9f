// SPDX-License-Identifier: Apache-2.0
import type { Events, View } from '../../protocol/index.js';
import type { ThreadRow } from '../../transport/core.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { SessionT } from './words-session.js';

export interface PollHost {
  rows: readonly ThreadRow[];
  me: string;
  view: View | null;
  isOpen: boolean;
  picture(media: string, width: number): string;
  vote(d: Events['guest.vote']): void;
  t: SessionT;
}

/// The votes on one slot, by person: the last one of each counts.
function votes(rows: readonly ThreadRow[], poll: number, slot: number): Map<string, number> {
  const by = new Map<string, number>();
  for (const r of rows) {
    const d = r.d as Events['guest.vote'];
    if (r.op === 'guest.vote' && d.poll === poll && d.slot === slot) by.set(r.by, d.value);
  }
  return by;
}

/// Which of these? Each piece with yes and no, and how many have said so.
export function poll(on: PollHost, r: ThreadRow): VNode {
  const { question, slots } = r.d as Events['guest.poll'];
  const { t, me } = on;
  const titles = slots.map((slot) => on.view?.items.find((it) => it.slot === slot)?.title);
  return h('div', { class: 'b poll', role: 'group', 'aria-label': question }, h('p', { dir: 'auto' }, question),
    h('ul', null, ...slots.map((slot, i) => {
      const item = on.view?.items.find((it) => it.slot === slot);
      const piece = t('piece', { n: i + 1 });
      const title = titles[i];
      // Two pictures of one piece are told apart.
      const name = !title ? piece : titles.indexOf(title) === titles.lastIndexOf(title) ? title : `${title}, ${piece}`;
      const cast = votes(on.rows, r.cs, slot);
      const count = (value: number): number => [...cast.values()].filter((v) => v === value).length;
      const button = (value: 1 | -1): VNode => {
        const mine = cast.get(me) === value;
        const word = t(value > 0 ? 'yes' : 'no');
        return h('button', {
          key: String(value), class: `n ${mine ? 'on' : ''}`, 'aria-pressed': String(mine), 'aria-label': `${name}: ${word}`, disabled: !on.isOpen,
          onclick: () => on.vote({ poll: r.cs, slot, value: mine ? 0 : value }),
        }, `${word} ${count(value) || ''}`);
      };
      return h('li', { key: String(slot) }, item && h('img', { key: 'img', src: on.picture(item.media, 160), alt: '' }),
        h('span', { key: 'name' }, name, h('span', { class: 'u' }, `: ${t('votes', { yes: count(1), no: count(-1) })}`)), h('span', { key: 'do', class: 'row' }, button(1), button(-1)));
    })));
}
