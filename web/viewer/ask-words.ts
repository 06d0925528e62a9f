// SPDX-License-Identifier: Apache-2.0

export const askWords = {
  'ask.which': 'Choose two to four to lay side by side.',
  'ask.go': 'Compare',
  'ask.cancel': 'Cancel',
  'ask.hold': 'Hold a bank card upright against the screen. Move the slider until the frame is as wide as the card.',
  'ask.fits': 'It fits',
} as const;

export type AskWord = keyof typeof askWords;
