// SPDX-License-Identifier: Apache-2.0

/// What is said in a session beside talk.
export const englishSession = {
  answered: 'Answered',
  checkout: 'To the checkout',
  filmLong: 'Film, {s} s',
  filmTogether: 'Play for both',
  answerSend: 'Send answers',
  needed: 'This is needed.',
  odd: 'This does not look right.',
  takesOver: '{name} takes over.',
  joins: '{name} has joined.',
  leaves: '{name} has left.',
  invite: 'Ask somebody else',
  inviteText: 'A second opinion: whoever opens the link sees the pictures, points and votes. The chat stays between us.',
  inviteName: 'Their name (optional)',
  inviteMake: 'Make a link',
  inviteLink: 'Link for your guest',
  inviteOnce: 'It works once, for one person, while this conversation lasts.',
  share: 'Share',
  copy: 'Copy',
  copied: 'Copied.',
  hereToo: 'Here as well',
  remove: 'Remove {name}',
  guest: 'Guest',
  which: 'Ask which one',
  whichOne: 'Which one?',
  yes: 'Yes',
  no: 'No',
  votes: '{yes} yes, {no} no',
  piece: 'Piece {n}',
} as const;

export type SessionKey = keyof typeof englishSession;
export type SessionT = (key: SessionKey, vars?: Record<string, string | number>) => string;
