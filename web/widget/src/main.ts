// SPDX-License-Identifier: Apache-2.0
import { adopt, sheet } from '../../ui/sheet.js';
import type { Call, Host, OpenRequest, PageProduct, StartWidget, Widget } from './api.js';
import { App } from './app.js';
import type { TakeCall } from './calls-chunk.js';
import { h, patch } from './h.js';
import { panel } from './panel.js';
import { style } from './style.js';
import { words } from './words.js';

/// Read when the chunk comes, which may be before a click.
const look = sheet(style);

const start: StartWidget = (host, kept) => {
  const box = document.createElement('div');
  const undo = [adopt(host.root, look), onResize(box)];
  host.root.append(box);
  let app: App | undefined;
  const calls: Call[] = [...kept];
  const draw = (): void => {
    if (!app) return;
    const { button } = host;
    button.hidden = app.open || String(host.options.launcher) === 'false';
    if (app.unread) button.dataset['n'] = String(app.unread);
    else delete button.dataset['n'];
    // Beside a modal panel nothing is read out, so the one live region goes inside.
    const live = h('div', { key: 'live', class: 'u', role: 'status' }, app.said);
    patch(box, [panel(app, live) ?? live]);
  };
  void strings(host).then((over) => {
    const said = { ...over, ...host.options.strings };
    app = new App(host, words(said), said, draw);
    for (const c of calls.splice(0)) act(app, c);
    app.draw();
  });
  return {
    call: (...c) => { if (app) act(app, c); else calls.push(c); },
    shutdown: () => {
      app?.end();
      box.remove();
      for (const f of undo) f();
    },
  } satisfies Widget;
};

declare const __CALLS__: [file: string, integrity: string];

/// The calls that reach the widget; those about the customer are a chunk's.
function act(app: App, call: Call): void {
  const [name, arg] = call;
  if (name === 'open') app.show(arg as OpenRequest);
  else if (name === 'close') app.hide();
  else if (name === 'product') app.give(arg as PageProduct | null);
  else if (name === 'told') app.link.adopt(arg as never);
  // Leaving for a page without the snippet: the place is kept longer, and the associate is told. Not the chunk's: the page may be
  // gone before it has come.
  else if (name === 'expectDisconnect') app.link.request('away', arg as never, 1).catch(Object);
  else void app.host.load('calls', __CALLS__).then((take) => (take as TakeCall)(app, call));
}

async function strings({ base, words }: Host): Promise<Record<string, string>> {
  try { return words ? await (await fetch(base + words)).json() as Record<string, string> : {}; } catch { return {}; }
}

/// On a phone the panel is as high as the keyboard leaves it. First asked when the panel has been laid out: before, the question
/// itself would lay out the page.
function onResize(box: HTMLElement): () => void {
  const vv = window.visualViewport;
  const fit = (): void => box.style.setProperty('--high', `${vv?.height ?? innerHeight}px`);
  requestAnimationFrame(fit);
  vv?.addEventListener('resize', fit);
  return () => vv?.removeEventListener('resize', fit);
}

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('widget', start);
