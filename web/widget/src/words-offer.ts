// SPDX-License-Identifier: Apache-2.0

/// What is said of an offer.
export const englishOffer = {
  'offer.for': 'An offer for you',
  'offer.until': 'Until {when}',
  'offer.code': 'Code {code}',
  'offer.deposit': '{amount} now, as a deposit',
  'offer.take': 'Take it',
  'offer.pay': 'To the checkout',
  'offer.payDeposit': 'Pay the deposit',
  'offer.see': 'See the piece',
  'offer.taken': 'You took it.',
  'offer.dropped': 'It was taken back.',
  'offer.over': 'It has run out.',
  'offer.failed': 'The shop could not put it into your bag. The offer still stands.',
  'offer.stock': 'The shop has none left just now. The offer still stands.',
};
