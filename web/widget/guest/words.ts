// SPDX-License-Identifier: Apache-2.0
import { englishSession } from '../src/words-session.js';

/// What is said to a guest; the polls' words are those of the customer's panel.
export const englishGuest = {
  guestTitle: 'You are invited to look along',
  guestText: 'You see the pictures they look at, may point at them and say which you like. Their chat stays between them.',
  guestName: 'Your name',
  guestJoin: 'Look along',
  guestWait: 'Connecting',
  guestEmpty: 'Nothing is shown just now. As soon as it is, you see it here.',
  guestBack: 'Reconnecting',
  guestOver: 'It is over',
  guestOverText: 'Thank you for your opinion. You can close this page.',
  guestBad: 'This link opens nothing',
  guestBadText: 'It works once, and while the conversation lasts. Ask for a new one.',
  guestAway: 'This page is open elsewhere',
  guestHere: 'Here: {names}',
  guestHost: 'Your host',
  guestStage: '{title}. Move over the picture to point, or use the arrow keys.',
} as const;

const { yes, no, votes, piece } = englishSession;
export const all = { ...englishGuest, yes, no, votes, piece } as const;
