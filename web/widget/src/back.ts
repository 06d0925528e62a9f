// SPDX-License-Identifier: Apache-2.0
import type { App } from './app.js';

/// A link of an answer mail leads back into its conversation. Its secret leaves the address before it is used, is held until
/// the server has answered, and goes before the right this tab had; a link that is refused gives that right back.
export function comeBack(app: App, refused: string): void {
  const secret = /^#vt=([\w-]{22})$/.exec(location.hash)?.[1];
  if (!secret) return;
  const { link } = app;
  const former = link.saved();
  history.replaceState(history.state, '', location.pathname + location.search);
  link.close();
  // What was not sent belongs to the former conversation.
  if (former) link.adopt({ ...former, out: [] });
  app.code = secret;
  app.follows = false;
  const done = [
    link.on('welcome', () => settle()),
    link.on('state', (state) => {
      if (state !== 'ended') return;
      settle();
      link.adopt(former);
      app.fault = refused;
      app.lead();
    }),
  ];
  const settle = (): void => {
    app.code = undefined;
    for (const f of done) f();
  };
  app.show();
}
