// SPDX-License-Identifier: Apache-2.0

/// Canned replies: found by what follows the slash, and filled with what is known. Pure.

export interface Reply {
  shortcut: string;
  text: string;
}

export interface Known {
  customer: string;
  associate: string;
  shop: string;
  reference: string;
}

/// What stands behind a slash that begins the draft; null: no reply is being looked for.
export function sought(draft: string): string | null {
  const found = /^\/(\S*)$/.exec(draft);
  return found === null ? null : (found[1] ?? '').toLocaleLowerCase();
}

/// Shortcuts that begin with it come first, then whatever has it in the shortcut or the text.
export function find<T extends Reply>(replies: readonly T[], text: string, most = 8): T[] {
  const rank = (r: T): number => {
    const shortcut = r.shortcut.toLocaleLowerCase().replace(/^\//, '');
    if (shortcut.startsWith(text)) return 0;
    return shortcut.includes(text) || r.text.toLocaleLowerCase().includes(text) ? 1 : 2;
  };
  return replies.map((r) => ({ r, at: rank(r) })).filter(({ at }) => at < 2).sort((a, b) => a.at - b.at).slice(0, most).map(({ r }) => r);
}

/// `{{customer}}` and the others. What is not known leaves no hole: the name of the variable goes with the space before it,
/// and an unknown variable stays, so that a slip in the settings is seen.
export function fill(text: string, known: Known): string {
  return text.replace(/(\s?)\{\{\s*(\w+)\s*\}\}/g, (whole, space: string, name: string) => {
    if (!(name in known)) return whole;
    const value = known[name as keyof Known];
    return value === '' ? '' : space + value;
  });
}
