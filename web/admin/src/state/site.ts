// SPDX-License-Identifier: Apache-2.0

import { computed, signal } from '@preact/signals';
import { ask, Problem, sentence, type Doc, type Site, type Warning } from '../api.js';
import { apply, changes, clash, type Change } from '../lib/diff.js';
import { read, write, type Json } from '../lib/pointer.js';
import { pageOf, go } from './route.js';
import { say } from '../../../ui/say.js';

/// The site as the server has it, and the one draft all pages edit. Saving sends the version it was read at; when somebody
/// else was faster, both changes are shown and nothing is overwritten unseen.

export interface Trouble { pointer: string; text: string }
export interface Collision { theirs: Site; etag: string; changed: { change: Change; clashes: boolean }[] }

export const site = signal<Site | null>(null);
export const draft = signal<Doc | null>(null);
export const trouble = signal<Trouble | null>(null);
export const collision = signal<Collision | null>(null);
export const saving = signal(false);
export const failed = signal<string | null>(null);
/// Of what was saved last: it stands, and somebody should look.
export const warnings = signal<Warning[]>([]);
let etag = '';

const docOf = ({ name, origins, settings }: Site): Doc => ({ name, origins, settings });

export const mine = computed<Change[]>(() => (site.value && draft.value ? changes(docOf(site.value), draft.value) : []));
export const dirty = computed(() => mine.value.length > 0);

function adopt(body: Site, tag: string, doc: Doc = docOf(body)): void {
  site.value = body;
  draft.value = doc;
  etag = tag;
  trouble.value = null;
}

/// Reads the site. A draft stays; whether the other's change is in its way, saving finds out.
export async function load(): Promise<void> {
  const { body, etag: tag } = await ask<Site>('GET', '/site');
  const fresh = changes(site.value && docOf(site.value) as Json, docOf(body));
  if (!dirty.value) adopt(body, tag ?? '');
  else if (fresh.length === 0) {
    site.value = body;
    etag = tag ?? '';
  }
}

export function forgetSite(): void {
  site.value = draft.value = trouble.value = collision.value = failed.value = null;
  warnings.value = [];
}

export const at = (pointer: string): Json | undefined => read(draft.value ?? undefined, pointer);

/// Parts whose `on` the server wants said as soon as anything in them is.
const switches: Record<string, boolean> = { '/settings/recap': true, '/settings/greeting': false, '/settings/identify': false, '/settings/helper': false, '/settings/helper/bot': false };

export function edit(pointer: string, value: Json | undefined): void {
  if (draft.value === null) return;
  let next = write(draft.value, pointer, value);
  for (const [part, on] of Object.entries(switches)) {
    const name = `${part}/${part.endsWith('identify') ? 'enforced' : 'on'}`;
    if (pointer.startsWith(part) && read(next, part) !== undefined && read(next, name) === undefined) next = write(next, name, on);
  }
  draft.value = next;
  if (trouble.value?.pointer.startsWith(pointer)) trouble.value = null;
  failed.value = null;
}

export function discard(): void {
  if (site.value) draft.value = docOf(site.value);
  trouble.value = failed.value = null;
}

async function collide(): Promise<void> {
  const { body, etag: tag } = await ask<Site>('GET', '/site');
  const theirs = changes(docOf(site.value!), docOf(body));
  // Only the secret moved, or both made the same change: nothing to ask about.
  if (theirs.length === 0) {
    site.value = body;
    etag = tag ?? '';
    await save();
    return;
  }
  collision.value = { theirs: body, etag: tag ?? '', changed: theirs.map((change) => ({ change, clashes: mine.value.some((m) => clash(change, m)) })) };
}

/// Their site with my changes on top, still to be saved; or theirs alone.
export function settle(keepMine: boolean): void {
  const c = collision.value;
  if (c === null) return;
  const merged = keepMine ? (apply(docOf(c.theirs), mine.value) as Doc) : docOf(c.theirs);
  adopt(c.theirs, c.etag, merged);
  collision.value = null;
}

/// "/queues/0/hours must be …" as a sentence beside the field.
const plain = (p: { message: string }): string => {
  const text = p.message.replace(/^\/?\S*\/\S*\s+/, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/// The same of a warning, and where it leads.
export const warningText = ({ detail }: Warning): string => plain({ message: detail });
export function lookAt(pointer: string): void {
  go(pageOf(pointer));
  requestAnimationFrame(() => requestAnimationFrame(() => focusAt(pointer)));
}

function place(p: Problem): void {
  const pointer = p.pointer ?? '';
  trouble.value = { pointer, text: plain(p) };
  lookAt(pointer);
}

/// The control of the field, or of the nearest thing around it.
function focusAt(pointer: string): void {
  for (let p = pointer; p !== ''; p = p.slice(0, p.lastIndexOf('/'))) {
    const control = document.querySelector<HTMLElement>(`[data-at="${CSS.escape(p)}"]`);
    if (control) return control.focus();
  }
}

export async function save(): Promise<void> {
  if (draft.value === null || saving.value) return;
  saving.value = true;
  trouble.value = failed.value = null;
  warnings.value = [];
  const sent = draft.value;
  try {
    const { body, etag: tag } = await ask<Site>('PUT', '/site', sent, { 'if-match': etag });
    // What was typed while it was being saved is still there, and still unsaved.
    const since = changes(sent, draft.value ?? sent);
    adopt(body, tag ?? '', apply(docOf(body), since) as Doc);
    warnings.value = (body['warnings'] ?? []) as unknown as Warning[];
    say('Saved.');
  } catch (e) {
    saving.value = false;
    if (e instanceof Problem && e.status === 412) await collide().catch((fault) => { failed.value = sentence(fault); });
    else if (e instanceof Problem && e.status === 422) place(e);
    else failed.value = sentence(e);
  } finally {
    saving.value = false;
  }
}
