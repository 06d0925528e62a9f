// SPDX-License-Identifier: Apache-2.0
import type { ChatSend } from '../../protocol/index.js';
import type { ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { SessionT } from './words-session.js';

type Body = ChatSend['body'];
type FormField = NonNullable<Body['fields']>[number];

const TYPES = { text: 'text', email: 'email', phone: 'tel', number: 'number', date: 'date' } as const;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/// The questions an associate asks in a form, answered in place: a choice by one tap, a form once it fits. What was answered
/// stays to be seen, and is asked once.
export class Questions {
  /* Of each form: its fields that are not right, and why. */
  private _wrong = new Map<number, Map<string, string>>();

  constructor(private _app: App, private _t: SessionT) {}

  draw(r: ThreadRow): VNode | null {
    const { kind, body } = r.d as ChatSend;
    if (kind === 'choice') return this._choice(r.cs, body);
    if (kind === 'form') return this._form(r.cs, body);
    return kind === 'answer' ? h('span', { class: 'b' }, this._said(r.d as ChatSend)) : null;
  }

  private _answer(cs: number): ChatSend | undefined {
    const row = this._app.conv?.rows.find((r) => r.op === 'chat.send' && r.state !== 'failed' && (r.d as ChatSend).kind === 'answer' && (r.d as ChatSend).re === cs);
    return row?.d as ChatSend | undefined;
  }

  private _send(re: number, values: NonNullable<Body['values']>): void {
    this._app.conv?.send('', { kind: 'answer', re, body: { values } });
  }

  /// An answer in words: the label chosen, or field by field.
  private _said({ re, body }: ChatSend): string {
    const asked = this._app.conv?.rows.find((r) => r.cs === re)?.d as ChatSend | undefined;
    const label = (id: string, value = ''): string => {
      const field = asked?.body.fields?.find((f) => f.id === id);
      return field ? `${field.label}: ${value}` : asked?.body.options?.find((o) => o.id === id)?.label ?? value;
    };
    return (body.values ?? []).map(({ id, value }) => label(id, value)).join('\n');
  }

  private _canAnswer(): boolean {
    return /^(live|away)$/.test(this._app.conv?.session.state ?? '');
  }

  private _choice(cs: number, { text = '', options = [] }: Body): VNode {
    const chosen = this._answer(cs)?.body.values?.[0]?.id;
    return h('div', { class: 'b ask', role: 'group', 'aria-label': text }, h('p', null, text),
      ...options.map(({ id, label }) => h('button', {
        key: id, class: `n ${chosen === id ? 'on' : ''}`, 'aria-pressed': String(chosen === id), disabled: !!chosen || !this._canAnswer(),
        onclick: () => this._send(cs, [{ id, value: label }]),
      }, label)));
  }

  private _form(cs: number, { text = '', fields = [] }: Body): VNode {
    if (this._answer(cs)) return h('div', { class: 'b ask' }, h('p', { key: 'q' }, text), h('p', { key: 'done', class: 'q' }, this._t('answered')));
    const wrong = this._wrong.get(cs);
    return h('form', {
      class: 'b ask', noValidate: true, onsubmit: (e: Event) => { e.preventDefault(); this._submit(cs, fields, e.target as HTMLFormElement); },
    }, h('p', { key: 'q' }, text),
    ...fields.map((f) => h('label', { key: f.id }, f.label,
      h('input', {
        name: f.id, type: TYPES[f.kind], required: !!f.required, maxLength: 1000, dir: 'auto', disabled: !this._canAnswer(),
        ...(wrong?.has(f.id) && { 'aria-invalid': 'true' }),
      }), wrong?.has(f.id) && h('span', { key: 'no', class: 'bad' }, wrong.get(f.id)!))),
    h('button', { key: 'send', class: 'n m', type: 'submit', disabled: !this._canAnswer() }, this._t('answerSend')));
  }

  private _submit(cs: number, fields: readonly FormField[], form: HTMLFormElement): void {
    const wrong = new Map<string, string>();
    const values: { id: string; value: string }[] = [];
    for (const { id, kind } of fields) {
      const input = form.elements.namedItem(id) as HTMLInputElement;
      const value = input.value.trim();
      if (input.validity.valueMissing || (input.required && !value)) wrong.set(id, this._t('needed'));
      else if (!input.validity.valid || (kind === 'email' && value && !ADDRESS.test(value))) wrong.set(id, this._t('odd'));
      else if (value) values.push({ id, value });
    }
    this._wrong.set(cs, wrong);
    this._app.draw();
    if (!wrong.size) this._send(cs, values);
    else setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  }
}
