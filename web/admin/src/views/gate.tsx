// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { ask, login, who } from '../state/login.js';
import { Field } from './parts.js';

/// Everything before somebody is in.
export function GateCard({ children }: { children: ComponentChildren }): JSX.Element {
  return <main class="gate"><p class="mark" aria-hidden="true">Vitrine</p><div class="gate-card">{children}</div></main>;
}

export function Waiting(): JSX.Element {
  if (who.value.at !== 'unreached') return <main class="gate"><p class="mark" aria-hidden="true">Vitrine</p></main>;
  return (
    <GateCard>
      <h1>The server cannot be reached</h1>
      <p role="alert">Nothing is lost. Check your network, then try again.</p>
      <button type="button" class="vt-button vt-main tall" onClick={() => void ask()}>Try again</button>
    </GateCard>
  );
}

/// Seconds until it may be tried again; counts down.
function useWait(untilMs: number | null): number {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    if (untilMs === null) return;
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [untilMs]);
  return untilMs === null ? 0 : Math.max(0, Math.ceil((untilMs - now) / 1000));
}

export function LoginView({ note, name: given = '' }: { note: string | null; name?: string }): JSX.Element {
  const [name, setName] = useState(given);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [step, setStep] = useState<'password' | 'code'>('password');
  const [trouble, setTrouble] = useState('');
  const [until, setUntil] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const wait = useWait(until);
  const focus = (field: string): void => { requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(`[name=${field}]`)?.focus()); };
  // Not out of the field in which somebody quick writes already.
  useEffect(() => { if (!form.current?.contains(document.activeElement)) form.current?.querySelector<HTMLElement>(`[name=${given === '' ? 'username' : 'password'}]`)?.focus(); }, []);

  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (busy || wait > 0) return;
    const missing = name.trim() === '' ? 'username' : password === '' ? 'password' : step === 'code' && code === '' ? 'code' : null;
    if (missing !== null) {
      setTrouble({ username: 'Enter your login name.', password: 'Enter your password.', code: 'Enter the code.' }[missing]);
      return focus(missing);
    }
    setBusy(true);
    setTrouble('');
    const entry = await login(name.trim(), password, code.replaceAll(' ', ''));
    setBusy(false);
    if (entry.ok) return;
    setTrouble(entry.text);
    setUntil(entry.untilMs);
    setCode('');
    setStep(entry.ask === 'code' ? 'code' : 'password');
    if (entry.ask !== 'code') setPassword('');
    focus(entry.ask === 'code' ? 'code' : 'password');
  };

  return (
    <GateCard>
      <form ref={form} class="stack" onSubmit={(e) => void submit(e)} noValidate>
        <h1>{step === 'code' ? 'One more step' : 'Log in to settings'}</h1>
        {note !== null && step === 'password' && <p class="quiet small">{note}</p>}
        {step === 'password' && (
          <>
            <Field label="Name">{(wires) => <input {...wires} class="field" name="username" autocomplete="username" autocapitalize="none" spellcheck={false} maxLength={120} value={name} onInput={(e) => setName(e.currentTarget.value)} />}</Field>
            <Field label="Password">{(wires) => <input {...wires} class="field" name="password" type="password" autocomplete="current-password" maxLength={256} value={password} onInput={(e) => setPassword(e.currentTarget.value)} />}</Field>
          </>
        )}
        {step === 'code' && (
          <Field label="Code" hint="Six digits from your authenticator app. Without the phone, one of your recovery codes.">
            {(wires) => <input {...wires} class="field code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck={false} maxLength={32} value={code} onInput={(e) => setCode(e.currentTarget.value)} />}
          </Field>
        )}
        <p class="trouble" role="alert">{trouble}{wait > 0 && ` Try again in ${Math.floor(wait / 60)}:${String(wait % 60).padStart(2, '0')}.`}</p>
        <button type="submit" class="vt-button vt-main tall" disabled={busy || wait > 0}>{busy ? 'Logging in…' : 'Log in'}</button>
        {step === 'code' && <button type="button" class="vt-button tall" onClick={() => { setStep('password'); setTrouble(''); setCode(''); focus('password'); }}>Back</button>}
      </form>
    </GateCard>
  );
}
