// SPDX-License-Identifier: Apache-2.0

import { signal, type Signal } from '@preact/signals';
import type { Events, Requests, ViewItemNew } from '../../../protocol/index.js';
import { money } from '../../../ui/index.js';
import { explain } from '../lib/faults.js';
import { secondsLeft, STILLS_MAX, type Shape, type Still } from '../lib/film.js';
import { productOf } from './catalogue.js';
import { pane, sheet } from './layout.js';
import { bare, chosen } from './show.js';
import type { Talk } from './talk.js';

/// Films of a conversation: what is being put together, how far the making has come, and what is done with a film.

export interface Draft {
  stills: readonly Still[];
  shape: Shape;
  /// Over the first picture.
  title: string;
  /// Said with it in the chat.
  text: string;
}

/// A picture somebody may take.
export interface Found { media: string; sku?: string | undefined; title?: string | undefined }

export interface Made { job: string; media: string; seconds: number }

/// How far each film has come; the newest word counts.
export const jobs: Signal<ReadonlyMap<string, Events['film.job']>> = signal(new Map());
const JOBS_MAX = 40;

export function onJob(d: Events['film.job']): void {
  const next = new Map(jobs.peek());
  next.delete(d.job);
  next.set(d.job, d);
  if (next.size > JOBS_MAX) next.delete(next.keys().next().value as string);
  jobs.value = next;
}

/* It lives as long as the conversation is open here: a closed sheet has lost nothing. */
const drafts = new WeakMap<Talk, Signal<Draft>>();
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
let last = 0;

export function draftOf(talk: Talk): Signal<Draft> {
  let draft = drafts.get(talk);
  if (draft === undefined) drafts.set(talk, draft = signal({ stills: [], shape: 'square', title: '', text: '' }));
  return draft;
}

const change = (talk: Talk, more: Partial<Draft>): void => {
  const draft = draftOf(talk);
  draft.value = { ...draft.peek(), ...more };
};

/// One more picture, with what the catalogue knows of its piece.
export async function addStill(talk: Talk, found: Found): Promise<void> {
  const { stills } = draftOf(talk).peek();
  const seconds = secondsLeft(stills);
  if (stills.length === STILLS_MAX || seconds <= 0) return;
  const key = ++last;
  const move = calm.matches ? 'still' : stills.length % 2 ? 'out' : 'in';
  const title = found.title ?? '';
  change(talk, { stills: [...stills, { key, media: found.media, title, price: '', caption: title, move, seconds }] });
  const product = found.sku === undefined ? null : await productOf(found.sku);
  if (product === null) return;
  const price = Number.isFinite(Number(product.price)) ? money(product.price, product.currency) : '';
  change(talk, { stills: draftOf(talk).peek().stills.map((s) => (s.key !== key ? s
    : { ...s, title: product.title, price, caption: s.caption === title ? [product.title, price].filter((t) => t !== '').join(' · ') : s.caption })) });
}

/// What is in the viewer, films apart, each piece once.
function onStage(talk: Talk): Found[] {
  const seen = new Set<string>();
  return (talk.conversation.peek()?.view?.items ?? []).filter((i) => {
    const name = i.sku ?? i.media;
    if (i.film || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/// The pieces of the last session, as they were kept for the recap.
export function keptOf(talk: Talk): Found[] {
  void talk.at.thread.value;
  const kept = (talk.conversation.value?.rows ?? []).filter((r) => r.op === 'view.kept').map((r) => r.d as Events['view.kept']).filter((d) => d.mode !== 'film');
  return [...new Map(kept.map((d) => [d.sku ?? bare(d.media), d])).values()];
}

/// Opens the film's sheet: on what was chosen or is on the stage where nothing has been begun.
export function openMaker(talk: Talk): void {
  sheet.value = 'film';
  if (draftOf(talk).peek().stills.length > 0) return;
  const picked = chosen.peek().map((p) => ({ sku: p.sku, media: p.media[0] ?? '', title: p.title }));
  for (const found of (picked.length > 0 ? picked : onStage(talk)).slice(0, 6)) if (found.media !== '') void addStill(talk, found);
}

/// A film of thanks: the pieces that were looked at, with the customer's name.
export function openThanks(talk: Talk): void {
  const pieces = keptOf(talk);
  change(talk, { stills: [], title: 'Thank you, {{customer}}', text: 'Thank you for your visit.' });
  for (const found of pieces.slice(-6)) void addStill(talk, found);
  sheet.value = 'film';
}

/// Asks for the film; a sentence when it was refused. It can be played by the time of the answer.
export async function make(talk: Talk, film: Requests['film.make']): Promise<Made | string> {
  const conversation = talk.conversation.peek();
  if (conversation === null) return explain({ code: 'offline' });
  try {
    const { job, media } = await conversation.ask('film.make', film);
    return { job, media, seconds: (film.stills ?? []).reduce((sum, s) => sum + (s.seconds ?? 0), 0) };
  } catch (e) {
    return explain(e);
  }
}

export function sendFilm(talk: Talk, { media, seconds }: Made, text: string): void {
  talk.conversation.peek()?.send(text, { kind: 'film', body: { media, seconds } });
  pane.value = 'thread';
}

/// Puts the film in front of both and plays it from its beginning.
export async function playFilm(talk: Talk, media: string, title?: string): Promise<void> {
  const conversation = talk.conversation.peek();
  if (conversation === null) return;
  talk.stageFault.value = null;
  talk.stage.value = 'piece';
  pane.value = 'stage';
  const item: ViewItemNew = { media, ...(title ? { title } : {}) };
  const slotOf = (): number | undefined => conversation.view?.items.find((i) => bare(i.media) === bare(media))?.slot;
  if (conversation.view === null || conversation.view.items.length === 0) await conversation.open([item]);
  else if (slotOf() === undefined) await conversation.addItem(item);
  const slot = slotOf();
  if (slot === undefined) return; // refused, and said
  try {
    if (conversation.view?.driver !== conversation.me) await conversation.ask('view.drive', { take: true });
    conversation.viewer.play({ slot, t: 0, rate: 1, paused: false });
  } catch (e) {
    talk.stageFault.value = explain(e);
  }
}
