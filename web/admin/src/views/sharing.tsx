// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Me } from '../api.js';
import type { Json } from '../lib/pointer.js';
import { fits, pathFault, selectorFault } from '../lib/selectors.js';
import { at, edit } from '../state/site.js';
import { Empty, Field, Section } from './parts.js';
import { Settings } from './save.js';
import { Choice, Flag, Text, Texts, wrong } from './setting.js';

/// What associates may see and do on customers' pages, as the shop decides it. Customers are asked besides, each time.

type Rule = { readonly [key: string]: Json; url: string };

function One({ i, rule, remove }: { i: number; rule: Rule; remove: () => void }): JSX.Element {
  const pointer = `/settings/mirror/rules/${i}`;
  const fault = rule.url === '' ? null : pathFault(rule.url);
  return (
    <section class="card" aria-label={`Rule ${i + 1}`}>
      <div class="card-head"><h2>{rule.url || `Rule ${i + 1}`}</h2><button type="button" class="vt-button" aria-label={`Remove rule ${i + 1}`} onClick={remove}>Remove</button></div>
      <Text at={`${pointer}/url`} label="Pages" placeholder="/account*" hint="The path; * stands for anything." maxLength={200} required />
      {fault && !wrong(`${pointer}/url`) && <p class="trouble" role="alert">{fault}</p>}
      <Texts at={`${pointer}/mask`} label="Text that is hidden" one="Hidden text" add="Add a selector" placeholder=".address" empty="None besides." check={selectorFault} />
      <Texts at={`${pointer}/block`} label="Parts that are left out" one="Left out" add="Add a selector" placeholder=".orders" empty="None." hint="An empty box of the same size is seen instead." check={selectorFault} />
      <Texts at={`${pointer}/noControl`} label="Never pressed or filled" one="Never pressed" add="Add a selector" placeholder="#delete-account" empty="None besides." check={selectorFault} />
    </section>
  );
}

/// Which rules hold for an address: the quickest way to see that a pattern says what was meant.
function Try({ rules }: { rules: readonly Rule[] }): JSX.Element {
  const [path, set] = useState('');
  const held = rules.map((rule, i) => ({ rule, i })).filter(({ rule }) => rule.url !== '' && fits(rule.url, path.replace(/[?#].*$/, '')));
  return (
    <>
      <Field label="Try an address" hint="Nothing is saved by this.">{(wires) => <input {...wires} class="field" placeholder="/account/orders" value={path} onInput={(e) => set(e.currentTarget.value.trim())} />}</Field>
      {path !== '' && <p role="status">{held.length === 0 ? 'No rule is for this address.' : `Held here: ${held.map(({ rule, i }) => `rule ${i + 1} (${rule.url})`).join(', ')}.`}</p>}
    </>
  );
}

export function Sharing({ me }: { me: Me }): JSX.Element {
  return (
    <Settings me={me}>
      {() => {
        const rules = (at('/settings/mirror/rules') ?? []) as readonly Rule[];
        const put = (next: readonly Rule[]): void => edit('/settings/mirror/rules', next.length > 0 ? next : undefined);
        return (
          <>
            <p class="quiet">An associate sees and touches a customer's page only where the customer agrees, each time and for each thing. This is what holds besides.</p>
            <Section title="Sharing">
              <Flag at="/settings/mirror/allowed" label="Associates may ask to see a customer's page" fallback />
              <Choice at="/settings/mirror/level" label="What is hidden" options={[['inputs', 'Everything in fields'], ['strict', 'All text, but what is marked data-vitrine-show']]}
                hint="Passwords, card numbers and one-time codes never leave the customer's browser, whatever stands here." />
            </Section>
            <Section title="Rules by page">
              {rules.length === 0 && <Empty title="No rules"><p>Name pages that show more than others need to see, like the account's.</p></Empty>}
              {rules.map((rule, i) => <One key={i} i={i} rule={rule} remove={() => put(rules.filter((_, k) => k !== i))} />)}
              <div class="row"><button type="button" class="vt-button" data-at="/settings/mirror/rules" onClick={() => put([...rules, { url: '' }])}>Add a rule</button></div>
              {rules.length > 0 && <Try rules={rules} />}
            </Section>
            <Section title="On every page">
              <Texts at="/settings/mask" label="Text that is hidden" one="Selector" add="Add a selector" placeholder=".account-number" empty="None besides." hint="CSS selectors; the text inside them is hidden when a page is shared." check={selectorFault} />
            </Section>
            <p class="quiet small">Where pages that are sent may lead, besides the shop's own, stands under <a href="#/site">Site</a>.</p>
          </>
        );
      }}
    </Settings>
  );
}
