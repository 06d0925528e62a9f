// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Me } from '../api.js';
import { Settings } from './save.js';
import { Texts } from './setting.js';

export function Labels({ me }: { me: Me }): JSX.Element {
  return (
    <Settings me={me}>
      {() => (
        <>
          <p class="quiet">What a conversation was about, in words the shop uses. Customers do not see them.</p>
          <Texts at="/settings/labels" label="Labels" one="Label" add="Add a label" placeholder="Repair" empty="None yet." hint="Taking one away here does not take it off the conversations that have it." />
        </>
      )}
    </Settings>
  );
}
