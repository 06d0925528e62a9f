// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Order, Outcome } from '../../../protocol/index.js';
import { outcomes } from '../lib/happened.js';
import { busy, isCalled, take } from '../state/desk.js';
import { leave, whisper, wrapUp } from '../state/doing.js';
import { keptOf, openThanks } from '../state/films.js';
import { now } from '../state/clock.js';
import { serverTime } from '../state/line.js';
import { who } from '../state/login.js';
import { rows } from '../state/queue.js';
import type { Talk } from '../state/talk.js';

/// What stands beside the messages of a thread: who is away, who is being asked, a supervisor's word, the wrap-up.

/// The customer has said that they come back (a payment page, say): the place is kept.
export function Away({ talk }: { talk: Talk }): JSX.Element | null {
  const back = talk.back.value;
  if (back === null || talk.state === 'ended') return null;
  const minutes = Math.round((back.until - serverTime(now.value)) / 60_000);
  return (
    <p class="back-note"><strong>{minutes > 0 ? `Back in about ${minutes} min` : 'Should be back by now'}</strong>
      {back.message !== undefined && back.message !== '' && <> · <bdi>{back.message}</bdi></>}</p>
  );
}

export function AskedOf({ talk }: { talk: Talk }): JSX.Element | null {
  const asking = talk.asking.value;
  const seconds = asking === null ? 0 : Math.ceil((asking.until - serverTime(now.value)) / 1000);
  if (isCalled(talk.conv)) {
    return <p class="being-asked">You are called in. <button type="button" class="vt-button" onClick={() => void leave(talk)}>Leave</button></p>;
  }
  if (asking === null || seconds <= 0) return null;
  return <p class="being-asked">{asking.name} is asked to {asking.kind === 'transfer' ? 'take over' : 'come in'} · {seconds} s</p>;
}

const WHISPER_MAX = 1000;

/// A supervisor reads along, says a word to the staff, or takes over.
export function Oversee({ talk }: { talk: Talk }): JSX.Element | null {
  const [text, setText] = useState('');
  const login = who.value;
  const may = login.at === 'in' && login.me.role !== 'associate' && (talk.state === 'live' || talk.state === 'away');
  if (!may) return null;
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (await whisper(talk, text.trim())) setText('');
  };
  return (
    <form class="untaken oversee" onSubmit={(e) => void submit(e)}>
      <label class="labelled">Whisper to your colleague; the customer does not see it
        <input class="field" maxLength={WHISPER_MAX} value={text} onInput={(e) => setText(e.currentTarget.value)} /></label>
      <p class="trouble" role="alert">{talk.fault.value}</p>
      <div class="oversee-do">
        <button type="submit" class="vt-button" disabled={text.trim() === ''}>Whisper</button>
        {talk.state === 'live' && <button type="button" class="vt-button vt-main" disabled={busy.value !== null} onClick={() => void take(talk.conv)}>Take over</button>}
      </div>
    </form>
  );
}

const NOTE_MAX = 1000;

/// After the end, once per session: how it came out. It stands over the composer, where the next thing would be written.
export function WrapUp({ talk }: { talk: Talk }): JSX.Element | null {
  void talk.at.session.value;
  void talk.at.thread.value;
  const [picked, pick] = useState<Outcome | null>(null);
  const [note, setNote] = useState('');
  const conversation = talk.conversation.value;
  const sid = conversation?.session.sid ?? '';
  const since = rows.value.get(talk.conv)?.since ?? 0;
  const closed = conversation?.rows.some((r) => r.op === 'session.close' && r.ts >= since) ?? false;
  // What was ordered since the session began says how it came out; another answer is a tap away.
  const sold = conversation?.rows.some((r) => r.op === 'order.done' && (r.d as Order).credit?.some((c) => c.sid === sid)) ?? false;
  const outcome = picked ?? (sold ? 'sold' : null);
  if (talk.state !== 'ended' || closed || talk.unwrapped.value === sid) return null;
  const later = (): void => { talk.unwrapped.value = sid; };
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (await wrapUp(talk, outcome, note.trim())) later();
  };
  return (
    <form class="wrap" aria-label="Wrap-up" onSubmit={(e) => void submit(e)}>
      <h3>How did it come out?</h3>
      <fieldset class="outcomes" aria-label="Outcome">
        {Object.entries(outcomes).map(([value, label]) => (
          <label key={value} class="outcome"><input type="radio" name="outcome" checked={outcome === value} onChange={() => pick(value as Outcome)} /><span>{label[0]?.toUpperCase()}{label.slice(1)}</span></label>
        ))}
      </fieldset>
      <input class="field" aria-label="Wrap-up note" placeholder="Note for the team" maxLength={NOTE_MAX} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
      {keptOf(talk).length > 0 && <button type="button" class="vt-button" onClick={() => openThanks(talk)}>Thank-you film</button>}
      <div class="wrap-do">
        <button type="button" class="vt-button" onClick={later}>Later</button>
        <button type="submit" class="vt-button vt-main" disabled={outcome === null && note.trim() === ''}>Save wrap-up</button>
      </div>
    </form>
  );
}
