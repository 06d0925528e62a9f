// SPDX-License-Identifier: Apache-2.0

export const compareWords = {
  'compare.bar': 'Side by side',
  'compare.true': 'True scale',
  'compare.life': 'Life size',
  'compare.swap': 'Swap the pieces',
  'compare.other': 'Other pieces',
  'compare.leave': 'Back to one piece',
  'compare.zoom': 'Closer or further away',
  'compare.beside': 'Comparing {n} pieces',
  'compare.atTrue': 'Comparing {n} pieces at true scale',
  'compare.alone': 'One piece again',
  'compare.unknown': 'Size not known',
  'compare.feed': 'Size not known: add product_width and product_height to the feed',
  'compare.ratio': '{x}× life size',
  'compare.card': 'Set the size of this screen',
} as const;

export type CompareWord = keyof typeof compareWords;
