// SPDX-License-Identifier: Apache-2.0

/// One practice on its way: the customer's own line to the server, what it says and sees, how far the script has come.
/// The customer lives in this window alone; with the window it goes, and the server erases the rest.

import { computed, effect, signal, untracked } from '@preact/signals';
import type { Events, Product, ProductRef } from '../../../protocol/index.js';
import { Link, type Conversation, type LinkEvent } from '../../../transport/index.js';
import { ApiFault, beginPractice, endPractice, type Me } from '../api.js';
import { explain } from '../lib/faults.js';
import { close, talks } from '../state/desk.js';
import { cannedFor, isPractice } from '../state/house.js';
import { sheet } from '../state/layout.js';
import { socketUrl, theLink } from '../state/line.js';
import { who } from '../state/login.js';
import { erase, rows } from '../state/queue.js';
import { say } from '../state/say.js';
import { refOf } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { filled } from '../views/canned.js';
import { answered, at, begun, happened, read, skip as skipped, steps, type Fact, type Practice } from './script.js';

const THINKS_MS = 900;
const TYPES_MS = 1100;
/// From here on one has come closer: a touch of the wheel is none.
const CLOSER = 1.25;
const LASER = 2;

/// over: it has ended, and what came of it is being read.
export const phase = signal<'off' | 'starting' | 'on' | 'over'>('off');
export const progress = signal<Practice>(begun);
export const step = computed(() => steps[at(progress.value)]);
/// Why it could not begin, or ended by itself.
export const trouble = signal<string | null>(null);

interface Robin {
  conv: string;
  link: Link;
  undo: (() => void)[];
  /// What is being typed.
  thinks: number;
}
let robin: Robin | null = null;
export const practiceConv = signal<string | null>(null);

function did(fact: Fact): void {
  progress.value = happened(progress.peek(), fact);
}

export function skip(): void {
  const now = step.peek();
  if (now !== undefined) progress.value = skipped(progress.peek(), now.id);
}

/* What the customer sees */

let asked = false;

function onSession({ state, why }: Events['session.state']): void {
  if (state === 'claimed') asked = true;
  if (state === 'waiting' && why === 'transfer') did('handed');
  else if (state === 'waiting' && asked) did('missed');
  if (state === 'waiting') asked = false;
  if (state === 'live') did(progress.peek().did.has('claimed') ? 'back' : 'claimed');
  if (state === 'ended') did('ended');
}

function onEvent({ op, by, d }: LinkEvent): void {
  if (op === 'session.state') onSession(d as Events['session.state']);
  if (!by.startsWith('a')) return;
  if (op === 'view.open' || op === 'view.item') did('shown');
  if (op === 'mark.add') did('marked');
}

/// It reads what comes, and knows how close the picture is and where the other points.
function follow(conversation: Conversation): (() => void)[] {
  return [
    conversation.on('thread', () => { if (conversation.session.state === 'live') conversation.read(); }),
    conversation.on('motion', ({ scale }) => { if (scale >= CLOSER) did('closer'); }),
    conversation.on('view.patch', ({ rect }) => { if (rect !== undefined && rect[2] * CLOSER <= 1) did('closer'); }),
    conversation.on('pointer', ({ kind }) => { if (kind === LASER) did('closer'); }),
  ];
}

/* What it says */

/// After a moment, typing first as people do. Only the newest line: who is quick is not chased by old ones.
function speak(text: string): void {
  const now = robin;
  const conversation = now?.link.conversations.get(1);
  if (now === null || conversation === undefined) return;
  clearTimeout(now.thinks);
  now.thinks = window.setTimeout(() => {
    conversation.typingNow(true);
    now.thinks = window.setTimeout(() => conversation.send(text), TYPES_MS);
  }, THINKS_MS);
}

/* What only staff see */

function look(talk: Talk): void {
  const { rows: thread, me, session } = talk.conversation.peek() ?? { rows: [], me: '', session: undefined };
  const replies = cannedFor(session?.queue);
  const facts = read(thread, me, replies.map((reply) => filled(talk, reply).trim()));
  for (const fact of facts) did(fact);
  const now = step.peek();
  if (replies.length === 0 && now?.id === 'canned' && answered(thread, me, now.says ?? '')) did('canned');
}

