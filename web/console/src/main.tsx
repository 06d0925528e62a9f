// SPDX-License-Identifier: Apache-2.0

/// The associate's console. One effect follows the login: whoever is in gets a line to the server and a list; whoever is out
/// loses the line, and a different person than before loses what was open.

import { effect, untracked } from '@preact/signals';
import { render } from 'preact';
import type { Events, QueueRow } from '../../protocol/index.js';
import type { Link } from '../../transport/index.js';
import { adopt, controls, sheet, tokens } from '../../ui/index.js';
import type { Me } from './api.js';
import { over } from './board/state.js';
import { forgetCatalogue } from './state/catalogue.js';
import { startClock } from './state/clock.js';
import { closeAll, markRead, onConversation, onGone, openFirst, reopen } from './state/desk.js';
import { dropLine, openLine } from './state/line.js';
import { forgetCards, onCard } from './state/cards.js';
import { onDoing } from './state/doing.js';
import { forgetFound } from './state/found.js';
import { learnHouse } from './state/house.js';
import { mirrorAllowed, mirrorAt } from './state/mirror.js';
import { forgetPractice, sweep } from './practice/run.js';
import { ask, lastPerson, who, type Login } from './state/login.js';
import { forgetAll, onRow, watch } from './state/queue.js';
import { forgetStaff, myId, onStaff } from './state/presence.js';
import { App } from './views/app.js';

function listen(me: Me): (link: Link) => (() => void)[] {
  return (link) => [
    // A refused list asks again with the next welcome; the list says that it is loading until then.
    link.on('welcome', ({ site }) => {
      mirrorAt.value = site.mirror?.origin ?? location.origin;
      mirrorAllowed.value = site.mirror?.allowed ?? true;
      forgetCards();
      void learnHouse();
      watch(link, me).then(sweep).then(reopen).then(openFirst).catch(() => undefined);
    }),
    link.on('event', (event) => {
      if (event.op === 'queue.row') onRow(event.d as QueueRow);
      else if (event.op === 'presence.staff') onStaff(event.d as Events['presence.staff']);
      else if (event.op === 'conv.gone') onGone((event.d as Events['conv.gone']).conv);
      else if (/^(claim|staff)\./.test(event.op)) onCard(event.op, event.d);
      else onDoing(event);
    }),
    link.on('conversation', onConversation),
  ];
}

function forgetEverything(): void {
  forgetPractice();
  closeAll();
  dropLine();
  forgetAll();
  forgetCatalogue();
  forgetFound();
  forgetCards();
  forgetStaff();
  over.value = null;
}

let present: string | null = null;

function follow(login: Login): void {
  if (login.at === 'in') {
    if (present !== null && present !== login.me.id) forgetEverything();
    present = login.me.id;
    myId.value = login.me.id;
    openLine(login.me, listen(login.me));
  } else if (login.at === 'out' && present !== null && lastPerson.peek() !== present) {
    forgetEverything();
    present = null;
  }
}

effect(() => {
  const login = who.value;
  untracked(() => follow(login));
});

adopt(document.body, sheet(tokens + controls));
document.addEventListener('visibilitychange', markRead);
window.addEventListener('focus', markRead);
startClock();
render(<App />, document.getElementById('app') as HTMLElement);
void ask();
