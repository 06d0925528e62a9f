// SPDX-License-Identifier: Apache-2.0

/// The tools' words. Three are the core's as well: the halves ship apart, and these are short.
export const toolWords = {
  'viewer.picture': 'Picture {n} of {all}',
  'viewer.guides': '{name} is guiding',
  'viewer.you': 'You are guiding',
  'viewer.close': 'Close the view',
  'viewer.tools': 'Tools',
  'viewer.move': 'Move',
  'viewer.laser': 'Point',
  'viewer.ink': 'Draw',
  'viewer.circle': 'Circle',
  'viewer.arrow': 'Arrow',
  'viewer.in': 'Closer',
  'viewer.out': 'Further away',
  'viewer.whole': 'Whole picture, now {scale}×',
  'viewer.undo': 'Undo my last mark',
  'viewer.clear': 'Remove my marks',
  'viewer.colour': 'Colour {n}',
  'viewer.left': 'Look left',
  'viewer.right': 'Look right',
  'viewer.up': 'Look up',
  'viewer.down': 'Look down',
  'viewer.strip': 'Pictures',
  'viewer.before': 'Picture before',
  'viewer.next': 'Next picture',
  'viewer.compare': 'Compare',
  'viewer.drop': 'Take this picture away',
  'viewer.moved': '{name} shows picture {n} of {all} at {scale}×',
  'viewer.marked': '{name} marked picture {n}',
} as const;

export type ToolWord = keyof typeof toolWords;
