// SPDX-License-Identifier: Apache-2.0

/// Every metric of the sources stands in server/docs/metrics.md, and is called as Prometheus' conventions want it.
/// `node tests/check/metrics.mjs` writes the page.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const PAGE = 'server/docs/metrics.md';
const SOURCE = /^(server|media)\/.*\.c$/;
const NAME = /\.name\s*=\s*"((?:vitrine|process)_[a-z0-9_]+)"/g;
const TEXTS = /\.help\s*=\s*((?:\\?\s*"(?:[^"\\]|\\.)*")+)/;
const joined = (text) => [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('').replaceAll('\\"', '"');

/// By name: { name, kind, help, labels: Set, where }, and what contradicts itself.
export function metricsOf(tree) {
  const found = new Map();
  const wrong = [];
  for (const path of tree.paths.filter((path) => SOURCE.test(path))) {
    const text = tree.text(path);
    const hits = [...text.matchAll(NAME)];
    hits.forEach((hit, i) => {
      const rest = text.slice(hit.index, Math.min(hits[i + 1]?.index ?? Infinity, hit.index + 900));
      const help = joined(rest.match(TEXTS)?.[1] ?? '');
      const kind = (rest.match(/VT_METRIC_(COUNTER|GAUGE|HISTOGRAM)/)?.[1] ?? 'COUNTER').toLowerCase();
      const labels = [...(rest.match(/\.labels\s*=\s*([^,\n]*(?:,[a-z]+=[^\n]*)?)/)?.[1] ?? '').matchAll(/([a-z_]+)=\\"/g)].map(([, name]) => name);
      const row = found.get(hit[1]) ?? { name: hit[1], kind, help, labels: new Set(), where: path };
      for (const label of labels) row.labels.add(label);
      if (row.kind !== kind || row.help !== help) wrong.push(`${path}: ${row.name} is a ${kind}, "${help}"; in ${row.where} a ${row.kind}, "${row.help}"`);
      found.set(row.name, row);
    });
  }
  return { rows: [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), wrong };
}

/// What promtool would say, and a little more.
const lint = ({ name, kind, help }) => [
  ...(help ? [] : [`${name} says nothing of itself`]),
  ...((kind === 'counter') === name.endsWith('_total') ? [] : [`${name} is a ${kind}: only counters end in _total`]),
  ...(/_(count|sum|bucket|info)$/.test(name) && name !== 'vitrine_build_info' ? [`${name} ends in a word of the format's own`] : []),
  ...(/_(ms|milliseconds|minutes|hours|kb|mb|percent)(_|$)/.test(name) ? [`${name}: seconds, bytes and ratios are the units`] : []),
];

export function pageOf(rows) {
  const line = ({ name, kind, help, labels }) => `| \`${name}\` | ${kind} | ${[...labels].map((label) => `\`${label}\``).join(' ')} | ${help.replaceAll('|', '\\|')} |`;
  return `# Metrics

\`GET /metrics\` in Prometheus' text format, for whoever has the token of \`metrics-token\`, else for this machine alone. Made from the
sources by \`node tests/check/metrics.mjs\`; do not edit. A metric with labels begins with the first thing it counts. Histograms have
\`_bucket\`, \`_sum\` and \`_count\`.

| name | type | labels | what it is |
|---|---|---|---|
${rows.map(line).join('\n')}
`;
}

export const metrics = (tree) => {
  const { rows, wrong } = metricsOf(tree);
  const page = tree.paths.includes(PAGE) ? tree.text(PAGE) : '';
  const stale = page === pageOf(rows) ? [] : [`${PAGE} is not what the sources say; node tests/check/metrics.mjs writes it`];
  return [...wrong, ...rows.flatMap(lint), ...stale];
};

/// Not awaited up here: run.mjs waits for this file.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  import('./run.mjs').then(({ readTree, top }) => {
    const { rows } = metricsOf(readTree());
    writeFileSync(join(top, PAGE), pageOf(rows));
    console.log(`${PAGE}: ${rows.length} metrics`);
  });
