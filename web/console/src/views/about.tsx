// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { SessionPast } from '../../../protocol/index.js';
import { dayTime, icons } from '../../../ui/index.js';
import { budgetOf } from '../lib/budget.js';
import { contextLines } from '../lib/context.js';
import { outcomes } from '../lib/happened.js';
import { isMine, owns } from '../state/desk.js';
import { history, label } from '../state/doing.js';
import { house } from '../state/house.js';
import { sheet } from '../state/layout.js';
import { pageNow } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { Budget } from './budget.js';
import { Icon } from './parts.js';

/// What is known about the customer in front: how sure the name is, who else is there, labels, the page's own facts, sessions
/// before this one.

export function Identity({ talk }: { talk: Talk }): JSX.Element | null {
  const { email, verified, id } = talk.profile.value.customer;
  if (!verified && email === undefined && id === undefined) return null;
  return (
    <p class="identity">
      <span class={verified ? 'chip verified' : 'chip'}>{verified && <Icon d={icons.check} size={14} />}{verified ? 'Verified' : 'Unverified'}</span>
      {email !== undefined && <bdi class="identity-mail">{email}</bdi>}
    </p>
  );
}

const roles: Record<string, string> = { guest: 'Guest', associate: 'Colleague', supervisor: 'Supervisor' };

export function Together({ talk }: { talk: Talk }): JSX.Element | null {
  void talk.at.people.value;
  const conversation = talk.conversation.value;
  const others = [...(conversation?.people.values() ?? [])].filter((p) => p.role !== 'customer' && p.who !== conversation?.me && p.at !== 'gone');
  const may = owns.value && talk.state === 'live';
  if (others.length === 0 && !may) return null;
  return (
    <section class="about" aria-labelledby="together-title">
      <h3 id="together-title">{others.length > 0 ? 'Also here' : 'With others'}</h3>
      {others.length > 0 && <ul class="others">{others.map((p) => <li key={p.who}><bdi>{p.name || roles[p.role]}</bdi> <span class="quiet">{roles[p.role]}</span></li>)}</ul>}
      {may && (
        <div class="about-do">
          <button type="button" class="vt-button" aria-haspopup="dialog" disabled={talk.asking.value !== null} onClick={() => { sheet.value = 'hand'; }}>Hand over</button>
          <button type="button" class="vt-button" aria-haspopup="dialog" disabled={talk.asking.value !== null} onClick={() => { sheet.value = 'call'; }}>Call in</button>
        </div>
      )}
    </section>
  );
}

const LABEL_MAX = 64;

export function Labels({ talk }: { talk: Talk }): JSX.Element | null {
  const [text, setText] = useState('');
  const { labels } = talk.profile.value;
  const add = (e: Event): void => {
    e.preventDefault();
    const word = text.trim();
    if (word !== '' && !labels.includes(word)) void label(talk, { add: [word] });
    setText('');
  };
  if (!isMine.value && labels.length === 0) return null;
  return (
    <section class="about" aria-labelledby="labels-title">
      <h3 id="labels-title">Labels</h3>
      {labels.length > 0 && (
        <ul class="labels">{labels.map((word) => (
          <li key={word} class="chip"><bdi>{word}</bdi>
            {isMine.value && <button type="button" class="chip-drop" aria-label={`Remove label ${word}`} onClick={() => void label(talk, { drop: [word] })}><Icon d={icons.close} size={14} /></button>}</li>
        ))}</ul>
      )}
      {isMine.value && (
        <form class="label-add" onSubmit={add}>
          <input class="field" list="labels-known" maxLength={LABEL_MAX} placeholder="Add a label" aria-label="Add a label" value={text} onInput={(e) => setText(e.currentTarget.value)} />
          <datalist id="labels-known">{house.value.labels.filter((l) => !labels.includes(l)).map((l) => <option key={l} value={l} />)}</datalist>
          <button type="submit" class="vt-icon" aria-label="Add label" disabled={text.trim() === ''}><Icon d={icons.plus} size={16} /></button>
        </form>
      )}
    </section>
  );
}

/// What they want to spend, which pieces are held against.
export function Spending({ talk }: { talk: Talk }): JSX.Element | null {
  const currency = talk.bag.value?.currency ?? pageNow(talk)?.product?.currency ?? 'EUR';
  if (!isMine.value && budgetOf(talk.profile.value.context) === null) return null;
  return <section class="about" aria-label="Budget"><Budget talk={talk} currency={currency} /></section>;
}

export function Facts({ talk }: { talk: Talk }): JSX.Element | null {
  const lines = contextLines(talk.profile.value.context).filter(([key]) => key !== 'budget');
  if (lines.length === 0) return null;
  return (
    <section class="about" aria-labelledby="facts-title">
      <h3 id="facts-title">From the page</h3>
      <dl class="page-facts">{lines.map(([key, value]) => <div key={key}><dt><bdi>{key}</bdi></dt><dd><bdi>{value}</bdi></dd></div>)}</dl>
    </section>
  );
}

function Past({ past }: { past: SessionPast }): JSX.Element {
  return (
    <li class="past">
      <span class="past-head"><time dateTime={new Date(past.created).toISOString()}>{dayTime(past.created)}</time>
        {past.stars !== undefined && past.stars > 0 && <span class="stars" aria-label={`${past.stars} of 5`}>{'★'.repeat(past.stars)}</span>}</span>
      <span class="past-line">{[past.associate, past.outcome === undefined ? undefined : outcomes[past.outcome], past.reference].filter(Boolean).join(' · ')}</span>
      {past.note !== undefined && past.note !== '' && <span class="past-line"><bdi>“{past.note}”</bdi></span>}
    </li>
  );
}

/// Asked for when somebody wants to see them: most never do.
export function Earlier({ talk }: { talk: Talk }): JSX.Element {
  const [list, set] = useState<readonly SessionPast[] | null>(null);
  const [open, setOpen] = useState(false);
  const show = async (): Promise<void> => {
    setOpen(!open);
    if (!open) set(await history(talk));
  };
  return (
    <section class="about" aria-label="Sessions">
      <button type="button" class="about-fold" aria-expanded={open} onClick={() => void show()}>Sessions<Icon d={open ? icons.down : icons.right} size={16} /></button>
      {open && list !== null && (list.length === 0 ? <p class="quiet small">None yet.</p> : <ol>{list.map((past) => <Past key={past.sid} past={past} />)}</ol>)}
    </section>
  );
}
