// SPDX-License-Identifier: Apache-2.0
// How stock is said, when the page is built and when another size is chosen.

export const BRANCH_NAMES = { paris: 'Paris', lisbon: 'Lisbon', online: 'Online' };

export function whereText(variant) {
  const places = Object.entries(variant.stock).filter(([, count]) => count > 0);
  if (places.length === 0) return 'Sold out in every branch.';
  return `In stock: ${places.map(([branch, count]) => `${BRANCH_NAMES[branch]} ${count}`).join(', ')}`;
}