function watchDesk(conv: string): (() => void)[] {
  let told = '';
  return [
    effect(() => {
      const talk = talks.value.get(conv);
      void talk?.at.thread.value;
      void talk?.conversation.value;
      if (talk !== undefined) untracked(() => look(talk));
    }),
    effect(() => {
      const now = step.value;
      if (phase.value !== 'on' || now?.id === told) return;
      told = now?.id ?? '';
      untracked(() => {
        if (now === undefined) return finish();
        say(`Practice, step ${steps.indexOf(now) + 1} of ${steps.length}: ${now.title}. ${now.hint}`);
        if (now.says !== undefined && !progress.peek().did.has('ended')) speak(now.says);
      });
    }),
  ];
}

/* Beginning and ending */

async function aPiece(): Promise<Product | undefined> {
  const { hits } = await theLink().request('catalogue.search', { text: '', n: 12 });
  return hits.find((product) => product.media.length > 0) ?? hits[0];
}

function line(me: Me, code: string, piece: ProductRef | undefined): Link {
  const page = { n: 1, url: new URL(piece?.url ?? '/', location.href).href, title: piece?.name ?? 'Practice', ...(piece === undefined ? {} : { product: piece }) };
  const link: Link = new Link({
    url: socketUrl(),
    // The code is for once; a line that broke goes on by its token.
    hello: () => ({ site: me.site.key, role: 'customer', lang: navigator.language, page, ...(link.conversations.size === 0 ? { code } : {}) }),
  });
  return link;
}

function enter(link: Link, conv: string, piece: ProductRef | undefined): Robin {
  const hide = (): void => link.close();
  const show = (e: PageTransitionEvent): void => { if (e.persisted) link.connect(); };
  const made: Robin = { conv, link, undo: [], thinks: 0 };
  made.undo.push(
    link.on('event', onEvent),
    link.on('conversation', (conversation) => {
      made.undo.push(...follow(conversation));
      conversation.ask('queue.join', { lang: navigator.language, ...(piece === undefined ? {} : { product: piece }) }).catch((e: unknown) => giveUp(explain(e)));
    }),
    link.on('state', (state) => { if (state === 'ended') giveUp('The server has ended the practice.'); }),
    () => window.removeEventListener('pagehide', hide),
    () => window.removeEventListener('pageshow', show),
  );
  window.addEventListener('pagehide', hide);
  window.addEventListener('pageshow', show);
  return made;
}

export async function begin(): Promise<void> {
  const login = who.peek();
  if ((phase.peek() !== 'off' && phase.peek() !== 'over') || login.at !== 'in') return;
  phase.value = 'starting';
  trouble.value = null;
  asked = false;
  try {
    const product = await aPiece();
    const piece = product === undefined ? undefined : refOf(product);
    const made = await beginPractice();
    progress.value = begun;
    practiceConv.value = made.conversation;
    robin = enter(line(login.me, made.code, piece), made.conversation, piece);
    robin.undo.push(...watchDesk(made.conversation));
    robin.link.connect();
    phase.value = 'on';
  } catch (e) {
    trouble.value = e instanceof ApiFault ? e.message : explain(e);
    phase.value = 'off';
  }
}

/// Out of the window: line, rows, thread.
function clear(): void {
  const was = robin;
  robin = null;
  practiceConv.value = null;
  if (was === null) return;
  clearTimeout(was.thinks);
  for (const undo of was.undo) undo();
  close(was.conv);
  erase(was.conv);
  was.link.shutdown();
}

/// Ends it, wherever it stands; what came of it is shown next. What the server cannot be told it finds out by the line.
export function finish(): void {
  if (phase.peek() !== 'on') return;
  phase.value = 'over';
  clear();
  sheet.value = 'practice';
  endPractice().catch(() => undefined);
}

function giveUp(why: string): void {
  trouble.value = why;
  finish();
}

export function put(): void {
  phase.value = 'off';
  trouble.value = null;
}

export function forgetPractice(): void {
  clear();
  put();
}

/// A practice of this person's whose customer has gone with a former page of this window.
export function sweep(): void {
  const stale = [...rows.peek().values()].find((row) => isPractice(row.queue) && !row.online && row.conv !== practiceConv.peek());
  if (stale === undefined) return;
  erase(stale.conv);
  endPractice().catch(() => undefined);
}
