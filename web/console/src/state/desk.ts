// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import type { State } from '../../../protocol/index.js';
import type { Conversation } from '../../../transport/index.js';
import { explain } from '../lib/faults.js';
import { left, neighbour, order } from '../lib/rows.js';
import { focusComposer, left as leftColumn, narrow, pane, type Left } from './layout.js';
import { serverTime, theLink } from './line.js';
import { claimed, forget, mine, rows, tab } from './queue.js';
import { say } from './say.js';
import { Talk } from './talk.js';

/// The conversations this window has open, and the one in front. A preview is a talk that nobody has taken yet.

const PREVIEWS_MAX = 4;

export const talks = signal<ReadonlyMap<string, Talk>>(new Map());
export const focused = signal<string | null>(null);
/// The conversation that is being opened or taken, so that its buttons wait.
export const busy = signal<string | null>(null);
/// A refusal that belongs to a row: shown there.
export const rowFault = signal<{ conv: string; text: string } | null>(null);

export const talk = computed(() => talks.value.get(focused.value ?? '') ?? null);
/// Those a colleague has called this person in to. Kept over a reload of this window, as the server keeps it.
const JOINED = 'vitrine.joined';
const joined = signal<ReadonlySet<string>>(new Set(kept()));
/// The customer in front is this person's own.
export const owns = computed(() => focused.value !== null && mine.value.has(focused.value));
/// May write and show here: one's own, called in, or answering a message that was left.
export const isMine = computed(() => {
  const conv = focused.value;
  const row = rows.value.get(conv ?? '');
  return conv !== null && (mine.value.has(conv) || isCalled(conv) || (row !== undefined && left(row)));
});
export const isCalled = (conv: string): boolean => joined.value.has(conv);

function kept(): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(JOINED) ?? '[]') as string[];
  } catch {
    return [];
  }
}

export function setCalled(conv: string, on: boolean): void {
  const next = new Set(joined.peek());
  if (on) next.add(conv);
  else next.delete(conv);
  joined.value = next;
  try { sessionStorage.setItem(JOINED, JSON.stringify([...next].slice(-20))); } catch { /* forgotten at a reload */ }
}

function seen(t: Talk): boolean {
  return focused.peek() === t.conv && document.visibilityState === 'visible' && document.hasFocus()
    && (!narrow.matches || pane.peek() === 'thread');
}

/// Reading is being there: in front, in a visible window. Only one's own conversations are read; a preview leaves no trace.
export function markRead(): void {
  const t = talk.peek();
  if (t !== null && mine.peek().has(t.conv) && seen(t)) t.conversation.peek()?.read();
}

/// What a session's new state is called aloud; the screen shows it beside the name.
const spoken: Partial<Record<State, string>> = { live: 'goes on', away: 'is interrupted', ended: 'has ended' };

function onSession(t: Talk): void {
  const state = t.conversation.peek()?.session.state ?? 'none';
  const before = states.get(t.conv);
  states.set(t.conv, state);
  const words = spoken[state];
  if (state === 'live' && before !== 'away') return;
  if (before !== undefined && before !== state && words !== undefined && mine.peek().has(t.conv)) say(`The session with ${t.name('c')} ${words}.`);
}

const states = new Map<string, State>();

function onChange(t: Talk, part: string): void {
  if (part === 'session') onSession(t);
  if (part !== 'thread') return;
  const last = t.conversation.peek()?.rows.at(-1);
  if (last === undefined || last.by !== 'c') return;
  if (seen(t)) markRead();
  if (last.cs > (heard.get(t.conv) ?? Infinity)) say(`${t.name('c')}: new message.`);
  heard.set(t.conv, last.cs);
}

/// The last message announced, per conversation: what a snapshot brings is not news.
const heard = new Map<string, number>();

export function talkFor(conv: string): Talk {
  const there = talks.peek().get(conv);
  if (there !== undefined) return there;
  const made = new Talk(conv, onChange);
  talks.value = new Map(talks.peek()).set(conv, made);
  return made;
}

/// The transport made a conversation, or made it again after a reconnect.
export function onConversation(conversation: Conversation): void {
  const t = talks.peek().get(conversation.conv);
  if (t === undefined) return;
  t.attach(conversation);
  heard.set(t.conv, conversation.rows.at(-1)?.cs ?? 0);
}

export async function attach(t: Talk, ask: () => Promise<{ c?: number }>): Promise<boolean> {
  busy.value = t.conv;
  rowFault.value = null;
  try {
    const { c } = await ask();
    const conversation = c === undefined ? undefined : theLink().conversations.get(c);
    if (conversation !== undefined) onConversation(conversation);
    return true;
  } catch (e) {
    rowFault.value = { conv: t.conv, text: explain(e) };
    say(rowFault.value.text);
    return false;
  } finally {
    busy.value = null;
  }
}

