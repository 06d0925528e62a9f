// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { all, get, type Person } from '../api.js';
import { count, when } from '../lib/words.js';
import { Act, Empty, Field, Show, useLoad } from './parts.js';

interface Entry { n: number; time: number; actor: string; verb: string; object: string; detail: Record<string, unknown>; hash: string }
interface Page { records: Entry[]; next?: string }
interface Verdict { whole: boolean; records: number; broken?: number; why?: string; head: { n: number; hash: string } }

const verbs: Record<string, string> = {
  'login': 'Logged in', 'logout': 'Logged out', 'login.failed': 'Login failed', 'login.locked': 'Login closed for a while', 'login.revoked': 'Logins ended',
  'password.changed': 'Password changed', 'factor.on': 'Second factor on', 'factor.off': 'Second factor off', 'factor.recovery': 'New recovery codes',
  'person.invited': 'Invited', 'person.joined': 'Joined', 'person.changed': 'Person changed', 'person.removed': 'Person removed', 'person.reset': 'New password offered',
  'invitation.removed': 'Link withdrawn', 'site.added': 'Site added', 'site.changed': 'Settings changed', 'helper.secret': 'Bot\'s secret shown', 'helper.test': 'Bot tried', 'secret.rotated': 'New signing secret', 'token.made': 'API token made', 'token.removed': 'API token removed',
  'conversation.opened': 'Conversation opened', 'customer.exported': 'Customer exported', 'customer.erased': 'Customer erased', 'conversation.exported': 'Conversation exported', 'conversation.erased': 'Conversation erased',
};

const names: Record<string, string> = { factor: 'second factor', verbs: 'may' };

const details = (entry: Entry): string => Object.entries(entry.detail).map(([key, value]) => `${names[key] ?? key}: ${typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)}`).join(', ');

/// Green only after the server has gone through the whole chain just now.
function Chain(): JSX.Element {
  const [state, again] = useLoad(() => get<Verdict>('/audit/verify'));
  return (
    <Show of={state} again={again}>
      {(v) => (
        <div class={v.whole ? 'chain' : 'chain broken'} role="status">
          <p><strong>{v.whole ? 'The chain is whole' : `The chain is broken at record ${v.broken}`}</strong> <span class="quiet">{count(v.records, 'record')} looked at{v.why && `: ${v.why}`}</span></p>
          <p class="quiet small">Head <span class="mono break">{v.head.n}:{v.head.hash}</span>. Keep it elsewhere, and <code>vitrine admin audit verify --head</code> proves later that nothing was taken out.</p>
        </div>
      )}
    </Show>
  );
}

export function Audit(): JSX.Element {
  const [filter, set] = useState({ verb: '', actor: '', from: '', to: '' });
  const [more, add] = useState<Entry[]>([]);
  const [next, turn] = useState<string | undefined>();
  const [people] = useLoad(() => all<Person>('/people', 'people'));
  const known = people.at === 'there' ? people.value : [];
  const query = (): URLSearchParams => {
    const day = (text: string, plus = 0): string => String(new Date(`${text}T00:00`).getTime() + plus);
    return new URLSearchParams({
      ...(filter.verb ? { verb: filter.verb } : {}), ...(filter.actor ? { actor: filter.actor } : {}),
      ...(filter.from ? { from: day(filter.from) } : {}), ...(filter.to ? { to: day(filter.to, 86_399_999) } : {}),
    });
  };
  const [state, again] = useLoad(async () => {
    const page = await get<Page>(`/audit?${query()}`);
    add([]);
    turn(page.next);
    return page.records;
  }, [filter]);
  const onward = async (): Promise<void> => {
    const asked = query();
    asked.set('after', next ?? '');
    const page = await get<Page>(`/audit?${asked}`);
    add([...more, ...page.records]);
    turn(page.next);
  };
  const put = (name: string) => (e: { currentTarget: HTMLInputElement | HTMLSelectElement }) => set({ ...filter, [name]: e.currentTarget.value });
  const nameOf = (actor: string): string => known.find((one) => one.id === actor)?.name ?? (actor === '' ? 'somebody unknown' : actor);
  return (
    <>
      <Chain />
      <form class="filters" onSubmit={(e) => e.preventDefault()} aria-label="Filter">
        <Field label="What">{(wires) => <select {...wires} class="field" value={filter.verb} onChange={put('verb')}><option value="">Everything</option>{Object.entries(verbs).map(([verb, text]) => <option key={verb} value={verb}>{text}</option>)}</select>}</Field>
        <Field label="Who">{(wires) => <select {...wires} class="field" value={filter.actor} onChange={put('actor')}><option value="">Everybody</option>{known.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}<option value="operator">the operator</option><option value="system">the system</option></select>}</Field>
        <Field label="From">{(wires) => <input {...wires} class="field" type="date" value={filter.from} onInput={put('from')} />}</Field>
        <Field label="To">{(wires) => <input {...wires} class="field" type="date" value={filter.to} onInput={put('to')} />}</Field>
        <a class="vt-button" href={`/api/v1/audit/export?${query()}`} download="audit.ndjson">Export</a>
      </form>
      <Show of={state} again={again}>
        {(first) => {
          const records = [...first, ...more];
          if (records.length === 0) return <Empty title="No records"><p>Nothing fits this filter.</p></Empty>;
          return (
            <>
              <table class="table">
                <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Details</th></tr></thead>
                <tbody>
                  {records.map((one) => (
                    <tr key={one.n}>
                      <th scope="row" class="plain">{when(one.time)}</th>
                      <td data-label="Who">{nameOf(one.actor)}</td>
                      <td data-label="What">{verbs[one.verb] ?? one.verb}<span class="under">{one.object !== one.actor && (known.find((p) => p.id === one.object)?.name ?? one.object)}</span></td>
                      <td data-label="Details" class="break">{details(one)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {next && <div class="row"><Act label="Older" run={onward} /></div>}
            </>
          );
        }}
      </Show>
    </>
  );
}
