// SPDX-License-Identifier: Apache-2.0
// A small strict reader for the shop's own feed: elements, attributes, text, comments, CDATA.
// No document type, no entities but the five and numbers, depth limit; anything else is an
// error that names its line. It reads what this shop publishes, not XML at large.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NAME = '[A-Za-z_][\\w.:-]*';
const TAG = new RegExp(`<(/?)(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const SKIPPED = [['<?', '?>'], ['<!--', '-->']];
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 16;

class XmlError extends Error {
  constructor(text, at, why) {
    super(`line ${text.slice(0, at).split('\n').length}: ${why}`);
    this.name = 'XmlError';
  }
}

function decodeText(text, source, at) {
  return text.replace(/&([^;\s]*;?)/g, (whole, body) => {
    const name = body.endsWith(';') ? body.slice(0, -1) : '';
    if (Object.hasOwn(ENTITIES, name)) return ENTITIES[name];
    const number = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    const code = number ? parseInt(number[1] ?? number[2], number[1] ? 16 : 10) : 0;
    if (code === 0 || code > 0x10ffff) throw new XmlError(source, at, `unknown entity "${whole}"`);
    return String.fromCodePoint(code);
  });
}

function readAttributes(part, text, at) {
  const attributes = {};
  for (const [, name, double, single] of part.matchAll(ATTRIBUTE)) {
    if (Object.hasOwn(attributes, name)) throw new XmlError(text, at, `attribute "${name}" twice`);
    attributes[name] = decodeText(double ?? single, text, at);
  }
  return attributes;
}

function endOf(text, at, open, close) {
  const end = text.indexOf(close, at + open.length);
  if (end < 0) throw new XmlError(text, at, `"${open}" without "${close}"`);
  return end + close.length;
}

/** Returns the root element `{name, attributes, children, text}`. */
export function parseXml(text) {
  if (text.length > MAX_BYTES) throw new Error(`feed larger than ${MAX_BYTES} bytes`);
  const top = { name: '', attributes: {}, children: [], text: '' };
  const stack = [top];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  while (at < text.length) {
    const parent = stack[stack.length - 1];
    const open = text.indexOf('<', at);
    const until = open < 0 ? text.length : open;
    const run = decodeText(text.slice(at, until), text, at);
    if (parent === top && run.trim() !== '') throw new XmlError(text, at, 'text outside the root element');
    parent.text += run;
    if (open < 0) break;
    at = readMarkup(text, open, stack);
  }
  if (stack.length > 1) throw new XmlError(text, at, `<${stack.at(-1).name}> is not closed`);
  if (top.children.length !== 1) throw new XmlError(text, at, 'exactly one root element expected');
  return top.children[0];
}

function readMarkup(text, at, stack) {
  for (const [open, close] of SKIPPED) {
    if (text.startsWith(open, at)) return endOf(text, at, open, close);
  }
  const parent = stack[stack.length - 1];
  if (text.startsWith('<![CDATA[', at)) {
    if (stack.length === 1) throw new XmlError(text, at, 'text outside the root element');
    const end = endOf(text, at, '<![CDATA[', ']]>');
    parent.text += text.slice(at + 9, end - 3);
    return end;
  }
  TAG.lastIndex = at;
  const tag = TAG.exec(text);
  if (!tag) throw new XmlError(text, at, 'not a tag this reader allows');
  const [whole, closing, name, attributes, empty] = tag;
  if (closing) {
    if (parent.name !== name || stack.length === 1) throw new XmlError(text, at, `</${name}> closes nothing`);
    stack.pop();
  } else {
    const element = { name, attributes: readAttributes(attributes, text, at), children: [], text: '' };
    parent.children.push(element);
    if (!empty) stack.push(element);
    if (stack.length > MAX_DEPTH) throw new XmlError(text, at, `deeper than ${MAX_DEPTH} elements`);
  }
  return at + whole.length;
}
