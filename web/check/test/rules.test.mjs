// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaints } from '../rules.mjs';

const head = '// SPDX-License-Identifier: Apache-2.0\n';
const of = (path, text) => complaints(path, head + text).map((c) => c.replace(/^[^ ]+ /, ''));

test('who may import whom', () => {
  assert.deepEqual(of('widget/src/a.ts', "import { x } from '../../transport/core.js';\nimport { y } from './b.js';\n"), []);
  assert.equal(of('widget/src/a.ts', "import { x } from '../../console/src/a.js';\n").length, 1);
  assert.equal(of('widget/src/a.ts', "import { createViewer } from '../../viewer/index.js';\n").length, 1);
  assert.deepEqual(of('widget/src/viewer-chunk.ts', "import { createViewer } from '../../viewer/index.js';\n"), []);
  assert.equal(of('viewer/a.ts', "import { x } from '@vitrine/transport';\n").length, 1);
  assert.equal(of('loader/src/a.ts', "import { x } from '../../widget/src/api.js';\n").length, 1);
  assert.deepEqual(of('loader/src/a.ts', "import type { X } from '../../widget/src/api.js';\n"), []);
  assert.equal(of('transport/a.ts', "import {\n  a,\n  b,\n} from 'preact';\n").length, 1);
  assert.equal(of('widget/src/a.ts', "void import('../../console/src/main.js');\n").length, 1);
  assert.deepEqual(of('protocol/index.ts', "export * from '../../protocol/ts/index.js';\n"), []);
});

test('nothing becomes HTML, code or an inline style', () => {
  for (const bad of ['n.innerHTML = x;', 'n.insertAdjacentHTML("beforeend", x);', 'eval(x);', 'new Function(x);', "n.setAttribute('style', x);",
    'setTimeout("go()", 1);', "addEventListener('beforeunload', f);", "w.postMessage(x, '*');", 'n.style.cssText = x;']) {
    assert.equal(of('widget/src/a.ts', bad).length, 1, bad);
  }
  assert.deepEqual(of('admin/src/main.tsx', "addEventListener('beforeunload', f);"), [], 'the one page with something to lose');
  assert.equal(of('admin/src/api.ts', "addEventListener('beforeunload', f);").length, 1);
  assert.deepEqual(of('widget/src/a.ts', '// innerHTML is not used\n/* eval(x) */\nn.textContent = x;\nsetTimeout(() => go(), 1);\n'), []);
});

test('length and licence', () => {
  assert.equal(complaints('ui/a.ts', 'export {};\n').length, 1);
  assert.equal(of('ui/a.ts', 'export {};\n'.repeat(900)).length, 1);
});
