// SPDX-License-Identifier: Apache-2.0

import type { Budget, Cart, Consents, Events, Mirror, Order, Outcome, Profile, Requests, SessionPast } from '../../../protocol/index.js';
import type { LinkEvent } from '../../../transport/index.js';
import { explain } from '../lib/faults.js';
import { attach, setCalled, talkFor, talks, withMe } from './desk.js';
import { onJob } from './films.js';
import { theLink } from './line.js';
import { colleagues, staff } from './presence.js';
import { onConsents } from './mirror.js';
import { say } from './say.js';
import type { Talk } from './talk.js';

/// What staff do to a conversation beside talking and showing, and what comes back of it.

const of = (c: number): Talk | undefined => talks.peek().get(theLink().conversations.get(c)?.conv ?? '');

function know(t: Talk, more: Partial<Profile>): void {
  t.profile.value = { ...t.profile.peek(), ...more };
}

function relabel(t: Talk, { add = [], drop = [] }: Requests['label.set']): void {
  const { labels } = t.profile.peek();
  know(t, { labels: [...labels.filter((l) => !drop.includes(l)), ...add.filter((l) => !labels.includes(l))] });
}

function keys(t: Talk, changed: unknown): void {
  const context = { ...(t.profile.peek().context as object | undefined), ...(changed as object) };
  know(t, { context: Object.fromEntries(Object.entries(context).filter(([, value]) => value !== null)) });
}

function list(t: Talk, { add = [], drop = [] }: Requests['catalogue.shortlist']): void {
  const { shortlist = [] } = t.profile.peek();
  const left = shortlist.filter((sku) => !drop.includes(sku));
  know(t, { shortlist: [...left, ...add.filter((sku) => !left.includes(sku))] });
}

function pause(t: Talk, on: boolean): void {
  if (t.calm.peek() === on) return;
  t.calm.value = on;
  say(on ? `${t.name('c')} has paused pictures.` : `${t.name('c')} lets pictures come again.`);
}

const refused: Record<string, string> = { expired: 'did not answer in time', busy: 'is busy' };

function answered(t: Talk, kind: 'transfer' | 'colleague', { ok, why, name }: Events['colleague.answer']): void {
  t.asking.value = null;
  const who = name ?? 'Your colleague';
  const words = ok ? (kind === 'transfer' ? 'has taken the customer' : 'is here') : (refused[why ?? ''] ?? 'cannot come just now');
  say(`${who} ${words}.`);
  if (!ok) t.fault.value = `${who} ${words}.${why !== undefined && refused[why] === undefined ? ` “${why}”` : ''}`;
}

/// One event of a conversation that this window has open.
export function onDoing({ op, c, ts, d }: LinkEvent): void {
  const t = of(c);
  if (t === undefined) return;
  switch (op) {
    case 'snapshot': {
      const { state, profile, consents, mirror, cart } = d as Events['snapshot'];
      t.bag.value = cart ?? null;
      t.calm.value = state.calm === true;
      if (profile) t.profile.value = profile;
      t.consents.value = consents ?? null;
      t.mirror.value = mirror ?? null;
      return;
    }
    case 'consent.state': return onConsents(t, d as Consents);
    case 'film.job': return onJob(d as Events['film.job']);
    case 'mirror.state': return void (t.mirror.value = d as Mirror);
    case 'cart.now': return void (t.bag.value = d as Cart);
    case 'presence.attention': return void (t.attention.value = d as Events['presence.attention']);
    case 'chat.calm': return pause(t, (d as { on: boolean }).on);
    case 'catalogue.shortlist': return list(t, d as Requests['catalogue.shortlist']);
    case 'label.set': return relabel(t, d as Requests['label.set']);
    case 'identify': return know(t, { customer: d as Profile['customer'] });
    case 'context': return keys(t, (d as { keys: unknown }).keys);
    case 'helper.learned': return know(t, { guide: d as Events['helper.learned'] });
    case 'chat.contact': return know(t, { contact: ts, customer: { ...t.profile.peek().customer, ...(d as { email: string; name?: string }) } });
    case 'away': {
      const { returnSeconds, message } = d as Events['away'];
      t.back.value = { until: ts + returnSeconds * 1000, ...(message === undefined ? {} : { message }) };
      return say(`${t.name('c')} is away, back in about ${Math.max(1, Math.round(returnSeconds / 60))} minutes.`);
    }
    case 'presence.person': {
      const { who, at } = d as Events['presence.person'];
      if (who === 'c' && at === 'here') t.back.value = null;
      return;
    }
    case 'transfer.answer': return answered(t, 'transfer', d as Events['colleague.answer']);
    case 'colleague.answer': return answered(t, 'colleague', d as Events['colleague.answer']);
  }
}

/// A request of this conversation's; a refusal is said beside the composer. Null when refused.
async function ask<T>(t: Talk, request: (c: number) => Promise<T>): Promise<T | null> {
  const c = t.conversation.peek()?.c;
  t.fault.value = null;
  if (c === undefined) return null;
  try {
    return await request(c);
  } catch (e) {
    t.fault.value = explain(e);
    return null;
  }
}

/// For those of the conversation's requests that are said twice the same way.
const send = <O extends keyof Requests>(t: Talk, op: O, d: Requests[O]): Promise<object | null> =>
  ask(t, () => t.conversation.peek()?.ask(op, d) as unknown as Promise<object>);

