// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { ask, get, post, Problem, remove } from '../api.js';
import { ago, count, when } from '../lib/words.js';
import { MerchantSection } from './merchant.js';
import { Act, Dialog, Empty, Field, Section, Show, Sure, useLoad } from './parts.js';
import { Secret, Test } from './signed.js';

/// Which of the shop's servers are told what happens, and how that goes.

export interface Hook {
  id: string; url: string; events: string[]; texts: boolean; state: 'on' | 'failing' | 'off'; why?: string;
  created: number; waiting: number; lost: number; next?: number; failing?: number; formerUntil?: number;
}
interface Kind { name: string; help: string; texts?: string }
interface All { webhooks: Hook[]; events: Kind[] }
interface Delivery { id: string; type: string; conversation: string; state: 'waiting' | 'sent'; created: number; tries: number; tried?: number; status?: number; took?: number; next?: number; why?: string }
interface Made { id: string; secret: string }

const states: Record<Hook['state'], string> = { on: 'On', failing: 'Failing', off: 'Switched off' };

function Edit({ kinds, of, close, done }: { kinds: readonly Kind[]; of: Hook | null; close: () => void; done: (made: Made | null) => Promise<void> }): JSX.Element {
  const [url, setUrl] = useState(of?.url ?? '');
  const [events, choose] = useState<readonly string[]>(of?.events ?? []);
  const [texts, setTexts] = useState(of?.texts ?? false);
  const [fault, tell] = useState<{ pointer: string; text: string } | null>(null);
  const keep = async (): Promise<void> => {
    tell(null);
    try {
      const body = { url: url.trim(), events, texts };
      await done(of === null ? await post<Made>('/webhooks', body) : ((await ask('PUT', `/webhooks/${of.id}`, body)), null));
    } catch (e) {
      if (!(e instanceof Problem) || (e.pointer !== '/url' && e.pointer !== '/events')) throw e;
      tell({ pointer: e.pointer, text: e.message });
    }
  };
  return (
    <Dialog label={of === null ? 'Add a webhook' : 'Change the webhook'} close={close}>
      <Field label="Address" error={fault?.pointer === '/url' ? fault.text : null} hint="Of your server, by https.">
        {(wires) => <input {...wires} class="field broad" type="url" maxLength={2047} placeholder="https://shop.example/vitrine" value={url} onInput={(e) => setUrl(e.currentTarget.value)} />}
      </Field>
      <fieldset class="radios">
        <legend class="label">Events</legend>
        {kinds.map(({ name, help }) => (
          <label class="check" key={name}><input type="checkbox" checked={events.includes(name)} onChange={(e) => choose(e.currentTarget.checked ? [...events, name] : events.filter((one) => one !== name))} />
            <span><code>{name}</code> <span class="quiet small">{help}</span></span></label>
        ))}
        {fault?.pointer === '/events' && <p class="trouble" role="alert">{fault.text}</p>}
      </fieldset>
      <label class="check"><input type="checkbox" checked={texts} onChange={(e) => setTexts(e.currentTarget.checked)} />
        <span>Send what people wrote, too <span class="quiet small">messages, ratings, names and addresses; without this, ids and states alone</span></span></label>
      <div class="sheet-do"><button type="button" class="vt-button" onClick={close}>Cancel</button><Act label={of === null ? 'Add' : 'Keep'} main disabled={url.trim() === '' || events.length === 0} run={keep} /></div>
    </Dialog>
  );
}

