// SPDX-License-Identifier: Apache-2.0
import { node, text } from './values.js';

/// What is asked of a bag, and what it answers.

export interface Piece {
  sku: string;
  variant?: string | undefined;
  qty: number;
  url?: string | undefined;
  offer?: number | undefined;
  code?: string | undefined;
}
export interface Result { success: boolean; reason?: 'stock' | 'unknown' | 'failed' | 'refused' }
/// What a page's own function answered, in the wire's words: true, false, {success, reason}.
export function read(answer: unknown): Result {
  if (answer === true) return { success: true };
  const { success, reason } = node(answer);
  if (success === true) return { success };
  const why = text(reason);
  return { success: false, reason: /stock|sold/i.test(why) ? 'stock' : /unknown|not.?found/i.test(why) ? 'unknown' : 'refused' };
}
