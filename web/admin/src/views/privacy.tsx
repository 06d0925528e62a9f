// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { get, remove, sentence, type Me } from '../api.js';
import { count, when } from '../lib/words.js';
import { Act, Dialog, Empty, Field, Section } from './parts.js';
import { Settings } from './save.js';
import { Flag, Whole } from './setting.js';

interface Conversation { id: string; customer: string; created: number; last: number; messages: number; reference?: string }
interface Page { conversations: Conversation[]; next?: string }
interface Erased { erased: { messages: number; sessions: number; pictures: number } }

/// Erasing cannot be taken back: the last characters of the id are typed, so that the right one is meant.
function Erase({ what, path, id, close, done }: { what: string; path: string; id: string; close: () => void; done: (text: string) => void }): JSX.Element {
  const [typed, set] = useState('');
  const tail = id.slice(-6);
  const run = async (): Promise<void> => {
    const { erased } = await remove<Erased>(path);
    const text = `Erased: ${count(erased.messages, 'message')}, ${count(erased.sessions, 'session')}, ${count(erased.pictures, 'picture')}.`;
    say(text);
    done(text);
  };
  return (
    <Dialog label={`Erase ${what}?`} close={close}>
      <p>Messages, kept views, sessions, uploads and everything made from them go, and waiting mails with them. Open pages are told and closed. <strong>It cannot be taken back</strong>; export first what must be kept.</p>
      <Field label={`Type ${tail} to confirm`}>{(wires) => <input {...wires} class="field mono" autocomplete="off" spellcheck={false} value={typed} onInput={(e) => set(e.currentTarget.value)} />}</Field>
      <div class="sheet-do"><button type="button" class="vt-button" onClick={close}>Cancel</button><Act label="Erase" stop disabled={typed !== tail} run={run} /></div>
    </Dialog>
  );
}

type Target = { what: string; path: string; id: string } | null;

function One({ of, erase }: { of: Conversation; erase: (target: Target) => void }): JSX.Element {
  const conversation = `/conversations/${encodeURIComponent(of.id)}`;
  const customer = `/customers/${encodeURIComponent(of.customer)}`;
  return (
    <tr>
      <th scope="row" class="break">{of.reference ?? of.id}<span class="under">{of.customer ? `customer ${of.customer}` : 'not a known customer'}</span></th>
      <td data-label="Begun">{when(of.created)}</td>
      <td data-label="Last">{when(of.last)}</td>
      <td data-label="Messages">{of.messages}</td>
      <td class="act">
        <div class="row">
          <a class="vt-button" href={`/api/v1${conversation}/export?format=tar`} download={`conversation-${of.id}.tar`}>Export</a>
          <button type="button" class="vt-button risky" onClick={() => erase({ what: 'this conversation', path: conversation, id: of.id })}>Erase</button>
          {of.customer && <a class="vt-button" href={`/api/v1${customer}/export?format=tar`} download={`customer-${of.customer}.tar`}>Export the customer</a>}
          {of.customer && <button type="button" class="vt-button risky" onClick={() => erase({ what: 'everything of this customer', path: customer, id: of.customer })}>Erase the customer</button>}
        </div>
      </td>
    </tr>
  );
}

function Requests(): JSX.Element {
  const [by, setBy] = useState<'reference' | 'customer'>('reference');
  const [wanted, want] = useState('');
  const [page, show] = useState<Page | null>(null);
  const [target, aim] = useState<Target>(null);
  const [note, tell] = useState('');
  const [fault, blame] = useState('');
  const find = async (after?: string): Promise<void> => {
    const query = new URLSearchParams({ ...(wanted.trim() ? { [by]: wanted.trim() } : {}), ...(after ? { after } : {}) });
    const found = await get<Page>(`/conversations?${query}`);
    show(after && page ? { ...found, conversations: [...page.conversations, ...found.conversations] } : found);
  };
  const submit = (e: Event): void => {
    e.preventDefault();
    tell('');
    blame('');
    find().catch((problem: unknown) => blame(sentence(problem)));
  };
  return (
    <>
      <form class="row" onSubmit={submit} noValidate role="search">
        <Field label="Find by" quiet>{(wires) => <select {...wires} class="field" value={by} onChange={(e) => setBy(e.currentTarget.value as 'reference' | 'customer')}><option value="reference">Reference</option><option value="customer">Customer</option></select>}</Field>
        <Field label={by === 'reference' ? 'Reference' : 'Customer id'} quiet>{(wires) => <input {...wires} class="field" type="search" placeholder={by === 'reference' ? 'as customers were told' : 'as the shop signs it'} value={wanted} onInput={(e) => want(e.currentTarget.value)} />}</Field>
        <Act label="Find" type="submit" main />
      </form>
      {fault && <p class="trouble" role="alert">{fault}</p>}
      {note && <p class="good" role="status">{note}</p>}
      {page && page.conversations.length === 0 && <Empty title="Nothing found"><p>Check how it is written; what was erased or is older than is kept is not here any more.</p></Empty>}
      {page && page.conversations.length > 0 && (
        <table class="table">
          <thead><tr><th scope="col">Conversation</th><th scope="col">Begun</th><th scope="col">Last</th><th scope="col">Messages</th><th scope="col"><span class="vt-unseen">Actions</span></th></tr></thead>
          <tbody>{page.conversations.map((one) => <One key={one.id} of={one} erase={aim} />)}</tbody>
        </table>
      )}
      {page?.next && <div class="row"><Act label="More" run={() => find(page.next)} /></div>}
      {target && <Erase {...target} close={() => aim(null)} done={(text) => { aim(null); tell(text); find().catch((problem: unknown) => blame(sentence(problem))); }} />}
    </>
  );
}

export function Privacy({ me }: { me: Me }): JSX.Element {
  return (
    <>
      <Settings me={me}>
        {() => (
          <>
            <Section title="How long">
              <Whole at="/settings/retention/days" label="Conversations are kept for" unit="days" placeholder="server's" hint="Then they go by themselves, with their pictures." />
            </Section>
            <Section title="What customers are offered">
              <Flag at="/settings/recap/on" label="A recap of what was shown, by a link" fallback />
              <Whole at="/settings/recap/days" label="The link is good for" unit="days" placeholder="30" />
              <Flag at="/settings/rating/on" label="A rating at the end" fallback />
            </Section>
          </>
        )}
      </Settings>
      {me.role === 'admin' && <Section title="When a customer asks" intro="Give them what is kept about them, or erase it. Both stand in the audit log."><Requests /></Section>}
    </>
  );
}
