// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/catalogue/run.mjs [--quick] [--keep] [import]
/// A feed of 100 000 products in 200 000 rows: how long its import takes and what it needs, and the search over it.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'catalogue',
  rows: { import: rows.bring },
  order: ['import'],
  full: { products: 100_000, queries: 5000 },
  quick: { products: 100_000, queries: 1000 },
});
