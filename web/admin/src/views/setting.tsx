// SPDX-License-Identifier: Apache-2.0

import type { ComponentChildren, JSX } from 'preact';
import type { Json } from '../lib/pointer.js';
import { at, edit, trouble } from '../state/site.js';
import { Field } from './parts.js';

/// Controls bound to one setting of the draft by its JSON pointer: what the server refuses lands at the same control.

interface Bound { at: string; label: string; hint?: ComponentChildren; quiet?: boolean }

/// What is wrong here, or further inside.
export const wrong = (pointer: string, inside = true): string | null => {
  const t = trouble.value;
  return t && (t.pointer === pointer || (inside && t.pointer.startsWith(`${pointer}/`))) ? t.text : null;
};

const text = (value: Json | undefined): string => (value === undefined || value === null ? '' : String(value));

export function Text({ at: pointer, label, hint, quiet = false, rows, ...more }: Bound & { rows?: number; placeholder?: string; maxLength?: number; list?: string; required?: boolean; class?: string }): JSX.Element {
  const { required = false, class: extra = '', ...input } = more;
  const set = (value: string): void => edit(pointer, value === '' && !required ? undefined : value);
  return (
    <Field label={label} hint={hint} quiet={quiet} error={wrong(pointer)}>
      {(wires) => (rows
        ? <textarea {...wires} {...input} data-at={pointer} class={`field ${extra}`} rows={rows} value={text(at(pointer))} onInput={(e) => set(e.currentTarget.value)} />
        : <input {...wires} {...(input as object)} data-at={pointer} class={`field ${extra}`} value={text(at(pointer))} onInput={(e) => set(e.currentTarget.value)} />)}
    </Field>
  );
}

/// What is no whole number goes to the server as it is typed, and comes back with what is allowed.
export function Whole({ at: pointer, label, hint, unit, placeholder }: Bound & { unit?: string; placeholder?: string }): JSX.Element {
  const set = (value: string): void => edit(pointer, value === '' ? undefined : /^\d{1,9}$/.test(value) ? Number(value) : value);
  return (
    <Field label={label} hint={hint} error={wrong(pointer)}>
      {(wires) => (
        <div class="with-unit">
          <input {...wires} data-at={pointer} class="field short" inputMode="numeric" placeholder={placeholder} value={text(at(pointer))} onInput={(e) => set(e.currentTarget.value)} />
          {unit && <span class="quiet">{unit}</span>}
        </div>
      )}
    </Field>
  );
}

export function Flag({ at: pointer, label, hint, fallback = false }: Bound & { fallback?: boolean }): JSX.Element {
  const value = at(pointer);
  return (
    <div class="field-row">
      <label class="check"><input type="checkbox" data-at={pointer} checked={typeof value === 'boolean' ? value : fallback} onChange={(e) => edit(pointer, e.currentTarget.checked)} />{label}</label>
      {wrong(pointer) && <p class="trouble" role="alert">{wrong(pointer)}</p>}
      {hint && <p class="hint indent">{hint}</p>}
    </div>
  );
}

/// One of several; the first is what holds where nothing is set.
export function Choice({ at: pointer, label, hint, options }: Bound & { options: readonly (readonly [value: string, label: string])[] }): JSX.Element {
  const now = text(at(pointer));
  const value = options.some(([one]) => one === now) ? now : options[0]![0];
  return (
    <Field label={label} hint={hint} error={wrong(pointer)}>
      {(wires) => (
        <select {...wires} data-at={pointer} class="field" value={value} onChange={(e) => edit(pointer, e.currentTarget.value || undefined)}>
          {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
        </select>
      )}
    </Field>
  );
}

/// A list of single texts, a line each.
/// `check` says what is wrong with one of them before the server is asked.
export function Texts({ at: pointer, label, one, add, hint, placeholder, empty, check }: Bound & {
  one: string; add: string; placeholder?: string; empty: string; check?: (value: string) => string | null;
}): JSX.Element {
  const list = (at(pointer) ?? []) as readonly string[];
  const put = (next: readonly string[]): void => edit(pointer, next.length > 0 || pointer === '/origins' ? next : undefined);
  const more = (): void => {
    put([...list, '']);
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-at="${CSS.escape(`${pointer}/${list.length}`)}"]`)?.focus());
  };
  return (
    <fieldset class="texts" aria-label={label}>
      <p class="label" aria-hidden="true">{label}</p>
      {hint && <p class="hint">{hint}</p>}
      {list.length === 0 && <p class="quiet small">{empty}</p>}
      {list.map((value, i) => (
        <div class="text-line" key={i}>
          <Field label={`${one} ${i + 1}`} quiet error={wrong(`${pointer}/${i}`) ?? (value === '' ? null : check?.(value) ?? null)}>
            {(wires) => <input {...wires} data-at={`${pointer}/${i}`} class="field" placeholder={placeholder} value={value} onInput={(e) => put(list.map((old, k) => (k === i ? e.currentTarget.value : old)))} />}
          </Field>
          <button type="button" class="vt-button" aria-label={`Remove ${one.toLowerCase()} ${i + 1}`} onClick={() => put(list.filter((_, k) => k !== i))}>Remove</button>
        </div>
      ))}
      {trouble.value?.pointer === pointer && <p class="trouble" role="alert">{trouble.value.text}</p>}
      <div class="row"><button type="button" class="vt-button" data-at={pointer} onClick={more}>{add}</button></div>
    </fieldset>
  );
}
