// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { ApiFault, search as ask, type Hit } from '../api.js';

/// What was said, found by its words. It stays while one reads what was found, and goes with the person.

const PAGE = 20;
const DEBOUNCE_MS = 300;

export const text = signal('');
/// null: nothing has been asked for.
export const hits = signal<readonly Hit[] | null>(null);
export const next = signal('');
export const searching = signal(false);
export const fault = signal<string | null>(null);
/// The one that was opened last.
export const chosen = signal<Hit | null>(null);

let asked = 0;
let timer = 0;

export function type(value: string): void {
  text.value = value;
  clearTimeout(timer);
  timer = window.setTimeout(() => void search(), DEBOUNCE_MS);
}

const explain = (e: unknown): string => {
  const { status, retryAfterMs } = e instanceof ApiFault ? e : { status: 0, retryAfterMs: null };
  if (status === 400) return 'That is too long to look for. Use fewer words.';
  if (status === 401) return 'You are logged out. Reload the page to log in.';
  if (status === 429) return `That was too fast. Wait ${Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000))} s and try again.`;
  return status === 0 ? 'There is no line to the server.' : 'The server could not search just now.';
};

/// The first page, or with `after` the next one. An answer that is no longer asked for is dropped.
export async function search(after = ''): Promise<void> {
  clearTimeout(timer);
  const mine = ++asked;
  const words = text.peek().trim();
  fault.value = null;
  searching.value = words !== '';
  if (words === '') {
    hits.value = null;
    next.value = '';
    return;
  }
  try {
    const answer = await ask(words, after, PAGE);
    if (mine !== asked) return;
    hits.value = after === '' ? answer.hits : [...(hits.peek() ?? []), ...answer.hits];
    next.value = answer.next ?? '';
  } catch (e) {
    if (mine === asked) fault.value = explain(e);
  } finally {
    if (mine === asked) searching.value = false;
  }
}

export function forgetFound(): void {
  asked++;
  clearTimeout(timer);
  text.value = '';
  hits.value = null;
  next.value = '';
  searching.value = false;
  fault.value = null;
  chosen.value = null;
}
