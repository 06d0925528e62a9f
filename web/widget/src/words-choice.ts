// SPDX-License-Identifier: Apache-2.0

/// What is said where the customer chooses the queue.
export const englishChoice = {
  about: 'What is it about?',
  aboutHere: 'Somebody is here now',
  aboutLater: 'We come as soon as we can',
} as const;
