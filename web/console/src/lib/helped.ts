// SPDX-License-Identifier: Apache-2.0

import type { ChatSend, Guide } from '../../../protocol/index.js';
import type { ThreadRow } from '../../../transport/index.js';

/// What the automatic helper learned, question by question, in the order it was told. Pure.
export const learned = (guide: Guide): [question: string, answer: string][] =>
  [...(guide.label ? [['About', guide.label] as [string, string]] : []), ...(guide.answers ?? []).map(({ question, answer }): [string, string] => [question, answer])];

/// Whether there is anything to hand over.
export const isSomething = (guide: Guide): boolean => learned(guide).length > 0 || !!guide.open || !!guide.shown?.length || !!guide.why;

/// What the helper could not answer, until a person has written after it. Whoever asked has moved on by then, or been answered.
export function openQuestion(guide: Guide, rows: readonly ThreadRow[]): string {
  const { open = '' } = guide;
  const said = rows.filter((r) => r.op === 'chat.send');
  const asked = said.findLastIndex((r) => (r.d as ChatSend).body.text === open);
  return said.slice(asked + 1).some((r) => !/^(c$|g|helper$|system$)/.test(r.by) && (r.d as ChatSend).kind !== 'note') ? '' : open;
}
