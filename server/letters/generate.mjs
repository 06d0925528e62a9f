// SPDX-License-Identifier: Apache-2.0

/// Writes server/letter_words.h and .c: what is mailed to customers, in their language. The words a mail shares with the recap
/// page are the page's own (web/recap/locales), the rest stands beside this file. `--check` writes nothing and fails where the
/// committed files differ, a locale lacks a word, or a blank of English is missing in another.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const page = join(here, '../../web/recap/locales');
const SHARED = ['title', 'with', 'on', 'said', 'you', 'picture', 'film', 'file', 'product'];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const locales = readdirSync(here).filter((name) => name.endsWith('.json')).sort().map((name) => {
  const { words, ...rest } = read(join(here, name));
  const shown = read(join(page, name));
  return { lang: name.replace('.json', ''), ...rest, words: { ...Object.fromEntries(SHARED.map((key) => [key, shown[key]])), ...words } };
});
const english = locales.find(({ lang }) => lang === 'en');
const keys = Object.keys(english.words);

const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
for (const { lang, words, months } of locales) {
  const odd = [...keys.filter((key) => !words[key] || blanks(words[key]) !== blanks(english.words[key])), ...Object.keys(words).filter((key) => !keys.includes(key))];
  if (odd.length || months.length !== 12) throw new Error(`${lang}: ${odd.join(', ') || 'a year has 12 months'}`);
}

const made = '/* Made by server/letters/generate.mjs; not to be edited. */';
const c = (text) => JSON.stringify(text); // UTF-8 as it is, quotes and backslashes escaped
const name = (key) => `VT_LETTER_${key.toUpperCase()}`;
const header = `/* SPDX-License-Identifier: Apache-2.0 */
${made}
#ifndef VT_LETTER_WORDS_H
#define VT_LETTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
enum vt_letter_word {
${keys.map((key) => `    ${name(key)}, /* ${english.words[key]} */`).join('\n')}
    VT_LETTER_WORDS
};
/* clang-format on */

struct vt_letter_locale {
    const char *lang; /* the base of BCP 47 */
    bool is_rtl;
    const char *date;         /* with {day} {month} {year} */
    const char *point, *group; /* of a number */
    const char *money;        /* with {number} {symbol} */
    const char *months[12];
    const char *words[VT_LETTER_WORDS];
};

/* English among them. */
extern const struct vt_letter_locale vt_letter_locales[];
extern const size_t vt_letter_locales_n;

#endif
`.replace('const char *date;         /*', 'const char *date;          /*').replace('const char *money;        /*', 'const char *money;         /*');
const table = `/* SPDX-License-Identifier: Apache-2.0 */
${made}
#include "server/letter_words.h"

/* clang-format off */
const struct vt_letter_locale vt_letter_locales[] = {
${locales.map((l) => `    { .lang = ${c(l.lang)}, .is_rtl = ${l.rtl}, .date = ${c(l.date)}, .point = ${c(l.point)}, .group = ${c(l.group)}, .money = ${c(l.money)},
      .months = { ${l.months.map(c).join(', ')} },
      .words = {
${keys.map((key) => `          [${name(key)}] = ${c(l.words[key])},`).join('\n')}
      } },`).join('\n')}
};
/* clang-format on */
const size_t vt_letter_locales_n = sizeof(vt_letter_locales) / sizeof(vt_letter_locales[0]);
`;

let stale = 0;
for (const [file, text] of [['letter_words.h', header], ['letter_words.c', table]]) {
  const path = join(here, '..', file);
  let was = '';
  try { was = readFileSync(path, 'utf8'); } catch { /* not yet */ }
  if (was === text) continue;
  stale++;
  if (process.argv.includes('--check')) console.log(`server/${file} is not what server/letters says`);
  else writeFileSync(path, text);
}
process.exitCode = process.argv.includes('--check') && stale ? 1 : 0;
