// SPDX-License-Identifier: Apache-2.0

import { useComputed } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { QueueRow } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { belongs, hold, left, type Tab } from '../lib/rows.js';
import { coarse, counter, duration, spoken } from '../lib/times.js';
import { now } from '../state/clock.js';
import { busy, focused, open, rowFault, take, talks, waitedMs } from '../state/desk.js';
import { filter, known, labelsSeen, listed, mine, rows, tab, tally } from '../state/queue.js';
import { house, isPractice, queueName } from '../state/house.js';
import { sheet, showFound } from '../state/layout.js';
import { line } from '../state/line.js';
import { foreign } from '../state/login.js';
import { phase } from '../practice/run.js';
import { self, setPresence } from '../state/presence.js';
import { Empty, Icon, Thumb } from './parts.js';

const tabs: readonly [Tab, string][] = [['mine', 'Mine'], ['unassigned', 'Unassigned'], ['all', 'All']];

function Waited({ row }: { row: QueueRow }): JSX.Element {
  const ms = waitedMs(row.since, now.value);
  return (
    <time class="waited" dateTime={duration(ms)}>
      <span aria-hidden="true">{counter(ms)}</span><span class="vt-unseen">waiting {spoken(ms)}</span>
    </time>
  );
}

function stateWords(row: QueueRow, own: boolean): string {
  if (left(row)) return 'Left a message';
  if (row.state === 'ended' || row.state === 'none') return 'Ended';
  if (row.state === 'away') return 'Away';
  if (!row.online) return 'Off the site';
  if (own) return 'With you';
  return row.associate ? `With ${row.associate}` : 'Live';
}

function Side({ row, own }: { row: QueueRow; own: boolean }): JSX.Element {
  const waits = row.state === 'waiting' || row.state === 'claimed';
  if (waits && !own) return <Waited row={row} />;
  return <span class="row-age">{coarse(waitedMs(left(row) ? row.contact ?? row.since : row.since, now.value))}</span>;
}

function TakeButton({ row, gone, first }: { row: QueueRow; gone: boolean; first: boolean }): JSX.Element | null {
  if (gone || (row.state !== 'waiting' && row.state !== 'claimed') || mine.value.has(row.conv)) return null;
  return (
    <button type="button" class={first ? 'vt-button vt-main take' : 'vt-button take'} disabled={busy.value !== null} onClick={() => void take(row.conv)}>
      {busy.value === row.conv ? 'Taking…' : 'Take'}<span class="vt-unseen"> {row.name || 'visitor'}</span>
    </button>
  );
}

function Row({ row, gone, first }: { row: QueueRow; gone: boolean; first: boolean }): JSX.Element {
  const own = mine.value.has(row.conv);
  const waits = row.state === 'waiting' || row.state === 'claimed';
  const unread = own && row.conv !== focused.value ? row.unread : 0;
  const talk = own ? talks.value.get(row.conv) : undefined;
  const typing = talk !== undefined && talk.typing.has('c');
  return (
    <li class={`row ${gone ? 'gone' : ''} ${row.state}`} aria-current={focused.value === row.conv ? 'true' : undefined}>
      <button type="button" class="row-open" onClick={() => void open(row.conv)}>
        <Thumb of={row.product} width={44} />
        <span class="row-text">
          <span class="row-name"><bdi>{row.name || 'Visitor'}</bdi></span>
          <span class="row-product">{waits && !row.online && 'Off the site · '}<bdi>{row.product?.name ?? row.product?.sku ?? 'No piece yet'}</bdi></span>
          {!waits && <span class="row-state">{gone ? 'No longer here' : typing ? 'Typing…' : stateWords(row, own)}</span>}
          {waits && gone && <span class="row-state">No longer here</span>}
          <RowLabels row={row} />
        </span>
        <span class="row-side">
          {!gone && <Side row={row} own={own} />}
          {unread > 0 && <span class="badge"><span aria-hidden="true">{unread}</span><span class="vt-unseen">{unread} unread</span></span>}
        </span>
      </button>
      <TakeButton row={row} gone={gone} first={first} />
      {rowFault.value?.conv === row.conv && <p class="trouble">{rowFault.value.text}</p>}
    </li>
  );
}

