// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/film/run.mjs [--quick] [--keep] [stills first av1 spin]
/// Measures films against the command line of ffmpeg; what becomes of the rows says report.mjs.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'film',
  rows,
  order: ['stills', 'first', 'av1', 'spin'],
  full: { rounds: 5 },
  quick: { rounds: 3 },
});
