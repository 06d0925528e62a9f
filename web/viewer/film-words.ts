// SPDX-License-Identifier: Apache-2.0

export const filmWords = {
  'film.bar': 'Film',
  'film.play': 'Play for both',
  'film.join': 'Watch along',
  'film.stop': 'Pause for both',
  'film.place': 'Place in the film',
  'film.at': '{at} of {all} s',
  'film.sound': 'Sound, for you',
  'film.failed': 'Loading…',
  'film.plays': '{name} plays the film',
  'film.stops': '{name} stopped the film at {at} s',
} as const;
