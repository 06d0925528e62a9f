// SPDX-License-Identifier: Apache-2.0

/// What is said where the customer looks through the bag.
export const englishBasket = {
  basketTitle: 'Your bag',
  basketBack: 'Back to the conversation',
  basketEmpty: 'Nothing is in your bag now.',
  basketMore: 'and {n} more',
  basketTotal: 'Total',
  basketLess: 'One less of {piece}',
  basketPlus: 'One more of {piece}',
  basketOut: 'Take out {piece}',
  basketBusy: 'Asking the shop…',
  basketStock: 'The shop has no more of it.',
  basketNo: 'The shop’s page did not change it.',
  basketPay: 'To the checkout',
} as const;

export type BasketKey = keyof typeof englishBasket;
