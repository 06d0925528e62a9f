// SPDX-License-Identifier: Apache-2.0
// Who is signed in to the shop, for the demonstration one regular: the shop's server signs a token
// for her, and Vitrine learns from it who she is.

import { find } from './dom.js';
import { call } from './vitrine.js';

const KEY = 'signed-in';

async function identify() {
  const answer = await fetch('/account/token', { method: 'POST' });
  if (answer.ok) call('identify', await answer.json());
}

export function connectAccount() {
  const line = find('[data-account]');
  if (!line || document.body.dataset.hasAccount !== 'yes') return;
  const button = find('[data-account-turn]', line);
  const isIn = () => localStorage.getItem(KEY) === 'yes';
  const show = () => { button.textContent = isIn() ? 'Signed in as Ada. Sign out' : 'Sign in as Ada, a regular'; };
  button.addEventListener('click', () => {
    if (isIn()) {
      localStorage.removeItem(KEY);
      call('shutdown');
      location.reload();
      return;
    }
    localStorage.setItem(KEY, 'yes');
    show();
    identify();
  });
  line.hidden = false;
  show();
  if (isIn()) identify();
}
