// SPDX-License-Identifier: Apache-2.0

import type { Json } from './pointer.js';

/// What two people changed in the same document. Objects are compared key by key, lists whose elements have an id (queues,
/// notices, canned replies) element by element, everything else as a whole. A path names an element by "=id".

export interface Change {
  path: readonly string[];
  was: Json | undefined;
  now: Json | undefined;
}

type Entry = { readonly [key: string]: Json };
const isMap = (v: Json | undefined): v is Entry => typeof v === 'object' && v !== null && !Array.isArray(v);
const same = (a: Json | undefined, b: Json | undefined): boolean => a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b));
const canonical = (v: Json): string => JSON.stringify(v, (_, x: Json) => (isMap(x) ? Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1))) : x));

/// The elements by their ids; null where the list is not one of those.
function keyed(v: Json | undefined): Map<string, Entry> | null {
  if (!Array.isArray(v)) return null;
  const map = new Map<string, Entry>();
  for (const one of v as readonly Json[]) {
    if (!isMap(one) || typeof one.id !== 'string' || map.has(one.id)) return null;
    map.set(one.id, one);
  }
  return map;
}

function inOrder(a: Map<string, Entry>, b: Map<string, Entry>): boolean {
  const left = [...a.keys()].filter((id) => b.has(id));
  const right = [...b.keys()].filter((id) => a.has(id));
  return left.every((id, i) => id === right[i]);
}

export function changes(a: Json | undefined, b: Json | undefined, path: readonly string[] = []): Change[] {
  if (same(a, b)) return [];
  if (isMap(a) && isMap(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => changes(a[key], b[key], [...path, key]));
  }
  const [left, right] = [keyed(a), keyed(b)];
  if (left && right && left.size > 0 && right.size > 0 && inOrder(left, right)) {
    return [...new Set([...left.keys(), ...right.keys()])].flatMap((id) => changes(left.get(id), right.get(id), [...path, `=${id}`]));
  }
  return [{ path, was: a, now: b }];
}

function put(here: Json | undefined, path: readonly string[], value: Json | undefined): Json | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (part.startsWith('=')) {
    const list: Json[] = Array.isArray(here) ? [...(here as readonly Json[])] : [];
    const at = list.findIndex((one) => isMap(one) && one.id === part.slice(1));
    // An element the other took away does not come back for one of its fields.
    if (at < 0) return rest.length === 0 && value !== undefined ? [...list, value] : list;
    const made = put(list[at], rest, value);
    if (made === undefined) list.splice(at, 1);
    else list[at] = made;
    return list;
  }
  const map: Record<string, Json> = { ...(isMap(here) ? here : {}) };
  const made = put(map[part], rest, value);
  if (made === undefined) delete map[part];
  else map[part] = made;
  return map;
}

export const apply = (doc: Json, list: readonly Change[]): Json => list.reduce<Json>((made, one) => put(made, one.path, one.now) as Json, doc);

/// Whether two changes cannot both stand.
export function clash(a: Change, b: Change): boolean {
  const short = a.path.length < b.path.length ? a.path : b.path;
  return short.every((part, i) => a.path[i] === part && b.path[i] === part) && !(a.path.length === b.path.length && same(a.now, b.now));
}
