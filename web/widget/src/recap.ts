// SPDX-License-Identifier: Apache-2.0
import type { Events, Replies } from '../../protocol/index.js';
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { EndingKey, EndingT } from './words-ending.js';

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/// How the last mail of this recap stands, by the thread's own rows: the same words after a reload, and where the associate
/// has sent it.
const STANDS: Record<string, EndingKey> = { queued: 'recapQueued', sent: 'recapSent', delayed: 'recapDelayed', failed: 'recapFailed' };

/// What the customer keeps of a session: by mail where the shop sends mail, by a link everywhere.
export class Recap {
  private _isAsking = false;
  private _isBad = false;
  private _said = '';
  private _isFault = false;
  private _url = '';
  private _sid = '';

  constructor(private _app: App, private _t: EndingT) {}

  /// Null where the session has none: the site keeps none, or nobody came.
  draw(): VNode | null {
    const { _app: app, _t: t } = this;
    const { sid = '' } = app.conv!.session;
    const rows = app.conv!.rows.filter((r) => r.op === 'recap.state').map((r) => r.d as Events['recap.state']).filter((d) => d.sid === sid);
    const until = rows.find((d) => d.until)?.until;
    if (!until) return null;
    if (this._sid !== sid) {
      this._sid = sid;
      this._url = this._said = '';
    }
    const stands = STANDS[rows.at(-1)!.state];
    const said = this._said || (this._isAsking ? t('recapAsking') : stands ? t(stands) : '');
    const isBad = this._said ? this._isFault : stands === 'recapFailed';
    return h('section', { key: 'recap', class: 'recap', 'aria-label': t('recap') },
      h('h3', null, t('recap')),
      h('p', { class: 'q' }, t('recapText', { date: new Intl.DateTimeFormat(app.locale, { dateStyle: 'long' }).format(until) })),
      app.site?.mail && this._mail(stands),
      h('p', { key: 'say', class: isBad ? 'q bad' : 'q', role: 'status' }, said),
      this._url ? this._link() : h('button', { key: 'get', class: 'n', onclick: () => this._get() }, t('recapLink')));
  }

  private _mail(stands: EndingKey | undefined): VNode {
    const { _app: app, _t: t } = this;
    const { mail = { email: '', name: '' } } = app.store.entry;
    const isAgain = stands && stands !== 'recapFailed';
    return h('form', { key: 'mail', noValidate: true, onsubmit: (e: Event) => { e.preventDefault(); this._send(e.target as HTMLElement); } },
      h('label', null, t('recapMail'), h('input', {
        name: 'email', type: 'email', autocomplete: 'email', maxLength: 254, dir: 'auto', value: mail.email, ...(this._isBad && { 'aria-invalid': 'true' }),
        oninput: (e: Event) => app.store.put({ mail: { ...mail, email: (e.target as HTMLInputElement).value } }),
      })),
      h('button', { key: 'send', class: `n ${isAgain ? '' : 'm'}`, type: 'submit', disabled: this._isAsking }, t(isAgain ? 'recapMore' : 'recapSend')));
  }

  private _link(): VNode {
    const { _t: t } = this;
    return h('div', { key: 'link', class: 'row' },
      h('input', { key: 'url', value: this._url, readOnly: true, 'aria-label': t('recapUrl'), dir: 'ltr', ref: (n) => n.focus(), onfocus: (e: Event) => (e.target as HTMLInputElement).select() }),
      h('button', { key: 'copy', class: 'n', onclick: (e: Event) => this._copy(e.target as HTMLElement) }, t('copy')),
      h('a', { key: 'open', class: 'n', href: this._url, target: '_blank', rel: 'noopener' }, t('recapOpen')));
  }

  private _send(form: HTMLElement): void {
    const email = (this._app.store.entry.mail?.email ?? '').trim();
    this._say('');
    this._isBad = !ADDRESS.test(email);
    if (!this._isBad) return this._ask('recap.send', { by: 'email', email, sid: this._sid });
    this._refuse(form);
  }

  private _refuse(form: ParentNode): void {
    this._isBad = true;
    this._say(this._t('recapBad'), true);
    setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  }

  private _get(): void {
    this._say('');
    this._ask('recap.send', { by: 'link', sid: this._sid });
  }

  private _ask(op: 'recap.send', d: { by: 'email' | 'link'; email?: string; sid: string }): void {
    const { _app: app } = this;
    this._isAsking = true;
    app.draw();
    app.link.request(op, d, 1).then(({ url }: Replies['recap.send']) => {
      if (url) this._url = url;
    }, (e: Fault) => {
      if (e.field === '/d/email') this._refuse(app.host.root);
      // A recap has so many mails; without a time to wait for, another try is no use.
      else this._say(e.code === 'rate.limited' && !e.after ? this._t('recapOften') : app.more!.why(app, e), true);
    }).then(() => {
      this._isAsking = false;
      app.draw();
    });
  }

  /// Without the right to the clipboard the link is selected, for the keys or the menu.
  private _copy(button: HTMLElement): void {
    const select = (): void => button.parentElement?.querySelector('input')?.select();
    if (navigator.clipboard) navigator.clipboard.writeText(this._url).then(() => this._say(this._t('copied')), select);
    else select();
  }

  private _say(text: string, isFault = false): void {
    this._said = text;
    this._isFault = isFault;
    this._app.draw();
  }
}
