// SPDX-License-Identifier: Apache-2.0

/// Every source file names its licence in one of its first lines; the licence itself is there whole.

const SOURCES = /(\.([ch]|mjs|js|ts|tsx|css|sh|py|cmake)|CMakeLists\.txt|^dev|^\.ci\/run)$/;
const LINES = 3;

export const licences = (tree) => {
  const wrong = tree.paths
    .filter((path) => SOURCES.test(path) && !path.startsWith('protocol/vectors/'))
    .filter((path) => !tree.text(path).split('\n', LINES).some((line) => line.includes('SPDX-License-Identifier: Apache-2.0')))
    .map((path) => `${path}: no SPDX line at its top`);
  if (!tree.paths.includes('LICENSE') || !tree.text('LICENSE').includes('Apache License')) wrong.push('LICENSE: is missing');
  return wrong;
};
