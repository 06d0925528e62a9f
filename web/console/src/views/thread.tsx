// SPDX-License-Identifier: Apache-2.0

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { explain } from '../lib/faults.js';
import { place } from '../lib/thread.js';
import { busy, isMine, markRead, open, owns, rowFault, take } from '../state/desk.js';
import { chosen } from '../state/found.js';
import { pane } from '../state/layout.js';
import { rows } from '../state/queue.js';
import type { Talk } from '../state/talk.js';
import { Composer } from './composer.js';
import { Helped } from './helped.js';
import { Message, saidOf, type Said } from './message.js';
import { Avatar, Empty, Icon, Presence } from './parts.js';
import { AskedOf, Away, Oversee, WrapUp } from './beside.js';
import { Recap } from './recap.js';

const AT_END_PX = 40;
/// A message that was found lies at most so many pages back: 50 rows each.
const SOUGHT_PAGES = 60;

function Head({ talk }: { talk: Talk }): JSX.Element {
  void talk.at.session.value;
  const reference = talk.conversation.value?.session.reference;
  const name = talk.customer?.name || rows.value.get(talk.conv)?.name || 'Visitor';
  return (
    <header class="thread-head">
      <Avatar name={name} />
      <span class="thread-who"><h2><bdi>{name}</bdi></h2><Presence at={talk.customer?.at} /></span>
      {reference && <span class="thread-ref"><span class="vt-unseen">Reference </span>{reference}</span>}
    </header>
  );
}

function Older({ talk, box }: { talk: Talk; box: { current: HTMLElement | null } }): JSX.Element | null {
  const [at, setAt] = useState<'idle' | 'loading'>('idle');
  const [text, setText] = useState<string | null>(null);
  // Same props draw nothing anew: whoever reads the conversation's state names the part they read.
  void talk.at.thread.value;
  const conversation = talk.conversation.value;
  if (conversation === null || !conversation.more) return null;
  const load = async (): Promise<void> => {
    setAt('loading');
    const from = box.current ? box.current.scrollHeight - box.current.scrollTop : 0;
    try {
      await conversation.older();
      setText(null);
    } catch (e) {
      setText(explain(e));
    }
    setAt('idle');
    // What one was reading stays under the eye.
    requestAnimationFrame(() => { if (box.current) box.current.scrollTop = box.current.scrollHeight - from; });
  };
  return (
    <div class="older">
      <button type="button" class="vt-button" disabled={at === 'loading'} onClick={() => void load()}>
        {at === 'loading' ? 'Loading…' : 'Earlier messages'}
      </button>
      {text !== null && <p class="trouble" role="alert">{text}</p>}
    </div>
  );
}

/// Instead of a composer, where nobody has taken the customer: reading first is welcome, writing is not.
function Untaken({ talk }: { talk: Talk }): JSX.Element {
  const row = rows.value.get(talk.conv);
  const fault = rowFault.value?.conv === talk.conv ? rowFault.value.text : null;
  const waits = row?.state === 'waiting' || row?.state === 'claimed';
  return (
    <div class="untaken">
      {waits && <button type="button" class="vt-button vt-main wide tall" disabled={busy.value !== null} onClick={() => void take(talk.conv)}>
        {busy.value === talk.conv ? 'Taking…' : 'Take this customer'}
      </button>}
      <p class="quiet small">{waits ? 'You are reading only. The customer does not see you yet.'
        : row?.associate ? `${row.associate} is with this customer. You are reading only.` : 'Nobody is waiting here. You are reading only.'}</p>
      {fault !== null && <p class="trouble" role="alert">{fault}</p>}
    </div>
  );
}

function Typing({ talk }: { talk: Talk }): JSX.Element {
  const who = [...talk.typing].filter((w) => w !== talk.conversation.value?.me);
  return (
    <p class={who.length > 0 ? 'typing on' : 'typing'}>
      {who.length > 0 && <><span class="dots" aria-hidden="true"><i /><i /><i /></span>{who.map((w) => talk.name(w)).join(', ')} {who.length > 1 ? 'are' : 'is'} typing</>}
    </p>
  );
}

