// SPDX-License-Identifier: Apache-2.0

/// What is said when a session has ended: the stars, and what is kept of it.
export const englishEnding = {
  over: 'The conversation has ended',
  thanks: 'Thank you for your visit.',
  rate: 'How was it?',
  star: '1 star',
  stars: '{n} stars',
  rateText: 'What was good, what was not? (optional)',
  rateSend: 'Send',
  rated: 'Thank you, it has arrived.',
  recap: 'Keep what you looked at',
  recapText: 'Each piece as you saw it, its price and link, and what was said. Until {date}.',
  recapMail: 'Your e-mail',
  recapSend: 'Send me the recap',
  recapMore: 'Send it again',
  recapAsking: 'Sending',
  recapQueued: 'The recap is on its way to your mailbox.',
  recapSent: 'The recap has left for your mailbox.',
  recapDelayed: 'The recap waits for your mail server, and goes as soon as it is taken.',
  recapFailed: 'The recap could not be delivered. Check the address, or take the link.',
  recapOften: 'This recap has been mailed often enough. Take the link instead.',
  recapBad: 'This does not look like an address. One is like name@example.com.',
  recapLink: 'Get a link',
  recapUrl: 'Link to the recap',
  recapOpen: 'Open',
  copy: 'Copy',
  copied: 'Copied.',
} as const;

export type EndingKey = keyof typeof englishEnding;
export type EndingT = (key: EndingKey, vars?: Record<string, string | number>) => string;
