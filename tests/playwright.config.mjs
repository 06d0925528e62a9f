// SPDX-License-Identifier: Apache-2.0
/// Stories in real browsers: one customer on a phone, one associate at a desk, the real server, the real shop.
/// `./dev test --only browser`; by hand: `npx playwright test [file]` in this folder, after `./dev build` and the web's build.

import { defineConfig } from '@playwright/test';

import { launchOptions } from './browser/lib/launch.mjs';

export default defineConfig({
  testDir: 'browser',
  testMatch: process.env.VITRINE_PICTURE ? 'picture.mjs' : '*.spec.mjs',
  globalSetup: './browser/lib/masters.mjs',
  outputDir: '../build/browser-results',
  // Two browsers, a server under a sanitiser and a shop share the machine: one story at a time.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  // A story that passes at the second try is printed as flaky: a machine that is busy elsewhere is no defect, a defect fails twice.
  retries: process.env.CI ? 1 : 0,
  reporter: 'list',
  use: { launchOptions, actionTimeout: 10_000, navigationTimeout: 20_000 },
});