function Deliveries({ of }: { of: Hook }): JSX.Element {
  const [state, again] = useLoad(() => get<{ deliveries: Delivery[] }>(`/webhooks/${of.id}/deliveries?limit=50`), [of.waiting, of.state]);
  return (
    <Show of={state} again={again}>{({ deliveries }) => deliveries.length === 0 ? <p class="quiet">Nothing was sent yet.</p> : (
      <table class="table">
        <caption class="vt-unseen">What was sent last</caption>
        <thead><tr><th scope="col">Event</th><th scope="col">When</th><th scope="col">Answer</th></tr></thead>
        <tbody>
          {deliveries.map((one) => (
            <tr key={one.id}>
              <th scope="row" class="break"><code>{one.type}</code></th>
              <td data-label="When">{when(one.created)}</td>
              <td data-label="Answer" class="break">{one.state === 'sent' ? `${one.status}, ${one.took} ms` : one.tries === 0 ? 'Waiting' : (one.why ?? 'Waiting')}
                {one.tries > 1 && <span class="under">{count(one.tries, 'try', 'tries')}</span>}{one.state === 'waiting' && one.next !== undefined && <span class="under">next {ago(one.next)}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}</Show>
  );
}

function One({ of, kinds, again, shown }: { of: Hook; kinds: readonly Kind[]; again: () => Promise<void>; shown: (secret: string) => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const [editing, edit] = useState(false);
  const then = (run: () => Promise<unknown>, words: string) => async (): Promise<void> => { await run(); say(words); await again(); };
  const wake = then(() => post(`/webhooks/${of.id}/retry`), 'What waits is sent now.');
  const rotate = async (): Promise<void> => { shown((await post<Made>(`/webhooks/${of.id}/secret`)).secret); await again(); };
  return (
    <Section title={new URL(of.url).host}>
      <p class="break"><code>{of.url}</code></p>
      <p><strong class={of.state === 'on' ? 'good' : 'trouble'}>{states[of.state]}</strong>{of.waiting > 0 && `, ${count(of.waiting, 'event')} waiting`}{of.state === 'failing' && of.next !== undefined && `, asked again ${ago(of.next)}`}.
        {of.state === 'off' && ' Nothing was taken for a day, or the address said that it is gone. Events wait for a week.'}{of.why !== undefined && ` ${of.why}`}</p>
      {of.lost > 0 && <p class="trouble">{count(of.lost, 'event')} came while the queue was full and {of.lost === 1 ? 'is' : 'are'} lost.</p>}
      {of.formerUntil !== undefined && <p class="quiet">The secret before signs beside the new one for a day.</p>}
      <p class="quiet small">{of.events.join(', ')}{of.texts && '; with texts'}</p>
      <div class="row">
        <Test id={of.id} />
        {(of.state !== 'on' || of.waiting > 0) && <Act label={of.state === 'off' ? 'Switch it on' : 'Try again now'} run={wake} />}
        <button type="button" class="vt-button" onClick={() => edit(true)}>Change</button>
        <Sure label="New secret" title="Make a new secret?" yes="Make it" run={rotate} quiet><p>For a day everything is signed with both; put the new one in place by then.</p></Sure>
        <Sure label="Remove" title="Remove the webhook?" yes="Remove" run={then(() => remove(`/webhooks/${of.id}`), 'Removed.')}><p>What waits for it is not sent any more.</p></Sure>
        <button type="button" class="vt-button" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? 'Hide' : 'What was sent'}</button>
      </div>
      {open && <Deliveries of={of} />}
      {editing && <Edit kinds={kinds} of={of} close={() => edit(false)} done={async () => { edit(false); say('Kept.'); await again(); }} />}
    </Section>
  );
}

function List({ of: { webhooks, events }, again }: { of: All; again: () => Promise<void> }): JSX.Element {
  const [adding, add] = useState(false);
  const [secret, show] = useState<string | null>(null);
  const added = async (made: Made | null): Promise<void> => {
    add(false);
    await again();
    if (made) show(made.secret);
  };
  return (
    <>
      <div class="row"><button type="button" class="vt-button vt-main" onClick={() => add(true)}>Add a webhook</button><Act label="Look again" run={again} /></div>
      {webhooks.length === 0 && <Empty title="Nobody is told yet"><p>Add an address of your own server, and it hears of sessions, offers, orders and more, each signed.</p></Empty>}
      {webhooks.map((one) => <One key={one.id} of={one} kinds={events} again={again} shown={show} />)}
      {adding && <Edit kinds={events} of={null} close={() => add(false)} done={added} />}
      {secret !== null && <Secret text={secret} done={() => show(null)} />}
    </>
  );
}

export function Webhooks(): JSX.Element {
  const [state, again] = useLoad(() => get<All>('/webhooks'));
  return (
    <>
      <p class="quiet">What happens here is told to your own servers: signed, in order, and again until they have taken it.</p>
      <Show of={state} again={again}>{(all) => <List of={all} again={again} />}</Show>
      <MerchantSection />
    </>
  );
}
