// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Me } from '../api.js';
import { fresh } from '../lib/ids.js';
import type { Json } from '../lib/pointer.js';
import { at, edit, trouble } from '../state/site.js';
import { Empty, Field } from './parts.js';
import { Settings } from './save.js';
import { Choice, Text } from './setting.js';

type Reply = { readonly [key: string]: Json; id: string; shortcut: string; text: string };

function One({ i, reply, queues, remove }: { i: number; reply: Reply; queues: readonly { id: string; name: string }[]; remove: () => void }): JSX.Element {
  const pointer = `/settings/canned/${i}`;
  return (
    <section class="card" aria-label={`Reply ${reply.shortcut || i + 1}`}>
      <div class="card-head"><h2>/{reply.shortcut}</h2><button type="button" class="vt-button" aria-label={`Remove /${reply.shortcut}`} onClick={remove}>Remove</button></div>
      <div class="pair wide">
        <Text at={`${pointer}/shortcut`} label="Shortcut" hint="Letters, digits, - and _" maxLength={32} required />
        <Text at={`${pointer}/lang`} label="Language" placeholder="en" maxLength={35} />
        <Choice at={`${pointer}/queue`} label="Queue" options={[['', 'All'], ...queues.map((q) => [q.id, q.name] as const)]} />
      </div>
      <Text at={`${pointer}/text`} label="Text" rows={3} maxLength={4000} required class="broad" />
    </section>
  );
}

export function Canned({ me }: { me: Me }): JSX.Element {
  const [wanted, want] = useState('');
  return (
    <Settings me={me}>
      {() => {
        const list = (at('/settings/canned') ?? []) as readonly Reply[];
        const queues = (at('/settings/queues') ?? []) as readonly { id: string; name: string }[];
        const put = (next: readonly Reply[]): void => edit('/settings/canned', next.length > 0 ? next : undefined);
        const add = (): void => {
          want('');
          put([...list, { id: fresh('reply', list.map((r) => r.id)), shortcut: '', text: '' }]);
          requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-at="/settings/canned/${list.length}/shortcut"]`)?.focus());
        };
        const needle = wanted.toLowerCase();
        const troubled = trouble.value?.pointer.split('/')[3];
        const hits = list.map((reply, i) => ({ reply, i })).filter(({ reply, i }) => String(i) === troubled || `${reply.shortcut} ${reply.text}`.toLowerCase().includes(needle));
        return (
          <>
            <p class="quiet">Associates type / and the shortcut; the text is theirs to change before it is sent.</p>
            <div class="row between">
              {list.length > 5 ? <Field label="Find a reply" quiet>{(wires) => <input {...wires} type="search" class="field" placeholder="Find a reply" value={wanted} onInput={(e) => want(e.currentTarget.value)} />}</Field> : <span />}
              <button type="button" class="vt-button" data-at="/settings/canned" onClick={add}>Add a reply</button>
            </div>
            {list.length === 0 && <Empty title="No replies yet"><p>Write down what is said every day: opening hours, ring sizes, how a repair goes.</p></Empty>}
            {list.length > 0 && hits.length === 0 && <Empty title="Nothing found"><p>No reply has “{wanted}” in it.</p></Empty>}
            {hits.map(({ reply, i }) => <One key={reply.id} i={i} reply={reply} queues={queues} remove={() => put(list.filter((_, k) => k !== i))} />)}
          </>
        );
      }}
    </Settings>
  );
}
