// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { isLocal, qr } = await load(new URL('../qr.ts', import.meta.url));

/// The modules that a path of ours covers, as rows of booleans.
function modules({ size, path }) {
  const dark = Array.from({ length: size }, () => Array(size).fill(false));
  for (const [, x, y, w] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) for (let i = 0; i < Number(w); i++) dark[Number(y)][Number(x) + i] = true;
  return dark;
}

test('a code has its three finders within a quiet zone of four modules', () => {
  const code = qr('https://help.shop.example/phone/#mZ0fK2v9mZ0fK2v9mZ0fKw');
  const dark = modules(code);
  const finder = ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'];
  const far = code.size - 4 - 7;
  for (const [x, y] of [[4, 4], [far, 4], [4, far]]) {
    for (let j = 0; j < 7; j++) assert.equal(dark[y + j].slice(x, x + 7).map(Number).join(''), finder[j]);
  }
  for (let i = 0; i < code.size; i++) for (const edge of [0, 1, 2, 3, code.size - 1, code.size - 4]) assert.ok(!dark[edge][i] && !dark[i][edge]);
  assert.equal((code.size - 8 - 17) % 4, 0, 'a size that the standard knows');
});

test('addresses that a phone cannot mean', () => {
  for (const url of ['http://localhost:8080/phone/', 'http://127.0.0.1:8080/', 'http://127.9.9.9/', 'http://[::1]:8080/', 'http://shop.localhost/']) assert.ok(isLocal(url), url);
  for (const url of ['http://192.168.1.5:8080/phone/', 'https://help.shop.example/', 'http://localhost.shop.example/', 'http://127.shop.example/']) assert.ok(!isLocal(url), url);
});
