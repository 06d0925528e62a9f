// SPDX-License-Identifier: Apache-2.0
/// Debian's Chromium, quiet: no GPU, no first run, no calls home.

export const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
};
