// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { counter } from '../lib/times.js';
import { now } from '../state/clock.js';
import { ask, login, who } from '../state/login.js';

type Trouble = { text: string; untilMs: number | null };

function Mark(): JSX.Element {
  return <p class="mark" aria-hidden="true">Vitrine</p>;
}

/// Before it is known whether somebody is logged in, and when the server cannot say.
export function Gate(): JSX.Element {
  const unreached = who.value.at === 'unreached';
  return (
    <main class="gate">
      <Mark />
      {unreached && (
        <div class="gate-card" role="alert">
          <h1>The server cannot be reached</h1>
          <p>Nothing is lost. Check your network, then try again.</p>
          <button type="button" class="vt-button vt-main" onClick={() => void ask()}>Try again</button>
        </div>
      )}
    </main>
  );
}

function left(trouble: Trouble | null): number {
  return trouble?.untilMs ? Math.max(0, trouble.untilMs - now.value) : 0;
}

export function LoginView({ note }: { note: string | null }): JSX.Element {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const wait = left(trouble);

  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (busy || wait > 0) return;
    if (name.trim() === '' || password === '') {
      setTrouble({ text: name.trim() === '' ? 'Enter your login name.' : 'Enter your password.', untilMs: null });
      (name.trim() === '' ? first : second).current?.focus();
      return;
    }
    setBusy(true);
    setTrouble(null);
    const refused = await login(name.trim(), password);
    setBusy(false);
    if (refused === null) return;
    setTrouble(refused);
    setPassword('');
    second.current?.focus();
  };

  return (
    <main class="gate">
      <Mark />
      <form class="gate-card" onSubmit={(e) => void submit(e)} noValidate>
        <h1>Log in</h1>
        {note !== null && <p class="gate-note">{note}</p>}
        <label for="login-name">Name</label>
        <input id="login-name" ref={first} class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck={false}
          maxLength={120} value={name} onInput={(e) => setName(e.currentTarget.value)}
          aria-invalid={trouble !== null} aria-describedby="login-trouble" />
        <label for="login-password">Password</label>
        <input id="login-password" ref={second} class="field" name="password" type="password" autocomplete="current-password"
          maxLength={256} value={password} onInput={(e) => setPassword(e.currentTarget.value)}
          aria-invalid={trouble !== null} aria-describedby="login-trouble" />
        <p id="login-trouble" class="trouble" role="alert">{trouble?.text}{wait > 0 && ` Try again in ${counter(wait)}.`}</p>
        <button type="submit" class="vt-button vt-main wide" disabled={busy || wait > 0}>{busy ? 'Logging in…' : 'Log in'}</button>
      </form>
    </main>
  );
}
