// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { ChatSend, ViewItem } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import type { Canned } from '../api.js';
import { captionOf, CAPTION_MAX, filmOf, moves, reorder, SECONDS_LEAST, SECONDS_MAX, secondsLeft, STILLS_MAX, TITLE_MAX, totalOf, type Move, type Shape, type Still } from '../lib/film.js';
import { hits, search, text as sought, type } from '../state/catalogue.js';
import { isMine } from '../state/desk.js';
import { addStill, draftOf, jobs, keptOf, make, playFilm, sendFilm, type Draft, type Found, type Made } from '../state/films.js';
import { say } from '../state/say.js';
import { bare, cannotShow, chosen } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { filled } from './canned.js';
import { closeSheet, Dialog } from './dialog.js';
import { filmUrl } from './film.js';
import { Icon, Picture } from './parts.js';

/// The film's sheet: pictures on the left, the film in its order in the middle, what it looks like and where it goes on the right.

const TEXT_MAX = 300;
const shapes: readonly [Shape, string][] = [['square', 'Square'], ['portrait', 'Portrait'], ['landscape', 'Landscape']];
const inserts: readonly [string, string][] = [['{{piece}}', 'Name of the piece'], ['{{price}}', 'Price'], ['{{customer}}', 'Customer’s name']];

const fillFor = (talk: Talk) => (text: string): string => filled(talk, { text } as Canned);

/* --- pictures to take ------------------------------------------------------------------------------------ */

/// Every picture of this conversation that is known here, by where it is from; each once.
function groupsOf(talk: Talk): [string, Found[]][] {
  void talk.at.view.value;
  void talk.at.thread.value;
  const seen = new Set<string>();
  const fresh = (found: readonly Found[]): Found[] => found.filter(({ media }) => {
    const is = media !== '' && !seen.has(bare(media));
    seen.add(bare(media));
    return is;
  });
  const rows = talk.conversation.value?.rows ?? [];
  const sent = rows.filter((r) => r.op === 'chat.send').map((r) => r.d as ChatSend).flatMap(({ kind, body }): Found[] =>
    (kind === 'picture' && body.media ? [{ media: body.media }]
      : kind === 'product' && body.product?.media ? [{ media: body.product.media, sku: body.product.sku, title: body.product.name }] : []));
  const items: readonly ViewItem[] = talk.conversation.value?.view?.items ?? [];
  const products = (list: typeof chosen.value): Found[] => list.flatMap((p) => p.media.slice(0, 6).map((media) => ({ media, sku: p.sku, title: p.title })));
  const groups: [string, Found[]][] = [
    ['On the stage', fresh(items.filter((i) => !i.film))],
    ['Chosen', fresh(products(chosen.value))],
    ['Seen and sent', fresh([...keptOf(talk), ...sent])],
    ['Catalogue', fresh(products(hits.value ?? []))],
  ];
  return groups.filter(([name, list]) => list.length > 0 || name === 'Catalogue');
}

function Sources({ talk, stills }: { talk: Talk; stills: readonly Still[] }): JSX.Element {
  const isFull = stills.length === STILLS_MAX || secondsLeft(stills) < SECONDS_LEAST;
  useEffect(() => { if (hits.peek() === null) void search(); }, []);
  return (
    <section class="maker-from" aria-label="Pictures to take">
      {groupsOf(talk).map(([name, list]) => (
        <div key={name} class="maker-group" role="group" aria-label={name}>
          <h3>{name}</h3>
          {name === 'Catalogue' && <input class="field" type="search" aria-label="Search the catalogue" placeholder="Search the catalogue" maxLength={100} value={sought.value} onInput={(e) => type(e.currentTarget.value)} />}
          <div class="maker-grid">
            {list.map((found) => {
              const times = stills.filter((s) => bare(s.media) === bare(found.media)).length;
              return (
                <button key={bare(found.media)} type="button" class="maker-take" disabled={isFull} title={found.title} aria-label={`Add ${found.title ?? 'this picture'}${times > 0 ? ', in the film already' : ''}`}
                  onClick={() => void addStill(talk, found)}><Picture media={found.media} width={64} />{times > 0 && <span class="badge" aria-hidden="true">{times}</span>}</button>
              );
            })}
          </div>
        </div>
      ))}
    </section>
  );
}

/* --- the film in its order -------------------------------------------------------------------------------- */

interface RowProps { still: Still; at: number; all: number; change(more: Partial<Still>): void; to(at: number): void; drop(): void; drag: { from: number | null; over: number | null; set(d: { from: number | null; over: number | null }): void } }

