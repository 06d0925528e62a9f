// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import type { Hit } from '../api.js';
import { coarse } from '../lib/times.js';
import { now } from '../state/clock.js';
import { focused, open, rowFault, waitedMs } from '../state/desk.js';
import { chosen, fault, hits, next, search, searching, text, type } from '../state/found.js';
import { focusComposer, showList } from '../state/layout.js';
import { Empty, Icon } from './parts.js';

const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });
const WEEK_MS = 7 * 24 * 3600 * 1000;

function When({ ts }: { ts: number }): JSX.Element {
  const age = waitedMs(ts, now.value);
  return <time class="found-when" dateTime={new Date(ts).toISOString()} title={exact.format(ts)}>{age < WEEK_MS ? coarse(age) : day.format(ts)}</time>;
}

const source = ({ staff, by }: Hit): string => (staff ? 'Private note' : by === 'c' ? 'Customer' : by.startsWith('g') ? 'Guest' : 'Shop');

function Line({ hit }: { hit: Hit }): JSX.Element {
  const isHere = chosen.value === hit && focused.value === hit.conversation;
  const choose = (): void => {
    chosen.value = hit;
    void open(hit.conversation, 'found');
  };
  return (
    <li class="found" aria-current={isHere ? 'true' : undefined}>
      <button type="button" class="found-open" onClick={choose}>
        <span class="found-head"><bdi class="row-name">{hit.name || 'Visitor'}</bdi><When ts={hit.ts} /></span>
        <span class="found-said" dir="auto">{hit.parts.map((part, i) => (i % 2 === 1 ? <mark key={i}>{part}</mark> : part))}</span>
        <span class="found-by">{source(hit)}</span>
      </button>
      {rowFault.value?.conv === hit.conversation && <p class="trouble">{rowFault.value.text}</p>}
    </li>
  );
}

function Lines(): JSX.Element | null {
  const found = hits.value;
  if (fault.value !== null) return <Empty icon={icons.search} title="The search did not work"><p>{fault.value}</p><button type="button" class="vt-button" onClick={() => void search()}>Try again</button></Empty>;
  if (found === null) return <Empty icon={icons.search} title="Search what was said"><p>Messages, private notes and names of all conversations. A begun word is enough.</p></Empty>;
  if (found.length === 0) return <Empty icon={icons.search} title="Nothing found"><p>All words must stand in one message. Try fewer, or only how one begins.</p></Empty>;
  return (
    <>
      <ul class="hits">{found.map((hit) => <Line key={`${hit.conversation} ${hit.cs}`} hit={hit} />)}</ul>
      {next.value !== '' && <p class="pad"><button type="button" class="vt-button wide" disabled={searching.value} onClick={() => void search(next.peek())}>More</button></p>}
    </>
  );
}

function count(): string {
  const n = hits.value?.length;
  if (searching.value) return 'Searching…';
  if (n === undefined || fault.value !== null) return '';
  return next.value !== '' ? `More than ${n} found` : `${n} found`;
}

/// The search over all conversations. What is chosen opens beside it for reading; the results stay.
export function Found(): JSX.Element {
  return (
    <section class="column list" aria-label="Search">
      <h2 class="vt-unseen">Search what was said</h2>
      <div class="search">
        <Icon d={icons.search} size={18} />
        <input id="found-search" type="search" placeholder="Search what was said" aria-label="Search what was said" maxLength={100} autocomplete="off"
          value={text.value} onInput={(e) => type(e.currentTarget.value)}
          onKeyDown={(e) => {
            if (e.isComposing || (e.key !== 'Enter' && e.key !== 'Escape')) return;
            e.preventDefault();
            e.stopPropagation();
            if (e.key === 'Enter') return void search();
            showList();
            focusComposer();
          }} />
        <button type="button" class="vt-icon" aria-label="Close the search" onClick={showList}><Icon d={icons.close} size={18} /></button>
      </div>
      <p class="search-state" role="status">{count()}</p>
      <div class="scroll"><Lines /></div>
    </section>
  );
}
