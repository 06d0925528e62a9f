// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { all, type Me, type Person } from '../api.js';
import { DAYS, stateAt, type Exception, type Hours, type Span } from '../lib/hours.js';
import type { Json } from '../lib/pointer.js';
import { at, edit } from '../state/site.js';
import { Offer } from './offer.js';
import { Field, Section, useLoad } from './parts.js';
import { Settings } from './save.js';
import { Text, Whole, wrong } from './setting.js';
import { fresh } from '../lib/ids.js';

/// Queues: who is rung first, how many may wait, and when each is open. What the hours mean just now is said beside them while
/// they are edited, before anything is saved.

const names: Record<string, string> = { mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday' };
const zones: string[] = Intl.supportedValuesOf('timeZone');
const USUAL: Span = ['10:00', '18:00'];
const SPANS_MOST = 8;

/// The end of a day is 24:00 to the server, and 00:00 to a time field.
const shown = (time: string): string => (time === '24:00' ? '00:00' : time);

function Spans({ at: pointer, day }: { at: string; day: string }): JSX.Element {
  const spans = (at(pointer) ?? []) as unknown as readonly Span[];
  const put = (next: readonly Span[]): void => edit(pointer, next as unknown as Json);
  const set = (i: number, side: 0 | 1, time: string): void => put(spans.map((span, k) => {
    if (k !== i) return span;
    return side === 0 ? [time, span[1]] : [span[0], time === '00:00' ? '24:00' : time];
  }));
  const more = (): void => {
    const last = spans.at(-1)?.[1];
    put([...spans, last === undefined || last >= '22:00' ? USUAL : [last, '24:00']]);
  };
  return (
    <div class="spans">
      {spans.length === 0 && <span class="quiet">Closed</span>}
      {spans.map((span, i) => (
        <div class="span" key={i}>
          <input type="time" class="field time" data-at={`${pointer}/${i}`} aria-label={`${day}, opens`} aria-invalid={!!wrong(`${pointer}/${i}`)} value={shown(span[0])} onInput={(e) => set(i, 0, e.currentTarget.value)} />
          <span aria-hidden="true">–</span>
          <input type="time" class="field time" aria-label={`${day}, closes`} aria-invalid={!!wrong(`${pointer}/${i}`)} value={shown(span[1])} onInput={(e) => set(i, 1, e.currentTarget.value)} />
          <button type="button" class="vt-button" aria-label={`${day}: remove ${span[0]} to ${span[1]}`} onClick={() => put(spans.filter((_, k) => k !== i))}>Remove</button>
          {span[0] === '00:00' && span[1] === '24:00' && <span class="quiet small all-day">All day</span>}
          {wrong(`${pointer}/${i}`) && <p class="trouble" role="alert">{wrong(`${pointer}/${i}`)}</p>}
        </div>
      ))}
      {spans.length < SPANS_MOST && <button type="button" class="vt-button add" data-at={pointer} aria-label={`${day}: add opening hours`} onClick={more}>Add hours</button>}
      {wrong(pointer, false) && <p class="trouble" role="alert">{wrong(pointer, false)}</p>}
    </div>
  );
}

function Week({ at: pointer }: { at: string }): JSX.Element {
  const copy = (): void => {
    const monday = at(`${pointer}/mon`) ?? [];
    for (const day of DAYS.slice(1, 5)) edit(`${pointer}/${day}`, monday);
  };
  return (
    <div class="week">
      {DAYS.map((day) => (
        <div class="day" key={day}>
          <span class="day-name">{names[day]}</span>
          <Spans at={`${pointer}/${day}`} day={names[day]!} />
          {day === 'mon' && <button type="button" class="vt-button" onClick={copy}>Same until Friday</button>}
        </div>
      ))}
    </div>
  );
}

const soon = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

function Exceptions({ at: pointer }: { at: string }): JSX.Element {
  const list = (at(pointer) ?? []) as unknown as readonly Exception[];
  const put = (next: readonly Exception[]): void => edit(pointer, next.length > 0 ? next as unknown as Json : undefined);
  return (
    <div class="stack">
      <div>
        <h4>Days that are different</h4>
        <p class="hint">Holidays, late evenings, inventory. They stand before the week.</p>
      </div>
      {list.map((one, i) => (
        <div class="exception" key={i}>
          <Field label="Day" error={wrong(`${pointer}/${i}/date`)}>{(wires) => <input {...wires} type="date" class="field" data-at={`${pointer}/${i}/date`} value={one.date} onInput={(e) => edit(`${pointer}/${i}/date`, e.currentTarget.value)} />}</Field>
          <div class="field-row"><span class="label">Open</span><Spans at={`${pointer}/${i}/open`} day={one.date || 'The day'} /></div>
          <Text at={`${pointer}/${i}/why`} label="Why" hint="Customers read it while it is closed." placeholder="Christmas" maxLength={200} />
          <button type="button" class="vt-button" aria-label={`Remove ${one.date}`} onClick={() => put(list.filter((_, k) => k !== i))}>Remove</button>
        </div>
      ))}
      <div class="row"><button type="button" class="vt-button" data-at={pointer} onClick={() => put([...list, { date: soon(), open: [] }])}>Add a day</button></div>
    </div>
  );
}

/// "Open now, until 18:00", by the hours on the screen; the clock moves on.
function Now({ hours }: { hours: Hours | undefined }): JSX.Element | null {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  if (hours === undefined) return <p class="now open" role="status">Always open</p>;
  const state = stateAt(hours, now);
  if (state === null) return <p class="now" role="status">The time zone is not known</p>;
  const when = state.until === null ? null : new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: 'numeric', minute: '2-digit', timeZone: hours.tz, ...(state.until - now > 6 * 86_400_000 ? { day: 'numeric', month: 'short' } : {}) }).format(state.until);
  const text = state.open ? `Open now${when ? `, until ${when}` : ''}` : `Closed${when ? ` until ${when}` : ', with no opening within a year'}`;
  return <p class={state.open ? 'now open' : 'now'} role="status">{text}{!state.open && state.why ? ` · ${state.why}` : ''}</p>;
}

