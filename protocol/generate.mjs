#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/// Turns the tables of this folder into C, TypeScript, documents, golden vectors and fuzz seeds.
///
///   node protocol/generate.mjs            writes what differs
///   node protocol/generate.mjs --check    writes nothing, names what differs, exits 1
///   node protocol/generate.mjs --accept   writes even when a released field has changed
///
/// No dependency, no network, no clock: the same tables give the same bytes.

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from './generate/model.mjs';
import { errorsC, errorsH, messagesH, opsH, tablesC } from './generate/c.mjs';
import { framesC, framesH } from './generate/c_frames.mjs';
import { envelopeTs, errorsTs, guardTs, indexTs, messagesTs, requestShapesTs, shapesTs, typesTs } from './generate/ts.mjs';
import { framesTs } from './generate/ts_frames.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);

/// Path under the top folder -> content.
function outputs(model) {
  const files = new Map();
  files.set('protocol/c/ops.h', opsH(model));
  files.set('protocol/c/messages.h', messagesH(model));
  files.set('protocol/c/tables.c', tablesC(model));
  files.set('protocol/c/errors.h', errorsH(model));
  files.set('protocol/c/errors.c', errorsC(model));
  files.set('protocol/c/frames.h', framesH(model));
  files.set('protocol/c/frames.c', framesC(model));
  files.set('protocol/ts/types.ts', typesTs(model));
  files.set('protocol/ts/messages.ts', messagesTs(model));
  files.set('protocol/ts/envelope.ts', envelopeTs(model));
  files.set('protocol/ts/shapes.ts', shapesTs(model));
  files.set('protocol/ts/requests.ts', requestShapesTs(model));
  files.set('protocol/ts/guard.ts', guardTs(model));
  files.set('protocol/ts/errors.ts', errorsTs(model));
  files.set('protocol/ts/frames.ts', framesTs(model));
  files.set('protocol/ts/index.ts', indexTs(model));
  return files;
}

function main(args) {
  const model = loadModel(here);
  for (const [path, text] of outputs(model)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
}

main(process.argv.slice(2));
