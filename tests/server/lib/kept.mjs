// SPDX-License-Identifier: Apache-2.0
/// What is kept on the disk: rows of the store, and every byte under the data directory.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { http } from './http.mjs';
import { SHOP, eventually } from './kit.mjs';
import { query, tablesHold } from './tables.mjs';

export { query };

/// The search learns what was said a moment later.
export const searchKnows = (server) =>
  eventually('the search has read all', () => query(server, 'SELECT count(*) FROM found_later')[0][0] === 0);

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

/// Files under the data directory that hold the text or bytes; with `names` also those called so.
export function holds(server, what, { names = false } = {}) {
  const bytes = Buffer.from(what);
  const has = (path) => {
    try {
      return readFileSync(path).includes(bytes);
    } catch (error) {
      if (error.code === 'ENOENT') return false; // removed meanwhile
      throw error;
    }
  };
  const found = [...files(server.data)].filter((path) => (names && path.includes(what)) || has(path));
  return tablesHold(server.data, String(what)) ? [...found, 'store.db: a row'] : found;
}

/// The customer sends a picture into the chat: { id, media, thumb } once its master is there.
export async function sendPicture(server, peer, bytes, { c, use = 'chat', origin = SHOP } = {}) {
  const { ticket } = await peer.request('file.ask', { name: 'IMG_1.jpg', type: 'image/jpeg', bytes: bytes.length, use }, c ? { c } : {});
  const answer = await http(server, '/u', { method: 'POST', body: bytes, headers: { 'Content-Length': bytes.length, Origin: origin, Authorization: `Bearer ${ticket}` } });
  assert.equal(answer.status, 201, answer.text);
  const { id, media } = answer.json();
  const at = media.indexOf('?');
  return { id, media, thumb: `/t/${id}/640${media.slice(at)}` };
}
