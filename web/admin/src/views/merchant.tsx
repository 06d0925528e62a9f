// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { ask, get, post, Problem, remove } from '../api.js';
import { Act, Field, Section, Show, Sure, useLoad } from './parts.js';
import { Secret, Test } from './signed.js';

/// The address of the shop's own data, and what may be asked there.

interface State { url: string; asks: string[]; formerUntil?: number; why?: string }

const ASKS: readonly (readonly [string, string, string])[] = [
  ['customer', 'Who they are', 'name, since when, tier, notes'],
  ['orders', 'What they have bought', ''],
  ['wishlist', 'What they wish for', 'one key from the viewer'],
  ['reconcile', 'Everybody’s orders of the last day', 'counted for the reports, each once'],
];

function Form({ of, again }: { of: State; again: () => Promise<void> }): JSX.Element {
  const [url, setUrl] = useState(of.url);
  const [asks, choose] = useState<readonly string[]>(of.url === '' ? ['customer', 'orders', 'wishlist'] : of.asks);
  const [fault, tell] = useState<string | null>(null);
  const [secret, show] = useState<string | null>(null);
  const keep = async (): Promise<void> => {
    tell(null);
    try {
      const { body } = await ask<{ secret?: string } | undefined>('PUT', '/merchant', { url: url.trim(), asks });
      if (body?.secret !== undefined) show(body.secret);
      say('Kept.');
      await again();
    } catch (e) {
      if (!(e instanceof Problem) || e.pointer !== '/url') throw e;
      tell(e.message);
    }
  };
  const rotate = async (): Promise<void> => { show((await post<{ secret: string }>('/webhooks/merchant/secret')).secret); await again(); };
  const stop = async (): Promise<void> => { await remove('/webhooks/merchant'); setUrl(''); say('The shop is not asked any more.'); await again(); };
  return (
    <>
      <Field label="Address of your adapter" error={fault} hint="It answers signed questions about customers you have signed for: docs/merchant.md.">
        {(wires) => <input {...wires} class="field broad" type="url" maxLength={2047} placeholder="https://shop.example/vitrine/ask" value={url} onInput={(e) => setUrl(e.currentTarget.value)} />}
      </Field>
      <fieldset class="radios">
        <legend class="label">May be asked</legend>
        {ASKS.map(([name, label, hint]) => <label class="check" key={name}><input type="checkbox" checked={asks.includes(name)} onChange={(e) => choose(e.currentTarget.checked ? [...asks, name] : asks.filter((one) => one !== name))} /><span>{label} <span class="quiet small">{hint}</span></span></label>)}
      </fieldset>
      {of.why !== undefined && <p class="trouble" role="status">The orders could not be read the last time. {of.why}</p>}
      <div class="row">
        <Act label="Keep" main disabled={url.trim() === '' || (url.trim() === of.url && asks.length === of.asks.length && asks.every((one) => of.asks.includes(one)))} run={keep} />
        {of.url !== '' && <><Test id="merchant" />
          <Sure label="New secret" title="Make a new secret?" yes="Make it" run={rotate} quiet><p>For a day every question is signed with both; put the new one in place by then.</p></Sure>
          <Sure label="Stop asking" title="Stop asking the shop?" yes="Stop" run={stop}><p>The console shows nothing of the shop’s own data any more.</p></Sure></>}
      </div>
      {secret !== null && <Secret text={secret} done={() => show(null)} />}
    </>
  );
}

export function MerchantSection(): JSX.Element {
  const [state, again] = useLoad(() => get<State>('/merchant'));
  return (
    <Section title="Shop data" intro="Beside a conversation the associate sees what your shop knows of the customer. It is asked for at that moment and never stored here.">
      <Show of={state} again={again}>{(of) => <Form of={of} again={again} />}</Show>
    </Section>
  );
}
