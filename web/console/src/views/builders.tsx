// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { FieldKind } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { poll } from '../state/doing.js';
import type { Talk } from '../state/talk.js';
import { closeSheet, Dialog, Do } from './dialog.js';
import { Icon } from './parts.js';

/// The small sheets that make a question: a choice, a short form, a poll about what is on the stage.

const LINES_MAX = 8;
const LABEL_MAX = 100;
const QUESTION_MAX = 300;
const kinds: readonly [FieldKind, string][] = [['text', 'Text'], ['email', 'E-mail'], ['phone', 'Telephone'], ['number', 'Number'], ['date', 'Date']];

interface LinesProps { lines: readonly string[]; set(lines: string[]): void; what: string; extra?: (i: number) => JSX.Element; drop?: (i: number) => void }

function Lines({ lines, set, what, extra, drop }: LinesProps): JSX.Element {
  return (
    <fieldset class="lines">
      <legend>{what}s</legend>
      {lines.map((line, i) => (
        <div key={i} class="line">
          <input class="field" maxLength={LABEL_MAX} aria-label={`${what} ${i + 1}`} value={line} onInput={(e) => set(lines.map((l, k) => (k === i ? e.currentTarget.value : l)))} />
          {extra?.(i)}
          <button type="button" class="vt-icon" aria-label={`Remove ${what.toLowerCase()} ${i + 1}`} disabled={lines.length <= 1}
            onClick={() => { drop?.(i); set(lines.filter((_, k) => k !== i)); }}><Icon d={icons.close} size={16} /></button>
        </div>
      ))}
      {lines.length < LINES_MAX && <button type="button" class="vt-button" onClick={() => set([...lines, ''])}><Icon d={icons.plus} size={16} />{what}</button>}
    </fieldset>
  );
}

function Question({ value, set, hint }: { value: string; set(text: string): void; hint: string }): JSX.Element {
  return <label class="labelled">Question<input class="field" autofocus maxLength={QUESTION_MAX} placeholder={hint} value={value} onInput={(e) => set(e.currentTarget.value)} /></label>;
}

const said = (lines: readonly string[]): string[] => lines.map((l) => l.trim()).filter((l) => l !== '');

export function Choice({ talk }: { talk: Talk }): JSX.Element {
  const [question, ask] = useState('');
  const [lines, set] = useState<string[]>(['', '']);
  const options = said(lines).map((label, i) => ({ id: `o${i + 1}`, label }));
  const submit = (e: Event): void => {
    e.preventDefault();
    talk.conversation.peek()?.send(question.trim(), { kind: 'choice', body: { options } });
    closeSheet();
  };
  return (
    <Dialog label="Offer a choice">
      <form class="sheet-form" onSubmit={submit}>
        <h2>Offer a choice</h2>
        <Question value={question} set={ask} hint="Which size do you wear?" />
        <Lines lines={lines} set={set} what="Answer" />
        <Do yes="Send" ready={question.trim() !== '' && options.length > 1} />
      </form>
    </Dialog>
  );
}

export function Form({ talk }: { talk: Talk }): JSX.Element {
  const [question, ask] = useState('');
  const [lines, set] = useState<string[]>(['']);
  const [types, type] = useState<Record<number, FieldKind>>({});
  const fields = lines.map((label, i) => ({ id: `f${i + 1}`, label: label.trim(), kind: types[i] ?? ('text' as const), required: true })).filter((f) => f.label !== '');
  const submit = (e: Event): void => {
    e.preventDefault();
    talk.conversation.peek()?.send(question.trim(), { kind: 'form', body: { fields } });
    closeSheet();
  };
  const drop = (i: number): void => type(Object.fromEntries(lines.filter((_, k) => k !== i).map((_, k) => [k, types[k < i ? k : k + 1] ?? 'text'])));
  const kind = (i: number): JSX.Element => (
    <select aria-label={`Kind of field ${i + 1}`} value={types[i] ?? 'text'} onChange={(e) => type({ ...types, [i]: e.currentTarget.value as FieldKind })}>
      {kinds.map(([k, label]) => <option key={k} value={k}>{label}</option>)}
    </select>
  );
  return (
    <Dialog label="Ask with a form">
      <form class="sheet-form" onSubmit={submit}>
        <h2>Ask with a form</h2>
        <Question value={question} set={ask} hint="Where shall we send it?" />
        <Lines lines={lines} set={set} what="Field" extra={kind} drop={drop} />
        <Do yes="Send" ready={question.trim() !== '' && fields.length > 0} />
      </form>
    </Dialog>
  );
}

/// Several pictures of one piece are told once.
function onStage(titles: readonly string[]): string {
  const count = (title: string): number => titles.filter((other) => other === title).length;
  return [...new Set(titles)].map((title) => (count(title) > 1 ? `${title} (${count(title)} pictures)` : title)).join(', ');
}

export function Poll({ talk }: { talk: Talk }): JSX.Element {
  const [question, ask] = useState('Which one do you like?');
  void talk.at.view.value;
  const items = talk.conversation.value?.view?.items ?? [];
  const submit = (e: Event): void => {
    e.preventDefault();
    void poll(talk, question.trim());
    closeSheet();
  };
  return (
    <Dialog label="Ask for votes">
      <form class="sheet-form" onSubmit={submit}>
        <h2>Ask for votes</h2>
        <Question value={question} set={ask} hint="Which one?" />
        <p class="quiet small">{items.length === 0 ? 'Put pieces on the stage first; they are what is voted on.'
          : `Voted on: ${onStage(items.map((item) => item.title ?? item.sku ?? 'a picture'))}.`}</p>
        <Do yes="Ask" ready={question.trim() !== '' && items.length > 0} />
      </form>
    </Dialog>
  );
}
