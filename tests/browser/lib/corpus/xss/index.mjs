// SPDX-License-Identifier: Apache-2.0
/// Pages that try to run something, to load something or to go somewhere where they are mirrored. `PWN` stands for a script that
/// tells on itself, `STRAY` for an address that nobody may ask; both name the page.

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const STRAY = 'stray.example';
export const isStray = (url) => URL.canParse(url) && new URL(url).hostname.endsWith(STRAY);

/// What a vector runs: it writes its name on every window it reaches. It holds no quotes, for it stands in attributes.
const pwn = (name) => `for(let w=window,i=0;i<9;i++,w=w.parent)try{(w.vitrinePwned??=[]).push(\`${name}\`)}catch{}`;

/// [{ name, html }], in order.
export const vectors = readdirSync(here).filter((f) => f.endsWith('.html')).sort().map((file) => {
  const name = file.replace('.html', '');
  return { name, html: readFileSync(join(here, file), 'utf8').replaceAll('PWN', pwn(name)).replaceAll('STRAY', `https://${name}.${STRAY}`) };
});