export async function label(t: Talk, change: Requests['label.set']): Promise<void> {
  if ((await send(t, 'label.set', change)) !== null) relabel(t, change);
}

export async function shortlist(t: Talk, change: Requests['catalogue.shortlist']): Promise<boolean> {
  const done = await send(t, 'catalogue.shortlist', change);
  if (done !== null) list(t, change);
  return done !== null;
}

/// What the customer said they would spend; null: that is no longer known.
export async function noteBudget(t: Talk, budget: Budget | null): Promise<boolean> {
  const done = await send(t, 'context', { keys: { budget } });
  if (done !== null) keys(t, { budget });
  return done !== null;
}

async function askColleague(t: Talk, op: 'transfer.ask' | 'colleague.ask', to: string, note: string): Promise<boolean> {
  const name = staff.peek().get(to)?.name ?? 'A colleague';
  const reply = await send(t, op, { to, ...(note === '' ? {} : { note }) }) as { ask?: number; until?: number } | null;
  if (reply === null) return false;
  t.asking.value = { ask: reply.ask ?? 0, kind: op === 'transfer.ask' ? 'transfer' : 'colleague', name, until: reply.until ?? 0 };
  say(`${name} is being asked.`);
  return true;
}

export const handTo = (t: Talk, to: string, note: string): Promise<boolean> => askColleague(t, 'transfer.ask', to, note);
export const callIn = (t: Talk, to: string, note: string): Promise<boolean> => askColleague(t, 'colleague.ask', to, note);

export async function handToQueue(t: Talk, queue: string, note: string): Promise<boolean> {
  const done = await send(t, 'transfer.ask', { queue, ...(note === '' ? {} : { note }) });
  if (done !== null) say(`${t.name('c')} is in the line again.`);
  return done !== null;
}

export async function leave(t: Talk): Promise<void> {
  if ((await send(t, 'colleague.leave', {})) !== null) setCalled(t.conv, false);
}

export const whisper = async (t: Talk, text: string): Promise<boolean> => (await send(t, 'supervisor.whisper', { text })) !== null;

export const poll = async (t: Talk, question: string): Promise<boolean> => {
  const slots = t.conversation.peek()?.view?.items.map((item) => item.slot) ?? [];
  return slots.length > 0 && (await send(t, 'guest.poll', { question, slots })) !== null;
};

export async function wrapUp(t: Talk, outcome: Outcome | null, note: string): Promise<boolean> {
  const d = { ...(outcome === null ? {} : { outcome }), ...(note === '' ? {} : { note }) };
  return (await send(t, 'session.close', d)) !== null;
}

/// Why a recap was not sent, where the general words for the code would not help.
function whyNoRecap(e: { code?: string; field?: string; after?: number }): string {
  if (e.field === '/d/by') return 'Mail is not set up on this server. Copy the link for them.';
  if (e.field === '/d/email') return 'The customer has left no mail address. Copy the link for them.';
  if (e.code === 'rate.limited' && !e.after) return 'This recap has been mailed often enough. Copy the link for them.';
  return explain(e);
}

/// The recap of a session that has ended, to the customer's own address or as a link. Its link, '' for one by mail, null when
/// refused; why is said beside the composer.
export async function sendRecap(t: Talk, sid: string, by: 'email' | 'link'): Promise<string | null> {
  t.fault.value = null;
  try {
    const reply = await t.conversation.peek()?.ask('recap.send', { by, sid });
    return reply?.url ?? '';
  } catch (e) {
    t.fault.value = whyNoRecap(e as object);
    return null;
  }
}

export async function history(t: Talk): Promise<readonly SessionPast[] | null> {
  const reply = await send(t, 'session.history', {}) as { sessions: SessionPast[] } | null;
  return reply?.sessions ?? null;
}

export const makeOffer = async (t: Talk, offer: Requests['offer.make']): Promise<boolean> => (await send(t, 'offer.make', offer)) !== null;
export const askWatch = async (t: Talk, { sku, variant }: { sku: string; variant?: string | undefined }): Promise<boolean> => (await send(t, 'watch.ask', { sku, ...(variant ? { variant } : {}) })) !== null;
export const dropOffer = async (t: Talk, offer: number): Promise<boolean> => (await send(t, 'offer.drop', { offer })) !== null;

export async function orders(t: Talk): Promise<readonly Order[] | null> {
  const reply = await send(t, 'order.list', {}) as { orders: Order[] } | null;
  return reply?.orders ?? null;
}

/// The six digits a caller reads out. Null when they are with us now, else why not.
export async function useCode(code: string): Promise<string | null> {
  try {
    const { c } = await theLink().request('code.use', { code });
    const conversation = theLink().conversations.get(c);
    if (conversation === undefined) return explain({});
    const t = talkFor(conversation.conv);
    await attach(t, () => Promise.resolve({ c }));
    withMe(t);
    return null;
  } catch (e) {
    if ((e as { code?: string }).code === 'not.found') return 'No caller has this code. It is good for 20 minutes and for one use; ask them to read it out again.';
    return explain(e);
  }
}

export const mayBeAsked = (kind: 'transfer' | 'colleague'): typeof colleagues.value =>
  colleagues.value.filter((p) => p.mode === 'available' || (kind === 'colleague' && p.mode !== 'off'));
