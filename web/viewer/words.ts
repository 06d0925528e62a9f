// SPDX-License-Identifier: Apache-2.0

export const words = {
  'viewer': 'Shared view',
  'viewer.stage': '{title}. Drag to move, plus and minus to zoom.',
  'viewer.picture': 'Picture {n} of {all}',
  'viewer.empty': 'Nothing is on show yet.',
  'viewer.failed': 'This picture could not be loaded.',
  'viewer.again': 'Try again',
  'viewer.guides': '{name} is guiding',
  'viewer.you': 'You are guiding',
  'viewer.take': 'Take over',
} as const;