function Row({ still, at, all, change, to, drop, drag }: RowProps): JSX.Element {
  const name = still.title || `Picture ${at + 1}`;
  const key = (e: KeyboardEvent): void => {
    const by = e.ctrlKey ? { ArrowUp: -1, ArrowDown: 1 }[e.key] : undefined;
    if (by === undefined) return;
    e.preventDefault();
    to(at + by);
  };
  return (
    <li class={drag.over === at && drag.from !== at ? 'still over' : 'still'} aria-label={`${at + 1} of ${all}: ${name}`} onKeyDown={key}
      onDragOver={(e) => { if (drag.from !== null) { e.preventDefault(); if (drag.over !== at) drag.set({ from: drag.from, over: at }); } }}
      onDrop={(e) => { e.preventDefault(); to(at); }}>
      <span class="still-hold" draggable title="Drag to another place" aria-hidden="true" onDragStart={(e) => { e.dataTransfer?.setData('text/plain', name); drag.set({ from: at, over: at }); }} onDragEnd={() => drag.set({ from: null, over: null })}>
        <Picture media={still.media} width={56} /></span>
      <span class="still-fields">
        <span class="still-line">
          <input class="field" aria-label={`Caption of ${name}`} placeholder="Caption" maxLength={CAPTION_MAX} dir="auto" value={still.caption} onInput={(e) => change({ caption: e.currentTarget.value })} />
          <select aria-label={`Insert into the caption of ${name}`} title="Insert" class="still-insert" value="" onChange={(e) => { change({ caption: `${still.caption} ${e.currentTarget.value}`.trim() }); e.currentTarget.value = ''; }}>
            <option value="">+</option>{inserts.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
        </span>
        <span class="still-line">
          <select aria-label={`Move over ${name}`} value={still.move} onChange={(e) => change({ move: e.currentTarget.value as Move })}>
            {moves.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
          <label class="still-time"><input class="field" type="number" min={SECONDS_LEAST} max={SECONDS_MAX} step={0.5} aria-label={`Seconds of ${name}`} value={still.seconds}
            onChange={(e) => { const s = e.currentTarget.valueAsNumber; change({ seconds: Number.isFinite(s) ? Math.max(SECONDS_LEAST, Math.min(SECONDS_MAX, Math.round(s * 10) / 10)) : still.seconds }); }} /> s</label>
          <span class="still-do">
            <button type="button" class="vt-icon" aria-label={`Earlier: ${name}`} title="Earlier (Ctrl ↑)" disabled={at === 0} onClick={() => to(at - 1)}><Icon d={icons.up} size={18} /></button>
            <button type="button" class="vt-icon" aria-label={`Later: ${name}`} title="Later (Ctrl ↓)" disabled={at === all - 1} onClick={() => to(at + 1)}><Icon d={icons.down} size={18} /></button>
            <button type="button" class="vt-icon" aria-label={`Take out ${name}`} title="Take out" onClick={drop}><Icon d={icons.close} size={18} /></button>
          </span>
        </span>
      </span>
    </li>
  );
}

function Order({ talk, stills, set }: { talk: Talk; stills: readonly Still[]; set(stills: readonly Still[]): void }): JSX.Element {
  const [drag, setDrag] = useState<{ from: number | null; over: number | null }>({ from: null, over: null });
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= stills.length || from === to) return;
    set(reorder(stills, from, to));
    say(`${stills[from]?.title || 'The picture'} is now ${to + 1} of ${stills.length}.`);
  };
  return (
    <section class="maker-order" aria-label="The film">
      {stills.length === 0 && <p class="maker-none">Take 1 to {STILLS_MAX} pictures. They are shown in this order.</p>}
      <ol>
        {stills.map((still, i) => (
          <Row key={still.key} still={still} at={i} all={stills.length} drag={{ ...drag, set: setDrag }}
            change={(more) => set(stills.map((s) => (s.key === still.key ? { ...s, ...more } : s)))}
            to={(to) => move(drag.from ?? i, to)} drop={() => set(stills.filter((s) => s.key !== still.key))} />
        ))}
      </ol>
      {stills.some((s) => s.caption.includes('{{')) && <p class="quiet small">Reads: {stills.filter((s) => s.caption.includes('{{')).map((s) => `“${captionOf(s, fillFor(talk))}”`).join(', ')}</p>}
    </section>
  );
}

/* --- what it looks like ----------------------------------------------------------------------------------- */

interface Shown { of: string; made: Made | null; fault: string | null; busy: boolean }

