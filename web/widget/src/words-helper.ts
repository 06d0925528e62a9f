// SPDX-License-Identifier: Apache-2.0

/// What is said about the automatic helper; its own lines come from the server.
export const englishHelper = {
  'helper.name': 'Automatic',
  'helper.off': 'Turn off',
  'helper.on': 'Turn on',
  leave: 'Leave a message',
  leaveBack: 'Back',
};
