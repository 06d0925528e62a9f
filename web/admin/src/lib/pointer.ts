// SPDX-License-Identifier: Apache-2.0

/// JSON values by JSON pointer (RFC 6901), the form in which the server names a field it refuses. Nothing is changed in place:
/// a write returns a new value that shares what it did not touch.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export const parts = (at: string): string[] => at.split('/').slice(1).map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'));
export const pointer = (path: readonly (string | number)[]): string => path.map((p) => `/${String(p).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const isMap = (value: Json | undefined): value is { readonly [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value);

export function read(doc: Json | undefined, at: string): Json | undefined {
  let here: Json | undefined = doc;
  for (const part of parts(at)) {
    if (Array.isArray(here)) here = (here as readonly Json[])[Number(part)];
    else if (isMap(here)) here = here[part];
    else return undefined;
  }
  return here;
}

function put(here: Json | undefined, path: readonly string[], value: Json | undefined): Json | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(here)) {
    const list: Json[] = [...(here as readonly Json[])];
    const made = put(list[Number(part)], rest, value);
    if (made === undefined) list.splice(Number(part), 1);
    else list[Number(part)] = made;
    return list;
  }
  const made = put(isMap(here) ? here[part] : undefined, rest, value);
  const map: Record<string, Json> = { ...(isMap(here) ? here : {}) };
  if (made === undefined) delete map[part];
  else map[part] = made;
  return map;
}

/// `undefined` takes the value away: a setting that is left out has its default. An object that a removal leaves empty goes,
/// too, but never an element of a list.
export function write<T extends Json>(doc: T, at: string, value: Json | undefined): T {
  let path = parts(at);
  let made = put(doc, path, value) as T;
  while (value === undefined && path.length > 1) {
    path = path.slice(0, -1);
    const parent = read(made, pointer(path));
    const holder = read(made, pointer(path.slice(0, -1)));
    if (!isMap(parent) || Object.keys(parent).length > 0 || Array.isArray(holder)) break;
    made = put(made, path, undefined) as T;
  }
  return made;
}
