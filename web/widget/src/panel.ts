// SPDX-License-Identifier: Apache-2.0
import { down } from '../../ui/icons.js';
import type { App } from './app.js';
import { composer } from './composer.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { iconButton, isPhone } from './parts.js';
import { start, waiting } from './screens.js';
import { thread } from './thread.js';
import { stage } from './stage.js';

/// The panel as the state has it: header, what the moment needs, and the composer wherever something can be said. A native
/// dialog: on a phone it is modal and keeps the focus inside, on a desktop the page beside it stays usable.
export function panel(app: App, live: VNode): VNode | null {
  const { conv } = app;
  if (!app.open) return null;
  const state = conv?.session.state ?? 'none';
  const isLive = state === 'live' || state === 'away';
  const kids = middle(app, state, isLive);
  const title = app.site?.name || app.host.button.ariaLabel!;
  const view = isLive && conv?.view;
  // Esc, or a phone's way back.
  const back = (e: Event): void => {
    e.preventDefault();
    if (app.ending) app.askEnd(false);
    else app.hide();
  };
  return h('dialog', {
    key: 'panel', id: 'vt', class: view ? `wide ${app.seeing ? 'seeing' : 'chatting'}` : '', 'aria-label': title,
    ref: (n) => (isPhone() ? (n as HTMLDialogElement).showModal() : (n as HTMLDialogElement).show()),
    oncancel: back,
    onkeydown: (e: KeyboardEvent) => { if (e.key === 'Escape' && !e.defaultPrevented) back(e); },
  },
  header(app, isLive, !!view, title),
  view && stage(app),
  h('div', { key: 'talk', class: 'talk' }, ...app.more?.bars(app) ?? [], ...app.more?.arrange?.(state, kids) ?? kids),
  live);
}

function middle(app: App, state: string, isLive: boolean): (Kid | null)[] {
  if (isLive) return [thread(app), app.more?.together(app) ?? null, composer(app)];
  if (state === 'waiting' || state === 'claimed') return [waiting(app, state), thread(app), composer(app)];
  if (state === 'ended') return [thread(app)];
  return [start(app), composer(app)];
}

function header(app: App, isLive: boolean, isWide: boolean, title: string): VNode {
  const { conv, t } = app;
  const tab = (seeing: boolean): VNode => h('button', {
    class: 'n', 'aria-pressed': String(app.seeing === seeing), onclick: () => app.see(seeing),
  }, seeing ? t('picture') : t('chat') + (app.unread ? ` · ${app.unread}` : ''));
  const reference = conv?.session.reference;
  return h('div', { key: 'head', class: 'head' },
    h('div', null,
      // On a phone, with a picture open, two tabs and what ends it stand beside: the name must do.
      h('h2', null, isLive ? isWide && isPhone() ? app.guide() : t('with', { name: app.guide() }) : title),
      isLive && reference && h('p', { class: 'q' }, t('ref', { ref: reference }))),
    isWide && h('div', { key: 'tabs', class: 'tabs', role: 'group' }, tab(true), tab(false)),
    isLive && h('button', { key: 'end', class: 'n e', onclick: () => app.askEnd(true) }, t('end')),
    iconButton('close', down, t('close'), () => app.hide()));
}
