// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { thread } = await load(new URL('../src/thread.ts', import.meta.url));
const { lost } = await load(new URL('../src/rows.ts', import.meta.url));
const { h, patch } = await load(new URL('../src/h.ts', import.meta.url));

/// As much of a document as a view asks for.
class Node {
  parent = null;
  childNodes = [];
  listed = {};
  get firstChild() { return this.childNodes[0] ?? null; }
  get nextSibling() { return this.parent?.childNodes[this.parent.childNodes.indexOf(this) + 1] ?? null; }
  get text() { return this.data ?? this.childNodes.map((node) => node.text).join(''); }
  insertBefore(node, at) {
    node.remove();
    this.childNodes.splice(at ? this.childNodes.indexOf(at) : this.childNodes.length, 0, node);
    node.parent = this;
  }
  remove() {
    if (this.parent) this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1);
    this.parent = null;
  }
  setAttribute(name, value) { this.listed[name] = value; }
  removeAttribute(name) { delete this.listed[name]; }
  addEventListener() {}
}
globalThis.Text = class extends Node { data = ''; };
globalThis.document = { createElement: (tag) => Object.assign(new Node(), { tag }) };

/// What is written to the console while `during` runs.
function quietly(during) {
  const { error } = console;
  const heard = [];
  console.error = (e) => heard.push(e);
  try { during(); } finally { console.error = error; }
  return heard;
}

const row = (cs, d, more = {}) => ({ op: 'chat.send', key: `n${cs}`, cs, by: 'c', ts: 1000 * cs, state: 'sent', d, ...more });

function cast(rows) {
  const fired = [];
  return {
    fired, locale: 'en', t: (key) => key, name: (who) => who, conv: { me: 'c', rows, status: () => 'sent' },
    host: { fire: (name, detail) => fired.push([name, detail]) }, more: { row: () => null, t: (key) => key, lost },
  };
}
const shown = (app) => {
  const box = new Node();
  patch(box, [thread(app)]);
  return box.firstChild.firstChild.childNodes.map((li) => li.text);
};

test('a row that cannot be drawn says so in its place, the others stand, and the page hears of it once', () => {
  const app = cast([row(1, { body: { text: 'one' } }), row(2, null), row(3, { body: { text: 'three' } }), row(4, { body: { text: 'secret' } }), row(5, { body: { text: 'five' } })]);
  app.more.row = (_, r) => { if (r.cs === 4) throw new Error(r.d.body.text); };
  let lines;
  const heard = quietly(() => { lines = [shown(app), shown(app)]; });
  assert.deepEqual(lines[0].map((line) => line.replace(/sent.*/, '').replace(/\d.*/, '')), ['c: one', 'lost', 'c: three', 'lost', 'c: five']);
  assert.deepEqual(lines[1], lines[0]);
  assert.equal(heard.length, 2);
  assert.deepEqual(app.fired.map(([name, { code, message }]) => [name, code, message]), [['error', 'row', 'chat.send cannot be shown'], ['error', 'row', 'chat.send cannot be shown']]);
});

test('before the words for it have come, such a row is left out', () => {
  const app = { ...cast([row(1, null), row(2, { body: { text: 'two' } })]), more: undefined };
  assert.deepEqual(shown(app).length, 1);
});

test('a fault while the page is changed stays with its element', () => {
  const box = new Node();
  const broken = () => { throw new Error('own'); };
  const heard = quietly(() => patch(box, [h('p', null, 'before'), h('div', null, h('b', { own: broken }), h('i', null, 'beside')), h('p', null, 'after')]));
  assert.equal(box.text, 'beforebesideafter');
  assert.equal(heard.length, 1);
  patch(box, [h('p', null, 'then')]);
  assert.equal(box.text, 'then');
});
