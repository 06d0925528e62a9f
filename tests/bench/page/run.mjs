// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/page/run.mjs [--quick] [--keep] [before panel welcome view]
/// What a shop's page pays for the snippet, and how long a customer waits: in Chromium, as a phone, on bad lines.

import { report } from '../report.mjs';
import * as rows from './rows.mjs';

await report({
  marker: 'page',
  rows,
  order: ['before', 'panel', 'welcome', 'view'],
  full: { rounds: 11, seconds: 6 },
  quick: { rounds: 5, seconds: 3 },
});
