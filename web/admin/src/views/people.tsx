// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { all, ask, get, post, Problem, remove, sentence, type Invitation, type Made, type Me, type Named, type Person, type Role, type Site } from '../api.js';
import { ago, roles, when } from '../lib/words.js';
import { Belong } from './belong.js';
import { Logins } from './logins.js';
import { Act, Copy, Dialog, Empty, Field, Section, Show, Sure, useLoad } from './parts.js';

type Fault = { at: string; text: string } | null;
const faultOf = (e: unknown): Fault => ({ at: (e instanceof Problem && e.pointer) || '', text: sentence(e) });

function RoleChoice({ value, set, error }: { value: Role; set: (role: Role) => void; error?: string | null }): JSX.Element {
  return (
    <fieldset class="radios">
      <legend class="label">Role</legend>
      {(Object.keys(roles) as Role[]).map((role) => (
        <label class="check" key={role}><input type="radio" name="role" checked={role === value} onChange={() => set(role)} /><span>{roles[role].name} <span class="quiet small">{roles[role].may}</span></span></label>
      ))}
      {error && <p class="trouble" role="alert">{error}</p>}
    </fieldset>
  );
}

function Linked({ made, what, close }: { made: Made; what: string; close: () => void }): JSX.Element {
  return (
    <>
      <p>{made.mailed ? 'It was sent by mail.' : `Give this link to them yourself, by a way only they can read.`} It is good once, until {when(made.expires)}, and is not shown again.</p>
      <Copy label={what} text={made.link} />
      <div class="row end"><button type="button" class="vt-button vt-main" onClick={close}>Done</button></div>
    </>
  );
}

function Invite({ queues, close, again }: { queues: readonly Named[]; close: () => void; again: () => Promise<void> }): JSX.Element {
  const [who, set] = useState({ name: '', login: '', mail: '', role: 'associate' as Role, queues: [] as string[] });
  const [made, show] = useState<Made | null>(null);
  const [fault, tell] = useState<Fault>(null);
  const [busy, work] = useState(false);
  const wrong = (at: string): string | null => (fault?.at === at ? fault.text : null);
  const put = (name: string) => (e: { currentTarget: HTMLInputElement }) => set({ ...who, [name]: e.currentTarget.value });
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (who.name.trim() === '') return tell({ at: '/name', text: 'Who is it for?' });
    work(true);
    tell(null);
    try {
      const { login, mail, queues: chosen, ...rest } = who;
      show(await post<Made>('/invitations', { ...rest, ...(login ? { login: login.toLowerCase() } : {}), ...(mail ? { mail } : {}), ...(who.role !== 'admin' && chosen.length > 0 ? { queues: chosen } : {}) }));
      await again();
    } catch (problem) {
      tell(faultOf(problem));
    }
    work(false);
  };
  return (
    <Dialog label={made ? `${who.name} is invited` : 'Invite somebody'} close={close}>
      {made ? <Linked made={made} what="Invitation link" close={close} /> : (
        <form class="stack" onSubmit={(e) => void submit(e)} noValidate>
          <Field label="Name" error={wrong('/name')}>{(wires) => <input {...wires} class="field" maxLength={80} value={who.name} onInput={put('name')} />}</Field>
          <RoleChoice value={who.role} set={(role) => set({ ...who, role })} error={wrong('/role')} />
          {who.role !== 'admin' && queues.length > 1 && <Belong queues={queues} chosen={who.queues} put={(ids) => set({ ...who, queues: ids })} error={wrong('/queues')} />}
          <Field label="Login name" hint="Left empty, they choose it." error={wrong('/login')}>{(wires) => <input {...wires} class="field" autocapitalize="none" spellcheck={false} maxLength={80} value={who.login} onInput={put('login')} />}</Field>
          <Field label="Mail address" hint="For what the server has to tell them. May be left empty." error={wrong('/mail')}>{(wires) => <input {...wires} class="field" type="email" maxLength={254} value={who.mail} onInput={put('mail')} />}</Field>
          {fault?.at === '' && <p class="trouble" role="alert">{fault.text}</p>}
          <div class="sheet-do"><button type="button" class="vt-button" onClick={close}>Cancel</button><Act label={busy ? 'One moment…' : 'Make the link'} main type="submit" disabled={busy} /></div>
        </form>
      )}
    </Dialog>
  );
}

