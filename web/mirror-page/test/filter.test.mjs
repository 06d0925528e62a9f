// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { Filter, Malformed } = await load('../src/filter.ts');
const texts = new Map();
const drawn = new Map();
const filter = () => new Filter({ tag: (id) => drawn.get(id), css: (hash) => texts.get(hash) });

let n = 0;
const el = (tagName, attributes = {}, childNodes = [], more = {}) => ({ type: 2, id: ++n + 10, tagName, attributes, childNodes, ...more });
const txt = (textContent) => ({ type: 3, id: ++n + 10, textContent });
const page = (...body) => [{ type: 4, data: { href: 'https://x/', width: 390, height: 844 } },
  { type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 1, id: 2, name: 'html', publicId: '', systemId: '' }, el('html', {}, [el('head'), el('body', {}, body)])] }, initialOffset: { top: 3, left: 0 } } }];
const body = (ops) => ops[1].data.node.childNodes[1].childNodes[1].childNodes;
const only = (node) => body(filter().ops(page(node)))[0];

test('a page comes through, its order and ids kept', () => {
  const ops = filter().ops(page(el('p', { class: 'a', style: 'color:red' }, [txt('Hello')]), { type: 5, id: 900, textContent: '<script>' }));
  assert.deepEqual(ops[0], { type: 4, data: { width: 390, height: 844 } });
  const [p, comment] = body(ops);
  assert.equal(p.tagName, 'p');
  assert.deepEqual(p.attributes, { class: 'a', style: 'color:red' });
  assert.equal(p.childNodes[0].textContent, 'Hello');
  assert.deepEqual(comment, { type: 5, id: 900, textContent: '' });
});

test('tags that run, load or lead elsewhere become places that show nothing', () => {
  for (const tag of ['script', 'object', 'embed', 'base', 'meta', 'applet', 'frame', 'frameset', 'portal', 'fencedframe', 'template-x y', 'SCRIPT', 'svg:script', 'set', 'animate', 'constructor', '__proto__']) {
    const node = only(el(tag, { src: 'https://evil.example/', href: 'https://evil.example/', content: '0;url=https://evil.example' }, [txt('alert(1)')]));
    assert.deepEqual([node.tagName, node.attributes, node.childNodes.map((kid) => kid.textContent)], ['noscript', {}, ['']], tag);
  }
  assert.equal(only(el('link', { rel: 'preload', href: 'https://evil.example/x' })).tagName, 'noscript');
  assert.deepEqual(only(el('link', { rel: 'stylesheet', href: 'https://shop.example/x.css' })).attributes, { rel: 'stylesheet', href: 'https://shop.example/x.css' });
});

test('attributes: handlers, targets, addresses of our own and foreign schemes go', () => {
  const node = only(el('a', { onclick: 'x()', ONCLICK: 'x()', href: 'javascript:alert(1)', target: '_top', ping: 'https://evil.example', id: 'i', 'data-state': 'open', 'aria-label': 'Bag', autofocus: '', name: 'head' }));
  assert.deepEqual(node.attributes, { href: '#', id: 'i', 'data-state': 'open', 'aria-label': 'Bag' });
  assert.deepEqual(only(el('iframe', { src: 'https://evil.example', srcdoc: '<script>', sandbox: 'allow-scripts', width: '30' })).attributes, { width: '30' });
  assert.deepEqual(only(el('img', { src: '/api/v1/me', srcset: '/api/v1/me 2x', alt: 'x' })).attributes, { alt: 'x' });
  assert.deepEqual(only(el('img', { src: 'https://s.example/a.png' })).attributes, { src: 'https://s.example/a.png' });
  assert.deepEqual(only(el('form', { action: 'https://evil.example', method: 'post' })).attributes, {});
  assert.deepEqual(only(el('button', { formaction: 'javascript:x' })).attributes, {});
  assert.deepEqual(only(el('use', { 'xlink:href': 'https://evil.example/#a' }, [], { isSVG: true })).attributes, {});
  assert.deepEqual(only(el('use', { href: '#gem' }, [], { isSVG: true })).attributes, { href: '#gem' });
  assert.deepEqual(only(el('rect', { fill: 'url(https://evil.example#a)', clipPath: 'x', 'clip-path': 'url(#c)' }, [], { isSVG: true })).attributes, { fill: 'url("https://evil.example#a")', 'clip-path': 'url("#c")' });
});

test('the replayer’s own attributes are held to what they are', () => {
  const png = 'data:image/png;base64,iVBORw0KGgo=';
  const canvas = only(el('canvas', { rr_dataURL: png, width: '3' }));
  assert.deepEqual([canvas.attributes, canvas.childNodes[0].tagName, canvas.childNodes[0].attributes], [{ width: '3' }, 'img', { src: png, width: '3', height: '150' }]);
  assert.match(only(el('canvas', { rr_dataURL: 'https://evil.example/x.png' })).childNodes[0].attributes.src, /^data:image\/svg\+xml,/);
  assert.deepEqual(only(el('img', { rr_dataURL: 'data:image/svg+xml,<svg>' })).attributes, {});
  assert.deepEqual(only(el('div', { rr_width: '12.5px', rr_height: 'calc(1px)', rr_src: 'x', rr_mediaState: 'played' })).attributes, { rr_width: '12.5px' });
});

