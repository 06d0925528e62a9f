// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { focused, open } from '../state/desk.js';
import { mine } from '../state/queue.js';
import { finish, phase, practiceConv, progress, skip, step } from './run.js';
import { open as openParts, steps } from './script.js';

/// Over the columns, so that it hides nothing: the step one is at, how it is done, the way past it and the way out.
export function Coach(): JSX.Element | null {
  const now = step.value;
  const p = progress.value;
  if (phase.value !== 'on' || now === undefined) return null;
  const n = steps.indexOf(now) + 1;
  const left = now.needs.some((fact) => p.did.has(fact)) ? openParts(now, p) : [];
  const elsewhere = practiceConv.value !== null && mine.value.has(practiceConv.value) && focused.value !== practiceConv.value;
  const last = n === steps.length;
  return (
    <aside class="coach" aria-label="Practice">
      <div class="coach-at">
        <span class="coach-n">Practice · step {n} of {steps.length}</span>
        <progress max={steps.length} value={n - 1} aria-label="Steps behind you" />
      </div>
      <div class="coach-text">
        <h2>{now.title}</h2>
        <p>{now.hint}{left.length > 0 && <strong> Still to do: {left.join(', ')}.</strong>}</p>
        {n === 1 && p.did.has('missed') && <p class="coach-note">You let the card go. In the shop a colleague would be asked now; here it rings again.</p>}
      </div>
      <div class="coach-do">
        {elsewhere && <button type="button" class="vt-button vt-main" onClick={() => { if (practiceConv.value !== null) void open(practiceConv.value); }}>Back to Robin</button>}
        {n > 1 && !last && <button type="button" class="vt-button" onClick={skip}>Skip</button>}
        <button type="button" class="vt-button" onClick={finish}>{last ? 'Finish' : 'Leave'}</button>
      </div>
    </aside>
  );
}
