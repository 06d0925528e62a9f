// SPDX-License-Identifier: Apache-2.0

import type { Guide } from '../../../protocol/index.js';

/// What the automatic helper learned, question by question, in the order it was told. Pure.
export const learned = (guide: Guide): [question: string, answer: string][] =>
  [...(guide.label ? [['About', guide.label] as [string, string]] : []), ...(guide.answers ?? []).map(({ question, answer }): [string, string] => [question, answer])];

/// Whether there is anything to hand over.
export const isSomething = (guide: Guide): boolean => learned(guide).length > 0 || !!guide.open || !!guide.shown?.length || !!guide.why;