test('text of a style is a style wherever it comes from', () => {
  const evil = 'a{background:url(/api/v1/me)}@import "x";';
  const clean = 'a{background:url("data:,")}';
  assert.equal(only(el('style', { _cssText: evil })).attributes._cssText, clean);
  assert.equal(only(el('style', {}, [txt(evil)])).childNodes[0].textContent, clean);
  assert.equal(only(el('p', {}, [txt(evil)])).childNodes[0].textContent, evil);
  assert.equal(only(el('p', { _cssText: evil })).attributes._cssText, undefined);
  drawn.set(500, 'style');
  drawn.set(501, '#style');
  const [op] = filter().ops([{ type: 3, data: { source: 0, adds: [{ parentId: 500, nextId: null, node: txt(evil) }], removes: [], texts: [{ id: 501, value: evil }],
    attributes: [{ id: 500, attributes: { _cssText: evil } }] } }]);
  assert.equal(op.data.adds[0].node.textContent, clean);
  assert.equal(op.data.texts[0].value, clean);
  assert.equal(op.data.attributes[0].attributes._cssText, clean);
  const rules = filter().ops([{ type: 3, data: { source: 8, id: 500, adds: [{ rule: evil, index: 0 }], replaceSync: evil } },
    { type: 3, data: { source: 13, id: 500, index: [0], set: { property: 'background', value: 'url(//evil.example)' } } },
    { type: 3, data: { source: 15, id: 1, styleIds: [4], styles: [{ styleId: 4, rules: [{ rule: evil }] }] } }]);
  assert.equal(rules[0].data.adds[0].rule, clean);
  assert.equal(rules[0].data.replaceSync, clean);
  assert.equal(rules[1].data.set.value, 'url("data:,")');
  assert.deepEqual([rules[2].data.styles[0].rules, rules[3].data.replaceSync], [[], clean]);
});

test('changes: what may not come in at first may not come in later', () => {
  drawn.set(600, 'a');
  drawn.set(601, 'iframe');
  drawn.set(602, 'noscript');
  const [{ data }] = filter().ops([{ type: 3, data: { source: 0, adds: [], removes: [], texts: [], attributes: [
    { id: 600, attributes: { href: 'javascript:x', onmouseover: 'x', class: 'b', hidden: null, onclick: null, style: { color: 'red', 'background-image': ['url(/x)', 'important'], 'bad name': 'x' } } },
    { id: 601, attributes: { src: 'https://evil.example', srcdoc: 'x' } }, { id: 602, attributes: { class: 'x', src: 'https://evil.example/x.js' } },
    { id: 999, attributes: { class: 'x' } }] } }]);
  assert.deepEqual(data.attributes.map((a) => a.attributes), [
    { href: '#', class: 'b', hidden: null, style: { color: 'red', 'background-image': ['url("data:,")', 'important'] } }, {}, {}, {}]);
});

test('sheets by their hash: the text when it is here, an empty one and a note when not', () => {
  const hash = 'a'.repeat(64);
  const f = filter();
  const [style] = body(f.ops(page(el('style', { _cssText: `vt-css:${hash}` }))));
  assert.equal(style.attributes._cssText, '');
  assert.deepEqual(f.late, [{ id: style.id, hash, adopted: false }]);
  texts.set(hash, 'b{background:url(/x)}');
  assert.equal(only(el('style', { _cssText: `vt-css:${hash}` })).attributes._cssText, 'b{background:url("data:,")}');
  const ops = filter().ops([{ type: 3, data: { source: 15, id: 1, styleIds: [7], styles: [{ styleId: 7, rules: [{ rule: `vt-css:${hash}` }] }] } }]);
  assert.deepEqual(ops.map((op) => op.data.source), [15, 8]);
  assert.deepEqual([ops[0].data.styles[0].rules, ops[1].data.replaceSync], [[], 'b{background:url("data:,")}']);
});

test('what is malformed is refused whole, never half drawn', () => {
  let deep = el('div');
  for (let i = 0; i < 600; i++) deep = el('div', {}, [deep]);
  const many = el('div', {}, Array.from({ length: 200_001 }, () => txt('x')));
  for (const ops of [null, {}, [null], [{ type: 2, data: {} }], [{ type: 2, data: { node: el('p') } }], page({ type: 2, tagName: 'p' }), page({ type: 2, id: -3, tagName: 'p' }),
    page({ type: 2, id: '7', tagName: 'p' }), page(deep), page(many), [{ type: 3, data: { source: 0, adds: [{ parentId: 'x', node: el('p') }] } }]]) {
    assert.throws(() => filter().ops(ops), Malformed);
  }
  assert.deepEqual(filter().ops([{ type: 6, data: {} }, { type: 3, data: { source: 9, commands: [] } }, { type: 5, data: { tag: 'x' } }]), []);
});

test('shadow roots only where a browser allows one, custom names only where they can be defined', () => {
  assert.equal(only(el('img', {}, [], { isShadowHost: true })).isShadowHost, undefined);
  assert.equal(only(el('shop-card', {}, [], { isShadowHost: true, isCustom: true })).isShadowHost, true);
  assert.equal(only(el('font-face', {}, [], { isCustom: true })).tagName, 'noscript');
  assert.equal(only(el('p', {}, [], { isCustom: true })).isCustom, undefined);
});
