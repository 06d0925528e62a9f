// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { vitrine } from '../relay/targets.mjs';

const IMPORT_S = 60;
const SEARCH_MS = 10;
const MEMORY_MB = 256;

/// One run gives all of it: what is searched is what was just brought in.
export function bring({ products, queries }) {
  const folder = mkdtempSync(join(process.env.VITRINE_BENCH_DATA ?? tmpdir(), 'vitrine-catalogue-'));
  const work = join(process.env.VITRINE_BENCH ?? join(dirname(vitrine), 'tests/bench'), 'catalogue_work');
  try {
    const d = JSON.parse(execFileSync(work, [folder, String(products), String(queries)], { encoding: 'utf8' }));
    const n = d.products.toLocaleString('en');
    return [
      { what: `import of ${n} products`, must: `< ${IMPORT_S} s`, measured: `${d.import_s} s`, met: d.import_s < IMPORT_S, detail: `an RSS feed of ${d.megabytes} MB, ${d.variants.toLocaleString('en')} rows; ${d.import_cpu_s} s of one core`, data: d },
      { what: 'memory while it is imported', must: `< ${MEMORY_MB} MB`, measured: `${d.peak_mb} MB`, met: d.peak_mb < MEMORY_MB, detail: 'the process at its largest', data: d },
      { what: `search over ${n} products, p95`, must: `< ${SEARCH_MS} ms`, measured: `${d.p95_ms} ms`, met: d.p95_ms < SEARCH_MS, detail: `p50 ${d.p50_ms} ms, p99 ${d.p99_ms} ms over ${queries.toLocaleString('en')} queries: words begun and whole, typos, filters, everything; facets counted each time`, data: d },
      { what: 'a shelf opened and its products read', must: '-', measured: `${d.open_ms} ms`, met: null, detail: 'in the pool, while the catalogue before it is served', data: d },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
