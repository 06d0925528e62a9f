// SPDX-License-Identifier: Apache-2.0
// The frame of every page: head, header, footer, and the two things that run.
//
// __VITRINE__, __SITE__ and __NONCE__ are filled per request by the server. The shop's own
// module installs the snippet's call queue, so no page needs an inline script.

import { html, jsonBlock } from '../lib/html.mjs';

export const TYPES = ['Rings', 'Earrings', 'Necklaces', 'Bracelets', 'Watches'];

const CARE = [
  ['Delivery', 'Insured and complimentary, in two to five working days, in a box made to be kept.'],
  ['Returns', 'Thirty days, also for pieces on sale. Resizing within a year is ours to pay.'],
  ['Advisers', 'Tuesday to Saturday, 10:00 to 19:00, in English, French and Portuguese.'],
];

function footerBlock([title, text]) {
  return html`<div><h2>${title}</h2><p>${text}</p></div>`;
}

function navLink(type) {
  return html`<li><a href="/?type=${type.toLowerCase()}">${type}</a></li>`;
}

function head({ title, description, assets, structured }) {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
<meta name="theme-color" content="#ffffff">
<link rel="icon" href="${assets.base}/icon.svg" type="image/svg+xml">
${assets.styles.map((name) => html`<link rel="stylesheet" href="${assets.base}/${name}">\n`)}${assets.modules.map((name) => html`<link rel="modulepreload" href="${assets.base}/${name}">\n`)}<script type="application/ld+json">${jsonBlock(structured)}</script>
<script type="module" nonce="__NONCE__" src="${assets.base}/shop.js"></script>
<script async nonce="__NONCE__" src="__VITRINE__/v1/vitrine.js" data-site="__SITE__" data-invite="__INVITE__"></script>
</head>`;
}

/* The left of the header: on a wide screen the kinds of piece, on a phone the way back. A checkout
 * has the way back only, and the front page, whose filter says the kinds, has neither. */
function headerStart({ back, nav }) {
  const backLink = back && html`<a class="back${nav ? ' back-narrow' : ''}" href="${back.href}">${back.label}</a>`;
  const kinds = nav && html`<nav class="nav" aria-label="Pieces"><ul>${TYPES.map(navLink)}</ul></nav>`;
  return html`<div class="header-start">${backLink}${kinds}</div>`;
}

function header(start) {
  return html`<header class="header">
<a class="skip" href="#main">Skip to content</a>
${headerStart(start)}
<a class="wordmark" href="/" aria-label="Maison Vitrine, all pieces">Maison Vitrine</a>
${start.back?.href !== '/bag/' && html`<a class="bag-link" href="/bag/">Bag <span class="bag-count" data-bag-count hidden></span></a>`}
</header>`;
}

function footer() {
  return html`<footer class="footer">
<div class="footer-blocks">${CARE.map(footerBlock)}
<div><h2>Branches</h2><p>14 rue des Lapidaires, Paris<br>Rua do Ourives 31, Lisbon</p></div></div>
<p class="small" data-account hidden><button type="button" class="link" data-account-turn>Sign in as Ada, a regular</button></p>
<p class="small">Maison Vitrine is a demonstration. Nothing here is sold and no payment is taken.</p>
</footer>`;
}

/** `structured` is the page's JSON-LD; `name` tells the browser code which page this is. */
export function page({ name, title, description, assets, structured, main, back = null, nav = true }) {
  return `<!doctype html>\n${html`<html lang="en">
${head({ title, description, assets, structured })}
<body data-page="${name}" data-has-account="__ACCOUNT__">
${header({ back, nav })}
<main id="main" tabindex="-1">
${main}
</main>
${footer()}
<div class="notice" data-notice role="status" aria-live="polite"></div>
</body>
</html>`}\n`;
}
