// SPDX-License-Identifier: Apache-2.0

/// What is said where one of a piece's sizes is to be chosen.
export const englishSizes = {
  sizesWhich: 'Which size?',
  sizesKind: 'Which one?',
  sizesNone: 'none left',
  sizesNot: 'Not now',
} as const;
