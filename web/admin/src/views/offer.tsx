// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { at } from '../state/site.js';
import { Field } from './parts.js';
import { Flag, Text } from './setting.js';

const tongue = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });
const named = (lang: string): string => { try { return tongue.of(lang) ?? lang; } catch { return lang; } };
const isTag = (text: string): boolean => /^[a-z][a-z\d-]{1,34}$/i.test(text);

/// Whether customers may choose this queue, and what they read: the widget's own languages, the queue's, and any that is added.
export function Offer({ at: pointer }: { at: string }): JSX.Element {
  const [more, add] = useState<readonly string[]>([]);
  const [typed, type] = useState('');
  const label = (at(`${pointer}/label`) ?? {}) as Record<string, string>;
  const langs = [...new Set(['en', 'fr', ...(at(`${pointer}/languages`) ?? []) as readonly string[], ...Object.keys(label), ...more])];
  const tag = typed.trim();
  return (
    <div class="stack">
      <Flag at={`${pointer}/offered`} label="Customers may choose it" hint="Where two such queues are open and the page names none, customers are asked what it is about." />
      {at(`${pointer}/offered`) === true && (
        <>
          <div class="pair wide" role="group" aria-label="What customers read">
            {langs.map((lang) => <Text key={lang} at={`${pointer}/label/${lang}`} label={`Customers read, in ${named(lang)}`} placeholder={String(at(`${pointer}/name`) ?? '')} maxLength={80} />)}
          </div>
          <div class="with-unit">
            <Field label="Another language" hint="As de or pt-BR. Where a language has no words of its own, customers read the name.">
              {(wires) => <input {...wires} class="field short" autocapitalize="none" spellcheck={false} maxLength={35} value={typed} onInput={(e) => type(e.currentTarget.value)} />}
            </Field>
            <button type="button" class="vt-button" disabled={!isTag(tag)} onClick={() => { add([...more, tag]); type(''); }}>Add</button>
          </div>
        </>
      )}
    </div>
  );
}
