// SPDX-License-Identifier: Apache-2.0

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { Chart } from './chart.js';
import { groupings, groupingsOf, hasMoney, kinds, label, load, pathOf, periods, sorted, write, type Question, type Report } from './data.js';

/// The number a report opens with: the one its question is about.
const FIRST: Record<string, string> = { waits: 'wait_p90', forecast: 'within', handling: 'reply_p50', ratings: 'stars', load: 'asked', sales: 'value', offers: 'offers_taken' };

function Pick(props: { name: string; value: string; options: readonly (readonly [string, string])[]; pick(value: string): void }): JSX.Element {
  return (
    <label class="report-pick"><span>{props.name}</span>
      <select value={props.value} onChange={(e) => props.pick(e.currentTarget.value)}>
        {props.options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </label>
  );
}

function Asking({ q, queues, currencies, currency, ask }: { q: Question; currencies: readonly string[]; currency: string; queues: readonly (readonly [string, string])[]; ask(next: Partial<Question>): void }): JSX.Element {
  return (
    <div class="report-asking">
      <Pick name="Period" value={String(q.days)} options={[...periods, ['0', 'From – to']]} pick={(days) => ask({ days: Number(days) })} />
      {q.days === 0 && <>
        <label class="report-pick"><span>From</span><input type="date" value={q.from} max={q.to} onChange={(e) => { if (e.currentTarget.value) ask({ from: e.currentTarget.value }); }} /></label>
        <label class="report-pick"><span>To</span><input type="date" value={q.to} min={q.from} onChange={(e) => { if (e.currentTarget.value) ask({ to: e.currentTarget.value }); }} /></label>
      </>}
      <Pick name="By" value={q.by} options={groupingsOf(q.kind)} pick={(by) => ask({ by })} />
      {queues.length > 1 && <Pick name="Queue" value={q.queue} options={[['', 'All queues'], ...queues]} pick={(queue) => ask({ queue })} />}
      {hasMoney(q.kind) && currencies.length > 1 && <Pick name="Currency" value={currency} options={currencies.map((one) => [one, one] as const)} pick={(one) => ask({ currency: one })} />}
    </div>
  );
}

function Figures({ report, at, choose }: { report: Report; at: number; choose(at: number): void }): JSX.Element {
  return (
    <ul class="report-figures">
      {report.columns.map((column, i) => (
        <li key={column.name}>
          <button type="button" class="report-figure" aria-pressed={i === at} onClick={() => choose(i)}>
            <span class="report-name">{column.title}</span>
            <span class="report-value">{write(report.total.values[i], column.unit, report.currency)}</span>
          </button>
          <p class="report-definition">{column.definition}</p>
        </li>
      ))}
    </ul>
  );
}

function Table({ report }: { report: Report }): JSX.Element {
  const [by, setBy] = useState<{ column: number; down: boolean }>({ column: -1, down: false });
  const rows = useMemo(() => sorted(report.rows, by.column, by.down), [report, by]);
  const head = (column: number, text: string): JSX.Element => (
    <th key={column} scope="col" class={column < 0 ? 'report-key' : undefined} aria-sort={by.column === column ? (by.down ? 'descending' : 'ascending') : undefined}>
      <button type="button" onClick={() => setBy({ column, down: by.column === column ? !by.down : column >= 0 })}>
        {text}<span aria-hidden="true">{by.column === column ? (by.down ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
  return (
    <div class="report-table" role="region" aria-label={`${report.title}, table`} tabIndex={0}>
      <table>
        <thead><tr>{head(-1, groupings.find(([value]) => value === report.by)?.[1] ?? report.by)}{report.columns.map((column, i) => head(i, column.title))}</tr></thead>
        <tbody>{rows.map((row) => (
          <tr key={row.key}><th scope="row">{label(row, report.by)}</th>{row.values.map((value, i) => <td key={i}>{write(value, report.columns[i]?.unit ?? 'count', report.currency)}</td>)}</tr>
        ))}</tbody>
        <tfoot><tr><th scope="row">All together</th>{report.total.values.map((value, i) => <td key={i}>{write(value, report.columns[i]?.unit ?? 'count', report.currency)}</td>)}</tr></tfoot>
      </table>
    </div>
  );
}

function Answer({ report, csv }: { report: Report; csv: string }): JSX.Element {
  const [chosen, choose] = useState<string | null>(null);
  const name = chosen ?? FIRST[report.report];
  const at = Math.max(0, report.columns.findIndex((column) => column.name === name));
  return (
    <>
      <p class="report-question">{report.question}</p>
      <Figures report={report} at={at} choose={(i) => choose(report.columns[i]?.name ?? null)} />
      {report.rows.length > 0 ? <Chart report={report} at={at} /> : <p class="report-none">{report.report === 'sales' && report.by !== 'day' ? 'No order of this period is credited to a session.' : report.report === 'offers' ? 'Nothing was offered in this period.' : 'Nobody asked in this period.'}</p>}
      <div class="report-bar-end"><a class="vt-button" href={csv} download={`${report.report}-${report.by}-${report.from}-${report.to}.csv`}>Download CSV</a></div>
      <Table key={`${report.report} ${report.by}`} report={report} />
    </>
  );
}

/// Reports of the site one is logged in to. `queues`: id and name of those that can be chosen.
export function Reports({ queues = [], now = Date.now }: { queues?: readonly (readonly [string, string])[]; now?: () => number }): JSX.Element {
  const [q, setQ] = useState<Question>(() => {
    const tz = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
    const today = new Date(now()).toISOString().slice(0, 10);
    return { kind: 'waits', by: 'day', days: 28, from: today, to: today, queue: '', tz };
  });
  const [answer, setAnswer] = useState<Report | string | null>(null);
  const [turn, setTurn] = useState(0);
  const path = pathOf(q, now());
  const choose = (kind: string): void => setQ({ ...q, kind, by: groupingsOf(kind).some(([by]) => by === q.by) ? q.by : 'day' });
  const shown = answer !== null && typeof answer !== 'string' ? answer : null;
  useEffect(() => {
    const stop = new AbortController();
    load(path, stop.signal).then(setAnswer).catch(() => undefined);
    return () => stop.abort();
  }, [path, turn]);
  return (
    <div class="reports">
      <div class="report-kinds" role="group" aria-label="Report">
        {kinds.map(([kind, title]) => <button key={kind} type="button" class="report-kind" aria-pressed={q.kind === kind} onClick={() => choose(kind)}>{title}</button>)}
      </div>
      <Asking q={q} queues={queues} currencies={shown?.currencies ?? []} currency={shown?.currency ?? ''} ask={(next) => setQ({ ...q, ...next })} />
      <div aria-live="polite" class="vt-unseen">{typeof answer === 'string' ? answer : answer === null ? 'Counting' : `${answer.title}, ${answer.from} to ${answer.to}`}</div>
      {answer === null && <p class="report-none">Counting…</p>}
      {typeof answer === 'string' && <p class="report-none">{answer} <button type="button" class="vt-button" onClick={() => setTurn(turn + 1)}>Try again</button></p>}
      {answer !== null && typeof answer !== 'string' && <Answer key={answer.report} report={answer} csv={pathOf(q, now(), 'csv')} />}
    </div>
  );
}
