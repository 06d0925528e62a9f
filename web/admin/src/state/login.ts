// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { ask as call, get, onLoggedOut, post, Problem, sentence, type Me } from '../api.js';

/// Who is here. A one-time link stands before any login: its secret comes in the fragment and leaves the address bar at once.
/// A login that ends while something is being edited shows the login over it; the draft stays for the same person.

export type Login =
  | { at: 'asking' }
  | { at: 'unreached' }
  | { at: 'link'; secret: string }
  | { at: 'out'; note: string | null }
  | { at: 'in'; me: Me };

export const who = signal<Login>({ at: 'asking' });
export const lastPerson = signal<string | null>(null);
/// Offered once, after an invitation is accepted.
export const isNew = signal(false);
/// What was just typed to get in, for the second factor that follows; forgotten as soon as that is over.
let password: string | null = null;

export const typed = (): string | null => password;
export const forget = (): void => { password = null; };

export async function ask(): Promise<void> {
  who.value = { at: 'asking' };
  try {
    enter((await get<{ person: Me }>('/me')).person);
  } catch (e) {
    who.value = e instanceof Problem && e.status === 401 ? { at: 'out', note: null } : { at: 'unreached' };
  }
}

/// The same after something about the person has changed.
export async function again(): Promise<void> {
  enter((await get<{ person: Me }>('/me')).person);
}

function enter(me: Me): void {
  who.value = { at: 'in', me };
}

export type Entry = { ok: true } | { ok: false; ask: 'code' | null; text: string; untilMs: number | null };

export async function login(name: string, secret: string, code: string): Promise<Entry> {
  try {
    const { body } = await call<{ person: Me }>('POST', '/login', { name, password: secret, ...(code === '' ? {} : { code }) });
    password = secret;
    enter(body.person);
    return { ok: true };
  } catch (e) {
    return refusal(e, code);
  }
}

function refusal(e: unknown, code: string): Entry {
  const p = e instanceof Problem ? e : null;
  const no = (text: string, wants: 'code' | null = null, untilMs: number | null = null): Entry => ({ ok: false, ask: wants, text, untilMs });
  if (p?.status === 401 && p.type === 'code') return no(code === '' ? '' : 'That code is not right, or it was used already. Take the next one.', 'code');
  if (p?.status === 401) return no('That name and password do not fit together. Check both and try again.');
  if (p?.status === 429) return no('Too many attempts. To protect the account, logging in is closed for a while.', null, p.retryAfterMs === null ? null : Date.now() + p.retryAfterMs);
  return no(sentence(e));
}

function expired(): void {
  if (who.value.at !== 'in') return;
  lastPerson.value = who.value.me.id;
  who.value = { at: 'out', note: 'Your login has ended. Log in again and go on: what you changed here is kept.' };
}

export async function logout(): Promise<void> {
  try {
    await post('/logout');
  } catch (e) {
    if (!(e instanceof Problem && e.status === 401)) throw e;
  }
  forget();
  lastPerson.value = null;
  who.value = { at: 'out', note: 'You are logged out.' };
}

/// "#invite=SECRET" or "#reset=SECRET", taken out of the address.
export function takeLink(): string | null {
  const found = /^#(?:invite|reset)=([\w-]{1,64})$/.exec(location.hash)?.[1] ?? null;
  if (found !== null) history.replaceState(null, '', location.pathname);
  return found;
}

onLoggedOut(expired);
