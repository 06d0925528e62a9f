// SPDX-License-Identifier: Apache-2.0

import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { ChatSend, OfferMake, ProductRef, Watch } from '../../../protocol/index.js';
import type { ThreadRow } from '../../../transport/index.js';
import { clock, icons } from '../../../ui/index.js';
import { explain } from '../lib/faults.js';
import { answers, happened, votes } from '../lib/happened.js';
import { sizeName, sizesOf } from '../lib/sizes.js';
import type { Placed } from '../lib/thread.js';
import { isProposed, propose } from '../state/bag.js';
import { considerRef } from '../state/care.js';
import { productOf, products } from '../state/catalogue.js';
import { isMine } from '../state/desk.js';
import { askWatch } from '../state/doing.js';
import { queueName } from '../state/house.js';
import { staff } from '../state/presence.js';
import { cannotShow, showPicture, showRef } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { Care } from './care.js';
import { FilmCard } from './film.js';
import { Offered } from './offer.js';
import { Icon, Picture, Price, Thumb } from './parts.js';
import { Sizes } from './sizes.js';

/// A row of the thread as it is laid out: the wire's row and what the layout asks of it.
export interface Said {
  by: string;
  ts: number;
  note: boolean;
  row: ThreadRow;
  body: ChatSend;
  /// What happened, where the row is no message.
  line: string | null;
}

const NOTHING: ChatSend = { kind: 'text', body: {} };
const LOST = 'This message cannot be shown.';
const told = new WeakSet<ThreadRow>();

/// What stands in the thread for a row; null for one of which nothing is said. One that nobody can read says so in its place, and
/// the others stand.
export function saidOf(row: ThreadRow, talk: Talk): Said | null {
  try {
    return read(row, talk);
  } catch (e) {
    if (!told.has(row)) console.error(e);
    told.add(row);
    return { by: row.by, ts: row.ts, row, note: false, body: NOTHING, line: LOST };
  }
}

function read(row: ThreadRow, talk: Talk): Said | null {
  const head = { by: row.by, ts: row.ts, row };
  if (row.op === 'chat.send') {
    const body = row.d as ChatSend;
    return { ...head, note: body.kind === 'note', body, line: null };
  }
  // Only staff read it, so it looks as a note does.
  if (row.op === 'supervisor.whisper') return { ...head, note: true, body: { kind: 'note', body: { text: (row.d as { text: string }).text } }, line: null };
  if (row.op === 'guest.poll' || row.op === 'offer.make') return { ...head, note: false, body: NOTHING, line: null };
  const line = happened(row, (who) => talk.name(who), (id) => staff.value.get(id)?.name ?? 'a colleague', queueName);
  return line === null ? null : { ...head, note: false, body: NOTHING, line };
}

/// It has been offered, or the customer watches it.
function isWatched(talk: Talk, of: ProductRef): boolean {
  const last = (talk.conversation.value?.rows ?? []).filter((r) => /^watch\.(ask|set)$/.test(r.op) && (r.d as Watch).sku === of.sku).at(-1)?.d as Watch | undefined;
  return last !== undefined && (last.stock || last.price);
}

/// `said`: the row it stands in. What the customer sent is theirs, and shown without weighing it.
export function Card({ of, talk, said }: { of: ProductRef; talk: Talk; said: Said }): JSX.Element {
  const why = cannotShow(talk, isMine.value);
  const at = `row ${said.row.key}`;
  const [variant, pick] = useState('');
  const product = products.value.get(of.sku);
  const sizes = of.variant ? [] : sizesOf(product);
  const size = sizes.find((v) => v.sku === variant);
  const chosen = product && size ? { ...of, variant, name: `${of.name ?? of.sku}, ${sizeName(product, size)}` } : of;
  useEffect(() => { if (why === null) void productOf(of.sku); }, [of.sku, why]);
  return (
    <div class="card">
      <Thumb of={of} width={72} />
      <span class="card-text"><span class="card-name"><bdi>{of.name ?? of.sku}</bdi></span><Price of={of} /></span>
      {why === null && (
        <span class="card-do">
          {product && sizes.length > 0 && <Sizes of={product} value={variant} pick={pick} />}
          <button type="button" class="vt-button" data-care={at} onClick={() => void (said.by === 'c' ? showRef(talk, of) : considerRef(talk, of, at))}>Show together</button>
          <button type="button" class="vt-button" disabled={isProposed(talk, chosen)} title="The customer is asked first" onClick={() => void propose(talk, chosen)}>{isProposed(talk, chosen) ? 'Asking…' : 'Propose for bag'}</button>
          <button type="button" class="vt-button wide" title="When it can be had again, or costs less. The customer decides." disabled={isWatched(talk, chosen)} onClick={() => void askWatch(talk, chosen)}>{isWatched(talk, chosen) ? 'Offered to tell them later' : 'Offer to tell them later'}</button>
        </span>
      )}
      <Care at={at} />
    </div>
  );
}

