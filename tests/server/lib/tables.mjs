// SPDX-License-Identifier: Apache-2.0
/// The store's tables, read and changed from outside: a file of SQLite, or, in the second pass, a schema of PostgreSQL for each server.

import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';

/// Where the second pass has its database (postgres.mjs), as a URI; none: SQLite.
const base = process.env.VITRINE_TEST_STORE;
export const isPostgres = Boolean(base);

const schemaOf = (data) => basename(data).toLowerCase().replace(/[^a-z0-9]/g, '_');

/// What `--store` is for a server with this data directory; undefined: nothing.
export const storeOf = (data) => base && `${base}&options=${encodeURIComponent(`-csearch_path=${schemaOf(data)}`)}`;

const psql = (data, script) =>
  execFileSync('psql', ['-XqAt', '-v', 'ON_ERROR_STOP=1', storeOf(data)], { input: script, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();

export const dropTables = (data) => base && psql(data, `SET client_min_messages=error; DROP SCHEMA IF EXISTS ${schemaOf(data)} CASCADE`);

/// Whether a row holds the text: in PostgreSQL, where no file of ours can be looked into.
export const tablesHold = (data, text) => Boolean(base) && execFileSync('pg_dump', ['--data-only', '--inserts', '-n', schemaOf(data), base], { encoding: 'utf8', maxBuffer: 1 << 28 }).includes(text);

const literal = (value) => (typeof value === 'number' ? String(value) : value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);

const PROGRAM = `import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
rows = db.execute(sys.argv[2], json.loads(sys.argv[3])).fetchall()
db.commit()
print(json.dumps(rows))`;

/// One statement, whether or not the server runs: its rows as lists.
export function query(server, sql, ...values) {
  if (!base) return JSON.parse(execFileSync('python3', ['-c', PROGRAM, join(server.data, 'store.db'), sql, JSON.stringify(values)], { encoding: 'utf8' }));
  const left = [...values];
  const text = sql
    .replaceAll('?', () => literal(left.shift()))
    .replaceAll('json_object(', 'json_build_object(')
    .replace(/json_set\((\w+), '\$\.(\w+)', (\d+)\)/g, "jsonb_set($1::jsonb, '{$2}', '$3')::text")
    .replace(/json_remove\((\w+), '\$\.(\w+)'\)/g, "($1::jsonb - '$2')::text");
  if (!/^\s*select/i.test(text)) return psql(server.data, text) && [];
  return JSON.parse(psql(server.data, `SELECT coalesce(json_agg((SELECT json_agg(value) FROM json_each(row_to_json(one)))), '[]') FROM (${text}) one`));
}

const SCRIPT = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
db.executescript(sys.stdin.read())`;

/// Several statements that only change.
export const change = (server, script) => (base ? psql(server.data, script) : execFileSync('python3', ['-c', SCRIPT, join(server.data, 'store.db')], { input: script }));
