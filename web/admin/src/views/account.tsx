// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { post, Problem, sentence, type Me } from '../api.js';
import { again as askAgain } from '../state/login.js';
import { Enrol, Password, Recovery } from './factor.js';
import { Logins } from './logins.js';
import { Act, Field, Section } from './parts.js';

function ChangePassword(): JSX.Element {
  const [current, setCurrent] = useState('');
  const [fresh, setFresh] = useState('');
  const [fault, tell] = useState<{ at: string; text: string } | null>(null);
  const [busy, work] = useState(false);
  const wrong = (at: string): string | null => (fault?.at === at ? fault.text : null);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (current === '') return tell({ at: '/current', text: 'Enter the password you have now.' });
    if ([...fresh].length < 12) return tell({ at: '/password', text: 'At least 12 characters.' });
    work(true);
    tell(null);
    try {
      await post('/me/password', { current, password: fresh });
      setCurrent('');
      setFresh('');
      say('Your password is changed.');
      tell({ at: 'done', text: 'Changed. Every other login of yours has ended.' });
    } catch (problem) {
      const at = problem instanceof Problem && problem.type === 'password' ? '/current' : problem instanceof Problem && problem.pointer ? problem.pointer : '';
      tell({ at, text: at === '/current' ? 'That is not your password.' : sentence(problem) });
    }
    work(false);
  };
  return (
    <form class="stack narrow" onSubmit={(e) => void submit(e)} noValidate>
      <Field label="Password now" error={wrong('/current')}>{(wires) => <input {...wires} class="field" type="password" autocomplete="current-password" maxLength={256} value={current} onInput={(e) => setCurrent(e.currentTarget.value)} />}</Field>
      <Field label="New password" hint="At least 12 characters. A few words in a row are good and easy to keep." error={wrong('/password')}>{(wires) => <input {...wires} class="field" type="password" autocomplete="new-password" maxLength={256} value={fresh} onInput={(e) => setFresh(e.currentTarget.value)} />}</Field>
      {wrong('') && <p class="trouble" role="alert">{fault?.text}</p>}
      {wrong('done') && <p class="good" role="status">{fault?.text}</p>}
      <div class="row"><Act label={busy ? 'One moment…' : 'Change the password'} type="submit" disabled={busy} /></div>
    </form>
  );
}

function Factor({ me }: { me: Me }): JSX.Element {
  const [doing, set] = useState<'' | 'on' | 'recovery' | 'off'>('');
  const [codes, show] = useState<string[] | null>(null);
  const over = (): void => { set(''); show(null); void askAgain(); };
  if (codes) return <Recovery codes={codes} done={over} />;
  if (doing === 'on') return <div class="narrow"><Enrol done={over} /></div>;
  if (doing === 'recovery') return <div class="narrow"><Password label="Make ten new codes" run={async (password) => show((await post<{ recovery: string[] }>('/me/totp/recovery', { password })).recovery)} /></div>;
  if (doing === 'off') return <div class="narrow"><Password label="Switch it off" run={async (password) => { await post('/me/totp/disable', { password }); over(); }} /></div>;
  if (me.secondFactor !== 'on') return <div class="row"><button type="button" class="vt-button vt-main" onClick={() => set('on')}>Set it up</button></div>;
  return (
    <>
      <p class="good">It is on.</p>
      <div class="row wrap">
        <button type="button" class="vt-button" onClick={() => set('recovery')}>New recovery codes</button>
        <button type="button" class="vt-button" onClick={() => set('on')}>Another phone</button>
        <button type="button" class="vt-button risky" onClick={() => set('off')}>Switch it off</button>
      </div>
    </>
  );
}

export function Account({ me }: { me: Me }): JSX.Element {
  return (
    <>
      <p class="quiet">{me.name}, login {me.login}{me.mail && `, ${me.mail}`}. An admin can change these.</p>
      <Section title="Second factor" intro="A code from your phone beside the password. A stolen password alone is then worth nothing."><Factor me={me} /></Section>
      <Section title="Password"><ChangePassword /></Section>
      <Section title="Where you are logged in" intro="End what you do not know; then change your password."><Logins list="/me/logins" one="/me/logins" rest="End all but this one" /></Section>
    </>
  );
}
