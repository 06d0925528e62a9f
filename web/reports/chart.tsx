// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { label, steps, unitNames, write, type Column, type Report } from './data.js';

/// One number of a report as bars, or weekdays against hours as a field of shades. The table under it says the same in words,
/// so for assistive technology the drawing is one picture with a name. No inline style: places and sizes are attributes.

const WIDE = 720;
const HIGH = 220;
const START = 64;
const BASE = HIGH - 28;
const TOP = 12;

const short = (text: string, by: string): string => (by === 'day' ? text.slice(5).replace('-', '/') : by === 'weekday' ? text.slice(0, 3) : by === 'hour' ? text.slice(0, 2) : text.length > 12 ? `${text.slice(0, 11)}…` : text);

/// What the picture says in one sentence.
function summary(report: Report, at: number): string {
  const column = report.columns[at] as Column;
  const known = report.rows.filter((row) => (row.values[at] ?? null) !== null);
  const most = known.reduce<(typeof known)[0] | null>((best, row) => (best === null || (row.values[at] as number) > (best.values[at] as number) ? row : best), null);
  const top = most === null ? 'nothing to count' : `highest ${write(most.values[at], column.unit, report.currency)}, ${label(most, report.by)}`;
  return `${column.title}, ${report.from} to ${report.to}: ${top}; all together ${write(report.total.values[at], column.unit, report.currency)}.`;
}

function Bars({ report, at }: { report: Report; at: number }): JSX.Element {
  const { unit } = report.columns[at] as Column;
  const values = report.rows.map((row) => row.values[at] ?? null);
  const lines = steps(Math.max(0, ...values.map((value) => value ?? 0)), unit);
  const top = lines[lines.length - 1] as number;
  const each = (WIDE - START) / Math.max(1, values.length);
  const y = (value: number): number => BASE - (value / top) * (BASE - TOP);
  const every = Math.ceil(values.length / (report.by === 'queue' || report.by === 'associate' || report.by === 'piece' ? 8 : 14));
  return (
    <>
      {lines.map((line) => (
        <g key={line}>
          <line class="report-line" x1={START} x2={WIDE} y1={y(line)} y2={y(line)} />
          <text class="report-tick" x={START - 8} y={y(line) + 4} text-anchor="end">{write(line, unit, report.currency)}</text>
        </g>
      ))}
      {values.map((value, i) => (
        <g key={i}>
          {value !== null && value > 0 && (
            <rect class="report-bar" x={START + i * each + each * 0.14} width={Math.max(1, each * 0.72)} y={y(value)} height={BASE - y(value)} rx={Math.min(3, each / 5)}>
              <title>{`${label(report.rows[i] as never, report.by)}: ${write(value, unit, report.currency)}`}</title>
            </rect>
          )}
          {i % every === 0 && <text class="report-tick" x={START + (i + 0.5) * each} y={BASE + 18} text-anchor="middle">{short(label(report.rows[i] as never, report.by), report.by)}</text>}
        </g>
      ))}
    </>
  );
}

/// 7 rows of 24 cells; the darkest is the highest.
function Field({ report, at }: { report: Report; at: number }): JSX.Element {
  const { unit } = report.columns[at] as Column;
  const top = Math.max(0, ...report.rows.map((row) => row.values[at] ?? 0));
  const wide = (WIDE - START) / 24;
  const high = (BASE - TOP) / 7;
  return (
    <>
      {report.rows.map((row, i) => {
        const value = row.values[at] ?? 0;
        const [x, y] = [START + (i % 24) * wide, TOP + Math.floor(i / 24) * high];
        return (
          <g key={row.key}>
            <rect class="report-cell" x={x + 1} y={y + 1} width={wide - 2} height={high - 2} rx={3} />
            {value > 0 && <rect class="report-bar" fill-opacity={0.15 + (0.85 * value) / top} x={x + 1} y={y + 1} width={wide - 2} height={high - 2} rx={3} />}
            <title>{`${label(row, 'slot')}: ${write(row.values[at], unit, report.currency)}`}</title>
          </g>
        );
      })}
      {[0, 1, 2, 3, 4, 5, 6].map((day) => <text key={day} class="report-tick" x={START - 8} y={TOP + (day + 0.5) * high + 4} text-anchor="end">{report.rows[day * 24]?.key.slice(0, 3)}</text>)}
      {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => <text key={hour} class="report-tick" x={START + (hour + 0.5) * wide} y={BASE + 18} text-anchor="middle">{String(hour).padStart(2, '0')}</text>)}
    </>
  );
}

export function Chart({ report, at }: { report: Report; at: number }): JSX.Element {
  const column = report.columns[at] as Column;
  return (
    <figure class="report-chart">
      <figcaption><strong>{column.title}</strong> <span>{column.unit === 'money' ? report.currency ?? unitNames.money : unitNames[column.unit]}, by {report.by === 'slot' ? 'weekday and hour' : report.by === 'associate' ? 'person' : report.by}, {report.from} to {report.to}, {report.tz}</span></figcaption>
      <svg viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={summary(report, at)}>
        {report.by === 'slot' ? <Field report={report} at={at} /> : <Bars report={report} at={at} />}
      </svg>
    </figure>
  );
}
