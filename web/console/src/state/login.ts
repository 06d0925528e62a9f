// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { ApiFault, login as postLogin, logout as postLogout, me, type Me } from '../api.js';

/// Who is logged in. A login can end while conversations are open (expiry, a changed password): then the login screen stands
/// over everything, and what was typed stays where it was until the same person is back.

export type Login =
  | { at: 'asking' }
  /// The server could not be asked; `again` does.
  | { at: 'unreached' }
  | { at: 'out'; note: string | null }
  | { at: 'in'; me: Me };

export const who = signal<Login>({ at: 'asking' });
/// The person of the last login in this window: their open conversations may be kept, nobody else's.
export const lastPerson = signal<string | null>(null);

/// The customer's language as a tag to show, where it is none of this person's own; an account that names none has the browser's.
export function foreign(lang: string | undefined): string {
  const base = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? '';
  const named = who.value.at === 'in' ? who.value.me.languages : [];
  const own = named.length > 0 ? named : [base(navigator.language)];
  return lang === undefined || own.includes(base(lang)) ? '' : base(lang).toUpperCase();
}

function enter(person: Me): void {
  who.value = { at: 'in', me: person };
}

export async function ask(): Promise<void> {
  who.value = { at: 'asking' };
  try {
    enter(await me());
  } catch (e) {
    who.value = e instanceof ApiFault && e.status === 401 ? { at: 'out', note: null } : { at: 'unreached' };
  }
}

export interface Refused {
  text: string;
  /// Where the name is locked: when to try again.
  untilMs: number | null;
  /// The password is right, and the account has a second factor.
  wantsCode?: boolean;
}

/// Null when logged in, else what to say.
export async function login(name: string, password: string, code: string): Promise<Refused | null> {
  try {
    enter(await postLogin(name, password, code));
    return null;
  } catch (e) {
    return refusal(e, code);
  }
}

function refusal(e: unknown, code: string): Refused {
  if (e instanceof ApiFault && e.status === 401 && e.type === 'code') {
    return { text: code === '' ? '' : 'That code is not right, or it was used already. Take the next one.', untilMs: null, wantsCode: true };
  }
  const status = e instanceof ApiFault ? e.status : -1;
  const untilMs = e instanceof ApiFault && e.retryAfterMs !== null ? Date.now() + e.retryAfterMs : null;
  if (status === 0) return { text: 'The server cannot be reached. Check your network and try again.', untilMs: null };
  if (status === 401) return { text: 'That name and password do not fit together. Check both and try again.', untilMs: null };
  if (status === 429) return { text: 'Too many attempts. To protect the account, logging in is locked for a while.', untilMs };
  if (status === 503) return { text: 'Many people are logging in just now. Try again in a moment.', untilMs };
  return { text: 'Logging in did not work. Try again; if it stays so, tell whoever runs Vitrine.', untilMs: null };
}

/// Called where the server no longer knows the login.
export function expired(): void {
  if (who.value.at !== 'in') return;
  lastPerson.value = who.value.me.id;
  who.value = { at: 'out', note: 'Your login has ended. Log in again and go on: your conversations and what you typed are still here.' };
}

export async function logout(): Promise<boolean> {
  try {
    await postLogout();
  } catch (e) {
    if (e instanceof ApiFault && e.status !== 401) return false;
  }
  lastPerson.value = null;
  who.value = { at: 'out', note: 'You are logged out.' };
  return true;
}
