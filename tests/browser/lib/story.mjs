// SPDX-License-Identifier: Apache-2.0
/// `test` with a server, a customer and an associate. All go when the story ends, and all are asked what they had to say.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { test as base } from '@playwright/test';

import { top } from '../../server/lib/protocol.mjs';
import { layGround } from './ground.mjs';
import { Associate, Customer, DESK, PHONE } from './people.mjs';
import { Watch } from './watch.mjs';

export { expect } from '@playwright/test';

const shots = join(top, 'build/screenshots');

/// Everybody in a story; a second customer or associate is asked for by hand.
export class Cast {
  constructor(browser, ground) {
    this.browser = browser;
    this.ground = ground;
    this.watches = new Map();
    this.contexts = [];
  }

  async context(how) {
    const context = await this.browser.newContext(how);
    this.contexts.push(context);
    await Watch.install(context, this.watches);
    return context;
  }

  async page(context, name) {
    const page = await context.newPage();
    const watch = new Watch(page, name);
    this.watches.set(page, watch);
    return [page, watch];
  }

  async customer({ context, name = 'customer', ...how } = {}) {
    context ??= await this.context({ ...PHONE, ...how });
    return new Customer(...(await this.page(context, name)), this.ground);
  }

  async associate({ context, name = 'associate', ...how } = {}) {
    context ??= await this.context({ ...DESK, ...how });
    return new Associate(...(await this.page(context, name)), this.ground);
  }

  async close() {
    for (const context of this.contexts) await context.close();
  }

  check() {
    for (const watch of this.watches.values()) watch.check();
  }
}

export const test = base.extend({
  /// Options of `vitrine serve`.
  serverArgs: [[], { option: true }],

  ground: [async ({}, use) => {
    const ground = await layGround();
    await use(ground);
    await ground.close();
  }, { scope: 'worker' }],

  server: async ({ ground, serverArgs }, use) => {
    const server = ground.house(serverArgs);
    await server.start();
    await use(server);
    await server.stop();
  },

  cast: async ({ browser, ground, server }, use, info) => {
    const cast = new Cast(browser, ground, server);
    await use(cast);
    await cast.close();
    if (info.status === info.expectedStatus) cast.check();
  },

  customer: async ({ cast }, use) => use(await cast.customer()),
  associate: async ({ cast }, use) => use(await cast.associate()),
});

/// A picture of a step, to be looked at by people: build/screenshots/<name>.png.
export async function shot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' });
}

/// A customer and an associate in a live session, at the ring.
export async function livePair({ customer, associate }, { text } = {}) {
  await Promise.all([associate.comes(), customer.comes(text)]);
  await associate.take();
  await customer.isWith();
}
