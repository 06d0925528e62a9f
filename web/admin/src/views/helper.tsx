// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { post, type Me } from '../api.js';
import { fresh } from '../lib/ids.js';
import type { Json } from '../lib/pointer.js';
import { at, dirty, edit, trouble } from '../state/site.js';
import { Act, Copy, Dialog, Empty, Section } from './parts.js';
import { Settings } from './save.js';
import { Choice, Flag, Text, Texts, wrong } from './setting.js';
import { Words } from './words.js';

/// What the automatic helper says and asks before somebody is there, and whether a bot of the shop's own answers in its place.

const HERE = '/settings/helper';
type Listed = { readonly [key: string]: Json; id: string };

const FACETS = [['', 'Nothing, or the words beside it'], ['type', 'Type'], ['brand', 'Brand'], ['colour', 'Colour'], ['size', 'Size'], ['material', 'Material'], ['branch', 'In this branch']] as const;

const listOf = <T,>(pointer: string): readonly T[] => (at(pointer) ?? []) as unknown as readonly T[];
const put = (pointer: string, list: readonly unknown[]): void => edit(pointer, list.length > 0 ? list as Json : undefined);

/// A short word of its own, as the wire wants it.
const more = (pointer: string, kind: string, made: object): void => {
  const list = listOf<Listed>(pointer);
  put(pointer, [...list, { id: fresh(kind, list.map((one) => one.id)), ...made }]);
};

function Remove({ what, from, i }: { what: string; from: string; i: number }): JSX.Element {
  return <button type="button" class="vt-button" aria-label={`Remove ${what}`} onClick={() => put(from, listOf(from).filter((_, k) => k !== i))}>Remove</button>;
}

const said = (value: Json | undefined, otherwise: string): string =>
  (typeof value === 'string' ? value : Object.values((value ?? {}) as { [lang: string]: string })[0]) || otherwise;

/// One of many, folded until it is wanted: new, pressed, or wrong.
function Fold({ title, label, at: pointer, isNew, children }: { title: string; label: string; at: string; isNew: boolean; children: ComponentChildren }): JSX.Element {
  const [open, set] = useState(isNew);
  return (
    <details class="card fold" aria-label={label} open={open || wrong(pointer) !== null} onToggle={(e) => set(e.currentTarget.open)}>
      <summary><bdi>{title}</bdi></summary>
      {children}
    </details>
  );
}

function Answer({ at: pointer, from, i, budget }: { at: string; from: string; i: number; budget: boolean }): JSX.Element {
  return (
    <fieldset class="texts answer" aria-label={`Answer ${i + 1}`}>
      <div class="row between"><p class="label">Answer {i + 1}</p><Remove what={`answer ${i + 1}`} from={from} i={i} /></div>
      <Words at={`${pointer}/label`} label="What the customer reads" maxLength={80} required />
      {budget ? (
        <div class="pair"><Text at={`${pointer}/least`} label="From" placeholder="0" maxLength={20} /><Text at={`${pointer}/most`} label="Up to" placeholder="1500.00" maxLength={20} /></div>
      ) : (
        <div class="pair">
          <Choice at={`${pointer}/facet`} label="Narrows by" options={FACETS} />
          {at(`${pointer}/facet`) ? <Text at={`${pointer}/value`} label="To" placeholder="Rose gold" maxLength={120} /> : <Text at={`${pointer}/words`} label="Words to search" placeholder="rose gold" maxLength={120} />}
        </div>
      )}
    </fieldset>
  );
}

function Question({ at: pointer, from, i, of }: { at: string; from: string; i: number; of: string }): JSX.Element {
  const choices = `${pointer}/choices`;
  const list = listOf<Listed>(choices);
  const budget = at(`${pointer}/budget`) === true;
  return (
    <Fold label={`${of}: question ${i + 1}`} title={said(at(`${pointer}/text`), `Question ${i + 1}`)} at={pointer} isNew={at(`${pointer}/text`) === ''}>
      <Words at={`${pointer}/text`} label="Question" maxLength={300} required />
      <Flag at={`${pointer}/budget`} label="Its answer is what they want to spend" hint="The associate then sees it beside every piece." />
      {list.map((one, k) => <Answer key={one.id} at={`${choices}/${k}`} from={choices} i={k} budget={budget} />)}
      {trouble.value?.pointer === choices && <p class="trouble" role="alert">{trouble.value.text}</p>}
      {list.length < 7 && <div class="row"><button type="button" class="vt-button" data-at={choices} onClick={() => more(choices, 'a', { label: '' })}>Add an answer</button></div>}
      <div class="row"><Remove what={`question ${i + 1}`} from={from} i={i} /></div>
    </Fold>
  );
}

function Category({ i }: { i: number }): JSX.Element {
  const from = `${HERE}/categories`;
  const pointer = `${from}/${i}`;
  const questions = `${pointer}/questions`;
  const list = listOf<Listed>(questions);
  const name = said(at(`${pointer}/label`), `Subject ${i + 1}`);
  return (
    <section class="card" aria-label={name}>
      <div class="card-head"><h2>{name}</h2><Remove what={name} from={from} i={i} /></div>
      <Words at={`${pointer}/label`} label="What the customer reads" maxLength={80} required />
      <div class="pair"><Text at={`${pointer}/type`} label="Type in the catalogue" placeholder="Rings" maxLength={120} /><Text at={`${pointer}/words`} label="Words to search" maxLength={120} /></div>
      {list.map((one, k) => <Question key={one.id} at={`${questions}/${k}`} from={questions} i={k} of={name} />)}
      {list.length < 3 && <div class="row"><button type="button" class="vt-button" data-at={questions} onClick={() => more(questions, 'q', { text: '', choices: [{ id: 'a-1', label: '' }, { id: 'a-2', label: '' }] })}>Add a question</button></div>}
      <Texts at={`${pointer}/best`} label="Show first" one="Piece" add="Add a piece" placeholder="VT-1042" empty="What was ordered most." hint="By number, the best first; orders seen by Vitrine come before." />
    </section>
  );
}

