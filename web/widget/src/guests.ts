// SPDX-License-Identifier: Apache-2.0
import { close } from '../../ui/icons.js';
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { iconButton } from './parts.js';
import type { SessionT } from './words-session.js';

/// A second opinion: a link for one person, and who has come.
export class Guests {
  private _isOpen = false;
  private _name = '';
  private _url = '';
  private _said = '';
  private _here = 0;

  constructor(private _app: App, private _t: SessionT) {}

  button(): VNode {
    return h('button', { key: 'invite', class: 'n', 'aria-expanded': String(this._isOpen), onclick: () => this._toggle() }, this._t('invite'));
  }

  /// Where somebody came for a second opinion and there is something to choose from; asked once of the same pieces.
  which(): VNode | false {
    const { _app: app, _t: t } = this;
    const { view, rows } = app.conv!;
    // Several pictures of one piece are nothing to choose from.
    const pieces = new Map([...view?.items ?? []].reverse().map((i) => [`${i.sku ?? i.media} ${i.variant ?? ''}`, i.slot]));
    const slots = [...pieces.values()].reverse();
    const last = rows.filter((r) => r.op === 'guest.poll').at(-1)?.d as { slots: number[] } | undefined;
    return this._here > 0 && slots.length > 1 && String(last?.slots) !== String(slots)
      && h('button', { key: 'which', class: 'n', onclick: () => this._act(app.conv!.ask('guest.poll', { question: t('whichOne'), slots })) }, t('which'));
  }

  /// Those who are here, and the way to another; null when there is nothing to show.
  draw(): VNode | null {
    const { _app: app, _t: t } = this;
    const here = [...app.conv?.people.values() ?? []].filter((p) => p.role === 'guest' && p.at !== 'gone');
    // Who came has used the link up.
    if (here.length > this._here) this._isOpen = false;
    this._here = here.length;
    if (!here.length && !this._isOpen) return null;
    const name = (p: { name: string }): string => p.name || t('guest');
    return h('section', { key: 'guests', class: 'guests', 'aria-label': t('invite') },
      here.length > 0 && h('ul', { key: 'here', class: 'row', 'aria-label': t('hereToo') }, ...here.map((p) => h('li', { key: p.who, class: 'chip' }, name(p),
        iconButton('drop', close, t('remove', { name: name(p) }), () => this._act(app.conv!.ask('guest.drop', { who: p.who })))))),
      this._isOpen && this._form());
  }

  private _form(): VNode {
    const { _t: t } = this;
    if (!this._url) {
      return h('form', { key: 'make', onsubmit: (e: Event) => { e.preventDefault(); this._make(); } }, h('p', { class: 'q' }, t('inviteText')),
        h('div', { class: 'row' },
          h('input', {
            maxLength: 80, value: this._name, placeholder: t('inviteName'), 'aria-label': t('inviteName'), dir: 'auto', autocomplete: 'off',
            oninput: (e: Event) => { this._name = (e.target as HTMLInputElement).value; },
          }), h('button', { class: 'n m', type: 'submit' }, t('inviteMake'))));
    }
    const isShared = 'share' in navigator;
    return h('div', { key: 'link' }, h('p', { class: 'q' }, t('inviteOnce')),
      h('div', { class: 'row' },
        h('input', { key: 'url', value: this._url, readOnly: true, 'aria-label': t('inviteLink'), dir: 'ltr', ref: (n) => n.focus(), onfocus: (e: Event) => (e.target as HTMLInputElement).select() }),
        isShared && h('button', { key: 'share', class: 'n m', onclick: () => void navigator.share({ url: this._url }).catch(() => undefined) }, t('share')),
        h('button', { key: 'copy', class: `n ${isShared ? '' : 'm'}`, onclick: (e: Event) => this._copy(e.target as HTMLElement) }, t('copy'))),
      h('p', { key: 'say', class: 'q', role: 'status' }, this._said));
  }

  private _toggle(): void {
    this._isOpen = !this._isOpen;
    this._url = this._said = '';
    this._app.draw();
  }

  private _make(): void {
    const name = this._name.trim();
    this._act(this._app.conv!.ask('guest.invite', name ? { name } : {}).then(({ url }) => {
      this._url = url;
      this._name = '';
    }));
  }

  /// Without the right to the clipboard the link is selected, for the keys or the menu.
  private _copy(button: HTMLElement): void {
    const done = (): void => {
      this._said = this._t('copied');
      this._app.draw();
    };
    const select = (): void => button.parentElement?.querySelector('input')?.select();
    if (navigator.clipboard) navigator.clipboard.writeText(this._url).then(done, select);
    else select();
  }

  private _act(asked: Promise<unknown>): void {
    asked.then(() => this._app.draw(), (e: Fault) => this._app.fail(e));
  }
}
