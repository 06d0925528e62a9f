// SPDX-License-Identifier: Apache-2.0
import { i18n } from '../../ui/i18n.js';
import type { Strings } from '../../ui/index.js';

/// What is said about pieces, about the line, and at the end.
export const englishMore = {
  look: 'Look at this together',
  show: 'Send this piece',
  find: 'Search',
  older: 'Earlier messages',
  lost: 'This message cannot be shown.',
  failed: 'Not sent.',
  retry: 'Try again',
  drop: 'Discard',
  really: 'End this conversation?',
  stay: 'Stay',
  again: 'Ask again',
  away: '{name} has lost the line. One moment.',
  gone: '{name} has left.',
  back: 'Reconnecting. What you write is kept.',
  wall: 'This network or a browser extension blocks our chat. What you write is kept; we keep trying.',
  tab: 'This conversation is open in another tab.',
  here: 'Go on here',
  ended: 'The line is closed.',
  fast: 'That was a little fast. Try again in {n} s.',
  store: 'It could not be stored just now. Please try again.',
  refused: 'That did not work: {why}.',
  driver: '{name} is guiding just now.',
} as const;

export type MoreT = (key: keyof typeof englishMore, vars?: Record<string, string | number>) => string;

export const moreWords = (over: Partial<Strings>): MoreT => i18n<keyof typeof englishMore>(englishMore, over);
