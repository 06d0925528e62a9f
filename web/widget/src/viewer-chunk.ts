// SPDX-License-Identifier: Apache-2.0
import { makeSync } from '../../transport/sync.js';
import { createViewer } from '../../viewer/index.js';
import { adopt, sheet } from '../../ui/index.js';
import type { App } from './app.js';
import { stageStyle } from './stage-style.js';

/// The viewer and the view's half of the line: what a chat alone does not need.
/// It lives in a shadow root of its own: its sheet and the panel's do not meet.
function show(app: App, place: HTMLElement): void {
  const conv = app.conv;
  if (!conv) return;
  const root = document.createElement('div');
  root.style.height = '100%';
  (place.shadowRoot ?? place.attachShadow({ mode: 'open' })).replaceChildren(root);
  const viewer = createViewer({
    root, me: conv.me, wish: conv.viewer, locale: app.locale, strings: app.host.options.strings ?? {},
    src: (media, width) => app.media(media, width),
    names: (who) => app.name(who),
  });
  viewer.narrate = (text) => app.narrate(text);
  viewer.apply(conv.view);
  const undo = [
    adopt(place, sheet(stageStyle)),
    conv.on('view', (v) => { if (v) viewer.apply(v); else end(); }),
    conv.on('view.patch', (p) => viewer.patch(p)),
    conv.on('motion', (m) => viewer.motion(m)),
    conv.on('pointer', ({ who, ...p }) => viewer.pointer(who, p)),
    conv.on('stroke', ({ who, ...d }) => viewer.stroke(who, d)),
    conv.on('mark', (m) => viewer.mark(m)),
    conv.on('marks.drop', (ids) => viewer.dropMarks(ids)),
    conv.on('people', () => { for (const [who, p] of conv.people) if (p.at === 'gone') viewer.gone(who); }),
  ];
  const end = (): void => {
    undo.splice(0).forEach((f) => f());
    viewer.destroy();
  };
  app.unview = end;
}

export type Viewing = typeof show;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer', { show, makeSync });
