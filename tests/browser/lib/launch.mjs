// SPDX-License-Identifier: Apache-2.0
/// Debian's Chromium without a window, quiet: no GPU, no first run, no calls home. For stories its headless build where that is
/// installed: the same pages, and a story costs a quarter less of the processor.

import { existsSync } from 'node:fs';

const SHELL = '/usr/bin/chromium-headless-shell';
const WHOLE = '/usr/bin/chromium';

const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];

export const launchOptions = { executablePath: process.env.CHROMIUM ?? (existsSync(SHELL) ? SHELL : WHOLE), args };

/// The browser that people have, for what the headless build lacks: pages kept for the back button; and for what is measured.
export const wholeBrowser = { executablePath: process.env.CHROMIUM ?? WHOLE, args };
