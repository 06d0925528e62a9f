// SPDX-License-Identifier: Apache-2.0

import type { Budget } from '../../../protocol/index.js';
import { money } from '../../../ui/formats.js';

/// A price beside what the customer wants to spend, in words. Pure.

/// What the context says under `budget`, where it is one.
export function budgetOf(context: unknown): Budget | null {
  const { amount, currency } = ((context as { budget?: unknown } | undefined)?.budget ?? {}) as { amount?: unknown; currency?: unknown };
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency) || !(Number(amount) > 0)) return null;
  return { amount: String(amount), currency };
}

/// Empty where there is nothing to compare with.
export function fit(of: { price?: string; currency?: string }, budget: Budget | null | undefined): string {
  if (!budget || !of.price || !of.currency) return '';
  if (of.currency !== budget.currency) return `the budget is in ${budget.currency}`;
  const left = Math.round((Number(budget.amount) - Number(of.price)) * 100) / 100;
  if (left === 0) return 'just the budget';
  return left > 0 ? `${money(left, of.currency)} within` : `${money(-left, of.currency)} over`;
}
