// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Page, SessionInfo } from '../../../protocol/index.js';
import { clock as timeOfDay, icons } from '../../../ui/index.js';
import { aloud, path } from '../lib/text.js';
import { coarse, counter, spoken } from '../lib/times.js';
import { considerRef } from '../state/care.js';
import { now } from '../state/clock.js';
import { close, isMine, owns, putAway, waitedMs } from '../state/desk.js';
import { house, isPractice, queueName } from '../state/house.js';
import { sheet } from '../state/layout.js';
import { rows } from '../state/queue.js';
import { cannotShow, pieceOf, showRef } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { Earlier, Facts, Identity, Labels, Spending, Together } from './about.js';
import { Bag } from './bag.js';
import { Care } from './care.js';
import { Merchant } from './merchant.js';
import { HelpedFacts } from './helped.js';
import { Orders } from './orders.js';
import { Avatar, Icon, Presence, Price, Thumb } from './parts.js';

const sessions: Record<SessionInfo['state'], string> = {
  none: 'No session', waiting: 'Waiting', claimed: 'Being asked', live: 'Live', away: 'Away', ended: 'Ended',
};

function Session({ talk }: { talk: Talk }): JSX.Element | null {
  void talk.at.session.value;
  const session = talk.conversation.value?.session;
  const row = rows.value.get(talk.conv);
  if (session === undefined) return null;
  const ms = row === undefined ? null : waitedMs(row.since, now.value);
  return (
    <dl class="facts">
      {session.reference && <div class="fact reference"><dt>Reference, to read out</dt>
        <dd><span aria-hidden="true">{session.reference}</span><span class="vt-unseen">{aloud(session.reference)}</span></dd></div>}
      <div class="fact"><dt>Session</dt><dd>{sessions[session.state]}
        {ms !== null && session.state !== 'none' && <span class="quiet"> · <span aria-hidden="true">{session.state === 'waiting' ? counter(ms) : coarse(ms)}</span><span class="vt-unseen">{spoken(ms)}</span></span>}</dd></div>
      {session.queue && (house.value.queues.length > 1 || isPractice(session.queue)) && <div class="fact"><dt>Queue</dt><dd>{queueName(session.queue)}</dd></div>}
      {session.associate && !isMine.value && <div class="fact"><dt>With</dt><dd><bdi>{session.associate.name}</bdi></dd></div>}
    </dl>
  );
}

/// What they have open now is before them already; what they looked at earlier is weighed as any other piece.
function Stop({ page, talk, latest }: { page: Page; talk: Talk; latest: boolean }): JSX.Element {
  const why = cannotShow(talk, isMine.value);
  const product = pieceOf(talk, page);
  const at = `visit ${page.n}`;
  return (
    <li class={latest ? 'visit latest' : 'visit'}>
      {product ? <Thumb of={product} width={44} /> : <span class="picture none" />}
      <span class="visit-text">
        <span class="visit-name"><bdi>{product?.name ?? (page.title || path(page.url))}</bdi></span>
        <span class="visit-line">{product ? <><Price of={product} />{product.available === false && <span>{product.price ? ' · ' : ''}Out of stock</span>}</> : <bdi>{path(page.url)}</bdi>}</span>
        <span class="visit-line">{latest ? 'Now' : page.ts === undefined ? '' : <time dateTime={new Date(page.ts).toISOString()}>{timeOfDay(page.ts)}</time>}</span>
      </span>
      {product && why === null && (
        <button type="button" class="vt-icon" data-care={at} onClick={() => void (latest ? showRef(talk, product) : considerRef(talk, product, at))} aria-label={`Show ${product.name ?? 'this piece'} together`} title="Show together"><Icon d={icons.eye} /></button>
      )}
      <Care at={at} />
    </li>
  );
}

function Trail({ talk }: { talk: Talk }): JSX.Element {
  void talk.at.trail.value;
  const pages = [...(talk.conversation.value?.trail ?? [])].sort((a, b) => b.n - a.n);
  const here = talk.customer?.at === 'here';
  return (
    <section class="trail" aria-labelledby="trail-title">
      <h3 id="trail-title">Looked at</h3>
      {pages.length === 0 ? <p class="quiet">No pages yet. Each page and piece they open appears here.</p>
        : <ol>{pages.map((page, i) => <Stop key={page.n} page={page} talk={talk} latest={i === 0 && here} />)}</ol>}
    </section>
  );
}

function Ending({ talk }: { talk: Talk }): JSX.Element | null {
  const { state } = talk;
  if (!owns.value) return <button type="button" class="vt-button wide" onClick={() => close(talk.conv)}>Close</button>;
  if (state === 'live' || state === 'away' || state === 'claimed')
    return <button type="button" class="vt-button wide" onClick={() => { sheet.value = 'end'; }}>End session</button>;
  return <button type="button" class="vt-button wide" onClick={() => putAway(talk.conv)}>Put away</button>;
}

/// Who one is talking to, how the session stands, where they have been.
export function Customer({ talk }: { talk: Talk }): JSX.Element {
  const customer = talk.customer;
  const name = customer?.name || rows.value.get(talk.conv)?.name || 'Visitor';
  return (
    <aside class="column person" aria-label="Customer">
      <div class="scroll">
        <header class="person-head">
          <Avatar name={name} large />
          <h2><bdi>{name}</bdi></h2>
          <Presence at={customer?.at} long />
          <Identity talk={talk} />
        </header>
        <Session talk={talk} />
        <HelpedFacts talk={talk} />
        <Together talk={talk} />
        <Labels talk={talk} />
        <Spending talk={talk} />
        <Bag talk={talk} />
        <Merchant talk={talk} />
        <Orders talk={talk} />
        <Facts talk={talk} />
        <Trail talk={talk} />
        <Earlier talk={talk} />
      </div>
      <div class="person-foot"><Ending talk={talk} /></div>
    </aside>
  );
}
