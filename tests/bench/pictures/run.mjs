// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/pictures/run.mjs [--quick] [--keep] [thumb ingested avif tile warm bombs live]
/// Measures pictures against sharp, vipsthumbnail, iipsrv and nginx; what becomes of the rows says report.mjs.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'pictures',
  rows,
  order: ['thumb', 'ingested', 'avif', 'tile', 'warm', 'bombs', 'live'],
  full: { rounds: 7, times: 7, requests: 60, seconds: 3 },
  quick: { rounds: 3, times: 3, requests: 30, seconds: 1 },
});