/// Brings a conversation to the front, opening it first when this window has not: its thread and trail can be read before
/// anybody takes it. The left column shows where one has chosen it.
export async function open(conv: string, from: Left = 'list'): Promise<void> {
  if (busy.peek() === conv) return;
  const t = talkFor(conv);
  focused.value = conv;
  leftColumn.value = from;
  if (narrow.matches) pane.value = 'thread';
  if (t.conversation.peek() === null) await attach(t, () => theLink().request('conv.open', { conv }));
  dropOldPreviews();
  markRead();
}

export async function take(conv: string): Promise<void> {
  if (busy.peek() !== null) return;
  const t = talkFor(conv);
  const done = await attach(t, () => theLink().request('claim.take', { conv }));
  if (!done) {
    if (focused.peek() !== conv && t.conversation.peek() === null) close(conv);
    return;
  }
  withMe(t);
}

/// In front and one's own from now on.
export function withMe(t: Talk): void {
  setCalled(t.conv, false);
  claimed(t.conv);
  focused.value = t.conv;
  tab.value = 'mine';
  say(`${t.name('c')} is with you.`);
  focusComposer();
}

/// Says yes to a colleague's question: a hand-over makes the customer one's own, a call lets one in. The thread is opened
/// first, which is also how this window learns its own name in it.
export async function call(conv: string, op: 'transfer.answer' | 'colleague.answer', ask: number): Promise<void> {
  await open(conv);
  const t = talkFor(conv);
  if (t.conversation.peek() === null || !(await attach(t, () => theLink().request(op, { conv, ask, ok: true })))) return;
  if (op === 'transfer.answer') return withMe(t);
  setCalled(conv, true);
  say(`You are in the conversation with ${t.name('c')}.`);
  focusComposer();
}

/// Lets go of a conversation in this window; the conversation itself goes on.
export function close(conv: string): void {
  const t = talks.peek().get(conv);
  if (t === undefined) return;
  const c = t.conversation.peek()?.c;
  t.release();
  const next = new Map(talks.peek());
  next.delete(conv);
  talks.value = next;
  heard.delete(conv);
  states.delete(conv);
  if (focused.peek() === conv) focused.value = null;
  if (c !== undefined) theLink().request('conv.close', {}, c).catch(() => undefined);
}

/// Which customer is another queue's now, until that has been read.
export const gone = signal<string | null>(null);

export function onGone(conv: string): void {
  const t = talks.peek().get(conv);
  if (t === undefined) return;
  gone.value = t.name('c');
  say(`${gone.value} is no longer yours to see.`);
  close(conv);
  forget(conv);
}

/// An ended conversation is put away: out of Mine, out of this window.
export function putAway(conv: string): void {
  const next = neighbour(order(rows.peek().values(), 'mine', mine.peek()).map((r) => r.conv).filter((c) => c !== conv), null, 1);
  close(conv);
  forget(conv);
  if (next !== null) void open(next);
}

function dropOldPreviews(): void {
  const previews = [...talks.peek().values()].filter((t) => !mine.peek().has(t.conv) && t.conv !== focused.peek());
  for (const t of previews.slice(0, Math.max(0, previews.length - PREVIEWS_MAX + 1))) close(t.conv);
}

/// Alt+Up and Alt+Down: through one's own conversations, in the order the list shows them.
export function step(by: 1 | -1): void {
  const own = order(rows.peek().values(), 'mine', mine.peek()).map((row) => row.conv);
  const next = neighbour(own, focused.peek(), by);
  if (next === null) return;
  void open(next).then(focusComposer);
}

export async function end(conv: string, why = ''): Promise<void> {
  const t = talks.peek().get(conv);
  const conversation = t?.conversation.peek();
  if (t === undefined || !conversation) return;
  try {
    await theLink().request('session.end', why === '' ? {} : { why }, conversation.c);
  } catch (e) {
    t.fault.value = explain(e);
  }
}

/// A window that has just been opened goes on where another left off: with the first of one's own conversations.
export async function openFirst(): Promise<void> {
  if (narrow.matches || focused.peek() !== null) return;
  const first = order(rows.peek().values(), 'mine', mine.peek())[0];
  if (first !== undefined) await open(first.conv);
}

/// After a new welcome: what the resume did not bring back is opened again. A talk whose conversation is gone keeps what was
/// typed and says so.
export async function reopen(): Promise<void> {
  const link = theLink();
  const there = new Set([...link.conversations.values()].map((c) => c.conv));
  for (const t of talks.peek().values()) {
    if (there.has(t.conv)) continue;
    await attach(t, () => link.request('conv.open', { conv: t.conv }));
  }
}

export function closeAll(): void {
  gone.value = null;
  for (const t of talks.peek().values()) t.release();
  talks.value = new Map();
  heard.clear();
  states.clear();
  focused.value = null;
}

export const waitedMs = (since: number, at: number): number => serverTime(at) - since;
