// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { end, talk } from '../state/desk.js';
import { narrow, pane, sheet } from '../state/layout.js';
import { CallerCode, CallIn, HandOver, withTalk } from './asking.js';
import { Choice, Form, Poll } from './builders.js';
import { CutSheet } from './cut.js';
import { Dialog } from './dialog.js';
import { Maker } from './maker.js';
import { Offer } from './offer.js';
import { Phone } from './pictures.js';
import { Push, Share } from './sharing.js';
import { PracticeSheet } from '../practice/sheet.js';

const keys: readonly [string[], string][] = [
  [['Alt', '↑'], 'Previous of your conversations'],
  [['Alt', '↓'], 'Next of your conversations'],
  [['Alt', 'Enter'], 'Claim whoever asks first'],
  [['Ctrl', 'K'], 'Search the catalogue'],
  [['↑', '↓'], 'In the catalogue: from piece to piece'],
  [['S'], 'On a piece: show it together'],
  [['C'], 'On a piece: send its card'],
  [['X'], 'On a piece: put it by, on the shortlist'],
  [['Enter'], 'Before it is shown: the piece itself'],
  [['2', '3'], 'Before it is shown: the other one'],
  [['Ctrl', 'Shift', 'F'], 'Search what was said'],
  [['Alt', 'B'], 'Supervisors: the shop floor'],
  [['/'], 'In an empty message: canned replies'],
  [['Esc'], 'To the message field'],
  [['Enter'], 'Send'],
  [['Shift', 'Enter'], 'New line'],
  [['+'], 'In the viewer: closer'],
  [['−'], 'In the viewer: further away'],
  [['0'], 'In the viewer: the whole picture'],
  [['Alt', 'P'], 'The piece or the customer’s page'],
  [['↑', '↓'], 'On their page: from thing to thing'],
  [['Enter'], 'On their page: what the chosen tool does'],
  [['?'], 'This sheet'],
];

function Keys(): JSX.Element {
  return (
    <Dialog label="Keys">
      <h2>Keys</h2>
      <dl class="keys">
        {keys.map(([press, what]) => <div key={what}><dt>{press.map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{what}</dd></div>)}
      </dl>
      <button type="button" class="vt-button wide" onClick={() => { sheet.value = null; }}>Close</button>
    </Dialog>
  );
}

const reasons = [['done', 'We are done'], ['customer-left', 'The customer has left'], ['no-answer', 'The customer does not answer'], ['misuse', 'Misuse']] as const;

function End(): JSX.Element | null {
  const t = talk.value;
  const [why, setWhy] = useState('done');
  const finish = (): void => {
    sheet.value = null;
    if (t !== null) void end(t.conv, why);
    if (narrow.matches) pane.value = 'thread'; // where the wrap-up is asked
  };
  if (t === null) return null;
  return (
    <Dialog label="End the session">
      <h2>End this session?</h2>
      <p>The viewer closes for both of you. The thread stays, and messages can still be written in it.</p>
      <label class="labelled">Why
        <select value={why} onChange={(e) => setWhy(e.currentTarget.value)}>{reasons.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select>
      </label>
      <div class="sheet-do">
        <button type="button" class="vt-button" onClick={() => { sheet.value = null; }}>Keep going</button>
        <button type="button" class="vt-button stop" onClick={finish}>End session</button>
      </div>
    </Dialog>
  );
}

export function Sheets(): JSX.Element | null {
  switch (sheet.value) {
    case 'keys': return <Keys />;
    case 'phone': return <Phone Dialog={Dialog} />;
    case 'end': return <End />;
    case 'code': return <CallerCode />;
    case 'hand': return withTalk(HandOver);
    case 'call': return withTalk(CallIn);
    case 'choice': return withTalk(Choice);
    case 'form': return withTalk(Form);
    case 'offer': return withTalk(Offer);
    case 'practice': return <PracticeSheet />;
    case 'poll': return withTalk(Poll);
    case 'share': return withTalk(Share);
    case 'push': return withTalk(Push);
    case 'film': return withTalk(Maker);
    case 'cut': return <CutSheet />;
    default: return null;
  }
}
