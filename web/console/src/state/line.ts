// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import { Link, type LinkState } from '../../../transport/index.js';
import { ApiFault, ticket, type Me } from '../api.js';
import { expired } from './login.js';
import { say } from './say.js';

/// The socket of this window and how it stands. A new ticket is fetched for each connection; when the server no longer knows
/// the login, the link rests until somebody logs in again.

export interface Line {
  state: LinkState;
  /// When the next attempt is made, by our clock.
  retryAt: number;
  endCode: number;
  /// False until the first welcome: the first connecting is not a loss.
  was: boolean;
  /// How often it came up: a line that was lost and back between two looks is another one.
  n: number;
}

export const line = signal<Line>({ state: 'idle', retryAt: 0, endCode: 0, was: false, n: 0 });

let link: Link | null = null;
let undo: (() => void)[] = [];

export const theLink = (): Link => {
  if (link === null) throw new Error('no link before the login');
  return link;
};

/// The server's time now. Waiting times are counted on its clock.
export const serverTime = (at: number): number => at + (link?.offset ?? 0);

async function hello(me: Me): Promise<{ site: string; role: 'associate'; token: string; lang: string }> {
  try {
    return { site: me.site.key, role: 'associate', token: await ticket(), lang: navigator.language };
  } catch (e) {
    if (e instanceof ApiFault && (e.status === 401 || e.status === 403)) {
      link?.close();
      expired();
    }
    throw e;
  }
}

function changed(now: Link): void {
  const before = line.value;
  line.value = {
    state: now.state, retryAt: Date.now() + now.retryInMs, endCode: now.endCode, was: before.was || now.state === 'live',
    n: before.n + Number(now.state === 'live' && before.state !== 'live'),
  };
  if (before.state === now.state) return;
  if (now.state === 'live' && before.was) say('The line is back.');
  if (now.state === 'retrying' && before.state === 'live') say('The line to the server is lost. Trying again.');
  // 4002: the login behind the socket has ended. 4501: the ticket was not taken. Either way a login decides.
  if (now.state === 'ended' && (now.endCode === 4002 || now.endCode === 4501)) expired();
}

/// The browser's hints. A page that may be frozen lets go of its socket and comes back with it.
function hints(made: Link): () => void {
  const wake = (): void => { if (document.visibilityState === 'visible') made.wake(); };
  const hide = (): void => made.close();
  const show = (e: PageTransitionEvent): void => { if (e.persisted) made.connect(); };
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('pagehide', hide);
  window.addEventListener('pageshow', show);
  return () => {
    window.removeEventListener('online', wake);
    document.removeEventListener('visibilitychange', wake);
    window.removeEventListener('pagehide', hide);
    window.removeEventListener('pageshow', show);
  };
}

export const socketUrl = (): string => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/v1/socket`;

/// Opens the link for a person, or opens the same one again after a new login of theirs.
export function openLine(me: Me, listen: (link: Link) => (() => void)[]): void {
  if (link === null) {
    const made = new Link({ url: socketUrl(), hello: () => hello(me) });
    link = made;
    undo = [made.on('state', () => changed(made)), hints(made), ...listen(made)];
  }
  link.connect();
  changed(link);
}

/// Ends the link for good, at a log-out.
export function dropLine(): void {
  for (const f of undo) f();
  undo = [];
  link?.shutdown();
  link = null;
  line.value = { state: 'idle', retryAt: 0, endCode: 0, was: false, n: line.value.n };
}

export function tryNow(): void {
  link?.connect();
}
