// SPDX-License-Identifier: Apache-2.0

import { useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Me } from '../api.js';
import { Board } from '../board/board.js';
import { over } from '../board/state.js';
import { tabTitle } from '../lib/title.js';
import { favicon } from '../state/alerts.js';
import { cards, cardTitle } from '../state/cards.js';
import { focused, talk } from '../state/desk.js';
import { details, left, pane } from '../state/layout.js';
import { who } from '../state/login.js';
import { mine, rows, tally } from '../state/queue.js';
import { listenForKeys } from '../keys.js';
import { Cards } from './cards.js';
import { Catalogue } from './catalogue.js';
import { Customer } from './customer.js';
import { Found } from './found.js';
import { List } from './list.js';
import { Gate, LoginView } from './login.js';
import { Notice } from './notice.js';
import { Guard } from './parts.js';
import { Coach } from '../practice/coach.js';
import { phase } from '../practice/run.js';
import { Rail } from './rail.js';
import { Sheets } from './sheets.js';
import { Stage } from './stage.js';
import { Thread } from './thread.js';

function unread(): number {
  let n = 0;
  for (const conv of mine.value) if (conv !== focused.value || document.hidden) n += rows.value.get(conv)?.unread ?? 0;
  return n;
}

function Desk({ me }: { me: Me }): JSX.Element {
  useEffect(listenForKeys, []);
  useSignalEffect(() => {
    const first = cards.value[0];
    document.title = tabTitle(unread(), tally.value.unassigned, first === undefined ? undefined : `${cardTitle(first)} · Vitrine`);
    favicon(first !== undefined || unread() > 0);
  });
  const open = talk.value;
  const shape = `desk pane-${open === null ? 'left' : pane.value}${open !== null ? ' open' : ''}${open !== null && details.value ? ' details' : ''}`;
  return (
    <div class={phase.value === 'on' ? `${shape} practising` : shape}>
      <Rail me={me} />
      <Coach />
      {over.value !== null && <Guard what="The board"><Board what={over.value} /></Guard>}
      <main class="columns" hidden={over.value !== null}>
        <h1 class="vt-unseen">Vitrine console</h1>
        <Guard what="The list">{left.value === 'list' ? <List /> : left.value === 'found' ? <Found /> : <Catalogue />}</Guard>
        <Guard what="The piece"><Stage /></Guard>
        {open !== null && <Guard key={`thread ${open.conv}`} what="The thread"><Thread talk={open} /></Guard>}
        {open !== null && <Guard key={`person ${open.conv}`} what="The customer"><Customer talk={open} /></Guard>}
        <Cards />
      </main>
      <Notice />
      <Sheets />
    </div>
  );
}

export function App(): JSX.Element {
  const login = who.value;
  if (login.at === 'in') return <Desk me={login.me} />;
  return login.at === 'out' ? <LoginView note={login.note} /> : <Gate />;
}
