// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { counter } from '../lib/times.js';
import { now } from '../state/clock.js';
import { ask, login, who, type Refused } from '../state/login.js';

type Trouble = Pick<Refused, 'text' | 'untilMs'>;

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

/// Name and password; then, of an account that has a second factor, its code.
export function LoginView({ note }: { note: string | null }): JSX.Element {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [asksCode, setAsksCode] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const focus = (field: string): void => { requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(`[name=${field}]`)?.focus()); };
  // Not out of the field in which somebody quick writes already.
  useEffect(() => { if (!form.current?.contains(document.activeElement)) form.current?.querySelector<HTMLElement>('[name=username]')?.focus(); }, []);
  const wait = left(trouble);

  const back = (): void => {
    setAsksCode(false);
    setTrouble(null);
    setCode('');
    focus('password');
  };

  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (busy || wait > 0) return;
    const missing = name.trim() === '' ? 'username' : password === '' ? 'password' : asksCode && code.trim() === '' ? 'code' : null;
    if (missing !== null) {
      setTrouble({ text: { username: 'Enter your login name.', password: 'Enter your password.', code: 'Enter the code.' }[missing], untilMs: null });
      focus(missing);
      return;
    }
    setBusy(true);
    setTrouble(null);
    const refused = await login(name.trim(), password, code.replaceAll(' ', ''));
    setBusy(false);
    if (refused === null) return;
    const wantsCode = refused.wantsCode === true;
    setTrouble(refused.text === '' ? null : refused);
    setAsksCode(wantsCode);
    setCode('');
    if (!wantsCode) setPassword('');
    focus(wantsCode ? 'code' : 'password');
  };

  const wires = { 'aria-invalid': trouble !== null, 'aria-describedby': 'login-trouble' };
  return (
    <main class="gate">
      <Mark />
      <form class="gate-card" ref={form} onSubmit={(e) => void submit(e)} noValidate>
        <h1>{asksCode ? 'One more step' : 'Log in'}</h1>
        {note !== null && !asksCode && <p class="gate-note">{note}</p>}
        {!asksCode && (
          <>
            <label for="login-name">Name</label>
            <input id="login-name" class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck={false}
              maxLength={120} value={name} onInput={(e) => setName(e.currentTarget.value)} {...wires} />
            <label for="login-password">Password</label>
            <input id="login-password" class="field" name="password" type="password" autocomplete="current-password"
              maxLength={256} value={password} onInput={(e) => setPassword(e.currentTarget.value)} {...wires} />
          </>
        )}
        {asksCode && (
          <>
            <label for="login-code">Code</label>
            <input id="login-code" class="field code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck={false}
              maxLength={32} value={code} onInput={(e) => setCode(e.currentTarget.value)} aria-invalid={trouble !== null} aria-describedby="login-hint login-trouble" />
            <p id="login-hint" class="gate-note">Six digits from your authenticator app. Without the phone, one of your recovery codes.</p>
          </>
        )}
        <p id="login-trouble" class="trouble" role="alert">{trouble?.text}{wait > 0 && ` Try again in ${counter(wait)}.`}</p>
        <button type="submit" class="vt-button vt-main wide" disabled={busy || wait > 0}>{busy ? 'Logging in…' : 'Log in'}</button>
        {asksCode && <button type="button" class="vt-button wide second" onClick={back}>Back</button>}
      </form>
    </main>
  );
}
