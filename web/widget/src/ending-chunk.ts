// SPDX-License-Identifier: Apache-2.0
import { icon } from '../../ui/dom.js';
import { star } from '../../ui/icons.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { endingStyle } from './ending-style.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { Recap } from './recap.js';
import { englishEnding } from './words-ending.js';
import type { EndingKey, EndingT } from './words-ending.js';

/// What is asked and offered when a session has ended. A chunk of its own, asked for with the first end.
export class Ending {
  private _stars = 0;
  private _text = '';
  private _fault = '';
  private _recap: Recap;

  constructor(private _app: App, private _t: EndingT) {
    this._recap = new Recap(_app, _t);
  }

  draw(): VNode {
    const { _app: app, _t: t } = this;
    const { reference = '', sid } = app.conv!.session;
    const more = app.more!.t;
    const isRated = app.store.entry.rated === sid;
    return h('div', { key: 'over', class: 'mid over' },
      h('h2', null, t('over')),
      h('p', { class: 'q' }, `${t('thanks')} ${reference ? app.t('ref', { ref: reference }) : ''}`),
      app.site?.rating !== false && (isRated ? h('p', { key: 'rated', role: 'status' }, t('rated')) : this._rating(sid)),
      this._recap.draw(),
      h('button', { key: 'again', class: `n ${isRated ? 'm' : ''}`, disabled: app.asking, onclick: () => app.ask() }, more('again')));
  }

  private _rating(sid: string | undefined): VNode {
    const { _app: app, _t: t } = this;
    const label = (n: number): string => (n === 1 ? t('star') : t('stars', { n }));
    return h('form', { key: 'rate', class: 'rate', onsubmit: (e: Event) => { e.preventDefault(); this._send(sid); } },
      h('fieldset', { key: 'stars' }, h('legend', null, t('rate')), ...[1, 2, 3, 4, 5].map((n) => h('label', { key: String(n), class: n <= this._stars ? 'on' : '' },
        h('input', { type: 'radio', name: 'stars', class: 'u', checked: n === this._stars, 'aria-label': label(n), onchange: () => { this._stars = n; app.draw(); } }),
        h('span', { class: 'star', own: (at) => at.append(icon(star, 32)) })))),
      this._stars > 0 && h('label', { key: 'text' }, t('rateText'), h('textarea', {
        rows: 2, maxLength: 2000, dir: 'auto', value: this._text, oninput: (e: Event) => { this._text = (e.target as HTMLTextAreaElement).value; },
      })),
      this._fault && h('p', { key: 'fault', class: 'bad', role: 'alert' }, this._fault),
      this._stars > 0 && h('button', { key: 'send', class: 'n m', type: 'submit' }, t('rateSend')));
  }

  private _send(sid: string | undefined): void {
    const { _app: app } = this;
    const text = this._text.trim();
    app.conv!.ask('rating.give', { stars: this._stars, ...(text && { text }) }).then(() => {
      this._fault = this._text = '';
      this._stars = 0;
      app.store.put({ rated: sid ?? '' });
      app.narrate(this._t('rated'));
    }, (e: Fault) => {
      this._fault = app.more!.why(app, e);
      app.draw();
    });
  }
}

const ending = (app: App): Ending => {
  adopt(app.host.root, sheet(endingStyle));
  return new Ending(app, i18n<EndingKey>(englishEnding, app.over));
};

export type MakeEnding = typeof ending;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('ending', ending);