/// A picture of the thread; while a session is live a press puts it in front of both.
function Sent({ media, talk }: { media: string; talk: Talk }): JSX.Element {
  const picture = <Picture media={media} width={220} alt="Picture sent in the chat" />;
  if (cannotShow(talk, isMine.value) !== null) return picture;
  return <button type="button" class="shown-picture" title="Look at it together" aria-label="Look at this picture together" onClick={() => void showPicture(talk, media)}>{picture}</button>;
}

/// What was asked, as the customer sees it; which option was taken is said by the answer below.
function Asked({ body }: { body: ChatSend['body'] }): JSX.Element {
  return (
    <>
      <p class="said" dir="auto">{body.text}</p>
      <ul class="asked">
        {body.options?.map((o) => <li key={o.id} class="asked-option"><bdi>{o.label}</bdi></li>)}
        {body.fields?.map((f) => <li key={f.id} class="asked-field"><bdi>{f.label}</bdi></li>)}
      </ul>
    </>
  );
}

function Answered({ said, talk }: { said: Said; talk: Talk }): JSX.Element {
  const row = talk.conversation.value?.rows.find((r) => r.cs === said.body.re && r.op === 'chat.send');
  return (
    <dl class="answers">
      {answers(said.body, row?.d as ChatSend | undefined).map(({ label, value }) => (
        <div key={label + value}>{label !== '' && <dt><bdi>{label}</bdi></dt>}<dd><bdi>{value}</bdi></dd></div>
      ))}
    </dl>
  );
}

/// A poll as it stands now: every vote moves it.
function Voted({ said, talk }: { said: Said; talk: Talk }): JSX.Element {
  const { question, slots } = said.row.d as { question: string; slots: number[] };
  const conversation = talk.conversation.value;
  const tallies = votes(conversation?.rows ?? [], said.row.cs, slots);
  const most = Math.max(1, ...tallies.map((t) => t.yes));
  const title = (slot: number): string => conversation?.view?.items.find((item) => item.slot === slot)?.title ?? `Picture ${slot}`;
  return (
    <div class="poll">
      <p class="said" dir="auto">{question}</p>
      {tallies.map((t) => (
        <div key={t.slot} class="poll-one">
          <span><bdi>{title(t.slot)}</bdi></span><span>{t.yes} for{t.no > 0 ? `, ${t.no} against` : ''}</span>
          <progress max={most} value={t.yes} aria-label={`Votes for ${title(t.slot)}`} />
        </div>
      ))}
    </div>
  );
}

function Body({ said, talk }: { said: Said; talk: Talk }): JSX.Element {
  const { kind, body } = said.body;
  if (said.row.op === 'guest.poll') return <Voted said={said} talk={talk} />;
  if (said.row.op === 'offer.make') return <Offered cs={said.row.cs} of={said.row.d as OfferMake} talk={talk} />;
  if (kind === 'choice' || kind === 'form') return <Asked body={body} />;
  if (kind === 'answer') return <Answered said={said} talk={talk} />;
  if (kind === 'product' && body.product) return <Card of={body.product} talk={talk} said={said} />;
  if (kind === 'film' && body.media) return <FilmCard body={body} talk={talk} />;
  if (kind === 'picture' && body.media) return <Sent media={body.media} talk={talk} />;
  if (kind === 'picture' && body.draw) return body.address
    ? <img class="picture drawn" src={body.address} alt={`${body.draw === 'scale' ? 'True-scale picture' : 'Sheet'} of ${(body.skus ?? []).join(', ')}`} loading="lazy" decoding="async" draggable={false} />
    : <span class="picture drawn none" />;
  if (body.checkout) return <><p class="said" dir="auto">{body.text}</p><p class="offer-line">With the way to the checkout</p></>;
  return <p class="said" dir="auto">{body.text ?? 'This kind of message needs a newer console.'}</p>;
}

