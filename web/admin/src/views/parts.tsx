// SPDX-License-Identifier: Apache-2.0

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { sentence } from '../api.js';

/// Small things every page uses. No view sets a style: sizes and colours are classes.

export function Icon({ d, size = 20 }: { d: string; size?: number }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" fill="none" stroke="currentColor"
      stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d={d} /></svg>
  );
}

export interface Wires { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }

/// A label, its control, a hint and what is wrong with it, wired for assistive technology.
export function Field({ label, hint, error, quiet = false, children }: {
  label: string; hint?: ComponentChildren; error?: string | null | undefined; quiet?: boolean; children: (wires: Wires) => JSX.Element;
}): JSX.Element {
  const id = useId();
  const told = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="field-row">
      <label for={id} class={quiet ? 'vt-unseen' : undefined}>{label}</label>
      {children({ id, 'aria-describedby': told || undefined, 'aria-invalid': !!error })}
      {error && <p id={`${id}-error`} class="trouble" role="alert">{error}</p>}
      {hint && <p id={`${id}-hint`} class="hint">{hint}</p>}
    </div>
  );
}

export function Section({ title, intro, children }: { title: string; intro?: ComponentChildren; children: ComponentChildren }): JSX.Element {
  return (
    <section class="block">
      <h2>{title}</h2>
      {intro && <p class="quiet">{intro}</p>}
      {children}
    </section>
  );
}

/// What stands over everything until it is answered: the browser's own modal dialog brings focus, Esc and inertness.
export function Dialog({ label, close, children }: { label: string; close: () => void; children: ComponentChildren }): JSX.Element {
  const el = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = el.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog class="sheet" ref={el} aria-label={label} onCancel={(e) => { e.preventDefault(); close(); }}>
      <div class="sheet-body"><h2>{label}</h2>{children}</div>
    </dialog>
  );
}

/// A button whose act takes a moment; what goes wrong stands beside it.
export function Act({ label, busy = 'One moment…', run, main = false, stop = false, disabled = false, type = 'button' }: {
  label: string; busy?: string; run?: () => Promise<unknown>; main?: boolean; stop?: boolean; disabled?: boolean; type?: 'button' | 'submit';
}): JSX.Element {
  const [at, set] = useState(false);
  const [fault, tell] = useState<string | null>(null);
  const press = async (): Promise<void> => {
    if (at || !run) return;
    set(true);
    tell(null);
    try {
      await run();
    } catch (e) {
      tell(sentence(e));
    }
    set(false);
  };
  return (
    <>
      <button type={type} class={`vt-button${main ? ' vt-main' : ''}${stop ? ' stop' : ''}`} disabled={at || disabled} onClick={() => void press()}>{at ? busy : label}</button>
      {fault && <p class="trouble" role="alert">{fault}</p>}
    </>
  );
}

/// An act that is asked about first.
export function Sure({ label, title, children, yes, run, quiet = false }: {
  label: string; title: string; children: ComponentChildren; yes: string; run: () => Promise<unknown>; quiet?: boolean;
}): JSX.Element {
  const [open, set] = useState(false);
  return (
    <>
      <button type="button" class={quiet ? 'vt-button' : 'vt-button risky'} onClick={() => set(true)}>{label}</button>
      {open && (
        <Dialog label={title} close={() => set(false)}>
          {children}
          <div class="sheet-do">
            <button type="button" class="vt-button" onClick={() => set(false)}>Cancel</button>
            <Act label={yes} stop run={async () => { await run(); set(false); }} />
          </div>
        </Dialog>
      )}
    </>
  );
}

/// A text to take along. Where the browser does not let us copy, it is selected for the hand.
export function Copy({ label, text, long = false }: { label: string; text: string; long?: boolean }): JSX.Element {
  const el = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const [done, set] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      set('Copied');
      say('Copied.');
    } catch {
      el.current?.select();
      set('Press Ctrl+C');
      say('Selected. Copy it with Ctrl+C.');
    }
    setTimeout(() => set(''), 4000);
  };
  return (
    <Field label={label}>
      {(wires) => (
        <div class="copy">
          {long
            ? <textarea {...wires} ref={el} class="field mono" readOnly rows={Math.max(3, text.split('\n').length + 1)} value={text} onFocus={(e) => e.currentTarget.select()} />
            : <input {...wires} ref={el} class="field mono" readOnly value={text} onFocus={(e) => e.currentTarget.select()} />}
          <button type="button" class="vt-button" onClick={() => void copy()}>{done || 'Copy'}</button>
        </div>
      )}
    </Field>
  );
}

/// An empty place says what is missing and what to do.
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return <div class="empty"><p class="empty-title">{title}</p>{children}</div>;
}

export type Loaded<T> = { at: 'loading' } | { at: 'failed'; text: string } | { at: 'there'; value: T };

/// Something read from the server when a page opens; `again` reads it anew and keeps what is shown meanwhile.
export function useLoad<T>(read: () => Promise<T>, deps: unknown[] = []): [Loaded<T>, () => Promise<void>] {
  const [state, set] = useState<Loaded<T>>({ at: 'loading' });
  const turn = useRef(0);
  const again = async (): Promise<void> => {
    const mine = ++turn.current;
    try {
      const value = await read();
      if (mine === turn.current) set({ at: 'there', value });
    } catch (e) {
      if (mine === turn.current) set({ at: 'failed', text: sentence(e) });
    }
  };
  useEffect(() => {
    void again();
    return () => { turn.current++; };
  }, deps);
  return [state, again];
}

export function Show<T>({ of, again, children }: { of: Loaded<T>; again: () => Promise<void>; children: (value: T) => ComponentChildren }): JSX.Element {
  if (of.at === 'loading') return <p class="quiet pad">Loading…</p>;
  if (of.at === 'failed') return <div class="empty" role="alert"><p class="empty-title">This could not be read</p><p>{of.text}</p><Act label="Try again" run={again} /></div>;
  return <>{children(of.value)}</>;
}