/// Keeps the thread at its end while one is there, and where one left it otherwise, per conversation.
function useEnd(talk: Talk, length: number): { box: { current: HTMLDivElement | null }; away: boolean; toEnd(): void; moved(): void } {
  const box = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const top = useRef(0);
  const toEnd = (): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
    top.current = box.current?.scrollTop ?? 0;
  };
  useLayoutEffect(() => {
    const el = box.current;
    if (el === null) return;
    if (talk.fromEnd === null) toEnd();
  }, [talk, length]);
  useLayoutEffect(() => {
    const el = box.current;
    if (el !== null && talk.fromEnd !== null) el.scrollTop = el.scrollHeight - talk.fromEnd;
    setAway(talk.fromEnd !== null);
  }, [talk]);
  const moved = (): void => {
    const el = box.current;
    if (el === null || el.clientHeight === 0) return;
    const end = el.scrollHeight - el.scrollTop - el.clientHeight < AT_END_PX;
    const up = el.scrollTop < top.current;
    top.current = el.scrollTop;
    // Told of the way to the former end, when more has come below it since: nobody has left it.
    if (!end && !up && talk.fromEnd === null) return toEnd();
    talk.fromEnd = end ? null : el.scrollHeight - el.scrollTop;
    setAway(!end);
  };
  return { box, away, toEnd, moved };
}

/// The message that was chosen in the search comes before the eyes, once, with what lies between loaded first.
function useSought(talk: Talk, box: { current: HTMLDivElement | null }, length: number): number {
  const hit = chosen.value;
  const at = useRef<{ hit: typeof hit; pages: number }>({ hit: null, pages: 0 });
  const conversation = talk.conversation.value;
  const cs = hit?.conversation === talk.conv ? hit.cs : 0;
  useLayoutEffect(() => {
    const el = box.current;
    if (cs === 0 || el === null || conversation === null) return;
    if (at.current.hit !== hit) at.current = { hit, pages: SOUGHT_PAGES };
    if (at.current.pages <= 0) return;
    const row = el.querySelector(`[data-cs="${cs}"]`);
    if (row !== null) {
      at.current.pages = 0;
      row.scrollIntoView({ block: 'center' });
    } else if (conversation.known && conversation.more && (conversation.rows[0]?.cs ?? 0) > cs) {
      at.current.pages--;
      void conversation.older().catch(() => { at.current.pages = 0; });
    }
  }, [talk, conversation, hit, length]);
  return cs;
}

export function Thread({ talk }: { talk: Talk }): JSX.Element {
  void talk.at.thread.value;
  const conversation = talk.conversation.value;
  const said = (conversation?.rows ?? []).map((row) => saidOf(row, talk)).filter((s): s is Said => s !== null);
  const { box, away, toEnd, moved } = useEnd(talk, said.length);
  const sought = useSought(talk, box, conversation?.rows.length ?? 0);
  const latest = said.findLast((s) => s.line === null && s.by === conversation?.me && !s.note && s.row.state !== 'failed');
  useEffect(() => markRead(), [talk, said.length, pane.value]);
  useEffect(() => {
    if (box.current === null) return undefined;
    const watch = new ResizeObserver(() => { if (talk.fromEnd === null) toEnd(); });
    for (const el of [box.current, ...box.current.children]) watch.observe(el);
    return () => watch.disconnect();
  }, [talk, conversation]);
  return (
    <section class="column thread" aria-label="Conversation">
      <Head talk={talk} />
      <Away talk={talk} />
      <AskedOf talk={talk} />
      <Helped talk={talk} />
      <div class="scroll messages" ref={box} onScroll={moved} tabIndex={0} role="region" aria-label="Messages">
        <Older talk={talk} box={box} />
        {said.length === 0 && conversation !== null && <Empty icon={icons.chat} title="Nothing written yet"><p>Say hello and read out the reference number.</p></Empty>}
        {conversation === null && <Waiting talk={talk} />}
        <ol class="said-list">
          {place(said).map((p) => <Message key={p.row.row.key} placed={p} talk={talk} latest={p.row === latest} sought={sought !== 0 && p.row.row.cs === sought} />)}
        </ol>
        <Typing talk={talk} />
      </div>
      {away && <button type="button" class="vt-button to-end" onClick={toEnd}><Icon d={icons.down} size={16} />Newest</button>}
      {owns.value && <WrapUp talk={talk} />}
      {owns.value && <Recap talk={talk} />}
      {isMine.value ? <Composer talk={talk} /> : <><Untaken talk={talk} /><Oversee talk={talk} /></>}
    </section>
  );
}

function Waiting({ talk }: { talk: Talk }): JSX.Element {
  if (busy.value === talk.conv || rowFault.value?.conv !== talk.conv) return <p class="quiet pad">Opening…</p>;
  return (
    <Empty icon={icons.close} title="This conversation could not be opened">
      <p>{rowFault.value.text}</p>
      <button type="button" class="vt-button" onClick={() => void open(talk.conv)}>Try again</button>
    </Empty>
  );
}
