// SPDX-License-Identifier: Apache-2.0

import { money } from '../../../ui/index.js';

/// The page's own facts as lines of text. An amount of money reads as such, a flat object as its values. Pure.

function say(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value ?? '');
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  if (Number.isFinite(Number(amount ?? NaN)) && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)) return money(Number(amount), currency);
  return Object.values(value).map(say).filter((text) => text !== '').join(', ');
}

const SHOWN = 32;

export const contextLines = (context: unknown): [key: string, value: string][] =>
  typeof context === 'object' && context !== null ? Object.entries(context).slice(0, SHOWN).map(([key, value]) => [key, say(value)]) : [];
