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
  // A story waits half of its time: two at once, files which share nothing but the pictures' masters. Each has a server, a shop and
  // ports of its own.
  workers: 2,
  // What is waited for comes at once on an idle machine; a busy one is no defect.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  // A story that passes at the second try is printed as flaky: a machine that is busy elsewhere is no defect, a defect fails twice.
  retries: process.env.CI ? 1 : 0,
  reporter: 'list',
  use: { launchOptions, actionTimeout: 20_000, navigationTimeout: 30_000 },
});
