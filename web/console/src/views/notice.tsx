// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { now } from '../state/clock.js';
import { gone } from '../state/desk.js';
import { line, tryNow } from '../state/line.js';

function ended(code: number): string {
  if (code === 4504) return 'The console was opened in another window, and that one has the line now.';
  if (code === 4505) return 'The server has been updated. Load this page again.';
  if (code === 4502) return 'The server does not let this account in any more. Ask whoever runs Vitrine.';
  return 'The server has closed the line.';
}

/// How the line stands, when there is something to say: what happened, what is kept, what to do. It floats, so that nothing
/// jumps when it comes.
export function Notice(): JSX.Element | null {
  if (gone.value !== null) {
    return (
      <div class="notice" role="region" aria-label="Conversation"><p><strong>{gone.value} is no longer yours to see.</strong> The conversation went to another queue, or your part in it is over; it is closed here, and goes on without you.</p>
        <button type="button" class="vt-button" onClick={() => { gone.value = null; }}>All right</button></div>
    );
  }
  const { state, retryAt, endCode, was } = line.value;
  if (state === 'live' || state === 'idle' || (state === 'connecting' && !was)) return null;
  if (state === 'ended') {
    return (
      <div class="notice" role="region" aria-label="Connection"><p><strong>{ended(endCode)}</strong> What you typed stays here until you reload.</p>
        <button type="button" class="vt-button" onClick={() => (endCode === 4505 ? location.reload() : tryNow())}>{endCode === 4505 ? 'Reload' : 'Connect again'}</button></div>
    );
  }
  const seconds = Math.max(0, Math.ceil((retryAt - now.value) / 1000));
  return (
    <div class="notice" role="region" aria-label="Connection">
      <p><strong>{navigator.onLine ? 'The line to the server is lost.' : 'This computer is offline.'}</strong> What you write is kept and sent when it is back.</p>
      {state === 'retrying' && seconds > 1
        ? <button type="button" class="vt-button" onClick={tryNow}>Try now <span class="count">{seconds} s</span></button>
        : <span class="quiet">Trying…</span>}
    </div>
  );
}
