// SPDX-License-Identifier: Apache-2.0
/// The corpus: name -> page. Each brings secrets along that must not leave with it.
import { layout } from './layout.mjs';
import { look } from './look.mjs';
import { parts } from './parts.mjs';

export const SECRETS = ['hunter2-secret', '4242 4242 4242 4242', 'DE89 3704 0044 0532 0130 00', 'someone@private.example', 'hidden-token-77'];

/// Out of sight, so that they change nothing of how the page looks; a form of secrets is as private as one that is seen.
const planted = `<form style="position:absolute;top:-9999px"><input type="password" value="${SECRETS[0]}"><input autocomplete="cc-number" value="${SECRETS[1]}"><p>${SECRETS[1]} ${SECRETS[2]}</p>
<input type="email" value="${SECRETS[3]}"><input type="hidden" value="${SECRETS[4]}"><a href="/x?token=${SECRETS[4]}">x</a><img src="/pic/1.svg?k=${SECRETS[4]}" title="${SECRETS[3]}" alt="${SECRETS[3]}" width="1"><div data-token="${SECRETS[4]}"></div></form>`;

const whole = (page) => {
  const { html, quirks } = typeof page === 'string' ? { html: page } : page;
  const root = /^<html[^>]*>/.exec(html)?.[0] ?? '<html lang="en">';
  return `${quirks ? '' : '<!doctype html>'}${root}<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>t</title></head><body>${html.replace(/^<html[^>]*>/, '')}${planted}</body></html>`;
};

export const corpus = Object.fromEntries(Object.entries({ ...layout, ...look, ...parts }).map(([name, page]) => [name, whole(page)]));

export const frames = {
  inner: '<!doctype html><style>body{background:#eef;font:18px sans-serif}b{color:#a33}</style><b>Inside</b> a frame of the same origin',
  outer: '<!doctype html><p>Outer</p><iframe src="/frame/inner" width="300" height="160"></iframe>',
};
