// SPDX-License-Identifier: Apache-2.0
/// What a page says while a story runs: what it threw, what its policy stopped, what it asked for. A story that did not
/// expect a word of it fails.

import assert from 'node:assert/strict';

export class Watch {
  constructor(page, name) {
    this.name = name;
    this.faults = [];
    this.requests = [];
    this.sockets = [];
    // A picture that cannot be begun or ended in time is asked for again; whether it came is what stories look at.
    this.expected = [/50[34] .*\/(?:t|v|iiif\/3)\/[0-9a-f]{64}\//];
    page.on('pageerror', (error) => this.faults.push(`threw ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('websocket', (socket) => this.sockets.push(socket.url()));
  }

  /// Before the first page: violations are kept where the page's own scripts cannot drop them.
  static async install(context, watches) {
    await context.exposeBinding('vitrineTestViolation', ({ page }, text) => watches.get(page)?.faults.push(`policy: ${text}`));
    await context.addInitScript(() => {
      addEventListener('securitypolicyviolation', (e) => {
        window.vitrineTestViolation(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`);
      });
    });
  }

  /// Said beforehand: what this story breaks on purpose.
  expect(...patterns) {
    this.expected.push(...patterns);
  }

  check() {
    const left = this.faults.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(left, [], `what the ${this.name} said`);
  }
}