/// The rows to draw, in an order that stands still while somebody points at them or walks through them by keyboard.
function useStill(): { rows: QueueRow[]; point(on: boolean): void; walk(on: boolean): void } {
  const [pointed, point] = useState(false);
  const [walked, walk] = useState(false);
  const shown = useRef<string[]>([]);
  const before = useRef<Tab>(tab.value);
  const last = useRef(new Map<string, QueueRow>());
  const wanted = listed.value.map((row) => row.conv);
  const order = (pointed || walked) && before.current === tab.value ? hold(shown.current, wanted) : wanted;
  before.current = tab.value;
  shown.current = order;
  const there = order.map((conv) => rows.value.get(conv) ?? last.current.get(conv)).filter((row) => row !== undefined);
  last.current = new Map(there.map((row) => [row.conv, row]));
  return { rows: there, point, walk };
}

/// Whoever waits longest, on every tab: nobody has to look for them.
function Longest(): JSX.Element | null {
  const row = tally.value.longest;
  if (tab.value === 'unassigned') return null;
  if (row === null) return <p class="longest quiet">Nobody is waiting.</p>;
  return (
    <div class="longest">
      <button type="button" class="longest-open" onClick={() => void open(row.conv)}>
        <span class="longest-label">{tally.value.unassigned === 1 ? 'Waiting' : `Longest of ${tally.value.unassigned}`}</span>
        <Waited row={row} />
      </button>
      <TakeButton row={row} gone={false} first />
    </div>
  );
}

/// Said where one looks for customers: without it an empty desk would seem like an empty shop.
function Offered(): JSX.Element | null {
  const me = self.value;
  if (me === null || me.mode === 'available' || line.value.state !== 'live') return null;
  const full = me.used >= me.cap;
  return (
    <p class="offered">
      <span>{full ? `You have ${me.used} of ${me.cap} customers, so no more are offered.` : 'No customers are offered to you.'}</span>
      {!full && <button type="button" class="vt-button vt-main" onClick={() => void setPresence({ mode: 'available' })}>I am available</button>}
    </p>
  );
}

function Filters(): JSX.Element | null {
  const { queues, labels } = house.value;
  const all = [...new Set([...labels, ...labelsSeen.value])];
  const some = filter.value.queue !== '' || filter.value.label !== '';
  if (queues.length < 2 && all.length === 0 && !some) return null;
  return (
    <div class="filters">
      {queues.length > 1 && (
        <select aria-label="Queue" value={filter.value.queue} onChange={(e) => { filter.value = { ...filter.value, queue: e.currentTarget.value }; }}>
          <option value="">All queues</option>{queues.map((q) => <option key={q.id} value={q.id}>{q.name ?? q.id}</option>)}
        </select>
      )}
      {all.length > 0 && (
        <select aria-label="Label" value={filter.value.label} onChange={(e) => { filter.value = { ...filter.value, label: e.currentTarget.value }; }}>
          <option value="">All labels</option>{all.map((l) => <option key={l} value={l}>{l}</option>)}
        </select>
      )}
    </div>
  );
}

function RowLabels({ row }: { row: QueueRow }): JSX.Element | null {
  const tongue = foreign(row.lang);
  const words = [...((house.value.queues.length > 1 && filter.value.queue === '') || isPractice(row.queue) ? [queueName(row.queue)] : []), ...(tongue === '' ? [] : [tongue]), ...(row.labels ?? [])].slice(0, 3);
  return words.length === 0 ? null : <span class="row-labels">{words.map((word) => <span key={word} class="chip"><bdi>{word}</bdi></span>)}</span>;
}

