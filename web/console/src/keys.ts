// SPDX-License-Identifier: Apache-2.0

import { leads, over } from './board/state.js';
import { accept, cards } from './state/cards.js';
import { step, talk } from './state/desk.js';
import { focusComposer, left, sheet, showCatalogue, showFound, showList } from './state/layout.js';
import { who } from './state/login.js';
import { turn } from './state/mirror.js';

const typing = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches('input:not([type=radio]), textarea, select, [contenteditable]');

const mayLead = (): boolean => {
  const login = who.peek();
  return login.at === 'in' && leads(login.me.role);
};

/// The console's keys. What a view has used itself (a menu's Esc, the viewer's own keys) it has stopped before it comes here.
function press(e: KeyboardEvent): void {
  if (e.defaultPrevented || sheet.peek() !== null || e.isComposing) return;
  if (e.altKey && !e.ctrlKey && !e.metaKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
    e.preventDefault();
    step(e.key === 'ArrowUp' ? -1 : 1);
  } else if (e.altKey && e.key === 'Enter') {
    const first = cards.peek()[0];
    if (first === undefined) return;
    e.preventDefault();
    void accept(first);
  } else if (e.altKey && e.code === 'KeyB' && mayLead()) {
    e.preventDefault();
    over.value = over.peek() === null ? 'floor' : null;
  } else if (e.altKey && e.code === 'KeyP' && talk.peek() !== null) {
    e.preventDefault();
    turn(talk.peek()!);
  } else if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'k') {
    e.preventDefault();
    showCatalogue();
  } else if ((e.ctrlKey || e.metaKey) && e.shiftKey && !e.altKey && e.code === 'KeyF') {
    e.preventDefault();
    over.value = null;
    showFound();
  } else if (e.key === 'Escape') {
    if (left.peek() !== 'list') showList();
    focusComposer();
  } else if (e.key === '?' && !typing(e.target)) {
    e.preventDefault();
    sheet.value = 'keys';
  }
}

export function listenForKeys(): () => void {
  document.addEventListener('keydown', press);
  return () => document.removeEventListener('keydown', press);
}
