// SPDX-License-Identifier: Apache-2.0

/// What is said before somebody comes: closed, nobody there, waiting, and leaving a message.
export const englishFloor = {
  shut: 'Closed until {when}',
  shutNow: 'We are closed just now',
  desk: 'Nobody is here just now. Ask, and we come as soon as we can; or leave a message.',
  leave: 'Leave a message',
  leaveText: 'We answer by e-mail.',
  leaveHow: 'Your message',
  email: 'E-mail',
  name: 'Name (optional)',
  leaveSend: 'Send the message',
  leaveSending: 'Sending. What you wrote is kept until it has arrived.',
  leaveWaits: 'There is no way through just now. What you wrote is kept, and goes as soon as there is.',
  needText: 'Write what it is about.',
  needEmail: 'We need an address to answer to, like name@example.com.',
  leftTo: 'Thank you. Your message has arrived; we answer to {email}.',
  leaveBack: 'Back',
  nobody: 'Nobody could come in the time we had hoped. Your place is kept; or leave a message, and we answer by e-mail.',
  longer: 'It takes a little longer than we thought.',
  full: 'So many are waiting that we cannot take more just now. Please try again in a few minutes.',
  kept: 'Your place is kept if you change pages.',
  noticeMore: 'Read more',
  linkBad: 'This link has been used, or is too old. You can ask again here.',
} as const;
