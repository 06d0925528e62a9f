// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/relay/run.mjs [--quick] [--keep] [relay idle fanout tls chat stall large noisy]
/// Measures the real server's hot path against its yardsticks; what becomes of the rows says report.mjs.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'relay',
  rows,
  order: ['relay', 'idle', 'large', 'fanout', 'chat', 'tls', 'stall', 'noisy', 'live'],
  apart: ['noisy', 'live'],
  full: { minutes: 10, rounds: 5, seconds: 3, pairs: 1000, hold: 45, memoryN: 5000, fairSeconds: 15 },
  quick: { minutes: 1, rounds: 3, seconds: 1, pairs: 300, hold: 10, memoryN: 2000, fairSeconds: 8 },
});