function Faq({ i }: { i: number }): JSX.Element {
  const from = `${HERE}/faq`;
  const pointer = `${from}/${i}`;
  return (
    <Fold label={`Answer ${i + 1}`} title={said((at(`${pointer}/ask`) as readonly string[] | undefined)?.[0], `Answer ${i + 1}`)} at={pointer} isNew={at(`${pointer}/answer`) === ''}>
      <Texts at={`${pointer}/ask`} label="When they write" one="Words" add="Add words" placeholder="change size" empty="Name the words of at least one question." hint="All words of a line, in any order; small slips are forgiven." />
      <Words at={`${pointer}/answer`} label="Answer" rows={3} maxLength={1500} required />
      <div class="row"><Remove what={`answer ${i + 1}`} from={from} i={i} /></div>
    </Fold>
  );
}

interface Tested { taken: boolean; status: number; took: number; why?: string }

function Try(): JSX.Element {
  const [told, tell] = useState<Tested | null>(null);
  const [secret, show] = useState<string | null>(null);
  return (
    <>
      <div class="row">
        <Act label="Ask it now" busy="Asking…" disabled={dirty.value} run={async () => { tell(null); tell(await post<Tested>('/helper/test', {})); }} />
        <Act label="Show the secret" run={async () => show((await post<{ secret: string }>('/helper/secret', {})).secret)} />
      </div>
      {dirty.value && <p class="quiet small">Save first: what is asked is the address that is saved.</p>}
      {told && <p class={`told ${told.taken ? 'good' : 'trouble'}`} role="status">{told.taken ? `Answered: ${told.status} after ${told.took} ms.` : `${told.why ?? 'Not answered.'} (${told.took} ms)`}</p>}
      {secret !== null && (
        <Dialog label="The bot’s secret" close={() => show(null)}>
          <p>Your bot checks our signatures with it. It is made from the site’s own secret and changes with that.</p>
          <Copy label="Secret" text={secret} />
          <div class="sheet-do"><button type="button" class="vt-button vt-main" onClick={() => show(null)}>Done</button></div>
        </Dialog>
      )}
    </>
  );
}

export function HelperPage({ me }: { me: Me }): JSX.Element {
  return (
    <Settings me={me}>
      {() => {
        const categories = listOf<Listed>(`${HERE}/categories`);
        const faq = listOf<object>(`${HERE}/faq`);
        return (
          <>
            <p class="quiet">Speaks while a customer is here and nobody of you is: in the line, when closed, after an associate had to leave. Its first line says that it is automatic. An associate who comes silences it, and finds all it learned.</p>
            <Flag at={`${HERE}/on`} label="The helper speaks" />
            <Words at={`${HERE}/greeting`} label="Greeting" rows={2} maxLength={500} hint="After “Hello, I am the automatic assistant”, and before what it says about the wait." />
            <Text at={`${HERE}/currency`} label="Currency of budgets" placeholder="EUR" maxLength={3} />
            <Section title="What it is about" intro="One choice, then up to three questions; the answers narrow what it shows.">
              {categories.length === 0 && <Empty title="No subjects"><p>Begin with what is asked for most.</p></Empty>}
              {categories.map((one, i) => <Category key={one.id} i={i} />)}
              {categories.length < 6 && <div class="row"><button type="button" class="vt-button" data-at={`${HERE}/categories`} onClick={() => more(`${HERE}/categories`, 'c', { label: '' })}>Add a subject</button></div>}
              <Texts at={`${HERE}/best`} label="Best sellers" one="Piece" add="Add a piece" placeholder="VT-1042" empty="What was ordered most, as Vitrine has seen it." />
            </Section>
            <Section title="Answers" intro="What it knows besides opening hours. Whatever nothing here is for waits for a person.">
              {faq.map((_, i) => <Faq key={i} i={i} />)}
              <div class="row"><button type="button" class="vt-button" data-at={`${HERE}/faq`} onClick={() => put(`${HERE}/faq`, [...faq, { ask: [''], answer: '' }])}>Write an answer</button></div>
            </Section>
            <Section title="Code" intro="Given once to each customer, with the first pieces.">
              <Text at={`${HERE}/code/text`} label="Code" placeholder="HELLO10" maxLength={40} />
              {at(`${HERE}/code/text`) !== undefined && <Words at={`${HERE}/code/about`} label="What it is for" maxLength={300} />}
            </Section>
            <Section title="A bot of your own" intro="Answers in the helper’s place over a signed webhook. When it does not, the helper goes on.">
              <Flag at={`${HERE}/bot/on`} label="Ask our own bot" />
              <Text at={`${HERE}/bot/url`} label="Address" placeholder="https://bot.shop.example/answer" maxLength={1000} class="broad" />
              {me.role === 'admin' && at(`${HERE}/bot/url`) !== undefined && <Try />}
            </Section>
          </>
        );
      }}
    </Settings>
  );
}
