// SPDX-License-Identifier: Apache-2.0

/// What the shop has said about its page, and what is private whatever it says.

export interface PageRule { url: string; mask?: string[]; block?: string[]; noControl?: string[] }
export interface Settings { level?: 'inputs' | 'strict'; rules?: PageRule[] }

export interface Rules {
  strict: boolean;
  /// Selectors: hidden text, empty boxes, what is lifted, what nobody else may press.
  mask: string;
  block: string;
  show: string;
  noControl: string;
  /// Any of the first three, so that most elements are asked once.
  any: string;
}

/// `*` stands for anything; a rule without one is for that path alone.
const fits = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')).join('.*')}$`).test(path);

/// The rules for one address. A selector that no browser reads would hide nothing: then everything is hidden.
export function rulesFor(settings: Settings, privacy: string | undefined, path: string): Rules {
  const of = settings.rules?.filter((r) => fits(r.url, path)) ?? [];
  let strict = privacy === 'strict' || settings.level === 'strict';
  const join = (own: string, more: (string[] | undefined)[]): string => {
    const good = more.flatMap((list) => list ?? []).filter((selector) => {
      try { return document.createDocumentFragment().querySelector(selector) === null; } catch { return !(strict = true); }
    });
    return [own, ...good].join();
  };
  // The last of each are what pages say that are recorded by others.
  const mask = join('[data-vitrine-mask],.rr-mask', of.map((r) => r.mask));
  const block = join('[data-vitrine-block],vitrine-help,.rr-block', of.map((r) => r.block));
  const show = '[data-vitrine-show]';
  const noControl = join('[data-vitrine-no-control],[data-vitrine-ignore]', of.map((r) => r.noControl));
  return { strict, mask, block, show, noControl, any: [mask, block, show, '[contenteditable]'].join() };
}

/// What an element is, and all it stands in.
export const MASK = 1;
export const BLOCK = 2;
export const SHOW = 4;
export const EDIT = 8;

export function flagsOf(el: Element, rules: Rules): number {
  if (!el.matches(rules.any)) return 0;
  return (el.matches(rules.mask) ? MASK : 0) | (el.matches(rules.block) ? BLOCK : 0) | (el.matches(rules.show) ? SHOW : 0)
    | (/^(|true|plaintext-only)$/i.test(el.getAttribute('contenteditable') ?? 'no') ? EDIT : 0);
}

/// Out of a shadow root to its host, out of a frame to its element.
export const above = (node: Node): Node | null => node.parentNode ?? (node as ShadowRoot).host
  ?? (node === document ? null : (node as Document).defaultView?.frameElement ?? null);

export function flagsAt(node: Node | null, rules: Rules): number {
  let flags = 0;
  for (let at = node; at; at = above(at)) if (at.nodeType === 1) flags |= flagsOf(at as Element, rules);
  return flags;
}

/// Once a password, always one: a page may show it in a plain field.
const once = new WeakSet<Element>();
const NAMES = /(^|[^a-z])(cc|cvv2?|cvc2?|csc|iban|ssn|otp|pin)([^a-z]|$)|card.?(num|no)|passw|secur\w*.?code/i;

/// Never seen, never filled, whatever the shop says.
export function isSecret(el: Element): boolean {
  const auto = el.getAttribute('autocomplete') ?? '';
  if (el.getAttribute('type')?.toLowerCase() === 'password' || el.hasAttribute('data-rr-is-password')) once.add(el);
  return once.has(el) || /file|hidden/i.test(el.getAttribute('type') ?? '') || /(^|\s)(cc-|one-time|current-pass|new-pass)/i.test(auto)
    || NAMES.test(el.getAttribute('name') ?? '') || NAMES.test(el.id);
}

/// Fields that hold no words of the customer's.
export const isPressed = (type: string): boolean => /^(checkbox|radio|button|submit|reset|image)$/i.test(type);

/// Whether what a field holds stays here.
export const isMasked = (el: Element, flags: number): boolean => !!(flags & (MASK | BLOCK)) || isSecret(el) || !(flags & SHOW);

/// Whether text stays here.
export const isVeiled = (flags: number, rules: Rules): boolean => !!(flags & MASK) || !(flags & SHOW) && (rules.strict || !!(flags & EDIT));