function Edit({ of, me, queues, close, again }: { of: Person; me: Me; queues: readonly Named[]; close: () => void; again: () => Promise<void> }): JSX.Element {
  const [who, set] = useState(of);
  const [spoken, speak] = useState(of.languages.join(', '));
  const [made, show] = useState<Made | null>(null);
  const [fault, tell] = useState<Fault>(null);
  const [busy, work] = useState(false);
  const wrong = (at: string): string | null => (fault?.at === at ? fault.text : null);
  const self = of.id === me.id;
  const store = async (e: Event): Promise<void> => {
    e.preventDefault();
    work(true);
    tell(null);
    try {
      const { name, role, mail, disabled } = who;
      const languages = spoken.toLowerCase().split(/[\s,]+/).filter((tag) => tag !== '');
      const moved = who.queues.join(' ') !== of.queues.join(' ');
      await ask('PUT', `/people/${of.id}`, { name, mail, ...(role !== of.role ? { role } : {}), ...(disabled !== of.disabled ? { disabled } : {}), ...(moved ? { queues: who.queues } : {}), ...(languages.join() !== of.languages.join() ? { languages } : {}) });
      say('Saved.');
      close();
      await again();
    } catch (problem) {
      tell(faultOf(problem));
      work(false);
    }
  };
  const then = (run: () => Promise<unknown>) => async (): Promise<void> => { await run(); close(); await again(); };
  if (made) return <Dialog label={`New password for ${of.name}`} close={close}><Linked made={made} what="Link to set a new password" close={close} /></Dialog>;
  return (
    <Dialog label={of.name} close={close}>
      <form class="stack" onSubmit={(e) => void store(e)} noValidate>
        <p class="quiet small">Login {of.login} · second factor {of.secondFactor} · {of.used ? `last here ${ago(of.used)}` : 'not logged in'}</p>
        <Field label="Name" error={wrong('/name')}>{(wires) => <input {...wires} class="field" maxLength={80} value={who.name} onInput={(e) => set({ ...who, name: e.currentTarget.value })} />}</Field>
        <RoleChoice value={who.role} set={(role) => set({ ...who, role })} error={wrong('/role')} />
        {who.role !== 'admin' && (queues.length > 1 || who.queues.length > 0) && <Belong queues={queues} chosen={who.queues} put={(ids) => set({ ...who, queues: ids })} error={wrong('/queues')} />}
        <Field label="Languages" hint="As fr, de. Who speaks the customer's language is asked first; left empty, with all the others." error={wrong('/languages')}>{(wires) => <input {...wires} class="field" autocapitalize="none" spellcheck={false} maxLength={63} value={spoken} onInput={(e) => speak(e.currentTarget.value)} />}</Field>
        <Field label="Mail address" error={wrong('/mail')}>{(wires) => <input {...wires} class="field" type="email" maxLength={254} value={who.mail} onInput={(e) => set({ ...who, mail: e.currentTarget.value })} />}</Field>
        <label class="check"><input type="checkbox" checked={who.disabled} onChange={(e) => set({ ...who, disabled: e.currentTarget.checked })} />Disabled: cannot log in, nothing is deleted</label>
        {(who.role !== of.role || (who.disabled && !of.disabled)) && <p class="quiet small">{self ? 'This is you. ' : ''}They are logged out everywhere within seconds.</p>}
        {fault?.at === '' && <p class="trouble" role="alert">{fault.text}</p>}
        <div class="sheet-do"><button type="button" class="vt-button" onClick={close}>Cancel</button><Act label={busy ? 'Saving…' : 'Save'} main type="submit" disabled={busy} /></div>
      </form>
      <details class="ruled"><summary>Where they are logged in</summary><Logins list={`/people/${of.id}/logins`} one="/logins" /></details>
      <div class="row wrap ruled">
        <Act label="Link for a new password" run={async () => show(await post<Made>(`/people/${of.id}/reset`))} />
        <Sure label="End their logins" title={`Log ${of.name} out everywhere?`} yes="Log them out" run={then(() => remove(`/people/${of.id}/logins`))} quiet><p>What they are doing stops within seconds; customers stay in the queue. They can log in again.</p></Sure>
        <Sure label="Remove" title={`Remove ${of.name}?`} yes="Remove" run={then(() => remove(`/people/${of.id}`))}><p>They are logged out and cannot come back without a new invitation. What they wrote stays under their first name.</p></Sure>
      </div>
    </Dialog>
  );
}

