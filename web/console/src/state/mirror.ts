// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { ActResult, Consents, Requests } from '../../../protocol/index.js';
import { explain } from '../lib/faults.js';
import { CAPABILITIES, nameOf, why, type Shared } from '../lib/acts.js';
import { pane } from './layout.js';
import { say } from './say.js';
import { showRef } from './show.js';
import type { Talk } from './talk.js';
import type { ProductRef } from '../../../protocol/index.js';

/// The customer's page in the console: what they have agreed to, and what is asked and done there.

/// Where the mirror page lives: here, or on a host of its own.
export const mirrorAt = signal(location.origin);
export const mirrorAllowed = signal(true);

export const allows = (t: Talk, capability: Shared): boolean => t.consents.value?.[capability] === 'on';
export const anyOn = (t: Talk): boolean => CAPABILITIES.some(({ id }) => allows(t, id));

/// The change of consent in words; both the live region and the stage say it.
export function onConsents(t: Talk, now: Consents): void {
  const before = t.consents.peek();
  t.consents.value = now;
  const given = CAPABILITIES.filter(({ id }) => now[id] === 'on' && before?.[id] !== 'on');
  const ended = CAPABILITIES.filter(({ id }) => now[id] !== 'on' && before?.[id] === 'on');
  const refused = CAPABILITIES.filter(({ id }) => now[id] === 'rejected' && before?.[id] !== 'rejected');
  const names = (all: typeof given): string => all.map(({ name }) => name.toLowerCase()).join(', ');
  if (given.length > 0) tell(t, `${t.name('c')} allows: ${names(given)}.`);
  if (refused.length > 0) tell(t, `${t.name('c')} said no to: ${names(refused)}.`, true);
  else if (ended.length > 0) tell(t, `No longer allowed: ${names(ended)}.`, true);
  if (given.some(({ id }) => id === 'mirror')) t.stage.value = 'page';
}

const SAID_MS = 6000;

/// On the stage and aloud. What went well leaves by itself; what did not stays until it is read.
export function tell(t: Talk, text: string, isBad = false): void {
  const said = { text, isBad };
  t.done.value = said;
  say(text);
  if (!isBad) setTimeout(() => { if (t.done.peek() === said) t.done.value = null; }, SAID_MS);
}

export function turn(t: Talk): void {
  t.stage.value = t.stage.peek() === 'piece' ? 'page' : 'piece';
  pane.value = 'stage';
}

async function request<O extends keyof Requests>(t: Talk, op: O, d: Requests[O]): Promise<object | null> {
  try {
    return await t.conversation.peek()?.ask(op, d) as object | undefined ?? null;
  } catch (e) {
    tell(t, explain(e), true);
    return null;
  }
}

export async function askFor(t: Talk, capabilities: Shared[], text: string): Promise<boolean> {
  const asked = await request(t, 'consent.ask', { capabilities, ...(text === '' ? {} : { text }) });
  if (asked !== null) {
    t.stage.value = 'page';
    tell(t, `${t.name('c')} is asked: ${capabilities.map((id) => nameOf(id).toLowerCase()).join(', ')}.`);
  }
  return asked !== null;
}

/// The associate lets go; what was asked and not answered is taken back too.
export async function letGo(t: Talk, capabilities: Shared[]): Promise<void> {
  await request(t, 'consent.stop', { capabilities, why: 'asked' });
}

/// What one window watches: the conversation in front, while its page is on the stage.
export const watch = (t: Talk): Promise<object | null> => request(t, 'mirror.watch', { on: true });

/// Most often because the customer has stopped it, and then the server has nothing left to end.
export const unwatch = (t: Talk): void => void t.conversation.peek()?.ask('mirror.watch', { on: false }).catch(() => undefined);

/// Something to be done on their page: the answer is theirs, in words. True when it was done.
export async function act<O extends 'mirror.scroll' | 'mirror.click' | 'mirror.fill'>(t: Talk, op: O, d: Requests[O], done: string): Promise<boolean> {
  const answer = await request(t, op, d) as ActResult | null;
  if (answer === null) return false;
  if (!answer.success) tell(t, why(answer.reason), true);
  else if (done !== '') tell(t, done);
  return answer.success;
}

export async function push(t: Talk, url: string, text: string): Promise<boolean> {
  const answer = await request(t, 'page.push', { url, ...(text === '' ? {} : { text }) }) as ActResult | null;
  if (answer === null) return false;
  if (answer.success) tell(t, `${t.name('c')} goes to that page.`);
  else tell(t, answer.reason === 'refused' || answer.reason === 'taken' ? `${t.name('c')} stays where they are.` : why(answer.reason), true);
  return answer.success;
}

/// From the mirrored page of a product into the viewer, in one tap; the tabs lead back.
export async function intoViewer(t: Talk, piece: ProductRef): Promise<void> {
  t.stage.value = 'piece';
  await showRef(t, piece);
}
