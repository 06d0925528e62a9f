// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { get, remove, type Login } from '../api.js';
import { ago, when } from '../lib/words.js';
import { Act, Show, useLoad } from './parts.js';

/// Where somebody is logged in: `list` and `one` are paths of server/docs/api.md.
export function Logins({ list: path, one: each, rest }: { list: string; one: string; rest?: string }): JSX.Element {
  const [state, again] = useLoad(async () => (await get<{ logins: Login[] }>(path)).logins, [path]);
  return (
    <Show of={state} again={again}>
      {(list) => (
        <>
          {list.length === 0 && <p class="quiet">Not logged in anywhere.</p>}
          <ul class="list">
            {list.map((one) => (
              <li key={one.id}>
                <span><strong>{one.device || 'A browser'}</strong> <span class="quiet">{one.current ? 'this one' : `used ${ago(one.used)}`} · since {when(one.created)}</span></span>
                {!one.current && <Act label="End" run={async () => { await remove(`${each}/${one.id}`); await again(); }} />}
              </li>
            ))}
          </ul>
          {rest && list.length > 1 && <div class="row"><Act label={rest} run={async () => { await remove(path); await again(); }} /></div>}
        </>
      )}
    </Show>
  );
}
