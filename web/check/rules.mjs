// SPDX-License-Identifier: Apache-2.0

/// The rules of the browser side that a type checker does not know. Pure: text in, complaints out.

/// Who may import whom; everyone may import what lies in the own folder. `types` is for type-only imports.
export const MAY = {
  protocol: [], ui: [], transport: ['protocol'], detect: ['protocol'], viewer: ['ui', 'protocol'], mirror: ['protocol'], 'mirror-page': ['protocol'],
  loader: [], widget: ['transport', 'detect', 'ui', 'protocol'], console: ['transport', 'viewer', 'ui', 'protocol', 'reports'], admin: ['ui', 'protocol', 'reports'], reports: ['ui'], phone: ['transport', 'ui'], recap: ['ui'], shop: [],
};
const TYPES_ONLY = { loader: ['widget'], widget: ['mirror'], console: ['mirror-page'] };
/// Where the widget's side and the viewer meet: each becomes a chunk of its own.
const CHUNK_ENTRIES = { 'widget/src/viewer-chunk.ts': ['viewer'], 'widget/src/viewer-tools-chunk.ts': ['viewer'],
  'widget/src/viewer-tiles-chunk.ts': ['viewer'], 'widget/src/viewer-compare-chunk.ts': ['viewer'], 'widget/src/viewer-ask-chunk.ts': ['viewer'],
  'widget/src/viewer-spin-chunk.ts': ['viewer'], 'widget/src/viewer-spin-bar-chunk.ts': ['viewer'], 'widget/src/viewer-film-chunk.ts': ['viewer'],
  'widget/guest/look.ts': ['viewer'], 'widget/src/mirror-chunk.ts': ['mirror'], 'widget/src/hand-chunk.ts': ['mirror'] };
const PACKAGES = { widget: [], mirror: ['@rrweb/record'], 'mirror-page': ['@rrweb/replay'], reports: ['preact', 'preact/hooks'], console: ['preact', 'preact/hooks', '@preact/signals'], admin: ['preact', 'preact/hooks', '@preact/signals'], ui: ['uqr'] };

const LINES_MAX = 800;
const FORBIDDEN = [
  [/\b(innerHTML(?!\?: never)|outerHTML|insertAdjacentHTML|document\.write|srcdoc)\b/, 'puts text into the page as HTML'],
  [/\beval\s*\(|new Function\s*\(|set(?:Timeout|Interval)\(\s*['"`]/, 'runs text as code'],
  [/setAttribute\(\s*['"]style['"]|<style[\s>]|\.cssText\b/, 'writes an inline style'],
  [/UNSAFE_/, 'runs what the mirrored page holds'],
  [/allow-(?:scripts|forms|popups|modals|top-navigation|downloads|pointer-lock|presentation|orientation-lock|storage-access)/, 'opens the frame of the mirror'],
  // The admin pages ask before unsaved changes are thrown away, and only while there are some.
  [/\b(?:before)?unload['"]/, 'keeps the page out of the back/forward cache', 'admin/src/main.tsx'],
  [/postMessage\([^)]*,\s*['"]\*['"]/, 'tells every origin'],
];

/// Code without comments and without what only looks like it; line numbers stay.
const strip = (text) => text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' ')).replace(/(^|[^:'"`\w])\/\/[^\n]*/g, '$1');

function* imports(text) {
  for (const m of text.matchAll(/^\s*(import|export)\s+(type\s)?[^'"`;]*?from\s+['"]([^'"]+)['"]|^\s*import\s+()()['"]([^'"]+)['"]|\bimport\(()()()()['"]([^'"]+)['"]/gm)) {
    yield { isType: !!m[2], from: m[3] ?? m[6] ?? m[11], line: text.slice(0, m.index).split('\n').length };
  }
}

/// The folder under web/ an import leads to, or null for a package.
function folderOf(path, from) {
  if (from.startsWith('@vitrine/')) return from.split('/')[1];
  if (!from.startsWith('.')) return null;
  const parts = path.split('/').slice(0, -1);
  for (const p of from.split('/')) {
    if (p === '..') parts.pop();
    else if (p !== '.') parts.push(p);
  }
  return parts[0] ?? '';
}

/// Complaints about one file; `path` counts from web/.
export function complaints(path, source) {
  const found = [];
  const part = path.split('/')[0];
  const text = strip(source);
  const say = (line, what) => found.push(`${path}:${line}: ${what}`);
  const lines = source.split('\n').length;
  if (lines > LINES_MAX) say(lines, `is longer than ${LINES_MAX} lines`);
  if (!source.slice(0, 200).includes('SPDX-License-Identifier: Apache-2.0')) say(1, 'has no SPDX line');
  if (part in MAY) {
    for (const { isType, from, line } of imports(text)) {
      const to = folderOf(path, from);
      const good = to === null
        ? (PACKAGES[part] ?? []).includes(from)
        : to === part || MAY[part].includes(to) || (CHUNK_ENTRIES[path] ?? []).includes(to) || (isType && (TYPES_ONLY[part] ?? []).includes(to))
          || (part === 'protocol' && from.startsWith('../../protocol/ts/'));
      if (!good) say(line, `${part} may not import ${from}`);
    }
  }
  for (const [i, line] of text.split('\n').entries()) {
    for (const [pattern, why, except] of FORBIDDEN) if (path !== except && pattern.test(line)) say(i + 1, `${why}: ${line.trim().slice(0, 80)}`);
  }
  return found;
}
