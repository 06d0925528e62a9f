// SPDX-License-Identifier: Apache-2.0

/// The few HTTP calls of the console. Everything live goes over the socket; these get a person in and out, and fetch the
/// ticket that opens the socket. Nothing changes by GET; writes carry the CSRF header beside the cookie.

export interface Me {
  id: string;
  name: string;
  role: string;
  languages: string[];
  site: { key: string; name: string };
}

/// What came back instead of an answer. `status` 0 means that no server was reached.
export class ApiFault extends Error {
  constructor(readonly status: number, message: string, readonly retryAfterMs: number | null = null, readonly type = '') {
    super(message);
  }
}

const LIMIT_MS = 15_000;

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

async function fault(response: Response): Promise<ApiFault> {
  const problem = (await response.json().catch(() => ({}))) as { type?: unknown; title?: unknown; detail?: unknown };
  return new ApiFault(response.status, String(problem.detail ?? problem.title ?? response.statusText), retryAfter(response), String(problem.type ?? ''));
}

async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS),
      headers: method === 'GET' ? {} : { 'content-type': 'application/json', 'x-vitrine-csrf': '1' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
  } catch {
    throw new ApiFault(0, 'no answer');
  }
  if (!response.ok) throw await fault(response);
  const text = await response.text();
  return (text === '' ? {} : JSON.parse(text)) as T;
}

export const me = async (): Promise<Me> => (await call<{ person: Me }>('GET', '/me')).person;

/// `code`: of the second factor, where the account has one and the server has asked for it.
export const login = async (name: string, password: string, code: string): Promise<Me> =>
  (await call<{ person: Me }>('POST', '/login', { name, password, ...(code !== '' && { code }) })).person;

export const logout = (): Promise<object> => call('POST', '/logout');

export const ticket = async (): Promise<string> => (await call<{ ticket: string }>('POST', '/tickets')).ticket;

export interface Canned {
  id: string;
  shortcut: string;
  text: string;
  lang?: string;
  queue?: string;
}

export interface House {
  queues: { id: string; name?: string; department?: string }[];
  canned: Canned[];
  labels: string[];
}

/// Something that was said. `parts`: text outside and inside what was looked for, by turns.
export interface Hit {
  conversation: string;
  cs: number;
  ts: number;
  by: string;
  name?: string;
  staff: boolean;
  parts: string[];
}

export const search = (words: string, after: string, limit: number): Promise<{ hits: Hit[]; next?: string }> =>
  call('GET', `/search?${new URLSearchParams({ q: words, limit: String(limit), ...(after === '' ? {} : { after }) }).toString()}`);

export const desk = (): Promise<House> => call('GET', '/desk');

/// The text of a style sheet of the shop's pages, by its SHA-256; null where there is none.
export async function mirrorCss(hash: string): Promise<string | null> {
  try {
    const response = await fetch(`/api/v1/mirror/css/${hash}`, { credentials: 'same-origin', redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS) });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

/// A practice of one's own: `code` is its customer's, `queue` the line it can be handed over to.
export const beginPractice = (): Promise<{ conversation: string; code: string; queue: string }> => call('POST', '/practice');
export const endPractice = (): Promise<object> => call('DELETE', '/practice');
