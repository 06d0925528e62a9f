// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { post, Problem, sentence, type Look } from '../api.js';
import { roles, when } from '../lib/words.js';
import { ask, isNew, login, who } from '../state/login.js';
import { GateCard } from './gate.js';
import { Act, Empty, Field, Show, useLoad } from './parts.js';

/// What somebody sees who followed a one-time link: an invitation, or a new password.

const LEAST = 12;

function Accept({ secret, look }: { secret: string; look: Look }): JSX.Element {
  const [name, setName] = useState(look.name);
  const [wanted, setWanted] = useState('');
  const [password, setPassword] = useState('');
  const [shown, show] = useState(false);
  const [busy, work] = useState(false);
  const [fault, tell] = useState<{ at: string; text: string } | null>(null);
  const invite = look.kind === 'invite';
  const wrong = (at: string): string | null => (fault?.at === at ? fault.text : null);

  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (look.login === null && invite && wanted === '') return tell({ at: '/login', text: 'Choose a login name.' });
    if ([...password].length < LEAST) return tell({ at: '/password', text: `At least ${LEAST} characters. A few words in a row are good and easy to keep.` });
    work(true);
    tell(null);
    try {
      const chosen = { ...(invite ? { name } : {}), ...(invite && look.login === null ? { login: wanted } : {}) };
      const made = await post<{ login: string }>('/links/accept', { link: secret, password, ...chosen });
      isNew.value = invite;
      const entry = await login(made.login, password, '');
      if (!entry.ok) who.value = { at: 'out', note: `Your account is ready. Log in as ${made.login}.` };
    } catch (problem) {
      tell({ at: (problem instanceof Problem && problem.pointer) || '', text: sentence(problem) });
      work(false);
    }
  };

  return (
    <form class="stack" onSubmit={(e) => void submit(e)} noValidate>
      <h1>{invite ? `Welcome to ${look.site}` : 'Set a new password'}</h1>
      <p class="quiet small">{invite ? `You are invited as ${roles[look.role].name.toLowerCase()}.` : `For ${look.name}, ${look.login ?? ''}. Your second factor, if you had one, ends with it; you can set up a new one.`} The link is good once, until {when(look.expires)}.</p>
      {invite && <Field label="Your name" hint="Customers see it." error={wrong('/name')}>{(wires) => <input {...wires} class="field" autocomplete="name" maxLength={80} value={name} onInput={(e) => setName(e.currentTarget.value)} />}</Field>}
      {invite && look.login === null && <Field label="Login name" hint="Small letters, digits and . _ @ + -" error={wrong('/login')}>{(wires) => <input {...wires} class="field" autocomplete="username" autocapitalize="none" spellcheck={false} maxLength={80} value={wanted} onInput={(e) => setWanted(e.currentTarget.value.toLowerCase())} />}</Field>}
      {look.login !== null && <input class="vt-unseen" type="text" autocomplete="username" tabIndex={-1} aria-hidden="true" readOnly value={look.login} />}
      <Field label="Password" hint={wrong('/password') ? undefined : `At least ${LEAST} characters.`} error={wrong('/password')}>
        {(wires) => <input {...wires} class="field" {...({ type: shown ? 'text' : 'password' } as object)} autocomplete="new-password" maxLength={256} value={password} onInput={(e) => setPassword(e.currentTarget.value)} />}
      </Field>
      <label class="check"><input type="checkbox" checked={shown} onChange={(e) => show(e.currentTarget.checked)} />Show what I type</label>
      {fault?.at === '' && <p class="trouble" role="alert">{fault.text}</p>}
      <Act label={busy ? 'One moment…' : invite ? 'Accept' : 'Set the password'} main type="submit" disabled={busy} />
    </form>
  );
}

export function LinkView({ secret }: { secret: string }): JSX.Element {
  const [look, again] = useLoad(async () => {
    try {
      return await post<Look>('/links/look', { link: secret });
    } catch (e) {
      if (e instanceof Problem && e.status === 410) return null;
      throw e;
    }
  });
  return (
    <GateCard>
      <Show of={look} again={again}>
        {(found) => (found
          ? <Accept secret={secret} look={found} />
          : (
            <Empty title="This link is over">
              <p>It was used already, or more than a day has gone by. Ask whoever sent it for a new one.</p>
              <button type="button" class="vt-button tall" onClick={() => void ask()}>Log in instead</button>
            </Empty>
          ))}
      </Show>
    </GateCard>
  );
}
