// SPDX-License-Identifier: Apache-2.0

export const spinWords = {
  'spin': 'Turn the piece',
  'spin.on': 'Turn it',
  'spin.off': 'Still picture',
  'spin.play': 'Let it turn',
  'spin.stop': 'Stop turning',
  'spin.before': 'Turn back one frame',
  'spin.next': 'Turn on one frame',
  'spin.at': 'Frame {n} of {all}',
  'spin.by': '{name}: frame {n} of {all}',
  'spin.turns': '{name} lets it turn',
} as const;
