// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { cleanCss } = await load('../src/css.ts');
const { cleanUrl, cleanSrcset } = await load('../src/urls.ts');

test('what is harmless stays letter for letter', () => {
  for (const css of [
    'a{color:red}', '@media (min-width:3px){.x::before{content:"url(\'javascript:\')"}}', '/* @import "x" */ b{}', 'a{--x:{y:z}}',
    '@font-face{font-family:"A B";src:local("A")}', 'a{grid-template-areas:"a b" "c d"}', 'p{width:calc(1px + (2px * 3))}/* rr_split */i{}',
    '.a\\:b:hover{color:#fff}', '@layer base,theme;', '@container card (width > 30em){a{b:c}}', 'a{content:"\\201C"}',
  ]) assert.equal(cleanCss(css), css);
});

test('addresses: http(s) and data of pictures and letters stay, everything else becomes nothing', () => {
  assert.equal(cleanCss('a{background:url(https://shop.example/a.png) no-repeat}'), 'a{background:url("https://shop.example/a.png") no-repeat}');
  assert.equal(cleanCss("a{mask:url( 'data:image/png;base64,AAAA' )}"), 'a{mask:url("data:image/png;base64,AAAA")}');
  assert.equal(cleanCss('a{fill:url(#gem)}'), 'a{fill:url("#gem")}');
  for (const bad of [
    'url(javascript:alert(1))', 'url(/api/v1/me)', 'url("../x")', 'url(//evil.example/x)', 'URL(ftp://x/)', 'u\\72l(file:///etc/passwd)', '\\75 rl(about:blank)',
    'url("data:text/html,<script>")', "url('blob:https://x/y')", 'url(ht\\tps:x)', 'url(', 'url("', 'url(https://user:pw@x/)',
  ]) {
    const out = cleanCss(`a{background:${bad}}`);
    assert.match(out, /url\("data:,"\)/, `${bad} -> ${out}`);
    assert.doesNotMatch(out.replace('data:,', ''), /javascript|api|evil|ftp|file|about|text|blob|user/i);
  }
  assert.equal(cleanCss('a{background:image-set("https://s.example/1.png" 1x, "/api/x" 2x)}'), 'a{background:image-set("https://s.example/1.png" 1x, "data:," 2x)}');
  assert.equal(cleanCss('a{--u:\\55RL(/x)}'), 'a{--u:url("data:,")}');
});

test('@import goes however it is written', () => {
  for (const css of ['@import "https://evil.example/x.css";', '@IMPORT url(https://evil.example/x.css) screen;', '@\\69mport "https://evil.example/x";', '@i\\6d port/**/"https://evil.example/;";',
    '@import "https://evil.example/a.css"']) {
    const out = cleanCss(`${css}a{b:c}`);
    assert.doesNotMatch(out, /evil/, `${css} -> ${out}`);
  }
  assert.equal(cleanCss('@import "x";a{b:c}'), 'a{b:c}');
  assert.equal(cleanCss('a{b:c}@import "x";d{e:f}'), 'a{b:c}d{e:f}');
});

test('a long sheet is read in time that grows with its length', () => {
  const css = '.a{background:url(https://s.example/x.png);color:red}'.repeat(8000);
  const from = performance.now();
  assert.equal(cleanCss(css).match(/url\("https/g).length, 8000);
  for (const nasty of ['('.repeat(200_000), '\\'.repeat(200_000), '"'.repeat(200_000), '/*'.repeat(200_000), 'url('.repeat(50_000), '@import'.repeat(40_000)]) cleanCss(nasty);
  assert.ok(performance.now() - from < 4000);
});

test('addresses alone and in a srcset', () => {
  assert.equal(cleanUrl(' java\nscript:alert(1)'), null);
  assert.equal(cleanUrl('\u0001https://a.example/x'), 'https://a.example/x');
  assert.equal(cleanUrl('ht\ntps://a.example/x'), 'https://a.example/x');
  assert.equal(cleanSrcset('https://a.example/1.png 1x, javascript:x 2x, https://a.example/a,b.png 3x'), 'https://a.example/1.png 1x, https://a.example/a,b.png 3x');
  assert.equal(cleanSrcset('data:image/png;base64,AA== 1x,https://a.example/2.png 480w'), 'data:image/png;base64,AA== 1x, https://a.example/2.png 480w');
  assert.equal(cleanSrcset('/api/v1/me 1x'), null);
});
