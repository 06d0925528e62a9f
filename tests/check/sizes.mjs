// SPDX-License-Identifier: Apache-2.0

/// Files and functions that have outgrown a reader: a C function past 150 lines, a file past 1000, TypeScript past 800.

const FUNCTION_MOST = 150;
const LIMITS = [
  [/\.[ch]$/, 1000],
  [/\.tsx?$/, 800],
  [/\.mjs$/, 800],
];
const GENERATED = /^protocol\/(c|ts|docs|vectors)\/|\.d\.ts$/;

const tooLong = (path, text) => {
  const limit = LIMITS.find(([files]) => files.test(path))?.[1];
  const lines = text.split('\n').length - 1;
  return limit && lines > limit ? [`${path}: ${lines} lines, more than ${limit}`] : [];
};

/// clang-format puts a function's braces in the first column, so no parser is needed.
const longFunctions = (path, text) => {
  const wrong = [];
  let start = 0;
  text.split('\n').forEach((line, index) => {
    if (line === '{') start = index + 1;
    if (line !== '}' || start === 0) return;
    const lines = index + 1 - start + 1;
    if (lines > FUNCTION_MOST) wrong.push(`${path}:${start}: a function of ${lines} lines, more than ${FUNCTION_MOST}`);
    start = 0;
  });
  return wrong;
};

export const sizes = (tree) =>
  tree.paths
    .filter((path) => LIMITS.some(([files]) => files.test(path)) && !GENERATED.test(path))
    .flatMap((path) => [...tooLong(path, tree.text(path)), ...(/\.c$/.test(path) ? longFunctions(path, tree.text(path)) : [])]);
