// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { say } from '../../../ui/say.js';
import { ask, get, post, Problem, type Me } from '../api.js';
import { ago, count } from '../lib/words.js';
import { Act, Field, Section, Show, useLoad } from './parts.js';

/// Where products and stock come from, how the last import went, and every row that was refused with its reason.

interface Refused { row: number; sku?: string; why: string }
interface State {
  url: string; every: number; next?: number; tries: number; good?: number; products?: number; variants?: number;
  refused: number; report: Refused[]; last?: { began: number; ended: number; source?: string; why?: string }; busy: boolean;
}

const LOOK_MS = 2000;
const TIMES: readonly (readonly [number, string])[] = [
  [0, 'Only when I ask'], [15, 'Every 15 minutes'], [60, 'Every hour'], [360, 'Every 6 hours'], [1440, 'Every day'], [10080, 'Every week'],
];

function Standing({ of }: { of: State }): JSX.Element {
  const last = of.last;
  return (
    <>
      {of.products === undefined ? <p class="quiet">No catalogue was imported yet.</p> : (
        <dl class="figures">
          <div><dt>Products</dt><dd>{of.products.toLocaleString('en')}</dd></div>
          <div><dt>Variants</dt><dd>{of.variants?.toLocaleString('en')}</dd></div>
          <div><dt>Refused</dt><dd>{of.refused.toLocaleString('en')}</dd></div>
        </dl>
      )}
      {last?.why !== undefined && <p class="note" role="status"><strong>The last import failed{of.products === undefined ? '' : '; the catalogue before it is still shown'}.</strong> {last.why}</p>}
      {last && <p class="quiet small">{last.source ?? 'A file'}, {ago(last.ended)}{of.good !== undefined && last.why !== undefined ? `; good since ${ago(of.good)}` : ''}{of.next !== undefined && of.next > 0 ? `; asked again ${ago(of.next)}` : ''}.</p>}
      {of.busy && <p role="status"><span class="quiet">An import is running…</span></p>}
    </>
  );
}

function Reported({ of }: { of: State }): JSX.Element | null {
  if (of.report.length === 0) return null;
  return (
    <Section title="Rows that were refused" intro={of.refused > of.report.length ? `The first ${of.report.length} of ${count(of.refused, 'complaint')}.` : undefined}>
      <table class="table">
        <caption class="vt-unseen">Rows that were refused</caption>
        <thead><tr><th scope="col">Row</th><th scope="col">Article</th><th scope="col">Why</th></tr></thead>
        <tbody>{of.report.map((one, i) => <tr key={i}><th scope="row">{one.row}</th><td data-label="Article" class="break">{one.sku ?? '–'}</td><td data-label="Why" class="break">{one.why}</td></tr>)}</tbody>
      </table>
    </Section>
  );
}

function Address({ of, again }: { of: State; again: () => Promise<void> }): JSX.Element {
  const [url, setUrl] = useState(of.url);
  const [every, setEvery] = useState(of.every);
  const [fault, tell] = useState<string | null>(null);
  const keep = async (): Promise<void> => {
    tell(null);
    try {
      await ask('PUT', '/catalogue', { url: url.trim(), every });
      say(url.trim() === '' ? 'No address is asked any more.' : 'Kept. The address is being asked now.');
      await again();
    } catch (e) {
      if (!(e instanceof Problem) || e.pointer !== '/url') throw e;
      tell(e.message);
    }
  };
  const same = url.trim() === of.url && every === of.every;
  return (
    <>
      <Field label="Address of the feed" error={fault} hint="A Google Merchant feed as XML, CSV or TSV, or Vitrine's JSON, by https.">
        {(wires) => <input {...wires} class="field" type="url" maxLength={2047} placeholder="https://shop.example/feed.xml" value={url} onInput={(e) => setUrl(e.currentTarget.value)} />}
      </Field>
      <Field label="Asked">
        {(wires) => <select {...wires} class="field" value={every} onChange={(e) => setEvery(Number(e.currentTarget.value))}>
          {TIMES.map(([minutes, name]) => <option key={minutes} value={minutes}>{name}</option>)}
          {!TIMES.some(([minutes]) => minutes === every) && <option value={every}>Every {every} minutes</option>}
        </select>}
      </Field>
      <div class="row">
        <Act label="Keep and import" main disabled={same} run={keep} />
        {of.url !== '' && <Act label="Refresh now" disabled={of.busy} run={async () => { await post('/catalogue/refresh'); say('The feed is being asked.'); await again(); }} />}
      </div>
    </>
  );
}

async function upload(kind: 'products' | 'stock', file: File): Promise<void> {
  const { url, ticket } = await post<{ url: string; ticket: string }>('/catalogue/upload', { name: file.name.slice(0, 60) || 'file', kind });
  const response = await fetch(url, { method: 'POST', credentials: 'omit', headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/octet-stream' }, body: file });
  if (!response.ok) {
    const told = (await response.json().catch(() => ({}))) as { detail?: string };
    throw new Problem(response.status, '', '', told.detail ?? `The server answered ${response.status}.`);
  }
}

function Upload({ kind, label, hint, accept, again }: { kind: 'products' | 'stock'; label: string; hint: string; accept: string; again: () => Promise<void> }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const [chosen, choose] = useState<File | null>(null);
  const send = async (): Promise<void> => {
    if (chosen === null) return;
    await upload(kind, chosen);
    say(`${chosen.name} is being imported.`);
    choose(null);
    if (field.current) field.current.value = '';
    await again();
  };
  return (
    <>
      <Field label={label} hint={hint}>{(wires) => <input {...wires} ref={field} type="file" accept={accept} onChange={(e) => choose(e.currentTarget.files?.[0] ?? null)} />}</Field>
      <div class="row"><Act label="Send" busy="Sending…" disabled={chosen === null} run={send} /></div>
    </>
  );
}

/// While something runs the page looks again by itself.
function Watching({ of, again }: { of: State; again: () => Promise<void> }): null {
  useEffect(() => {
    if (!of.busy) return undefined;
    const timer = window.setTimeout(() => void again(), LOOK_MS);
    return () => clearTimeout(timer);
  }, [of]);
  return null;
}

export function CataloguePage({ me }: { me: Me }): JSX.Element {
  const [state, again] = useLoad(() => get<State>('/catalogue'));
  return (
    <>
      <p class="quiet">Products and their stock. A bad row is left out and named below; a broken file changes nothing.</p>
      <Show of={state} again={again}>{(of) => (
        <>
          <Watching of={of} again={again} />
          <Section title="Now"><Standing of={of} /></Section>
          {me.role === 'admin' && (
            <>
              <Section title="By address"><Address of={of} again={again} /></Section>
              <Section title="As a file">
                <Upload kind="products" label="Products" hint="XML, CSV, TSV or JSON, at most 256 MB. Replaces the whole catalogue." accept=".xml,.csv,.tsv,.txt,.json" again={again} />
                <Upload kind="stock" label="Stock" hint="A table with the columns id, store_code and quantity. What it does not name counts as none." accept=".csv,.tsv,.txt" again={again} />
              </Section>
            </>
          )}
          <Reported of={of} />
        </>
      )}</Show>
    </>
  );
}
