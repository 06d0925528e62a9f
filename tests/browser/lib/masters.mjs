// SPDX-License-Identifier: Apache-2.0
/// The masters of the demo shop's pictures, made once for all stories: a server under a sanitiser works some twenty seconds on
/// them, which every story would else begin anew and none ever waits for. How a picture that has no master yet is made and waited
/// for is told by the server tests. Kept in build/ for as long as neither the pictures nor what makes masters of them change.

import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { top } from '../../server/lib/protocol.mjs';
import { Server } from '../../server/lib/server.mjs';
import { catalogue, openSite } from './ground.mjs';

const WITHIN_MS = 240_000;
/// What a master depends on beside its original.
const MAKERS = ['media', 'server/media_masters.c', 'server/media_ingest.c'];

const filesBelow = (path) => (statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map((name) => join(path, name)).filter((one) => statSync(one).isFile()).sort() : [path]);

function key() {
  const hash = createHash('sha256');
  for (const file of [catalogue, join(catalogue, '../photos'), ...MAKERS.map((name) => join(top, name))].flatMap(filesBelow)) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const count = (folder, ending) => (existsSync(folder) ? filesBelow(folder).filter((file) => file.endsWith(ending)).length : 0);

async function make(place) {
  const server = new Server();
  await openSite(server, 'https://shop.test');
  await server.start();
  const [originals, masters] = ['originals', 'masters'].map((name) => join(server.data, name));
  const all = count(originals, '');
  const end = Date.now() + WITHIN_MS;
  while (count(masters, '.tix') < all) {
    if (Date.now() > end) throw new Error(`${count(masters, '.tix')} of ${all} pictures have a master after ${WITHIN_MS / 1000} s:\n${server.log.slice(-2000)}`);
    await new Promise((done) => setTimeout(done, 200));
  }
  await server.halt();
  // Whole or not there at all.
  const draft = mkdtempSync(`${place}-`);
  cpSync(masters, draft, { recursive: true });
  rmSync(server.data, { recursive: true, force: true });
  renameSync(draft, place);
}

/// Playwright's global setup: the workers find the folder's name in their environment.
export default async function setup() {
  const folder = join(top, 'build/story-masters');
  const place = join(folder, key());
  if (!existsSync(place)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await make(place);
  }
  process.env.VITRINE_STORY_MASTERS = place;
}
