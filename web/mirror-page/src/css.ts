// SPDX-License-Identifier: Apache-2.0
import { cleanUrl } from './urls.js';

/// Style sheets of a mirrored page: `@import` goes, an address that may not be asked for becomes an empty one. Text is read in
/// tokens as a browser reads it, so that an escape (`\75rl(`, `@\69mport`) or a comment hides nothing; what is not touched is
/// copied as it stands.

/// Functions whose strings are addresses.
const LOADS = new Set(['url', 'src', 'image', 'image-set', '-webkit-image-set', 'cross-fade', '-webkit-cross-fade']);
const DROPPED = new Set(['import', 'charset', 'document', '-moz-document']);
const NOTHING = 'url("data:,")';

const isIdent = (c: string): boolean => /[-\w\u0080-\uffff]/.test(c);

class Reader {
  at = 0;
  constructor(readonly text: string) {}

  /// What an escape stands for; `at` is behind the backslash.
  escape(): string {
    const hex = /^[0-9a-f]{1,6}/i.exec(this.text.slice(this.at, this.at + 6))?.[0];
    if (hex === undefined) return this.text[this.at++] ?? '';
    this.at += hex.length;
    if (/\s/.test(this.text[this.at] ?? '')) this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
    const code = parseInt(hex, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  }

  /// A name with its escapes resolved.
  ident(): string {
    let name = '';
    for (;;) {
      const c = this.text[this.at] ?? '';
      if (c !== '' && isIdent(c)) {
        name += c;
        this.at++;
      } else if (c === '\\' && !/[\n\r\f]|^$/.test(this.text[this.at + 1] ?? '')) {
        this.at++;
        name += this.escape();
      } else return name;
    }
  }

  /// A string's value; `at` is on the quote. A line end closes a broken one.
  string(): string {
    const quote = this.text[this.at++];
    let value = '';
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined || /[\n\r\f]/.test(c)) return value;
      this.at++;
      if (c === quote) return value;
      if (c !== '\\') value += c;
      else if (/[\n\r\f]/.test(this.text[this.at] ?? '')) this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
      else value += this.escape();
    }
  }

  comment(): void {
    const end = this.text.indexOf('*/', this.at + 2);
    this.at = end < 0 ? this.text.length : end + 2;
  }

  space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /// An address without quotes; `at` is behind the bracket and blanks.
  bare(): string {
    let value = '';
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) return value;
      this.at++;
      if (c === ')') return value.trim();
      value += c === '\\' ? this.escape() : c;
    }
  }

  /// To the end of an at-rule: its semicolon, or the block it has.
  statement(): void {
    let depth = 0;
    for (; this.at < this.text.length; ) {
      const c = this.text[this.at] ?? '';
      if (c === '"' || c === "'") { this.string(); continue; }
      if (this.text.startsWith('/*', this.at)) { this.comment(); continue; }
      if (c === '\\') { this.at++; this.escape(); continue; }
      if (c === '}' && depth === 0) return;
      this.at++;
      if (c === ';' && depth === 0) return;
      if (/[{([]/.test(c)) depth++;
      else if (/[})\]]/.test(c) && --depth <= 0 && c === '}') return;
    }
  }
}

const quoted = (url: string): string => `"${url.replace(/["\\\n\r\f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}"`;

/// An address as a token of its own, whatever way it was written. `url()` may name a part of the same document.
function address(raw: string): string {
  if (/^#[\w-]*$/.test(raw)) return `url(${quoted(raw)})`;
  const good = cleanUrl(raw);
  return good === null ? NOTHING : `url(${quoted(good)})`;
}

function urlToken(r: Reader): string {
  r.space();
  const c = r.text[r.at];
  if (c !== '"' && c !== "'") return address(r.bare());
  const value = r.string();
  // Modifiers behind the string are not used by any browser; they go with the bracket.
  r.bare();
  return address(value);
}

/// One style sheet, one rule or one value.
export function cleanCss(text: string): string {
  const r = new Reader(text);
  const open: string[] = [];
  let out = '';
  let from = 0;
  const replace = (start: number, by: string): void => {
    out += text.slice(from, start) + by;
    from = r.at;
  };
  while (r.at < text.length) {
    const start = r.at;
    const c = text[start] ?? '';
    if (c === '/' && text[start + 1] === '*') r.comment();
    else if (c === '"' || c === "'") {
      const value = r.string();
      if (LOADS.has(open.at(-1) ?? '') && cleanUrl(value) === null) replace(start, '"data:,"');
    } else if (c === '@') {
      r.at++;
      if (!DROPPED.has(r.ident().toLowerCase())) continue;
      r.statement();
      replace(start, '');
    } else if (isIdent(c) || c === '\\') {
      const name = r.ident().toLowerCase();
      if (r.at === start) r.at++;
      else if (text[r.at] === '(') {
        r.at++;
        if (name === 'url') replace(start, urlToken(r));
        else open.push(name);
      }
    } else {
      r.at++;
      if (c === '(') open.push('');
      else if (c === ')') open.pop();
      else if (c === '{' || c === '}') open.length = 0;
    }
  }
  return from === 0 ? text : out + text.slice(from);
}
