// SPDX-License-Identifier: Apache-2.0
/// The kept runs of the benches.

import { readFileSync } from 'node:fs';

/// Rows kept before a row named its bench.
const EARLIER = {
  relay: ['relay', 'idle', 'fanout', 'tls', 'chat', 'stall', 'large'], pictures: ['thumb', 'ingested', 'avif', 'tile', 'warm', 'bombs'],
  film: ['stills', 'first', 'av1', 'spin'], mirror: ['snapshot', 'live', 'memory', 'hour'], catalogue: ['import'],
};

/// The rows of a bench: of each name those of its last kept run, so that a row measured alone leaves the others standing.
export function lastRows(path, bench, order = EARLIER[bench] ?? []) {
  const all = readFileSync(path, 'utf8').trim().split('\n').map((text) => JSON.parse(text))
    .filter((row) => (row.bench ?? Object.keys(EARLIER).find((name) => EARLIER[name].includes(row.name))) === bench);
  const last = Object.fromEntries(all.map((row) => [row.name, row.run]));
  const place = ({ name }) => (order.indexOf(name) + 1 || order.length + 1);
  return all.filter((row) => last[row.name] === row.run).sort((a, b) => place(a) - place(b));
}
