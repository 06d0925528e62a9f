// SPDX-License-Identifier: Apache-2.0
import type { Requests } from '../../protocol/index.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { SharingT } from './words-sharing.js';

type Answer = (result: { success: boolean; reason?: string }) => void;

/// With consent to be taken along, there is this long to stay.
const GO_MS = 4000;
/// The answer goes before the page does.
const LEAVE_MS = 80;

/// A page that an associate would open here. Asked each time, or with consent only announced; always to be declined.
export class Push {
  private _now: { url: URL; text: string; isGoing: boolean; answer: Answer; timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(private _app: App, private _t: SharingT, private _may: (url: URL) => boolean, private _draw: () => void) {}

  ask(d: Requests['page.push'], left: number, isGoing: boolean, answer: Answer): void {
    this.close('taken');
    let url: URL;
    try { url = new URL(d.url, location.href); } catch { return answer({ success: false, reason: 'refused' }); }
    if (!this._may(url)) return answer({ success: false, reason: 'forbidden' });
    // The answer must be there before the asker gives up.
    const wait = isGoing ? Math.min(GO_MS, left - 500) : left - 300;
    const timer = setTimeout(() => (isGoing ? this._go() : this.close('timeout')), Math.max(0, wait));
    this._now = { url, text: d.text ?? '', isGoing, answer, timer };
    this._app.narrate(this._t(isGoing ? 'pushGo' : 'pushAsk', { name: this._app.guide() }));
    this._draw();
  }

  close(reason = 'refused'): void {
    const now = this._now;
    if (!now) return;
    clearTimeout(now.timer);
    this._now = null;
    now.answer({ success: false, reason });
    this._draw();
  }

  draw(): VNode | null {
    const { _now: now, _t: t } = this;
    if (!now) return null;
    const { url } = now;
    return h('section', {
      key: 'push', class: 'push', role: 'alertdialog', 'aria-label': t(now.isGoing ? 'pushGo' : 'pushAsk', { name: this._app.guide() }),
      onkeydown: (e: KeyboardEvent) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        e.preventDefault();
        this.close();
      },
    },
    h('p', null, h('b', null, t(now.isGoing ? 'pushGo' : 'pushAsk', { name: this._app.guide() }))),
    now.text && h('p', { key: 'text', dir: 'auto' }, now.text),
    h('p', { key: 'url', class: 'q', dir: 'ltr' }, url.origin === location.origin ? url.pathname : url.host + url.pathname),
    h('div', { class: 'two' },
      h('button', { class: 'n', onclick: () => this.close() }, t(now.isGoing ? 'pushStay' : 'pushNot')),
      h('button', { class: 'n', onclick: () => this._go() }, t('pushOpen'))));
  }

  private _go(): void {
    const now = this._now;
    if (!now) return;
    clearTimeout(now.timer);
    this._now = null;
    now.answer({ success: true });
    const { href } = now.url;
    this._app.host.fire('navigate', { url: href });
    this._draw();
    setTimeout(() => {
      void Promise.resolve().then(() => this._app.registered?.navigate?.(href)).catch(() => false).then((taken) => {
        if (taken !== true) location.assign(href);
      });
    }, LEAVE_MS);
  }
}
