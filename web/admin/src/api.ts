// SPDX-License-Identifier: Apache-2.0

/// REST as server/docs/api.md has it. Writes carry the CSRF header beside the cookie; nothing changes by GET. A refusal is a
/// Problem with the server's own sentence, and the field it means.

import type { Json } from './lib/pointer.js';

export type Role = 'associate' | 'supervisor' | 'admin';
export interface Me { id: string; name: string; login: string; role: Role; mail: string; secondFactor: 'on' | 'off' | 'needed'; site: { key: string; name: string } }
export interface Person { id: string; name: string; login: string; role: Role; mail: string; disabled: boolean; secondFactor: 'on' | 'off'; created: number; queues: string[]; languages: string[]; used?: number }
export interface Named { id: string; name: string }
export interface Invitation { id: string; kind: 'invite' | 'reset'; name: string; login: string | null; role: Role; mail: string; queues: string[]; created: number; expires: number; by: string }
export interface Made { id: string; link: string; expires: number; mailed: boolean }
export interface Look { kind: 'invite' | 'reset'; site: string; name: string; login: string | null; role: Role; expires: number }
export interface Login { id: string; device: string; created: number; used: number; current: boolean }
export interface Token { id: string; name: string; verbs: ('read' | 'write')[]; created: number; expires: number; used: number | null }
/// What an admin edits of a site; `Site` is what the server says around it.
export interface Doc { readonly [key: string]: Json; name: string; origins: readonly string[]; settings: { readonly [key: string]: Json } }
export interface Site extends Doc { key: string; version: number; secret: { current: boolean; former: boolean } }
/// What the settings name and the catalogue does not have: with the answer to a change.
export interface Warning { pointer: string; detail: string }

export class Problem extends Error {
  constructor(readonly status: number, readonly type: string, readonly title: string, detail: string, readonly pointer: string | null = null, readonly retryAfterMs: number | null = null) {
    super(detail);
  }
}

export interface Answer<T> { body: T; etag: string | null }
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const LIMIT_MS = 20_000;
/// Told when the server no longer knows the login.
let loggedOut: () => void = () => undefined;
export const onLoggedOut = (fn: () => void): void => { loggedOut = fn; };

async function problem(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : null;
  try {
    const p = (await response.json()) as { type?: string; title?: string; detail?: string; pointer?: string };
    return new Problem(response.status, String(p.type ?? ''), String(p.title ?? ''), String(p.detail ?? p.title ?? response.statusText), p.pointer ?? null, wait);
  } catch {
    return new Problem(response.status, '', '', `The server answered ${response.status}.`, null, wait);
  }
}

export async function send(method: Method, path: string, body?: object, more: Record<string, string> = {}): Promise<Response> {
  const write: Record<string, string> = method === 'GET' ? {} : { 'content-type': 'application/json', 'x-vitrine-csrf': '1' };
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(LIMIT_MS),
      headers: { ...write, ...more }, ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
  } catch {
    throw new Problem(0, 'unreached', 'No answer', 'The server cannot be reached. Check your network and try again.');
  }
  if (response.ok) return response;
  const fault = await problem(response);
  if (fault.status === 401 && fault.type === 'login' && path !== '/login' && path !== '/me') loggedOut();
  throw fault;
}

export async function ask<T>(method: Method, path: string, body?: object, more?: Record<string, string>): Promise<Answer<T>> {
  const response = await send(method, path, body, more);
  const text = await response.text();
  return { body: (text === '' ? {} : JSON.parse(text)) as T, etag: response.headers.get('etag') };
}

export const get = async <T>(path: string): Promise<T> => (await ask<T>('GET', path)).body;
export const post = async <T>(path: string, body?: object): Promise<T> => (await ask<T>('POST', path, body)).body;
export const remove = async <T>(path: string): Promise<T> => (await ask<T>('DELETE', path)).body;

/// All pages of a list, as many as one screen can hold.
export async function all<T>(path: string, name: string, most = 1000): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | undefined = ''; after !== undefined && found.length < most;) {
    const page: Record<string, unknown> = await get(`${path}?limit=100${after ? `&after=${encodeURIComponent(after)}` : ''}`);
    found.push(...(page[name] as T[]));
    after = page.next as string | undefined;
  }
  return found;
}

/// A sentence for whatever was thrown.
export const sentence = (fault: unknown): string => {
  if (!(fault instanceof Problem)) return 'That did not work. Load the page again; if it stays so, tell whoever runs Vitrine.';
  return fault.status === 429 && fault.retryAfterMs !== null ? `${fault.message} Try again in ${Math.max(1, Math.ceil(fault.retryAfterMs / 1000))} seconds.` : fault.message;
};
