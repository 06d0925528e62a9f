// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/scale/run.mjs [--quick] [--keep] [grow start]
/// How cost grows with sessions, messages and what is stored; --keep also draws plot.svg.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'scale',
  rows,
  order: ['grow', 'start'],
  full: { rounds: 5, seconds: 4, starts: 9, messages: 1_000_000, products: 100_000 },
  quick: { rounds: 3, seconds: 2, starts: 5, messages: 1_000_000, products: 100_000 },
});