function HoursPart({ at: pointer, name }: { at: string; name: string }): JSX.Element {
  const hours = at(pointer) as unknown as Hours | undefined;
  const begin = (): void => edit(pointer, { tz: Intl.DateTimeFormat().resolvedOptions().timeZone, week: Object.fromEntries(DAYS.map((day, i) => [day, i < 5 ? [[...USUAL]] : []])) });
  return (
    <div class="stack">
      <div class="row between"><h3>Opening hours</h3><Now hours={hours} /></div>
      <div class="row">
        <label class="check"><input type="radio" name={`${name}-open`} checked={hours === undefined} onChange={() => edit(pointer, undefined)} />Always open</label>
        <label class="check"><input type="radio" name={`${name}-open`} checked={hours !== undefined} onChange={begin} />By the week</label>
      </div>
      {hours && (
        <>
          <Text at={`${pointer}/tz`} label="Time zone" list="zones" hint="The clock on the shop's wall." required />
          <Week at={`${pointer}/week`} />
          <Exceptions at={`${pointer}/exceptions`} />
        </>
      )}
    </div>
  );
}

const order = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth'];

function Groups({ at: pointer, people }: { at: string; people: readonly Person[] }): JSX.Element {
  const groups = (at(pointer) ?? []) as readonly (readonly string[])[];
  const put = (next: readonly (readonly string[])[]): void => edit(pointer, next.length > 0 ? next : undefined);
  const toggle = (i: number, login: string, on: boolean): void => put(groups.map((group, k) => (k === i ? (on ? [...group, login] : group.filter((l) => l !== login)) : group)));
  return (
    <div class="stack">
      <div><h3>Who is rung</h3><p class="hint">{groups.length === 0 ? 'Everybody at once.' : 'One group after the other, then everybody.'}</p></div>
      {groups.map((group, i) => (
        <fieldset class="card group" key={i}>
          <legend class="vt-unseen">{order[i]} group</legend>
          <div class="card-head"><p class="label" aria-hidden="true">{order[i]}</p><button type="button" class="vt-button" aria-label={`Remove the ${order[i]!.toLowerCase()} group`} onClick={() => put(groups.filter((_, k) => k !== i))}>Remove</button></div>
          <div class="chips">
            {people.map((one) => <label class="check" key={one.login}><input type="checkbox" data-at={`${pointer}/${i}`} checked={group.includes(one.login)} onChange={(e) => toggle(i, one.login, e.currentTarget.checked)} />{one.name}</label>)}
            {group.filter((login) => !people.some((one) => one.login === login)).map((login) => <label class="check" key={login}><input type="checkbox" checked onChange={() => toggle(i, login, false)} />{login} <span class="quiet">not here any more</span></label>)}
          </div>
          {wrong(`${pointer}/${i}`) && <p class="trouble" role="alert">{wrong(`${pointer}/${i}`)}</p>}
        </fieldset>
      ))}
      {groups.length < order.length && <div class="row"><button type="button" class="vt-button" data-at={pointer} onClick={() => put([...groups, []])}>{groups.length === 0 ? 'Ring some first' : 'Add a group'}</button></div>}
    </div>
  );
}

