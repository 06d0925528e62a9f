// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { at, edit } from '../state/site.js';
import { Section } from './parts.js';
import { Text, Whole, wrong } from './setting.js';

/// How much may be put before a customer who does not answer. The server keeps to it, whoever sends.

const QUIET = '/settings/attention/quiet';
const zones: string[] = Intl.supportedValuesOf('timeZone');

function Quiet(): JSX.Element {
  const isOn = at(QUIET) !== undefined;
  const flip = (on: boolean): void => edit(QUIET, on ? { from: '21:00', to: '08:00', tz: Intl.DateTimeFormat().resolvedOptions().timeZone } : undefined);
  return (
    <div class="stack">
      <div class="field-row">
        <label class="check"><input type="checkbox" data-at={QUIET} checked={isOn} onChange={(e) => flip(e.currentTarget.checked)} />Quiet hours</label>
        <p class="hint indent">In them nothing but words goes to a customer who is not here. Whoever is in a session, or still on the page, has asked.</p>
      </div>
      {isOn && (
        <div class="pair">
          <Text at={`${QUIET}/from`} label="From" placeholder="21:00" maxLength={5} required class="short" />
          <Text at={`${QUIET}/to`} label="To" hint="Past midnight where it is earlier." placeholder="08:00" maxLength={5} required class="short" />
          <Text at={`${QUIET}/tz`} label="Time zone" list="quiet-zones" required />
          <datalist id="quiet-zones">{zones.map((zone) => <option key={zone} value={zone} />)}</datalist>
        </div>
      )}
      {wrong(QUIET, false) && <p class="trouble" role="alert">{wrong(QUIET, false)}</p>}
    </div>
  );
}

export function Attention(): JSX.Element {
  return (
    <Section title="What lies before a customer" intro="Whatever staff put before a customer counts until the customer says or does something about it: a word, a touch of the picture, an answer. At the limit no further one is taken; words always are. 0 allows none.">
      <div class="pair">
        <Whole at="/settings/attention/pictures" label="Pictures and films" unit="unanswered" placeholder="6" />
        <Whole at="/settings/attention/pushes" label="Pieces shown or sent as cards" unit="unanswered" placeholder="4" hint="Four can be laid side by side." />
        <Whole at="/settings/attention/prompts" label="Questions" unit="unanswered" placeholder="2" hint="Choices, forms, votes, offers, and what their page is asked to do." />
      </div>
      <div class="pair">
        <Whole at="/settings/attention/day/pictures" label="Pictures and films a day" placeholder="60" />
        <Whole at="/settings/attention/day/pushes" label="Pieces a day" placeholder="60" />
        <Whole at="/settings/attention/day/prompts" label="Questions a day" placeholder="20" hint="A day ends at midnight by the clock of the quiet hours, else of the first line with hours, else UTC. 0: no bound." />
      </div>
      <Quiet />
    </Section>
  );
}
