// SPDX-License-Identifier: Apache-2.0

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import type { QueueRow } from '../../../protocol/index.js';
import { Reports } from '../../../reports/index.js';
import { explain } from '../lib/faults.js';
import { counter, duration, spoken } from '../lib/times.js';
import { now } from '../state/clock.js';
import { open, take, waitedMs } from '../state/desk.js';
import { house, queueName } from '../state/house.js';
import { line, theLink } from '../state/line.js';
import { modeWords } from '../state/presence.js';
import { known } from '../state/queue.js';
import { Avatar, Icon } from '../views/parts.js';
import { placeOf, type QueueSums, type Staff } from './floor.js';
import { sold, watchSales } from './sold.js';
import { floor, over, type Over } from './state.js';

/// How long since `since`, counting.
function Since({ since, large = false }: { since: number; large?: boolean }): JSX.Element {
  const ms = waitedMs(since, now.value);
  return <time class={large ? 'floor-clock' : 'floor-since'} dateTime={duration(ms)}><span aria-hidden="true">{counter(ms)}</span><span class="vt-unseen">{spoken(ms)}</span></time>;
}

function Figure({ name, children, note, alarm = false }: { name: string; children: ComponentChildren; note?: ComponentChildren; alarm?: boolean }): JSX.Element {
  return <div class={alarm ? 'floor-figure long' : 'floor-figure'}><dt>{name}</dt><dd>{children}</dd>{note !== undefined && <dd class="floor-note">{note}</dd>}</div>;
}

const who = (row: QueueRow): string => row.name || 'A visitor';
const piece = (row: QueueRow): string => row.product?.name ?? row.product?.sku ?? '';

/// What the sessions have brought today, by this clock; of orders credited to them alone.
function Sold(): JSX.Element {
  useEffect(() => watchSales(), []);
  const of = sold.value;
  return <Figure name="Sold today" note={of === null ? 'not known just now' : of.value || 'nothing yet'}>{of === null ? '–' : of.orders}</Figure>;
}

function Totals(): JSX.Element {
  const { waiting, running, free, available, people } = floor.value;
  const longest = waiting[0];
  return (
    <dl class="floor-figures">
      <Figure name="Longest wait" note={longest ? [who(longest), piece(longest)].filter(Boolean).join(', ') : 'Nobody waits'} alarm={longest !== undefined}>
        {longest ? <Since since={longest.since} large /> : <span class="floor-clock">–</span>}
      </Figure>
      <Figure name="Waiting" note={waiting.length === 1 ? 'customer' : 'customers'}>{waiting.length}</Figure>
      <Figure name="In session" note={running.some((row) => row.state === 'away') ? `${running.filter((row) => row.state === 'away').length} away just now` : 'now'}>{running.length}</Figure>
      <Sold />
      <Figure name="Free places" note={`${available} of ${people.length} available`}>{free}</Figure>
    </dl>
  );
}

