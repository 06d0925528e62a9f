// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { callIn, handTo, handToQueue, mayBeAsked, useCode } from '../state/doing.js';
import { talk } from '../state/desk.js';
import { house, isPractice, queueName } from '../state/house.js';
import { modeWords } from '../state/presence.js';
import type { Talk } from '../state/talk.js';
import { closeSheet, Dialog, Do } from './dialog.js';

/// The sheets in which somebody else is asked: hand over, call in, the caller's code.

const NOTE_MAX = 500;

const talkQueue = (t: Talk): string => t.conversation.value?.session.queue ?? '';

function Note({ value, change, hint }: { value: string; change(text: string): void; hint: string }): JSX.Element {
  return (
    <label class="labelled">Note for them
      <textarea class="field" rows={2} maxLength={NOTE_MAX} placeholder={hint} value={value} onInput={(e) => change(e.currentTarget.value)} />
    </label>
  );
}

/// Whom a practice may be given to: nobody real.
function PracticeOnly(): JSX.Element {
  return <p class="quiet small">This is a practice: real colleagues are not asked.</p>;
}

function People({ kind, to, pick }: { kind: 'transfer' | 'colleague'; to: string; pick(id: string): void }): JSX.Element {
  const people = mayBeAsked(kind);
  if (people.length === 0) return <p class="quiet">{kind === 'transfer' ? 'No colleague is available just now.' : 'No colleague is here just now.'}</p>;
  return (
    <>{people.map((p) => (
      <label key={p.who} class="mode">
        <input type="radio" name="to" checked={to === p.who} onChange={() => pick(p.who)} />
        <span class="mode-text"><span class="mode-name"><span class={`mode-dot ${p.mode}`} aria-hidden="true" /><bdi>{p.name}</bdi></span>
          <span class="mode-what">{modeWords[p.mode]} · {p.used} of {p.cap}</span></span>
      </label>
    ))}</>
  );
}

export function HandOver({ talk: t }: { talk: Talk }): JSX.Element {
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const queue = talkQueue(t);
  const practice = isPractice(queue);
  const lines = practice ? [{ id: queue, name: queueName(queue) }] : house.value.queues;
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    closeSheet();
    await (to.startsWith('queue ') ? handToQueue(t, to.slice(6), note.trim()) : handTo(t, to, note.trim()));
  };
  return (
    <Dialog label="Hand over">
      <form class="sheet-form" onSubmit={(e) => void submit(e)}>
        <h2>Hand {t.name('c')} over</h2>
        <fieldset class="modes"><legend>To a colleague, who has to accept</legend>{practice ? <PracticeOnly /> : <People kind="transfer" to={to} pick={setTo} />}</fieldset>
        <fieldset class="modes"><legend>Or into a line, at their old place</legend>
          {lines.map((q) => (
            <label key={q.id} class="mode"><input type="radio" name="to" checked={to === `queue ${q.id}`} onChange={() => setTo(`queue ${q.id}`)} /><span>{q.name ?? (q.id === 'main' ? 'The line' : q.id)}</span></label>
          ))}
        </fieldset>
        <Note value={note} change={setNote} hint="What they should know" />
        <Do yes="Hand over" ready={to !== ''} />
      </form>
    </Dialog>
  );
}

export function CallIn({ talk: t }: { talk: Talk }): JSX.Element {
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const submit = (e: Event): void => {
    e.preventDefault();
    closeSheet();
    void callIn(t, to, note.trim());
  };
  return (
    <Dialog label="Call a colleague in">
      <form class="sheet-form" onSubmit={submit}>
        <h2>Call a colleague in</h2>
        <p class="quiet small">They see the thread and the piece, and {t.name('c')} sees that they came. The session stays with you.</p>
        <fieldset class="modes"><legend>Who</legend>{isPractice(talkQueue(t)) ? <PracticeOnly /> : <People kind="colleague" to={to} pick={setTo} />}</fieldset>
        <Note value={note} change={setNote} hint="What you need them for" />
        <Do yes="Call in" ready={to !== ''} />
      </form>
    </Dialog>
  );
}

const DIGITS = 6;

export function CallerCode(): JSX.Element {
  const [code, setCode] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    setBusy(true);
    const why = await useCode(code);
    setBusy(false);
    if (why === null) closeSheet();
    else setFault(why);
  };
  return (
    <Dialog label="Caller’s code">
      <form class="sheet-form" onSubmit={(e) => void submit(e)}>
        <h2>Caller’s code</h2>
        <label class="labelled">The six digits on the caller’s screen
          <input class="field digits" inputMode="numeric" autocomplete="off" autofocus value={code} aria-invalid={fault !== null} aria-describedby="code-fault"
            onInput={(e) => { e.currentTarget.value = e.currentTarget.value.replace(/\D/g, '').slice(0, DIGITS); setCode(e.currentTarget.value); setFault(null); }} />
        </label>
        <p id="code-fault" class="trouble" role="alert">{fault}</p>
        <Do yes="Connect" ready={code.length === DIGITS} busy={busy} />
      </form>
    </Dialog>
  );
}

/// For sheets that need the conversation in front.
export function withTalk(One: (props: { talk: Talk }) => JSX.Element): JSX.Element | null {
  return talk.value === null ? null : <One talk={talk.value} />;
}
