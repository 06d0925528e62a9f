// SPDX-License-Identifier: Apache-2.0
// <img> for a photograph: its room reserved, its size chosen by the browser.

import { html } from '../lib/html.mjs';

function sourceSet(picture) {
  return picture.sources.map(({ url, width }) => `${url} ${width}w`).join(', ');
}

/** `eager` marks the one picture a page is opened for; every other one waits until it is near. */
export function image(picture, { sizes, alt = picture.alt, eager = false }) {
  const [smallest] = picture.sources;
  const loading = eager ? html`fetchpriority="high"` : html`loading="lazy"`;
  const responsive = picture.sources.length > 1 && html` srcset="${sourceSet(picture)}" sizes="${sizes}"`;
  return html`<img src="${smallest.url}"${responsive} width="${picture.width}" height="${picture.height}" alt="${alt}" ${loading} decoding="async">`;
}
