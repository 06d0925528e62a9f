// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { closeSheet, Dialog } from '../views/dialog.js';
import { Icon } from '../views/parts.js';
import { sheet } from '../state/layout.js';
import { self, setPresence } from '../state/presence.js';
import { begin, phase, progress, put, trouble } from './run.js';
import { isDone, report, steps } from './script.js';

/// What it is, before it begins. Whether customers are offered meanwhile is said, and changed by nobody but oneself.
function Intro(): JSX.Element {
  const [pause, setPause] = useState(false);
  const available = self.value?.mode === 'available';
  const start = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (available && pause) await setPresence({ mode: 'busy' });
    await begin();
    if (phase.peek() === 'on') closeSheet();
  };
  return (
    <form class="sheet-form" onSubmit={(e) => void start(e)}>
      <h2>Practise with Robin</h2>
      <p>Robin is a scripted customer who takes you through a whole conversation in {steps.length} steps: from the card that asks for you to the
        wrap-up. It takes about five minutes, everything is the real console, and you can leave at any time.</p>
      <p class="quiet small">Nobody else sees it, no report counts it, and it is erased when it ends.</p>
      {available ? (
        <div class="practice-free">
          <p class="small">You are available: real customers may ask for you meanwhile, and they come first.</p>
          <label class="tick"><input type="checkbox" checked={pause} onChange={(e) => setPause(e.currentTarget.checked)} />Make me busy while I practise</label>
        </div>
      ) : <p class="small">No customers are offered to you now. The practice does not change that.</p>}
      <p class="trouble" role="alert">{trouble.value}</p>
      <div class="sheet-do">
        <button type="button" class="vt-button" onClick={closeSheet}>Cancel</button>
        <button type="submit" class="vt-button vt-main" disabled={phase.value === 'starting'}>{phase.value === 'starting' ? 'Preparing…' : 'Start'}</button>
      </div>
    </form>
  );
}

/// What went well and what was missed, with the way to do it.
function Summary(): JSX.Element {
  const p = progress.value;
  const { done, of, missed, late } = report(p);
  const away = () => { put(); closeSheet(); };
  const again = (): void => { put(); sheet.value = 'practice'; };
  return (
    <div class="sheet-form">
      <h2>{missed.length === 0 ? 'All of it done' : `${done} of ${of} steps done`}</h2>
      {trouble.value !== null && <p class="trouble" role="alert">{trouble.value}</p>}
      {missed.length === 0 && <p>You have been through a whole conversation. The next one may be a real customer’s.</p>}
      {late && <p class="small">You let the first card go. A customer would have been offered to a colleague.</p>}
      <ol class="practice-steps">
        {steps.map((step) => {
          const good = isDone(step, p);
          return (
            <li key={step.id} class={good ? 'good' : 'missed'}>
              {good ? <Icon d={icons.check} size={18} /> : <span class="practice-open" aria-hidden="true" />}
              <span><span class="practice-title">{step.title}</span><span class="vt-unseen">{good ? ': done' : ': missed'}</span>
                {!good && <span class="practice-how">{step.missed}</span>}</span>
            </li>
          );
        })}
      </ol>
      {self.value?.mode === 'busy' && <p class="quiet small">You are busy: no customers are offered to you until you say that you are available.</p>}
      <div class="sheet-do">
        <button type="button" class="vt-button" onClick={again}>Practise again</button>
        <button type="button" class="vt-button vt-main" onClick={away}>Close</button>
      </div>
    </div>
  );
}

export function PracticeSheet(): JSX.Element {
  return <Dialog label="Practice" closed={() => { if (phase.peek() === 'over') put(); }}>{phase.value === 'over' ? <Summary /> : <Intro />}</Dialog>;
}
