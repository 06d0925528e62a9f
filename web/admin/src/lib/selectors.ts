// SPDX-License-Identifier: Apache-2.0

/// What is wrong with something a shop types for its pages, in words; null for nothing. The customer's browser hides everything
/// where it cannot read a selector, so it is better said here.

export function selectorFault(value: string): string | null {
  try {
    document.createDocumentFragment().querySelector(value);
    return null;
  } catch {
    return 'No browser reads this as a CSS selector. A class begins with a dot, an id with #.';
  }
}

export function pathFault(value: string): string | null {
  if (!value.startsWith('/')) return 'Begin with /, as the address behind the host does: /account*.';
  return /[?#\s]/.test(value) ? 'Only the path: without ?, # or blanks.' : null;
}

/// Whether a rule's address fits a path, as the customer's browser decides it.
export const fits = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`).test(path);
