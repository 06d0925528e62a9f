// SPDX-License-Identifier: Apache-2.0
/// The customer's page as it arrives at a scripted associate: the tree of the last picture with every change applied, from the
/// frames of the socket alone.

import { read } from './lab.mjs';

export class Mirrored {
  constructor(peer, n) {
    this.peer = peer;
    this.n = n;
  }

  /// All that came on the page's channel, as bytes.
  bytes() {
    return this.peer.frames.filter((f) => f.head.type === 4).map((f) => f.bytes);
  }

  /// Applies what came since the last picture; resolves id to { tag, attributes, text, parent }.
  nodes() {
    const { units } = read(this.bytes());
    const from = units.findLastIndex((u) => u.key);
    const nodes = new Map();
    const add = (n, parent) => {
      nodes.set(n.id, { tag: n.tagName, attributes: { ...n.attributes }, text: n.textContent, parent });
      for (const kid of n.childNodes ?? []) add(kid, n.id);
    };
    const drop = (id) => {
      nodes.delete(id);
      for (const [kid, { parent }] of nodes) if (parent === id) drop(kid);
    };
    for (const { ops } of from < 0 ? [] : units.slice(from)) {
      for (const { type, data } of ops) {
        if (type === 2) add(data.node, 0);
        if (type !== 3) continue;
        for (const { id } of data.removes ?? []) drop(id);
        if (data.source === 0) for (const { parentId, node } of data.adds) add(node, parentId);
        for (const { id, value } of data.texts ?? []) nodes.get(id).text = value;
        for (const { id, attributes } of data.source === 0 ? data.attributes : []) Object.assign(nodes.get(id).attributes, attributes);
        if (data.source === 5) nodes.get(data.id).attributes.value = data.text;
      }
    }
    return nodes;
  }

  text() {
    return [...this.nodes().values()].map((n) => n.text ?? '').join(' ');
  }

  /// The number of the element with this id attribute.
  find(id) {
    for (const [n, { attributes }] of this.nodes()) if (attributes.id === id) return n;
    return undefined;
  }

  value(id) {
    return this.nodes().get(this.find(id))?.attributes.value;
  }

  /// The document's number in the newest frame.
  page() {
    return read(this.bytes()).units.at(-1)?.page ?? 0;
  }
}