const receipts = { sending: 'Sending…', failed: 'Not sent', sent: 'Sent', delivered: 'Delivered', read: 'Read' } as const;

function Receipt({ said, talk }: { said: Said; talk: Talk }): JSX.Element | null {
  const conversation = talk.conversation.value;
  if (conversation === null || said.note) return null;
  const state = conversation.status(said.row);
  if (state === 'failed') return null;
  return <span class={`receipt ${state}`}>{receipts[state]}{state === 'read' && <Icon d={icons.checks} size={14} />}</span>;
}

function Failed({ said, talk }: { said: Said; talk: Talk }): JSX.Element | null {
  if (said.row.state !== 'failed') return null;
  const conversation = talk.conversation.peek();
  return (
    <div class="not-sent" role="alert">
      <span>Not sent. {explain(said.row.fault)}</span>
      <span class="not-sent-do">
        <button type="button" class="vt-button" onClick={() => conversation?.retry(said.row)}>Send again</button>
        <button type="button" class="vt-button" onClick={() => conversation?.discard(said.row)}>Discard</button>
      </span>
    </div>
  );
}

function Day({ ts }: { ts: number }): JSX.Element {
  const today = new Date(ts).toDateString() === new Date().toDateString();
  const text = today ? 'Today' : new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' }).format(ts);
  return <li class="day"><span>{text}</span></li>;
}

interface Shown { placed: Placed<Said>; talk: Talk; latest: boolean; sought: boolean }

/// One message, which fails alone.
export function Message(of: Shown): JSX.Element {
  const [error] = useErrorBoundary((e: unknown) => console.error(e));
  return error === undefined ? <Drawn {...of} /> : <li class="happened" data-cs={of.placed.row.row.cs}>{LOST}</li>;
}

/// Whose it is shows by side, ground and corner before a word is read; a note is drawn as paper among them.
function Drawn({ placed, talk, latest, sought }: Shown): JSX.Element {
  const { row: said, first, last, day } = placed;
  const staff = said.by !== 'c' && !said.by.startsWith('g');
  const own = said.by === talk.conversation.value?.me;
  const state = said.row.state === 'sent' ? '' : said.row.state;
  if (said.line !== null) return <>{day && <Day ts={said.ts} />}<li class={sought ? 'happened sought' : 'happened'} data-cs={said.row.cs}><bdi>{said.line}</bdi> <time dateTime={new Date(said.ts).toISOString()}>{clock(said.ts)}</time></li></>;
  return (
    <>
      {day && <Day ts={said.ts} />}
      <li class={`message ${said.note ? 'note' : said.by === 'helper' ? 'staff helper' : staff ? 'staff' : 'customer'} ${first ? 'first' : ''} ${last ? 'last' : ''} ${state} ${sought ? 'sought' : ''}`} data-cs={said.row.cs} aria-current={sought ? 'true' : undefined}>
        {first && <p class="by"><bdi>{own ? 'You' : talk.name(said.by)}</bdi>{said.note && <span class="by-note"><Icon d={icons.note} size={14} />{said.row.op === 'supervisor.whisper' ? 'Whispered' : 'Private note'}</span>}</p>}
        <div class={`bubble ${said.row.op === 'guest.poll' || said.row.op === 'offer.make' ? 'choice' : said.body.kind}`}><Body said={said} talk={talk} /></div>
        <Failed said={said} talk={talk} />
        {last && said.row.state !== 'failed' && (
          <p class="under"><time dateTime={new Date(said.ts).toISOString()}>{clock(said.ts)}</time>{own && latest && <Receipt said={said} talk={talk} />}</p>
        )}
      </li>
    </>
  );
}