function Preview({ draft, shown, isOld }: { draft: Draft; shown: Shown; isOld: boolean }): JSX.Element {
  const { made, fault, busy } = shown;
  const job = made === null ? undefined : jobs.value.get(made.job);
  const first = draft.stills[0];
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const says = fault ?? (job?.state === 'failed' ? job.why ?? 'The film could not be made.' : null);
  return (
    <div class={`maker-look ${draft.shape}`}>
      <div class="maker-frame">
        {made !== null && says === null
          ? <video key={made.media} controls muted playsInline loop autoplay={!isCalm} poster={filmUrl(made.media, 'jpg')} src={filmUrl(made.media, 'mp4')} aria-label="Preview of the film" />
          : first !== undefined ? <Picture media={first.media} width={320} /> : <span class="picture none" />}
        {isOld && <span class="maker-old">Changed since this preview</span>}
      </div>
      <p class="maker-state" role="status">{says !== null ? <span class="trouble">{says}</span> : busy ? 'Asking…'
        : job?.state === 'queued' ? 'In the queue' : job?.state === 'encoding' ? <>Being made <progress max={1} value={job.part} aria-label="Made so far" /></> : ''}</p>
    </div>
  );
}

export function Maker({ talk }: { talk: Talk }): JSX.Element {
  const signal = draftOf(talk);
  const draft = signal.value;
  const [shown, setShown] = useState<Shown>({ of: '', made: null, fault: null, busy: false });
  const put = (more: Partial<Draft>): void => { signal.value = { ...signal.peek(), ...more }; };
  const film = filmOf(draft.stills, draft.shape, draft.title, fillFor(talk));
  const now = JSON.stringify(film);
  const total = totalOf(draft.stills);
  const cannot = draft.stills.length === 0 || total > SECONDS_MAX || shown.busy || !isMine.value;
  const why = cannotShow(talk, isMine.value);

  const made = async (): Promise<Made | null> => {
    if (shown.of === now && shown.made !== null) return shown.made;
    setShown({ of: now, made: null, fault: null, busy: true });
    const answer = await make(talk, film);
    const is = typeof answer === 'string' ? null : answer;
    setShown({ of: now, made: is, fault: is === null ? answer as string : null, busy: false });
    return is;
  };
  const send = async (): Promise<void> => {
    const is = await made();
    if (is === null) return;
    sendFilm(talk, is, draft.text.trim());
    put({ stills: [], title: '', text: '' });
    chosen.value = [];
    closeSheet();
  };
  const play = async (): Promise<void> => {
    const is = await made();
    if (is === null) return;
    closeSheet();
    await playFilm(talk, is.media, draft.text.trim() || undefined);
  };
  return (
    <Dialog label="Make a film" wide>
      <div class="maker-head"><h2>Make a film</h2><button type="button" class="vt-icon" aria-label="Close" onClick={closeSheet}><Icon d={icons.close} /></button></div>
      <div class="maker">
        <Sources talk={talk} stills={draft.stills} />
        <Order talk={talk} stills={draft.stills} set={(stills) => put({ stills })} />
        <section class="maker-end" aria-label="What it looks like">
          <Preview draft={draft} shown={shown} isOld={shown.made !== null && shown.of !== now} />
          <fieldset class="outcomes maker-shapes" aria-label="Shape">
            {shapes.map(([value, label]) => <label key={value} class="outcome"><input type="radio" name="shape" checked={draft.shape === value} onChange={() => put({ shape: value })} /><span>{label}</span></label>)}
          </fieldset>
          <label class="labelled">Over the first picture
            <input class="field" maxLength={TITLE_MAX} dir="auto" placeholder="For Anna" value={draft.title} onInput={(e) => put({ title: e.currentTarget.value })} /></label>
          <label class="labelled">Written with it in the chat
            <input class="field" maxLength={TEXT_MAX} dir="auto" placeholder="Your three favourites" value={draft.text} onInput={(e) => put({ text: e.currentTarget.value })} /></label>
        </section>
      </div>
      <div class="maker-do">
        <span class={total > SECONDS_MAX ? 'trouble' : 'quiet'} role="status">{draft.stills.length === 0 ? '' : total > SECONDS_MAX ? `${total} of at most ${SECONDS_MAX} seconds: shorten or take out pictures` : `${total} of at most ${SECONDS_MAX} seconds`}</span>
        <button type="button" class="vt-button tall" disabled={cannot} onClick={() => void made()}>Preview</button>
        <button type="button" class="vt-button tall" disabled={cannot || why !== null} title={why ?? undefined} onClick={() => void play()}>Play for both</button>
        <button type="button" class="vt-button vt-main tall" disabled={cannot} onClick={() => void send()}>Send</button>
      </div>
    </Dialog>
  );
}
