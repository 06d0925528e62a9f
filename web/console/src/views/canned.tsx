// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { fill, find, sought } from '../lib/canned.js';
import type { Canned } from '../api.js';
import { cannedFor } from '../state/house.js';
import { who } from '../state/login.js';
import type { Talk } from '../state/talk.js';

/// The replies a draft that begins with a slash looks for; null: it looks for none.
export function cannedOf(talk: Talk, draft: string): Canned[] | null {
  const text = sought(draft);
  return text === null ? null : find(cannedFor(talk.conversation.value?.session.queue), text);
}

export function filled(talk: Talk, reply: Canned): string {
  const me = who.peek();
  const name = talk.customer?.name ?? '';
  return fill(reply.text, {
    // "Visitor 12" is our own name for somebody; nobody is greeted by it.
    customer: /^(Visitor|Customer) \d+$/.test(name) ? '' : name,
    associate: me.at === 'in' ? me.me.name : '', shop: me.at === 'in' ? me.me.site.name : '',
    reference: talk.conversation.peek()?.session.reference ?? '',
  });
}

/// The list over the composer. The field keeps the focus and names the chosen row.
export function CannedList({ talk, found, at, pick }: { talk: Talk; found: readonly Canned[]; at: number; pick(reply: Canned): void }): JSX.Element {
  return (
    <ul class="canned" id="canned" role="listbox" aria-label="Canned replies">
      {found.length === 0 && <li class="canned-none" role="option" aria-selected={false} aria-disabled="true">No canned reply has this</li>}
      {found.map((reply, i) => (
        <li key={reply.id} id={`canned-${i}`} role="option" aria-selected={i === at} class="canned-one" onPointerDown={(e) => { e.preventDefault(); pick(reply); }}>
          <span class="canned-short">/{reply.shortcut.replace(/^\//, '')}</span><span class="canned-text">{filled(talk, reply)}</span>
        </li>
      ))}
    </ul>
  );
}
