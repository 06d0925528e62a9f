// SPDX-License-Identifier: Apache-2.0

/// The admin pages: people, settings, what runs, and what happened. A one-time link comes before any login. The browser asks
/// before it throws away what is not saved, and only then: a page with nothing to lose stays in its back/forward cache.

import { effect } from '@preact/signals';
import { render } from 'preact';
import { adopt, controls, sheet, tokens } from '../../ui/index.js';
import { ask, lastPerson, takeLink, who } from './state/login.js';
import { followAddress } from './state/route.js';
import { dirty, forgetSite } from './state/site.js';
import { App } from './views/app.js';

const keep = (e: BeforeUnloadEvent): void => e.preventDefault();

effect(() => {
  if (dirty.value) window.addEventListener('beforeunload', keep);
  else window.removeEventListener('beforeunload', keep);
});

let present: string | null = null;
effect(() => {
  const login = who.value;
  if (login.at === 'in') {
    // Somebody else's draft is nobody's business.
    if (present !== null && present !== login.me.id) forgetSite();
    present = login.me.id;
  } else if (login.at === 'out' && lastPerson.peek() !== present) {
    forgetSite();
    present = null;
  }
});

adopt(document.body, sheet(tokens + controls));
followAddress();
const secret = takeLink();
if (secret !== null) who.value = { at: 'link', secret };
else void ask();
render(<App />, document.getElementById('app') as HTMLElement);
