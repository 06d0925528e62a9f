// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Me } from '../api.js';
import { fresh, fromLocal, toLocal } from '../lib/ids.js';
import type { Json } from '../lib/pointer.js';
import { at, edit } from '../state/site.js';
import { Empty, Field, Section } from './parts.js';
import { Settings } from './save.js';
import { Choice, Flag, Text, Whole, wrong } from './setting.js';
import { Words } from './words.js';

type Notice = { readonly [key: string]: Json; id: string };

function Moment({ at: pointer, label }: { at: string; label: string }): JSX.Element {
  return (
    <Field label={label} error={wrong(pointer)}>
      {(wires) => <input {...wires} type="datetime-local" class="field" data-at={pointer} value={toLocal(at(pointer) as string | undefined)} onInput={(e) => edit(pointer, fromLocal(e.currentTarget.value))} />}
    </Field>
  );
}

function One({ i, remove }: { i: number; remove: () => void }): JSX.Element {
  const pointer = `/settings/notices/${i}`;
  return (
    <section class="card" aria-label={`Notice ${i + 1}`}>
      <div class="card-head"><h2>Notice {i + 1}</h2><button type="button" class="vt-button" aria-label={`Remove notice ${i + 1}`} onClick={remove}>Remove</button></div>
      <Choice at={`${pointer}/kind`} label="About" options={[['special', 'Something special'], ['load', 'A long wait'], ['tip', 'A tip while waiting']]} />
      <Words at={`${pointer}/text`} label="Text" rows={2} maxLength={500} required />
      <Text at={`${pointer}/url`} label="Link" hint="https://… or / for a page of the shop. May be left empty." placeholder="/repairs/" />
      <div class="pair wide"><Moment at={`${pointer}/from`} label="From" /><Moment at={`${pointer}/until`} label="Until" /></div>
      <Whole at={`${pointer}/when/waitingOver`} label="Only while more than so many wait" placeholder="always" />
    </section>
  );
}

export function Notices({ me }: { me: Me }): JSX.Element {
  return (
    <Settings me={me}>
      {() => {
        const list = (at('/settings/notices') ?? []) as readonly Notice[];
        const put = (next: readonly Notice[]): void => edit('/settings/notices', next.length > 0 ? next : undefined);
        return (
          <>
            <p class="quiet">What customers read while they wait, at most one at a time.</p>
            {list.length === 0 && <Empty title="No notices"><p>Say why the wait is long today, or what to have at hand.</p></Empty>}
            {list.map((_, i) => <One key={i} i={i} remove={() => put(list.filter((__, k) => k !== i))} />)}
            <div class="row"><button type="button" class="vt-button" data-at="/settings/notices" onClick={() => put([...list, { id: fresh('notice', list.map((n) => n.id)), kind: 'special', text: '' }])}>Add a notice</button></div>
            <Section title="Greeting" intro="Said by name to who waits, on the piece they look at.">
              <Flag at="/settings/greeting/on" label="Greet customers who wait" />
              <Words at="/settings/greeting/text" label="Words" rows={2} maxLength={200} />
              <Text at="/settings/greeting/sku" label="Show this piece" hint="A product's number. Left empty: what they look at." maxLength={64} />
            </Section>
          </>
        );
      }}
    </Settings>
  );
}
