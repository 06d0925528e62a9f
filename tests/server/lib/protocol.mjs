// SPDX-License-Identifier: Apache-2.0
/// The TypeScript half of the protocol as browsers run it, and the tables behind both halves.

import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const top = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

async function load() {
  const { build } = createRequire(join(top, 'web/package.json'))('esbuild');
  const made = await build({ entryPoints: [join(top, 'protocol/ts/index.ts')], bundle: true, format: 'esm', write: false, target: 'es2022' });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}

export const protocol = await load();
export const { BIN, FLAG, CLOSE, EVENT_SHAPES, REPLY_SHAPES, REQUEST_SHAPES, faultIn, isEvent, readHead, readPtr, readView, readDraw, splitFrames } = protocol;

const vectors = (name) => JSON.parse(readFileSync(join(top, 'protocol/vectors', `${name}.json`), 'utf8'));

/// A good d of each operation, as it is sent up; of an event, as it comes down.
function examples() {
  const found = new Map();
  for (const family of vectors('families')) {
    for (const { op, dir, text } of vectors(family).valid) {
      const up = dir === 'request' || dir === 'notice';
      if (up || (dir === 'event' && !found.has(op))) found.set(op, JSON.parse(text).d);
    }
  }
  return found;
}

/// Every operation of the tables: { op, kind, from, states, needs, example }.
export function tables() {
  const folder = join(top, 'protocol/messages');
  const good = examples();
  const rows = [];
  for (const file of readdirSync(folder).sort()) {
    const { $defs = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const [op, row] of Object.entries($defs)) {
      if (row['x-kind']) rows.push({ op, kind: row['x-kind'], from: row['x-from'] ?? [], states: row['x-states'], needs: row['x-capability'] ?? null, example: good.get(op) });
    }
  }
  return rows;
}

export const frames = () => Object.entries(JSON.parse(readFileSync(join(top, 'protocol/frames.json'), 'utf8')).frames).map(([kind, row]) => ({ kind, to: row['x-to'] }));

export const badLines = () => vectors('bad');
