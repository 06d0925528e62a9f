// SPDX-License-Identifier: Apache-2.0

/// What is said of pausing pictures.
export const englishCalm = {
  'calm.pause': 'Pause pictures',
  'calm.on': 'Pictures are paused.',
  'calm.go': 'Go on',
  'calm.off': 'Pictures may come again.',
};
