// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/mirror/run.mjs [--quick] [--keep] [snapshot live memory | hour]
/// Measures the customer's page on its way to the associate, against rrweb's own live mode over ws in the same run.

import { report } from '../report.mjs';
import { hour } from './hour.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'mirror',
  rows: { ...rows, hour },
  order: ['snapshot', 'live', 'memory', 'hour'],
  apart: ['hour'],
  full: { rounds: 5, seconds: 15, minutes: 5, hourMinutes: 60 },
  quick: { rounds: 3, seconds: 6, minutes: 1, hourMinutes: 5 },
});
