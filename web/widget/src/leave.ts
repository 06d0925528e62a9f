// SPDX-License-Identifier: Apache-2.0
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import type { FloorT } from './floor-chunk.js';
import { h } from './h.js';
import type { VNode } from './h.js';

type Field = 'email' | 'text';

/// Enough to notice what cannot be an address; the server judges it again.
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/// "Leave a message": what is written stays in this tab until it has arrived. Where no line has ever come about it goes by plain
/// HTTPS; without that, too, it waits with the other requests, and goes as soon as there is a line.
export class Leave {
  /// The form is wanted; before the line or beside it.
  isOpen = false;
  private _missing: Field[] = [];
  private _isSending = false;
  private _fault = '';
  private _id: string | undefined;

  constructor(private _app: App, private _t: FloorT) {}

  /// The address the answer goes to, once a message has arrived in this conversation.
  get left(): string {
    return this._app.store.entry.left ?? '';
  }

  open(isOpen: boolean): void {
    this.isOpen = isOpen;
    this._app.draw();
  }

  button(className = 'n'): VNode {
    return h('button', { key: 'leave', class: className, onclick: () => this.open(true) }, this._t('leave'));
  }

  form(canGoBack: boolean): VNode {
    const { _app: app, _t: t } = this;
    const { mail = { email: '', name: '' } } = app.store.entry;
    const put = (more: object): void => app.store.put({ mail: { ...mail, ...app.store.entry.mail, ...more } });
    const waits = this._isSending && app.link.state !== 'live';
    const input = (name: 'email' | 'name', type: string, need: 'needEmail' | null): VNode => this._field(name, t(name),
      h('input', {
        name, type, value: mail[name], autocomplete: name, maxLength: name === 'email' ? 254 : 80, required: !!need, dir: 'auto', ...this._bad(name as Field),
        oninput: (e: Event) => put({ [name]: (e.target as HTMLInputElement).value }),
      }), need && t(need));
    return h('form', { key: 'leave-form', class: 'leave', noValidate: true, onsubmit: (e: Event) => { e.preventDefault(); void this._send(e.target as HTMLElement); } },
      this._field('text', t('leaveHow'), h('textarea', {
        name: 'text', rows: 3, value: app.draft, required: true, dir: 'auto', maxLength: 4000, ...this._bad('text'),
        oninput: (e: Event) => app.write((e.target as HTMLTextAreaElement).value),
      }), t('needText')),
      input('email', 'email', 'needEmail'),
      input('name', 'text', null),
      h('p', { key: 'say', class: `q ${this._fault ? 'bad' : ''}`, role: 'status' }, this._fault || (this._isSending ? t(waits ? 'leaveWaits' : 'leaveSending') : '')),
      h('div', { key: 'do', class: 'row' },
        h('button', { key: 'send', class: 'n m', type: 'submit', disabled: this._isSending }, t('leaveSend')),
        canGoBack && h('button', { key: 'back', class: 'n', type: 'button', onclick: () => this.open(false) }, t('leaveBack'))));
  }

  private _bad(name: Field): object {
    return this._missing.includes(name) ? { 'aria-invalid': 'true' } : {};
  }

  private _field(name: string, label: string, control: VNode, need: string | null): VNode {
    return h('label', { key: name }, label, control,
      this._missing.includes(name as Field) && h('span', { key: 'no', class: 'bad' }, need ?? ''));
  }

  /// Says at the field what is missing, and goes to the first.
  private _miss(form: HTMLElement, fields: Field[]): void {
    this._missing = fields;
    this._app.draw();
    setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  }

  /// The address the answer goes to, then the message; who leaves one no longer waits.
  private async _send(form: HTMLElement): Promise<void> {
    const { _app: app } = this;
    const text = app.draft.trim();
    const { email = '', name = '' } = app.store.entry.mail ?? {};
    this._fault = '';
    this._miss(form, [...(text ? [] : ['text'] as const), ...(ADDRESS.test(email.trim()) ? [] : ['email'] as const)]);
    if (this._missing.length) return;
    this._isSending = true;
    app.draw();
    try {
      if (app.conv?.known || app.link.state === 'live' || !await this._post(text, email.trim(), name.trim())) {
        await app.link.request('chat.contact', { email: email.trim(), ...(name.trim() && { name: name.trim() }) }, 1);
        app.say();
      }
      app.store.put({ left: email.trim() });
      this.isOpen = false;
      app.narrate(this._t('leftTo', { email: email.trim() }));
      if (/waiting|claimed/.test(app.conv?.session.state ?? '')) app.leave('queue.leave');
    } catch (e) {
      if ((e as Fault).field === '/d/email') this._miss(form, ['email']);
      else this._fault = app.more!.why(app, e as Fault);
    }
    this._isSending = false;
    app.draw();
  }

  /// True when it has arrived; false: no way through here either. The same name until then, so that two tries are one message.
  private async _post(text: string, email: string, name: string): Promise<boolean> {
    const { _app: app } = this;
    const { site } = app.host.options;
    const { url, title } = app.page();
    this._id ??= crypto.randomUUID();
    let answer: Response;
    try {
      answer = await fetch(new URL('../api/v1/contact', app.host.base), {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ site, id: this._id, text, email, name, lang: app.locale, url, title }),
      });
    } catch { return false; }
    const wait = Number(answer.headers.get('Retry-After'));
    const { pointer, detail } = answer.ok ? { pointer: '', detail: '' } : await answer.json() as { pointer?: string; detail?: string };
    if (answer.status === 503) throw { code: 'store.unavailable', after: 0, message: detail };
    if (!answer.ok) throw { code: wait ? 'rate.limited' : 'field.bad', after: wait * 1000, message: detail, field: `/d${pointer ?? ''}` };
    this._id = undefined;
    app.write('');
    return true;
  }
}