function Tabs(): JSX.Element {
  const pick = (t: Tab): void => { tab.value = t; };
  const move = (e: KeyboardEvent): void => {
    const by = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0 || e.altKey) return;
    const next = tabs[(tabs.findIndex(([t]) => t === tab.value) + by + tabs.length) % tabs.length];
    if (next === undefined) return;
    pick(next[0]);
    document.getElementById(`tab-${next[0]}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Customers" onKeyDown={move}>
      {tabs.map(([t, label]) => (
        <button key={t} type="button" role="tab" id={`tab-${t}`} aria-selected={tab.value === t} aria-controls="rows"
          tabIndex={tab.value === t ? 0 : -1} class="tab" onClick={() => pick(t)}>
          {label} <span class="count">{tally.value[t]}</span>
        </button>
      ))}
    </div>
  );
}

/// A refusal whose row has gone meanwhile: a colleague was faster.
function Lost({ shown }: { shown: readonly QueueRow[] }): JSX.Element | null {
  const fault = rowFault.value;
  if (fault === null || fault.conv === focused.value || shown.some((row) => row.conv === fault.conv)) return null;
  return (
    <p class="lost">{fault.text}
      <button type="button" class="vt-icon" aria-label="Dismiss" onClick={() => { rowFault.value = null; }}><Icon d={icons.close} size={16} /></button></p>
  );
}

const nothing: Record<Tab, [string, string]> = {
  mine: ['No customer is with you', 'Take one who is waiting, and the conversation opens here.'],
  unassigned: ['Nobody is waiting', 'A customer who asks for help appears here at once.'],
  all: ['It is quiet', 'Everybody who asks for help or is in a conversation is listed here.'],
};

export function List(): JSX.Element {
  const still = useStill();
  const area = useRef<HTMLDivElement>(null);
  const empty = useComputed(() => nothing[tab.value]);
  const isNarrowed = filter.value.queue !== '' || filter.value.label !== '';
  useEffect(() => { area.current?.scrollTo(0, 0); }, [tab.value]);
  return (
    <section class="column list" aria-label="Customers">
      <h2 class="vt-unseen">Customers</h2>
      <Tabs />
      <Filters />
      <Longest />
      <Offered />
      <div class="scroll" ref={area} id="rows" role="tabpanel" aria-labelledby={`tab-${tab.value}`}
        onPointerEnter={(e) => still.point(e.pointerType === 'mouse')} onPointerLeave={() => still.point(false)}>
        <Lost shown={still.rows} />
        {still.rows.length > 0 && (
          <ul class="rows" onFocusIn={(e) => still.walk((e.target as Element).matches(':focus-visible'))}
            onFocusOut={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) still.walk(false); }}>
            {still.rows.map((row) => <Row key={row.conv} row={row} first={tab.value === 'unassigned' && row.conv === tally.value.longest?.conv} gone={!belongs(row, tab.value, mine.value) || !rows.value.has(row.conv)} />)}
          </ul>
        )}
        {still.rows.length === 0 && known.value && (isNarrowed
          ? <Empty icon={icons.search} title="Nothing with this filter"><button type="button" class="vt-button" onClick={() => { filter.value = { queue: '', label: '' }; }}>Show all</button></Empty>
          : <Empty icon={icons.hourglass} title={empty.value[0]}><p>{empty.value[1]}</p>
            {phase.value === 'off' && <button type="button" class="vt-button" onClick={() => { sheet.value = 'practice'; }}>New here? Practise</button>}</Empty>)}
        {still.rows.length === 0 && !known.value && <p class="quiet pad">Loading…</p>}
      </div>
      <div class="list-foot">
        <button type="button" class="list-foot-item" onClick={showFound}><Icon d={icons.search} size={16} />Search<span class="vt-unseen"> what was said</span></button>
        <button type="button" class="list-foot-item" onClick={() => { sheet.value = 'code'; }}><Icon d={icons.phone} size={16} />Caller’s code</button>
      </div>
    </section>
  );
}

