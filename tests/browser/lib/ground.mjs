// SPDX-License-Identifier: Apache-2.0
/// What a story stands on: the real server with the real catalogue, the real shop on an origin of its own. The data are made
/// once, with the shop's address in them; every story gets a copy, so none sees another's conversations.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { top } from '../../server/lib/protocol.mjs';
import { freePort } from '../../server/lib/proxy.mjs';
import { PASSWORD, Server } from '../../server/lib/server.mjs';

export { PASSWORD };
export const SITE = 'pk_demo';
export const PEOPLE = { camille: 'Camille', noor: 'Noor' };

export const dist = process.env.VITRINE_WEB || join(top, 'web/dist');
export const catalogue = join(dist, 'shop/catalogue.json');

/// `hasToken(token)`: the shop's server may use the API, which it can only when its address, and with it the site, is known.
async function openShop(vitrine) {
  const { createShopServer } = await import(join(top, 'web/shop/serve.mjs'));
  const how = { root: join(dist, 'shop'), vitrine, site: SITE };
  const shop = createShopServer(how);
  await new Promise((done, fail) => shop.once('error', fail).listen(0, '127.0.0.1', done));
  const hasToken = (apiToken) => {
    const next = createShopServer({ ...how, apiToken });
    shop.removeAllListeners('request').on('request', (...of) => next.emit('request', ...of));
  };
  return { shop, hasToken };
}

export async function openSite(server, origin) {
  await server.mustAdmin(['site', 'add', '--key', SITE, '--name', 'Maison Vitrine', '--origin', origin]);
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, catalogue]);
}

async function fill(server, origin) {
  await openSite(server, origin);
  for (const [login, name] of Object.entries(PEOPLE)) await server.addAssociate({ site: SITE, login, name });
}

/// Files that are never written twice, only made whole and removed: every story has its own names for the same ones.
const share = (from, to) => execFileSync('cp', ['-rl', from, to]);

/// { url of Vitrine, shop: its origin, house(args): a server that is not started, close() }
export async function layGround() {
  // The server's address is in the shop's policy before the server runs, so it must be known first.
  const url = `http://127.0.0.1:${await freePort()}`;
  const { shop, hasToken } = await openShop(url);
  const origin = `http://127.0.0.1:${shop.address().port}`;
  const first = new Server();
  await fill(first, origin);
  hasToken(await first.mustAdmin(['token', 'add', '--site', SITE, '--name', 'shop', '--verbs', 'write']));
  const pictures = { originals: join(first.data, 'originals'), masters: process.env.VITRINE_STORY_MASTERS };
  return {
    url,
    shop: origin,
    house(args = []) {
      const data = mkdtempSync(join(tmpdir(), 'vitrine-story-'));
      cpSync(first.data, data, { recursive: true, filter: (path) => path !== pictures.originals });
      for (const [name, from] of Object.entries(pictures)) if (from) share(from, join(data, name));
      // Two people ask for pictures at once: with one worker a slow machine is told to ask again.
      const server = new Server({ args: ['--media-workers', '2', ...args], data });
      server.url = url;
      return server;
    },
    async close() {
      shop.closeAllConnections();
      await new Promise((done) => shop.close(done));
      rmSync(first.data, { recursive: true, force: true });
    },
  };
}
