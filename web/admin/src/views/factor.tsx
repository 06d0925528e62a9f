// SPDX-License-Identifier: Apache-2.0

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { qr } from '../../../ui/qr.js';
import { post, Problem, sentence } from '../api.js';
import { forget, typed } from '../state/login.js';
import { Act, Copy, Field } from './parts.js';

/// Setting up a second factor: the password once more (unless it was just typed), the code to scan, the first six digits, and
/// ten recovery codes that are shown this once.

interface Secret { secret: string; uri: string }

function Qr({ text }: { text: string }): JSX.Element {
  const { size, path } = useMemo(() => qr(text), [text]);
  return <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code for your authenticator app"><rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" /></svg>;
}

export function Password({ label = 'Go on', run }: { label?: string; run: (password: string) => Promise<void> }): JSX.Element {
  const [text, set] = useState('');
  const [trouble, tell] = useState<string | null>(null);
  const [busy, work] = useState(false);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (text === '') return tell('Enter your password.');
    work(true);
    tell(null);
    await run(text).catch((fault: unknown) => tell(sentence(fault)));
    work(false);
  };
  return (
    <form class="stack" onSubmit={(e) => void submit(e)} noValidate>
      <Field label="Your password" error={trouble}>{(wires) => <input {...wires} class="field" type="password" autocomplete="current-password" maxLength={256} value={text} onInput={(e) => set(e.currentTarget.value)} />}</Field>
      <div class="row"><Act label={busy ? 'One moment…' : label} main type="submit" disabled={busy} /></div>
    </form>
  );
}

export function Recovery({ codes, done }: { codes: string[]; done: () => void }): JSX.Element {
  return (
    <div class="stack">
      <h3>Keep these recovery codes</h3>
      <p class="quiet">Each gets you in once when the phone is not at hand. They are shown this once: print them, or put them into a password manager.</p>
      <Copy label="Recovery codes" long text={codes.join('\n')} />
      <div class="row"><button type="button" class="vt-button vt-main" onClick={done}>I have kept them</button></div>
    </div>
  );
}

function Confirm({ made, next }: { made: Secret; next: (codes: string[]) => void }): JSX.Element {
  const [code, set] = useState('');
  const [trouble, tell] = useState<string | null>(null);
  const [busy, work] = useState(false);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    work(true);
    tell(null);
    try {
      next((await post<{ recovery: string[] }>('/me/totp/confirm', { code: code.replaceAll(' ', '') })).recovery);
    } catch (fault) {
      tell(fault instanceof Problem && fault.pointer === '/code' ? 'That code is not right. Is the clock of the phone right? Take the next one.' : sentence(fault));
    }
    work(false);
  };
  return (
    <form class="stack" onSubmit={(e) => void submit(e)} noValidate>
      <ol class="steps">
        <li><p>Scan this with an authenticator app on your phone.</p><Qr text={made.uri} /><details><summary>It cannot be scanned</summary><Copy label="Type this key into the app" text={made.secret} /></details></li>
        <li>
          <Field label="Enter the six digits it shows" error={trouble}>
            {(wires) => <input {...wires} class="field code" name="code" inputMode="numeric" autocomplete="one-time-code" maxLength={7} value={code} onInput={(e) => set(e.currentTarget.value)} />}
          </Field>
        </li>
      </ol>
      <div class="row"><Act label={busy ? 'One moment…' : 'Switch it on'} main type="submit" disabled={busy || code.length < 6} /></div>
    </form>
  );
}

export function Enrol({ done }: { done: () => void }): JSX.Element {
  const [made, set] = useState<Secret | null>(null);
  const [codes, keep] = useState<string[] | null>(null);
  const begin = async (password: string): Promise<void> => {
    const answer = await post<Secret>('/me/totp', { password });
    forget();
    set(answer);
  };
  useEffect(() => {
    const known = typed();
    if (known !== null) begin(known).catch(() => forget());
  }, []);
  if (codes) return <Recovery codes={codes} done={done} />;
  return made ? <Confirm made={made} next={keep} /> : <Password run={begin} />;
}
