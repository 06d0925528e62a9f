// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Json } from '../lib/pointer.js';
import { at, edit } from '../state/site.js';
import { Field } from './parts.js';
import { wrong } from './setting.js';

/// A text that may be written in several languages: one for everybody, or one for each.

const LANGS = ['en', 'fr', 'de', 'es', 'it', 'nl', 'pt', 'ar', 'ja', 'zh'] as const;

const nameOf = (lang: string): string => {
  try { return new Intl.DisplayNames(['en'], { type: 'language' }).of(lang) ?? lang; } catch { return lang; }
};

type Texts = { readonly [lang: string]: string };

const entriesOf = (value: Json | undefined): [lang: string, text: string][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value as Texts) : [['', typeof value === 'string' ? value : '']];

export function Words({ at: pointer, label, rows, maxLength, hint, required = false }: {
  at: string; label: string; rows?: number; maxLength: number; hint?: string; required?: boolean;
}): JSX.Element {
  const entries = entriesOf(at(pointer));
  const put = (next: [string, string][]): void => {
    const kept = next.filter(([lang, text]) => lang === '' || text !== '' || next.length > 1);
    if (kept.length === 1 && kept[0]![0] === '') edit(pointer, kept[0]![1] === '' && !required ? undefined : kept[0]![1]);
    else edit(pointer, kept.length === 0 ? undefined : Object.fromEntries(kept));
  };
  const add = (lang: string): void => put([...entries.map(([was, text]): [string, string] => [was === '' ? 'en' : was, text]), [lang, '']]);
  const left = LANGS.filter((lang) => !entries.some(([has]) => (has === '' ? 'en' : has) === lang));
  return (
    <div class="texts" role="group" aria-label={label}>
      {entries.map(([lang, text], i) => {
        const set = (value: string): void => put(entries.map((one, k) => (k === i ? [lang, value] : one)));
        return (
          <div class="text-line in-language" key={lang}>
            <Field label={lang === '' ? label : `${label}, ${nameOf(lang)}`} hint={i === 0 ? hint : undefined} error={wrong(lang === '' ? pointer : `${pointer}/${lang}`) ?? (i === 0 ? wrong(pointer, false) : null)}>
              {(wires) => (rows
                ? <textarea {...wires} data-at={pointer} lang={lang || undefined} dir="auto" class="field" rows={rows} maxLength={maxLength} value={text} onInput={(e) => set(e.currentTarget.value)} />
                : <input {...wires} data-at={pointer} lang={lang || undefined} dir="auto" class="field" maxLength={maxLength} value={text} onInput={(e) => set(e.currentTarget.value)} />)}
            </Field>
            {i === 0 ? (
              <select class="field lang-add" aria-label={`Another language for: ${label}`} value="" onChange={(e) => { if (e.currentTarget.value) add(e.currentTarget.value); }}>
                <option value="">+ Language</option>
                {left.map((one) => <option key={one} value={one}>{nameOf(one)}</option>)}
              </select>
            ) : <button type="button" class="vt-button" aria-label={`Remove ${nameOf(lang)} from: ${label}`} onClick={() => put(entries.filter((_, k) => k !== i))}>Remove</button>}
          </div>
        );
      })}
    </div>
  );
}
