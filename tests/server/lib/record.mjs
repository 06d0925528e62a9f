// SPDX-License-Identifier: Apache-2.0
/// What goes over the wire is written down, so that the last test file can hold every message of the server
/// against its schema and name the operations no test used. One file a process, in the folder VITRINE_TRAFFIC.

import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.VITRINE_TRAFFIC;
const FLUSH_LINES = 500;
let lines = [];

function flush() {
  if (folder && lines.length) {
    mkdirSync(folder, { recursive: true });
    appendFileSync(join(folder, `${process.pid}.ndjson`), `${lines.join('\n')}\n`);
  }
  lines = [];
}

/// `kind` is event, reply, refusal, request, notice, frame; `dir` up or down.
export function record(dir, kind, op, message) {
  if (!folder) return;
  lines.push(JSON.stringify({ dir, kind, op, message }));
  if (lines.length >= FLUSH_LINES) flush();
}

process.on('exit', flush);
