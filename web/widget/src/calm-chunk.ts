// SPDX-License-Identifier: Apache-2.0
import type { State } from '../../protocol/index.js';
import type { Fault } from '../../transport/core.js';
import { i18n } from '../../ui/i18n.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { englishCalm } from './words-calm.js';

/// "Pause pictures": one tap, seen by both, ended by the customer alone; what they look at themselves goes on. Asked for once
/// something was put before them.
function calm(app: App): void {
  const t = i18n<keyof typeof englishCalm>(englishCalm, app.over);
  const more = app.more!;
  const { arrange } = more;
  let isAsked = false;

  const pause = (on: boolean): void => {
    const conv = app.conv!;
    isAsked = true;
    conv.ask('chat.calm', { on }).then(() => {
      conv.session.calm = on;
      app.narrate(t(on ? 'calm.on' : 'calm.off'));
    }, (e: Fault) => app.fail(e)).then(() => {
      isAsked = false;
      app.draw();
    });
  };

  more.arrange = (state: State, given) => {
    const kids: (Kid | null)[] = arrange?.(state, given) ?? given;
    if (app.conv?.session.calm) {
      return [h('div', { key: 'calm', class: 'bar row' }, h('span', null, t('calm.on')),
        h('button', { class: 'n', disabled: isAsked, onclick: () => pause(false) }, t('calm.go'))), ...kids];
    }
    const ways = kids.find((k) => (k as VNode | null)?.key === 'act') as VNode | undefined;
    ways?.kids.push(h('button', { key: 'pause', class: 'n', disabled: isAsked, onclick: () => pause(true) }, t('calm.pause')));
    return kids;
  };
  app.link.on('event', ({ op, d }) => {
    if (op === 'chat.calm') app.conv!.session.calm = (d as { on: boolean }).on;
    app.draw();
  });
  app.draw();
}

export type Calm = typeof calm;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('calm', calm);
