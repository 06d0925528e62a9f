// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { sheet } from '../state/layout.js';

export const closeSheet = (): void => { sheet.value = null; };

/// What stands over everything until it is answered: the browser's own modal dialog brings focus, Esc and inertness.
export function Dialog({ label, closed, wide = false, children }: { label: string; closed?: () => void; wide?: boolean; children: ComponentChildren }): JSX.Element {
  const el = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = el.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog class={wide ? 'sheet broad' : 'sheet'} ref={el} aria-label={label} onClose={() => { closeSheet(); closed?.(); }} onClick={(e) => { if (e.target === el.current) closeSheet(); }}>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}

/// Its two buttons: the way back, and what the sheet is for.
export function Do({ yes, ready = true, busy = false }: { yes: string; ready?: boolean; busy?: boolean }): JSX.Element {
  return (
    <div class="sheet-do">
      <button type="button" class="vt-button" onClick={closeSheet}>Cancel</button>
      <button type="submit" class="vt-button vt-main" disabled={!ready || busy}>{yes}</button>
    </div>
  );
}
