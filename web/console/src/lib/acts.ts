// SPDX-License-Identifier: Apache-2.0
import type { ActReason, Capability, Consents } from '../../../protocol/index.js';

/// What the mirror says, in words for the person at the console.

export type Shared = Exclude<Capability, 'trail' | 'contact'>;

/// In the order they are asked for; the first is what the others stand on.
export const CAPABILITIES: readonly { id: Shared; name: string; means: string }[] = [
  { id: 'mirror', name: 'See their page', means: 'As they see it. Private fields stay hidden.' },
  { id: 'point', name: 'Point and draw', means: 'What you show appears on their page and fades.' },
  { id: 'scroll', name: 'Scroll', means: 'You move their page up and down.' },
  { id: 'click', name: 'Press', means: 'You press buttons and links for them.' },
  { id: 'fill', name: 'Fill in', means: 'You fill in fields that are not private.' },
  { id: 'navigate', name: 'Open pages', means: 'Pages you send open without asking each time.' },
];

export const nameOf = (id: string): string => CAPABILITIES.find((c) => c.id === id)?.name ?? id;

export const STATES: Record<Consents['mirror'], string> = {
  off: 'Not asked', requested: 'Asked, no answer yet', on: 'Allowed', rejected: 'They said no. Only they can change that.',
};

const REASONS: Record<ActReason, string> = {
  gone: 'That is no longer on their page.',
  hidden: 'It is hidden on their screen just now.',
  covered: 'Something lies over it on their screen. Ask them to close it.',
  forbidden: 'That is never done for a customer. Ask them to do it themselves.',
  masked: 'That field is private. Ask them to fill it in themselves.',
  taken: 'They took control back.',
  timeout: 'Their page did not answer in time. Nothing was repeated.',
  refused: 'The page refused. Ask them to press it themselves.',
  stock: 'It is out of stock, says the shop.',
  unknown: 'The shop does not know that piece.',
  failed: 'The shop could not do it just now.',
};

export const why = (reason: ActReason | undefined): string => REASONS[reason ?? 'refused'] ?? REASONS.refused;

/// An address within the shop as it is typed: a path, or a whole one. Null for anything that no page has.
export function pageUrl(typed: string, now: string | undefined): string | null {
  const text = typed.trim();
  if (text === '' || text.length > 2048 || /\s/.test(text)) return null;
  if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? text : null;
  if (/^[a-z][a-z0-9+.-]*:/i.test(text) || text.startsWith('//')) return null;
  const path = text.startsWith('/') ? text : `/${text}`;
  if (now === undefined || !URL.canParse(now)) return path;
  return new URL(path, now).href;
}
