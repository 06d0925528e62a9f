// SPDX-License-Identifier: Apache-2.0

/// What is said where the customer looks for pieces.
export const englishSearch = {
  searchField: 'Name, stone, metal, number',
  searchBack: 'Back to the conversation',
  searchList: 'Back to what was found',
  searchBusy: 'Looking…',
  searchOne: 'One piece',
  searchMany: '{n} pieces',
  searchAs: 'For “{words}”: {n}',
  searchNone: 'Nothing found',
  searchNoneText: 'Try one word of the name, a stone or a metal, or take back what narrows it.',
  searchFailed: 'The search did not work just now.',
  searchAgain: 'Try again',
  searchMore: 'More',
  searchStock: 'In stock',
  searchOut: 'Out of stock',
  searchSizes: '{n} sizes',
  searchPrice: 'Price',
  searchFrom: 'From',
  searchTo: 'To',
  searchType: 'Kind',
  searchBrand: 'Brand',
  searchColour: 'Colour',
  searchSize: 'Size',
  searchMaterial: 'Material',
  searchBranch: 'Shop',
  searchClear: 'Clear',
  searchWas: 'before',
  searchLook: 'Look at this together',
  searchAdd: 'Add to bag',
  searchAdding: 'Adding…',
  searchIn: 'It is in your bag.',
  searchNoStock: 'The shop has none left just now.',
  searchNotIn: 'It could not be added. Try it on its page.',
  searchSend: 'Send to {name}',
  searchPage: 'Its page',
} as const;

export type SearchKey = keyof typeof englishSearch;
export type SearchT = (key: SearchKey, vars?: Record<string, string | number>) => string;
