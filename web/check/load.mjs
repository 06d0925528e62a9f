// SPDX-License-Identifier: Apache-2.0
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/// Bundles one TypeScript module and imports it, so that tests run what ships, not a second reading of the types.
export async function load(url) {
  const made = await build({
    entryPoints: [fileURLToPath(url)], bundle: true, format: 'esm', write: false, target: 'es2022',
    jsx: 'automatic', jsxImportSource: 'preact', define: { __VERSION__: '"test"', __CHUNKS__: '{}', __WORDS__: '""', __LANGS__: '[]', __LABELS__: '{}' },
  });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}