/// An admin's is every queue, whatever the account says.
const belongs = (of: Person, queues: readonly Named[]): string => (of.role === 'admin' || of.queues.length === 0 ? '' : of.queues.map((id) => queues.find((one) => one.id === id)?.name ?? id).join(', '));

function Row({ of, me, queues, edit }: { of: Person; me: Me; queues: readonly Named[]; edit: () => void }): JSX.Element {
  return (
    <tr class={of.disabled ? 'off' : ''}>
      <th scope="row">{of.name}{of.id === me.id && <span class="quiet"> (you)</span>}<span class="under">{of.login}</span></th>
      <td data-label="Role">{roles[of.role].name}{of.disabled && <span class="tag">disabled</span>}{belongs(of, queues) && <span class="under">{belongs(of, queues)}</span>}</td>
      <td data-label="Second factor">{of.secondFactor}</td>
      <td data-label="Last here">{of.used ? ago(of.used) : <span class="quiet">not logged in</span>}</td>
      {me.role === 'admin' && <td class="act"><button type="button" class="vt-button" aria-label={`Edit ${of.name}`} onClick={edit}>Edit</button></td>}
    </tr>
  );
}

function Invitations({ list, again }: { list: Invitation[]; again: () => Promise<void> }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <Section title="Open links" intro="Good once, for a day. A link that is withdrawn opens nothing.">
      <ul class="list">
        {list.map((one) => (
          <li key={one.id}>
            <span><strong>{one.name}</strong> <span class="quiet">{one.kind === 'invite' ? `invited as ${roles[one.role].name.toLowerCase()}` : 'may set a new password'} · until {when(one.expires)}</span></span>
            <Act label="Withdraw" run={async () => { await remove(`/invitations/${one.id}`); await again(); }} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function People({ me }: { me: Me }): JSX.Element {
  const admin = me.role === 'admin';
  const [state, again] = useLoad(async () => ({
    people: await all<Person>('/people', 'people'),
    queues: ((await get<Site>('/site')).settings.queues ?? []) as unknown as Named[],
    links: admin ? (await get<{ invitations: Invitation[] }>('/invitations')).invitations : [],
  }));
  const [sheet, open] = useState<Person | 'invite' | null>(null);
  const close = (): void => open(null);
  return (
    <Show of={state} again={again}>
      {({ people, links, queues }) => (
        <>
          <div class="row between">
            <p class="quiet">Who works here, and what each may do.</p>
            {admin && <button type="button" class="vt-button vt-main" onClick={() => open('invite')}>Invite somebody</button>}
          </div>
          <table class="table">
            <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Second factor</th><th scope="col">Last here</th>{admin && <th scope="col"><span class="vt-unseen">Actions</span></th>}</tr></thead>
            <tbody>{people.map((one) => <Row key={one.id} of={one} me={me} queues={queues} edit={() => open(one)} />)}</tbody>
          </table>
          {admin && people.length === 1 && <Empty title="Only you so far"><p>Invite the people who talk with customers. Each gets a link, chooses a password, and is in.</p></Empty>}
          <Invitations list={links} again={again} />
          {sheet === 'invite' && <Invite queues={queues} close={close} again={again} />}
          {sheet !== null && sheet !== 'invite' && <Edit of={sheet} me={me} queues={queues} close={close} again={again} />}
        </>
      )}
    </Show>
  );
}
