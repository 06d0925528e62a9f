// SPDX-License-Identifier: Apache-2.0
// The filter works by style sheet alone; this keeps it in the address and says the count.

import { find, findAll } from './dom.js';

function choose(value) {
  const input = findAll('[name="type"]').find((each) => each.value === value);
  if (input) input.checked = true;
}

function say(value) {
  const cards = findAll('.card[data-type]').filter((card) => value === 'all' || card.dataset.type === value);
  find('[data-filter-status]').textContent = cards.length === 1 ? '1 piece' : `${cards.length} pieces`;
}

export function start() {
  choose(new URLSearchParams(location.search).get('type'));
  for (const input of findAll('[name="type"]')) {
    input.addEventListener('change', () => {
      history.replaceState(null, '', input.value === 'all' ? '/' : `/?type=${input.value}`);
      say(input.value);
    });
  }
}
