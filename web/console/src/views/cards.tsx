// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { counter, duration, spoken } from '../lib/times.js';
import { accept, answering, cardFault, cards, cardTitle, decline, type Card } from '../state/cards.js';
import { now } from '../state/clock.js';
import { waitedMs } from '../state/desk.js';
import { house, isPractice, queueName } from '../state/house.js';
import { serverTime } from '../state/line.js';
import { foreign } from '../state/login.js';
import { Icon, Thumb } from './parts.js';

const SHOWN = 3;
/// What a full countdown is drawn against: a claim has 20 s, a colleague's question 60.
const WHOLE_S = { claim: 20, transfer: 60, colleague: 60 };

const left = (card: Card): number => Math.max(0, Math.ceil((card.until - serverTime(now.value)) / 1000));

function Left({ card }: { card: Card }): JSX.Element {
  const seconds = left(card);
  return (
    <span class="card-left">
      <progress max={Math.max(WHOLE_S[card.kind], seconds)} value={seconds} aria-label="Time to answer" />
      <span aria-hidden="true">{seconds} s</span>
    </span>
  );
}

function Facts({ card }: { card: Card }): JSX.Element {
  if (card.kind !== 'claim') return <>{card.note !== undefined && card.note !== '' && <p class="ask-note">“<bdi>{card.note}</bdi>”</p>}</>;
  const ms = waitedMs(card.since, now.value);
  const more = [house.value.queues.length > 1 || isPractice(card.queue) ? queueName(card.queue) : '', foreign(card.lang)].filter((part) => part !== '');
  return (
    <p class="ask-facts">
      <time dateTime={duration(ms)}><span aria-hidden="true">Waiting {counter(ms)}</span><span class="vt-unseen">Waiting {spoken(ms)}</span></time>
      {more.map((part) => <span key={part}> · {part}</span>)}
    </p>
  );
}

const yes = { claim: 'Claim', transfer: 'Accept', colleague: 'Come in' } as const;

function One({ card, first }: { card: Card; first: boolean }): JSX.Element {
  const waits = answering.value !== null;
  const name = card.name || 'A visitor';
  return (
    <li class="ask" aria-label={cardTitle(card)}>
      <div class="ask-top">
        <Thumb of={card.product} width={64} />
        <div class="ask-text">
          <p class="ask-name"><bdi>{name}</bdi></p>
          {card.kind !== 'claim' && <p class="ask-by">{card.kind === 'transfer' ? 'Handed over by' : 'Help wanted by'} <bdi>{card.by}</bdi></p>}
          {card.product && <p class="ask-product"><bdi>{card.product.name ?? card.product.sku}</bdi></p>}
          <Facts card={card} />
        </div>
      </div>
      {card.kind === 'claim' && card.before && <p class="ask-before"><Icon d={icons.chat} size={14} />You spoke before</p>}
      <Left card={card} />
      <div class="ask-do">
        <button type="button" class="vt-button vt-main tall" disabled={waits} aria-keyshortcuts={first ? 'Alt+Enter' : undefined} onClick={() => void accept(card)}>
          {answering.value === card.conv ? 'Answering…' : yes[card.kind]}<span class="vt-unseen"> {name}</span></button>
        <button type="button" class="vt-button" disabled={waits} onClick={() => void decline(card)}>{card.kind === 'claim' ? 'Decline' : 'Not now'}</button>
        {card.kind === 'claim' && <button type="button" class="vt-button" disabled={waits} onClick={() => void decline(card, true)}>Decline and go away</button>}
      </div>
    </li>
  );
}

/// Who asks for this person now. It floats over the list's end, so that nothing under the hand moves when it comes.
export function Cards(): JSX.Element | null {
  const all = cards.value;
  if (all.length === 0 && cardFault.value === null) return null;
  return (
    <section class="asks" aria-label="Asking for you">
      {cardFault.value !== null && (
        <p class="ask ask-fault" role="alert">{cardFault.value}
          <button type="button" class="vt-icon" aria-label="Dismiss" onClick={() => { cardFault.value = null; }}><Icon d={icons.close} size={16} /></button></p>
      )}
      <ul>{all.slice(0, SHOWN).map((card, i) => <One key={`${card.kind} ${card.conv}`} card={card} first={i === 0} />)}</ul>
      {all.length > SHOWN && <p class="ask ask-more">and {all.length - SHOWN} more</p>}
    </section>
  );
}
