// SPDX-License-Identifier: Apache-2.0
// Markup as tagged templates. Every value is escaped unless it is itself markup made here.

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

class Markup {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (char) => ESCAPES[char]);
}

function render(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  if (value === null || value === undefined || value === false) return '';
  return escapeHtml(value);
}

export function html(parts, ...values) {
  return new Markup(parts.reduce((text, part, n) => text + render(values[n - 1]) + part));
}

/** JSON for a <script> data block: "<" is escaped so that no text can close the element. */
export function jsonBlock(value) {
  return new Markup(JSON.stringify(value).replace(/</g, '\\u003c'));
}
