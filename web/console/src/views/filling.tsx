// SPDX-License-Identifier: Apache-2.0

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import type { Filling } from './mirror-host.js';
import { Icon } from './parts.js';

/// A small form at the field of the customer's page. A private field has a lock there instead, and takes nothing.

const VALUE_MAX = 1000;
const GAP = 8;

/// Under the field where there is room, else above it; never out of the place it stands in.
function lay(form: HTMLElement, { box }: Filling): void {
  const within = form.parentElement!;
  const left = Math.max(GAP, Math.min(box.left, within.clientWidth - form.offsetWidth - GAP));
  const below = box.top + box.height + GAP;
  const top = below + form.offsetHeight + GAP <= within.clientHeight ? below : Math.max(GAP, box.top - form.offsetHeight - GAP);
  form.style.transform = `translate(${left}px, ${top}px)`;
}

export function Fill({ what, name, fill, close }: { what: Filling; name: string; fill(value: string): void; close(): void }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [value, setValue] = useState(what.field.kind === 'choice' ? what.field.options?.[0]?.value ?? '' : '');
  const title = what.label === '' ? 'This field' : what.label;
  useLayoutEffect(() => { if (form.current !== null) lay(form.current, what); }, [what]);
  useEffect(() => form.current?.querySelector<HTMLElement>('.fill-first')?.focus(), [what]);
  const submit = (e: Event): void => {
    e.preventDefault();
    if (what.field.masked) close();
    else fill(value);
  };
  const keys = (e: KeyboardEvent): void => {
    if (e.key !== 'Escape') return;
    e.preventDefault();
    e.stopPropagation();
    close();
  };
  return (
    <form class="fill" ref={form} aria-label={`Fill in: ${title}`} onSubmit={submit} onKeyDown={keys}>
      {what.field.masked ? (
        <p class="fill-private"><Icon d={icons.lock} size={16} /><span><b><bdi>{title}</bdi></b> is private. Only {name} can fill it in.</span></p>
      ) : (
        <label class="labelled"><bdi>{title}</bdi>
          {what.field.kind === 'choice' ? (
            <select class="fill-first" value={value} onChange={(e) => setValue(e.currentTarget.value)}>
              {what.field.options?.map((o) => <option key={o.value} value={o.value}>{o.label || o.value}</option>)}
            </select>
          ) : (
            <input class="field fill-first" autocomplete="off" maxLength={VALUE_MAX} value={value} onInput={(e) => setValue(e.currentTarget.value)} />
          )}
        </label>
      )}
      <span class="fill-do">
        <button type="button" class={what.field.masked ? 'vt-button fill-first' : 'vt-button'} onClick={close}>{what.field.masked ? 'Close' : 'Cancel'}</button>
        {!what.field.masked && <button type="submit" class="vt-button vt-main">Fill in</button>}
      </span>
    </form>
  );
}
