// SPDX-License-Identifier: Apache-2.0
/// The generator on a copy of the tables: what it refuses, and that --check sees what differs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function copy() {
  const folder = mkdtempSync(join(tmpdir(), 'vt-protocol-'));
  folders.push(folder);
  cpSync(join(top, 'protocol'), join(folder, 'protocol'), { recursive: true });
  cpSync(join(top, 'tests/fuzz/corpus'), join(folder, 'tests/fuzz/corpus'), { recursive: true });
  return folder;
}

function generate(folder, ...args) {
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'protocol/generate.mjs'), ...args], { encoding: 'utf8' });
  return { status, stderr };
}

function change(folder, file, edit) {
  const path = join(folder, 'protocol', file);
  const json = JSON.parse(readFileSync(path, 'utf8'));
  edit(json);
  writeFileSync(path, JSON.stringify(json));
}

test('what is committed is what the tables give', () => {
  const result = generate(copy(), '--check');
  assert.deepEqual(result, { status: 0, stderr: '' });
});

test('an edited file is named', () => {
  const folder = copy();
  writeFileSync(join(folder, 'protocol/c/ops.h'), 'edited');
  const { status, stderr } = generate(folder, '--check');
  assert.equal(status, 1);
  assert.match(stderr, /protocol\/c\/ops\.h/);
  assert.equal(readFileSync(join(folder, 'protocol/c/ops.h'), 'utf8'), 'edited');
});

test('a file nobody makes is named, and goes', () => {
  const folder = copy();
  writeFileSync(join(folder, 'protocol/ts/old.ts'), '');
  assert.match(generate(folder, '--check').stderr, /protocol\/ts\/old\.ts/);
  assert.equal(generate(folder).status, 0);
  assert.equal(generate(folder, '--check').status, 0);
});

test('a changed field is refused, with and without --check', () => {
  const folder = copy();
  change(folder, 'messages/chat.json', (json) => { json.$defs['chat.read'].properties.read['x-c'] = 'u16'; });
  for (const args of [[], ['--check']]) {
    const { status, stderr } = generate(folder, ...args);
    assert.equal(status, 1);
    assert.match(stderr, /refused: msg chat\.read\/read was "u32/);
  }
  assert.equal(generate(folder, '--accept').status, 0);
  assert.equal(generate(folder, '--check').status, 0);
});

test('a field that goes is refused', () => {
  const folder = copy();
  change(folder, 'messages/types.json', (json) => { delete json.$defs.page.properties.ts; });
  assert.match(generate(folder).stderr, /type page\/ts .* is gone/);
});

test('a new field says since when, and is not required', () => {
  const folder = copy();
  const field = { type: 'string', maxLength: 10 };
  change(folder, 'messages/chat.json', (json) => { json.$defs['chat.read'].properties.mood = field; });
  assert.match(generate(folder).stderr, /msg chat\.read\/mood is new in something old and has no x-since/);
  field['x-since'] = 2;
  change(folder, 'messages/chat.json', (json) => { Object.assign(json.$defs['chat.read'], { required: ['read', 'mood'] }).properties.mood = field; });
  assert.match(generate(folder).stderr, /mood is new and required/);
  change(folder, 'messages/chat.json', (json) => { json.$defs['chat.read'].required = ['read']; });
  assert.equal(generate(folder).status, 0);
  assert.match(readFileSync(join(folder, 'protocol/c/messages.h'), 'utf8'), /struct vt_str mood;/);
});

test('a new message needs no more than its row', () => {
  const folder = copy();
  change(folder, 'messages/chat.json', (json) => {
    json.$defs['chat.wave'] = { ...json.$defs['chat.typing'], 'x-since': 2, description: 'Waves.' };
  });
  assert.equal(generate(folder).status, 0);
  assert.match(readFileSync(join(folder, 'protocol/c/ops.h'), 'utf8'), /VT_OP_CHAT_WAVE/);
  assert.match(readFileSync(join(folder, 'protocol/ts/messages.ts'), 'utf8'), /'chat\.wave'/);
});

for (const [what, edit, message] of [
  ['a text without limit', (row) => { row.properties.x = { type: 'string' }; }, /needs maxLength/],
  ['a list without limit', (row) => { row.properties.x = { type: 'array', items: { type: 'boolean' } }; }, /needs maxItems/],
  ['an unknown type', (row) => { row.properties.x = { $ref: '#/$defs/nobody' }; }, /no type/],
  ['an unknown role', (row) => { row['x-from'] = ['king']; }, /unknown role king/],
  ['an unknown state', (row) => { row['x-states'] = ['asleep']; }, /unknown state asleep/],
  ['a missing column', (row) => { delete row['x-rate']; }, /needs x-rate/],
  ['a required field that is not there', (row) => { row.required = ['x']; }, /required x/],
]) {
  test(`${what} is refused`, () => {
    const folder = copy();
    change(folder, 'messages/chat.json', (json) => edit(json.$defs['chat.typing']));
    const { status, stderr } = generate(folder);
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.match(stderr, /chat\.typing/);
  });
}
