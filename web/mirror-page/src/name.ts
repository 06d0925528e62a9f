// SPDX-License-Identifier: Apache-2.0
import type { Field } from './words.js';

/// What a thing of the mirrored page is called aloud, and what may be put into it.

const NAME_MAX = 80;
/// The guard puts bullets of one length where something is hidden.
const MASK = /^[•\u2022*]{3,}$/;

const short = (text: string | null | undefined): string => {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  return line.length > NAME_MAX ? `${line.slice(0, NAME_MAX - 1)}…` : line;
};
const seen = (text: string): string => (MASK.test(text) ? '' : text);

function labelled(element: Element): string {
  const label = element.closest('label') ?? (element.id === '' ? null : [...element.ownerDocument.querySelectorAll('label')].find((l) => l.getAttribute('for') === element.id));
  if (!label) return '';
  const copy = label.cloneNode(true) as Element;
  for (const field of copy.querySelectorAll('input, select, textarea')) field.remove();
  return short(copy.textContent);
}

export const kindOf = (element: Element): string => {
  const tag = element.tagName.toLowerCase();
  if (/^h[1-6]$/.test(tag)) return 'heading';
  if (tag === 'a') return 'link';
  if (tag === 'button' || tag === 'summary' || element.getAttribute('role') === 'button' || /^(?:button|submit|reset)$/.test(element.getAttribute('type') ?? '')) return 'button';
  if (tag === 'select') return 'choice';
  if (tag === 'img' || tag === 'svg') return 'picture';
  if (tag === 'input' || tag === 'textarea') return /^(?:checkbox|radio)$/.test(element.getAttribute('type') ?? '') ? 'choice' : 'field';
  return 'text';
};

export function nameOf(element: Element): string {
  const named = seen(short(element.getAttribute('aria-label'))) || labelled(element);
  const own = /^(?:SELECT|TEXTAREA)$/.test(element.tagName) ? '' : seen(short(element.textContent));
  return named || own || seen(short(element.getAttribute('alt'))) || seen(short(element.getAttribute('title'))) || seen(short(element.getAttribute('placeholder')));
}

export const spokenOf = (element: Element): string => {
  const name = nameOf(element);
  const kind = `${fieldOf(element).masked ? 'private ' : ''}${kindOf(element)}`;
  return name === '' ? `A ${kind} without a name` : `${name}, ${kind}`;
};

/// Known by the picture alone; the customer's browser decides again, by rules this side does not have.
const NEVER = /^(?:password|file|hidden)$/;
const CODES = /\b(?:cc-[a-z-]+|one-time-code|current-password|new-password)\b/;

export function fieldOf(element: Element): Field {
  const tag = element.tagName;
  const type = (element.getAttribute('type') ?? 'text').toLowerCase();
  const value = (element as HTMLInputElement).value ?? '';
  const masked = NEVER.test(type) || CODES.test(element.getAttribute('autocomplete') ?? '') || element.hasAttribute('data-vitrine-mask')
    || element.hasAttribute('data-vitrine-no-control') || MASK.test(value);
  if (tag === 'SELECT') {
    const options = [...(element as HTMLSelectElement).options].slice(0, 200).map((o) => ({ value: o.value, label: short(o.textContent) }));
    return { kind: 'choice', masked, options };
  }
  if (tag === 'TEXTAREA') return { kind: 'text', masked };
  if (tag !== 'INPUT' || /^(?:submit|button|image|reset)$/.test(type)) return { kind: 'none', masked: false };
  return { kind: /^(?:checkbox|radio)$/.test(type) ? 'check' : 'text', masked };
}