function Queue({ i, people, remove }: { i: number; people: readonly Person[]; remove: (() => void) | null }): JSX.Element {
  const pointer = `/settings/queues/${i}`;
  const id = String(at(`${pointer}/id`) ?? '');
  return (
    <section class="card" aria-label={String(at(`${pointer}/name`) ?? id)}>
      <div class="card-head"><h2>{String(at(`${pointer}/name`) ?? '') || 'Queue'}</h2>{remove && <button type="button" class="vt-button risky" onClick={remove}>Remove the queue</button>}</div>
      <div class="pair wide">
        <Text at={`${pointer}/name`} label="Name" maxLength={80} required />
        <Text at={`${pointer}/id`} label="Name in the page" hint={<>As in <code>data-queue="{id}"</code>. Pages that name it must follow a change.</>} maxLength={64} required />
        <Text at={`${pointer}/department`} label="Department" maxLength={80} />
      </div>
      <Whole at={`${pointer}/max`} label="Customers who may wait" hint="Beyond it they are offered to leave a message." placeholder="server's" />
      <Offer at={pointer} />
      <HoursPart at={`${pointer}/hours`} name={id} />
      <Groups at={`${pointer}/groups`} people={people} />
    </section>
  );
}

export function HoursPage({ me }: { me: Me }): JSX.Element {
  const [people] = useLoad(() => all<Person>('/people', 'people'));
  const staff = people.at === 'there' ? people.value.filter((one) => !one.disabled) : [];
  return (
    <Settings me={me}>
      {() => {
        const queues = (at('/settings/queues') ?? []) as readonly { id: string; name: string }[];
        const add = (): void => edit('/settings/queues', [...queues, queues.length === 0 ? { id: 'main', name: 'Main' } : { id: fresh('queue', queues.map((q) => q.id)), name: 'New queue' }]);
        return (
          <>
            <p class="quiet">Customers wait in a queue; each has its own people and hours.</p>
            <datalist id="zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
            {queues.length === 0 && (
              <section class="card"><div class="card-head"><h2>Main</h2><Now hours={undefined} /></div><p class="quiet">There is one queue, for everything. It rings everybody.</p><div class="row"><button type="button" class="vt-button vt-main" onClick={add}>Set its hours and people</button></div></section>
            )}
            {queues.map((_, i) => <Queue key={i} i={i} people={staff} remove={queues.length > 1 ? () => edit('/settings/queues', queues.filter((__, k) => k !== i) as unknown as Json) : null} />)}
            {queues.length > 0 && <div class="row"><button type="button" class="vt-button" data-at="/settings/queues" onClick={add}>Add a queue</button></div>}
            <Section title="For all queues">
              <Whole at="/settings/cap" label="Conversations one associate has at once" placeholder="server's" hint="1 to 20. Beyond it no more customers are offered to them." />
              <div class="pair">
                <Whole at="/settings/ring/known" label="Ring who spoke with them before" unit="seconds" placeholder="15" />
                <Whole at="/settings/ring/first" label="then the first group" unit="seconds" placeholder="20" />
                <Whole at="/settings/ring/total" label="then everybody, in all" unit="seconds" placeholder="90" hint="Then the customer is offered to leave a message." />
              </div>
              <div class="pair">
                <Whole at="/settings/sticky/days" label="“Spoke before” counts for" unit="days" placeholder="3" />
                <Whole at="/settings/sticky/seconds" label="and they are waited for" unit="seconds" placeholder="15" />
              </div>
            </Section>
          </>
        );
      }}
    </Settings>
  );
}
