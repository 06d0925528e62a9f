// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { post } from '../api.js';
import { Act, Copy, Dialog } from './parts.js';

/// What every address of the shop's has that we call signed: a secret, and a test.

interface Tested { taken: boolean; status: number; took: number; why?: string }

/// A secret, this once.
export function Secret({ text, done }: { text: string; done: () => void }): JSX.Element {
  return (
    <Dialog label="The secret" close={done}>
      <p>Put it where your server checks signatures. It is shown this once and cannot be read again; a lost one is replaced by a new one.</p>
      <Copy label="Secret" text={text} />
      <div class="sheet-do"><button type="button" class="vt-button vt-main" onClick={done}>I have it</button></div>
    </Dialog>
  );
}

/// Sends a test and says how it was answered.
export function Test({ id }: { id: string }): JSX.Element {
  const [told, tell] = useState<Tested | null>(null);
  const run = async (): Promise<void> => {
    tell(null);
    tell(await post<Tested>(`/webhooks/${id}/test`));
  };
  return (
    <>
      <Act label="Send a test" busy="Sending…" run={run} />
      {told && <p class={`told ${told.taken ? 'good' : 'trouble'}`} role="status">{told.taken ? `Taken: ${told.status} after ${told.took} ms.` : `${told.why ?? 'Not taken.'} (${told.took} ms)`}</p>}
    </>
  );
}
