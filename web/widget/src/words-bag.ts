// SPDX-License-Identifier: Apache-2.0

/// What is said about the bag.
export const englishBag = {
  bag: 'Bag',
  bagTake: 'Add to bag',
  bagTaking: 'Adding…',
  bagIn: 'In your bag',
  bagAgain: 'Add another',
  bagAdded: '{piece} is in your bag.',
  bagOut: '{piece} is out of your bag.',
  bagNow: '{piece}: {n} in your bag.',
  bagStock: '{piece} is out of stock.',
  bagUnknown: 'The shop does not find {piece}.',
  bagNo: '{piece} could not be added. Try it on its page.',
  bagLeft: '{piece} was not added.',
  bagStays: '{piece}: the bag stays as it is.',
  bagTakeOut: '{piece}: take it out',
  bagAsk: '{name} would add this to your bag',
  bagAskLess: '{name} would change your bag',
  bagYes: 'Add it',
  bagYesLess: 'Change it',
  bagNot: 'Not now',
  bagSee: 'See it in the shop',
} as const;

export type BagKey = keyof typeof englishBag;
export type BagT = (key: BagKey, vars?: Record<string, string | number>) => string;
