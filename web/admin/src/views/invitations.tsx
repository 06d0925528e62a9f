// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { get, type Me } from '../api.js';
import { fresh } from '../lib/ids.js';
import type { Json } from '../lib/pointer.js';
import { at, edit } from '../state/site.js';
import { Empty, Field, Section } from './parts.js';
import { Settings } from './save.js';
import { Flag, Text, Texts, Whole, wrong } from './setting.js';

/// Invitations: by which rules a page asks whether somebody would like help, what it looks like, and what became of it.

type Rule = { readonly [key: string]: Json; id: string };
interface Counted { id: string; shown: number; accepted: number; closed: number }

const ROOT = '/settings/invitations';

/// The text in one language, or in several as JSON writes them; one box for the usual case.
function Words({ at: pointer }: { at: string }): JSX.Element {
  const value = at(pointer);
  const isOne = typeof value !== 'object' || value === null;
  const texts = isOne ? {} : value as Record<string, string>;
  const lines = isOne ? String(value ?? '') : Object.entries(texts).map(([lang, text]) => `${lang}: ${text}`).join('\n');
  const put = (typed: string): void => {
    const found = typed.split('\n').map((line) => /^([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)?): (.*)$/.exec(line));
    edit(pointer, typed !== '' && found.every(Boolean) ? Object.fromEntries(found.map((m) => [m![1]!, m![2]!])) : typed);
  };
  return (
    <Field label="What it says" error={wrong(pointer)} hint={<>At most 200 letters; <code>{'{piece}'}</code> is the piece they look at. In several languages: a line each, as <code>fr: Des questions ?</code></>}>
      {(wires) => <textarea {...wires} data-at={pointer} class="field broad" rows={3} value={lines} onInput={(e) => put(e.currentTarget.value)} />}
    </Field>
  );
}

/// As a customer meets it; nothing is saved by it.
function Preview({ rule }: { rule: Rule }): JSX.Element {
  const { text } = rule;
  const said = String((typeof text === 'object' && text !== null ? Object.values(text)[0] : text) ?? '').replaceAll('{piece}', 'Lagoon Halo Ring');
  return (
    <figure class="invite-preview" aria-label="Preview">
      <div class="invite-card"><p dir="auto">{said || '…'}</p><div class="row"><span class="vt-button vt-main" aria-hidden="true">Ask an advisor</span><span class="vt-button" aria-hidden="true">No thanks</span></div></div>
      <span class="invite-dot" aria-hidden="true" />
    </figure>
  );
}

function One({ i, rule, of, remove }: { i: number; rule: Rule; of: Counted | undefined; remove: () => void }): JSX.Element {
  const pointer = `${ROOT}/rules/${i}`;
  const name = String(rule['name'] ?? rule.id);
  return (
    <section class="card" aria-label={`Rule ${i + 1}`}>
      <div class="card-head"><h2>{name}</h2><button type="button" class="vt-button" aria-label={`Remove rule ${i + 1}`} onClick={remove}>Remove</button></div>
      <p class="quiet small">{of ? `In 28 days: shown ${of.shown}, accepted ${of.accepted}, closed ${of.closed}.` : 'Not shown in the last 28 days.'}</p>
      <Text at={`${pointer}/name`} label="Name, for you" maxLength={80} />
      <Words at={`${pointer}/text`} />
      <Preview rule={rule} />
      <fieldset class="texts" aria-label="When all of this is so">
        <p class="label" aria-hidden="true">When all of this is so</p>
        {wrong(`${pointer}/when`, false) && <p class="trouble" role="alert">{wrong(`${pointer}/when`, false)}</p>}
        <div class="pair wide">
          <Whole at={`${pointer}/when/seconds`} label="On the page for" unit="seconds" placeholder="any" />
          <Whole at={`${pointer}/when/siteSeconds`} label="On the site for" unit="seconds" placeholder="any" />
        </div>
        <div class="pair wide">
          <Whole at={`${pointer}/when/pieces`} label="Pieces looked at" unit="or more" placeholder="any" />
          <Text at={`${pointer}/when/bag`} label="In the bag, from" placeholder="any amount" maxLength={20} />
        </div>
        <Texts at={`${pointer}/when/url`} label="Address holds" one="Word" add="Add a word" placeholder="/rings/" empty="Any page." />
        <Texts at={`${pointer}/when/types`} label="The piece is" one="Word" add="Add a word" placeholder="engagement" empty="Any, or none." hint="Words of its type or name, as the page's own markup says it." />
        <Texts at={`${pointer}/when/languages`} label="Languages" one="Language" add="Add a language" placeholder="fr" empty="Any." />
        <Flag at={`${pointer}/when/returning`} label="They were here before" />
        <Flag at={`${pointer}/staffed`} label="Only while somebody is available" />
      </fieldset>
    </section>
  );
}

export function Invitations({ me }: { me: Me }): JSX.Element {
  const [counts, set] = useState<readonly Counted[]>([]);
  useEffect(() => { void get<{ rules: Counted[] }>('/site/invitations').then(({ rules }) => set(rules), () => undefined); }, []);
  return (
    <Settings me={me}>
      {() => {
        const rules = (at(`${ROOT}/rules`) ?? []) as readonly Rule[];
        const put = (next: readonly Rule[]): void => edit(`${ROOT}/rules`, next.length > 0 ? next : undefined);
        const add = (): void => {
          if (at(ROOT) === undefined) edit(`${ROOT}/on`, false);
          put([...rules, { id: fresh('rule', rules.map((r) => r.id)), text: 'Questions about the {piece}? We are here.', staffed: true, when: { seconds: 45 } }]);
        };
        return (
          <>
            <p class="quiet">One small card above the launcher, when a rule fits; the first that does. At most one a visit, never in the quiet hours, while a conversation runs, or within 30 days of “No thanks”. Before a card is shown nothing is kept in anybody’s browser, and what is counted names nobody.</p>
            <Section title="In general">
              <Flag at={`${ROOT}/on`} label="Invite customers by these rules" />
              <Whole at={`${ROOT}/perDay`} label="At most, for one customer" unit="a day" placeholder="3" />
              <p class="hint">Pages ask for the rules where your tag says so: <code>{`<script async src="…/v1/vitrine.js" data-site="${me.site.key}" data-invite="on"></script>`}</code>. “On the site for”, “Pieces looked at” and “They were here before” reach over several pages only with <code>data-storage="local"</code> beside it: you have your customers’ consent to keep something in their browser.</p>
            </Section>
            {rules.length === 0 && <Empty title="No rules"><p>A gentle one: after three quarters of a minute on a piece, while somebody is available.</p></Empty>}
            {rules.map((rule, i) => <One key={rule.id} i={i} rule={rule} of={counts.find((c) => c.id === rule.id)} remove={() => put(rules.filter((_, k) => k !== i))} />)}
            <div class="row"><button type="button" class="vt-button" data-at={`${ROOT}/rules`} disabled={rules.length >= 12} onClick={add}>Add a rule</button></div>
            <Section title="Told later" intro="Customers may ask to hear that a piece can be had again or costs less.">
              <Whole at="/settings/watch/notesMonth" label="Notes to one customer, at most" unit="in 30 days" placeholder="4" hint="0 to 30; 0: nobody is told." />
              <Whole at="/settings/watch/dropPercent" label="A lower price is news from" unit="percent less" placeholder="5" hint="1 to 90, of the price they know." />
            </Section>
          </>
        );
      }}
    </Settings>
  );
}
