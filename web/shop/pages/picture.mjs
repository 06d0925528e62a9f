// SPDX-License-Identifier: Apache-2.0
// <img> for a photograph: its room reserved, its size chosen by the browser.

import { html } from '../lib/html.mjs';

function sourceSet(picture) {
  return picture.sources.map(({ url, width }) => `${url} ${width}w`).join(', ');
}

const LOADING = { first: html` fetchpriority="high"`, soon: null, near: html` loading="lazy"` };

/** `when` is `first` for the picture a page is opened for, `soon` for others in the first view, else `near`. */
export function image(picture, { sizes, alt = picture.alt, when = 'near' }) {
  const [smallest] = picture.sources;
  const responsive = picture.sources.length > 1 && html` srcset="${sourceSet(picture)}" sizes="${sizes}"`;
  return html`<img src="${smallest.url}"${responsive} width="${picture.width}" height="${picture.height}" alt="${alt}"${LOADING[when]} decoding="async">`;
}
