// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Named } from '../api.js';

/// The queues a person works for. None chosen means all of them, which is said as a choice of its own: a list of empty boxes
/// would read as "nothing".
export function Belong({ queues, chosen, put, error }: { queues: readonly Named[]; chosen: readonly string[]; put: (ids: string[]) => void; error: string | null }): JSX.Element {
  const [some, choose] = useState(chosen.length > 0);
  const gone = chosen.filter((id) => !queues.some((one) => one.id === id));
  const toggle = (id: string, on: boolean): void => put(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <fieldset class="radios">
      <legend class="label">Queues</legend>
      <label class="check"><input type="radio" name="belong" checked={!some} onChange={() => { choose(false); put([]); }} /><span>All of them</span></label>
      <label class="check"><input type="radio" name="belong" checked={some} onChange={() => choose(true)} /><span>Only some <span class="quiet small">sees, is asked for and finds customers of these alone</span></span></label>
      {some && (
        <div class="chips" role="group" aria-label="Which queues">
          {queues.map(({ id, name }) => <label class="check" key={id}><input type="checkbox" checked={chosen.includes(id)} onChange={(e) => toggle(id, e.currentTarget.checked)} />{name}</label>)}
          {gone.map((id) => <label class="check" key={id}><input type="checkbox" checked onChange={() => toggle(id, false)} />{id} <span class="quiet">is no queue any more</span></label>)}
        </div>
      )}
      {some && chosen.length === 0 && <p class="hint">None is chosen yet: saved like this, it is all of them.</p>}
      {error && <p class="trouble" role="alert">{error}</p>}
    </fieldset>
  );
}
