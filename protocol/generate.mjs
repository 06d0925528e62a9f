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
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel } from './generate/model.mjs';
import { errorsC, errorsH, messagesH, opsH, tablesC } from './generate/c.mjs';
import { framesC, framesH } from './generate/c_frames.mjs';
import { envelopeTs, errorsTs, guardTs, indexTs, messagesTs, requestShapesTs, shapesTs, typesTs } from './generate/ts.mjs';
import { framesTs } from './generate/ts_frames.mjs';
import { vectorFiles } from './generate/vectors.mjs';
import { breaches, fieldsText } from './generate/compat.mjs';
import { protocolMd } from './generate/docs.mjs';
import { asyncapiJson } from './generate/asyncapi.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(here);
const FIELDS = 'protocol/docs/fields.json';

/// Path under the top folder -> content.
function outputs(model) {
  const files = new Map();
  files.set('protocol/c/.clang-format', 'DisableFormat: true\n');
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
  files.set('protocol/docs/PROTOCOL.md', protocolMd(model));
  files.set('protocol/docs/asyncapi.json', asyncapiJson(model));
  files.set(FIELDS, fieldsText(model));
  const vectors = vectorFiles(model);
  for (const [path, text] of [...vectors.files, ...vectors.seeds]) files.set(path, text);
  return files;
}

/// Folders that hold nothing but what is made here: a file nobody makes any more goes.
const OWN_FOLDERS = ['protocol/c', 'protocol/ts', 'protocol/docs', 'protocol/vectors'];

function staleFiles(files) {
  return OWN_FOLDERS.filter((folder) => existsSync(join(top, folder)))
    .flatMap((folder) => readdirSync(join(top, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => !files.has(path));
}

function differs(path, content) {
  const full = join(top, path);
  return !existsSync(full) || !readFileSync(full).equals(Buffer.from(content));
}

function write(path, content) {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), content);
}

function snapshot() {
  const path = join(top, FIELDS);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function main(args) {
  const unknown = args.filter((arg) => !['--check', '--accept'].includes(arg));
  if (unknown.length) throw new Error(`unknown option ${unknown[0]}; there are --check and --accept`);
  const model = loadModel(here);
  const refused = args.includes('--accept') ? [] : breaches(model, snapshot());
  for (const sentence of refused) console.error(`refused: ${sentence}`);
  if (refused.length) return 1;

  const files = outputs(model);
  const changed = [...files].filter(([path, content]) => differs(path, content)).map(([path]) => path);
  const stale = staleFiles(files);
  if (args.includes('--check')) {
    for (const path of changed) console.error(`differs from what the tables give: ${path}`);
    for (const path of stale) console.error(`is made by nothing: ${path}`);
    if (changed.length + stale.length) console.error('run: node protocol/generate.mjs');
    return changed.length + stale.length ? 1 : 0;
  }
  for (const path of changed) write(path, files.get(path));
  for (const path of stale) rmSync(join(top, path));
  if (changed.length + stale.length) console.log(`${changed.length} written, ${stale.length} removed`);
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
