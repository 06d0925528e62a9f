// SPDX-License-Identifier: Apache-2.0
import { waitStrings } from '../../ui/formats.js';
import { i18n } from '../../ui/i18n.js';
import type { Strings } from '../../ui/index.js';

/// What is said from opening the panel to chatting; the rest comes with the page's chunk (words-more.ts).
export const english = {
  ...waitStrings,
  hello: 'What can we help with?',
  place: 'Type your question',
  ask: 'Ask for help',
  open: 'Advisors are here now',
  line: 'You are number',
  out: 'Leave the line',
  soon: 'An advisor is about to join',
  with: '{name} is with you',
  ref: 'Reference {ref}',
  chat: 'Chat',
  picture: 'Picture',
  write: 'Message',
  send: 'Send',
  close: 'Minimise',
  end: 'End',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  types: '{name} is typing',
  join: 'Connecting',
  left: '{n} bytes left',
  long: 'Too long by {n} bytes',
  you: 'You',
} as const;

export type Key = keyof typeof english;
export type T = (key: Key, vars?: Record<string, string | number>) => string;

export const words = (over: Partial<Strings>): T => i18n<Key>(english, over);