function Queues({ queues }: { queues: QueueSums[] }): JSX.Element {
  return (
    <section class="floor-part" aria-labelledby="floor-queues">
      <h2 id="floor-queues">Queues</h2>
      <div class="floor-scroll" role="region" aria-label="Queues, table" tabIndex={0}>
        <table class="floor-table">
          <thead><tr><th scope="col">Queue</th><th scope="col">Waiting</th><th scope="col">Longest</th><th scope="col">In session</th><th scope="col">Free places</th></tr></thead>
          <tbody>{queues.map((q) => (
            <tr key={q.queue} class={q.waiting > 0 && q.free === 0 ? 'short-handed' : undefined}>
              <th scope="row">{queueName(q.queue)}</th><td>{q.waiting}</td><td>{q.oldest ? <Since since={q.oldest.since} /> : '–'}</td><td>{q.live}</td>
              <td>{q.free}{q.waiting > 0 && q.free === 0 && <span class="vt-unseen">, nobody is free</span>}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    </section>
  );
}

function leaveTo(act: () => Promise<unknown>): void {
  over.value = null;
  void act();
}

/// Looking in is told to the server first; the conversation then opens as any other.
async function lookIn(conv: string, refuse: (text: string) => void): Promise<void> {
  try {
    await theLink().request('supervisor.watch', { conv, on: true });
    leaveTo(() => open(conv));
  } catch (e) {
    refuse(explain(e));
  }
}

function Customers({ title, list, empty, waiting }: { title: string; list: QueueRow[]; empty: string; waiting: boolean }): JSX.Element {
  const [refused, refuse] = useState('');
  const id = waiting ? 'floor-waiting' : 'floor-running';
  return (
    <section class="floor-part" aria-labelledby={id}>
      <h2 id={id}>{title} <span class="count">{list.length}</span></h2>
      <p class="trouble" role="alert">{refused}</p>
      {list.length === 0 && <p class="quiet">{empty}</p>}
      <ol class="floor-list">{list.map((row, i) => (
        <li key={row.conv} class={waiting && i === 0 ? 'floor-row longest-wait' : 'floor-row'}>
          {waiting && <span class="floor-place" aria-label={`Number ${placeOf(floor.value, row)} in ${queueName(row.queue)}`}>{placeOf(floor.value, row)}</span>}
          <span class="floor-who"><strong>{who(row)}</strong><span class="floor-small">{[waiting ? queueName(row.queue) : row.associate, piece(row), row.state === 'away' && 'away', row.asked && `${row.asked} asked now`].filter(Boolean).join(' · ')}</span></span>
          <Since since={row.since} />
          <span class="floor-acts">
            {!waiting && <button type="button" class="vt-button" onClick={() => void lookIn(row.conv, refuse)}>Watch<span class="vt-unseen"> {who(row)}</span></button>}
            <button type="button" class="vt-button" onClick={() => leaveTo(() => take(row.conv))}>{waiting ? 'Take' : 'Take over'}<span class="vt-unseen"> {who(row)}</span></button>
          </span>
        </li>
      ))}</ol>
    </section>
  );
}

function People({ people }: { people: Staff[] }): JSX.Element {
  return (
    <section class="floor-part" aria-labelledby="floor-people">
      <h2 id="floor-people">Who serves <span class="count">{floor.value.available} available</span></h2>
      {people.length === 0 && <p class="quiet">Nobody is logged in.</p>}
      <ul class="floor-list">{people.map((person) => (
        <li key={person.who} class={`floor-row ${person.mode}`}>
          <Avatar name={person.name} />
          <span class="floor-who"><strong>{person.name}</strong><span class="floor-small">{modeWords[person.mode]}{person.since !== undefined && <> for <Since since={person.since} /></>}</span></span>
          {(sold.value?.people.get(person.who) ?? '') !== '' && <span class="floor-sold">{sold.value?.people.get(person.who)}<span class="vt-unseen"> sold today</span></span>}
          <span class="floor-load"><meter min={0} max={person.cap} value={person.used} aria-label={`${person.name}: ${person.used} of ${person.cap} conversations`} />{person.used}/{person.cap}</span>
        </li>
      ))}</ul>
    </section>
  );
}

function Floor(): JSX.Element {
  const { waiting, running, people, queues, left } = floor.value;
  if (!known.value) return <p class="quiet pad">Loading the floor…</p>;
  return (
    <>
      <Totals />
      <div class="floor-parts">
        <Customers title="Waiting" list={waiting} empty="Nobody waits." waiting />
        <Customers title="In session" list={running} empty="Nobody is in a session." waiting={false} />
        <People people={people} />
        <Queues queues={queues} />
      </div>
      {left.length > 0 && <p class="quiet">{left.length} {left.length === 1 ? 'message waits' : 'messages wait'} for an answer by mail.</p>}
    </>
  );
}

function FullScreen({ of }: { of: { current: HTMLElement | null } }): JSX.Element | null {
  const [on, setOn] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const changed = (): void => setOn(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const press = (): void => void (on ? document.exitFullscreen() : of.current?.requestFullscreen())?.catch(() => undefined);
  return <button type="button" class="vt-button floor-wall" aria-pressed={on} onClick={press}><Icon d={icons.whole} />{on ? 'Leave the wall' : 'On the wall'}</button>;
}

/// The supervisor's board over the desk: the floor as it is now, or the reports. Esc goes back to the desk.
export function Board({ what }: { what: Over }): JSX.Element {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => { box.current?.focus(); }, []); // before it is painted: who sees it can leave it by Esc
  const queues = house.value.queues.map(({ id, name }) => [id, name ?? id] as const);
  return (
    <main class="floor" ref={box} tabIndex={-1} aria-labelledby="floor-title"
      onKeyDown={(e) => { if (e.key === 'Escape' && document.fullscreenElement === null) { e.stopPropagation(); over.value = null; } }}>
      <header class="floor-head">
        <h1 id="floor-title">{what === 'floor' ? 'Shop floor' : 'Reports'}</h1>
        {line.value.state !== 'live' && <span class="floor-lost" role="status">The line is lost: this is how it last was.</span>}
        <span class="floor-gap" />
        <button type="button" class="vt-button" onClick={() => { over.value = what === 'floor' ? 'reports' : 'floor'; }}>{what === 'floor' ? 'Reports' : 'Shop floor'}</button>
        {what === 'floor' && <FullScreen of={box} />}
        <button type="button" class="vt-icon" onClick={() => { over.value = null; }} aria-label="Back to the desk"><Icon d={icons.close} /></button>
      </header>
      <div class="floor-body">{what === 'floor' ? <Floor /> : <Reports queues={queues} />}</div>
    </main>
  );
}
