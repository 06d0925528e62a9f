// SPDX-License-Identifier: Apache-2.0

/// What the browser's tab says: how many things want this person, then the name of the thing.
export function tabTitle(unread: number, waiting: number, name = 'Vitrine'): string {
  const all = unread + waiting;
  return all > 0 ? `(${all > 99 ? '99+' : all}) ${name}` : name;
}
