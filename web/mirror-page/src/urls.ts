// SPDX-License-Identifier: Apache-2.0

/// Which addresses of a mirrored page may be asked for. A relative one would be ours, not the shop's: it goes. The policy of
/// this document bounds the hosts; here only the kind of address is judged.

const URL_MAX = 2_000_000;

/// Pictures and letters that come inside the address. A picture in SVG runs nothing and loads nothing where a picture belongs.
const DATA = /^data:(?:image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml)|font\/[a-z0-9+.-]+|application\/(?:x-)?font-[a-z0-9-]+)[;,]/i;

// Browsers drop these anywhere in an address, and blanks around it, before they look at its scheme.
// eslint-disable-next-line no-control-regex
const IGNORED = /[\t\n\r]|^[\u0000-\u0020]+|[\u0000-\u0020]+$/g;

/// The address when it may be asked for, else null.
export function cleanUrl(raw: string): string | null {
  if (raw.length > URL_MAX) return null;
  const url = raw.replace(IGNORED, '');
  if (DATA.test(url)) return url;
  if (!/^https?:\/\//i.test(url)) return null;
  try {
    const { username, password } = new URL(url);
    return username === '' && password === '' ? url : null;
  } catch {
    return null;
  }
}

/// `srcset`: each candidate for itself. One that is not good goes, the others stay.
export function cleanSrcset(raw: string): string | null {
  const kept: string[] = [];
  // An address holds no blank; a comma at its end parts the candidates, one inside belongs to it (as in `data:`).
  for (const [, url = '', size = ''] of raw.matchAll(/\s*,*\s*([^\s,]\S*[^\s,]|[^\s,])(?:\s+([0-9.]+[wxh]))?\s*(?:,|$)/g)) {
    const good = cleanUrl(url);
    if (good !== null) kept.push(size === '' ? good : `${good} ${size}`);
  }
  return kept.length === 0 ? null : kept.join(', ');
}
