// SPDX-License-Identifier: Apache-2.0

export type Strings = Readonly<Record<string, string>>;
export type Translate<K extends string = string> = (key: K, vars?: Record<string, string | number>) => string;

/// A translator over flat strings. English comes with the code and names the keys; `over` (a locale's file, a site's own
/// words) replaces any of them. `{name}` in a string is replaced by `vars.name`; an unknown name stays as it is, so a typing
/// mistake in a translation is seen.
export function i18n<K extends string>(english: Readonly<Record<K, string>>, over: Partial<Strings> = {}): Translate<K> {
  return (key, vars = {}) =>
    (over[key] ?? english[key]).replace(/\{(\w+)\}/g, (whole, name: string) => String(vars[name] ?? whole));
}
