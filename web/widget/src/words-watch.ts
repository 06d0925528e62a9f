// SPDX-License-Identifier: Apache-2.0

/// What is said of pieces somebody waits for.
export const englishWatch = {
  'watch.tell': 'Tell me later',
  'watch.when': 'Tell me',
  'watch.stock': 'when it can be had again',
  'watch.price': 'when it costs less',
  'watch.which': 'Which one',
  'watch.any': 'Any of them',
  'watch.email': 'E-mail, if you want it by mail too',
  'watch.fair': 'At most {n} notes a month, for 90 days. Stop any time.',
  'watch.yes': 'Tell me',
  'watch.no': 'Not now',
  'watch.asks': 'Shall we tell you later?',
  'watch.set': 'We tell you about {piece}.',
  'watch.by': 'Here, and by mail.',
  'watch.here': 'Here, in this conversation.',
  'watch.stop': 'Stop',
  'watch.stopped': 'No more notes about {piece}.',
  'watch.back': 'There again',
  'watch.less': 'Costs less now',
  'watch.was': 'instead of {price}',
  'watch.gone': 'Gone again just now.',
  'watch.bad': 'We cannot watch this piece.',
};
