// SPDX-License-Identifier: Apache-2.0
import type { Player } from './player.js';
import type { Box } from './words.js';

/// Between places of the picture and nodes of the page. Coordinates are the frame's own CSS pixels; a page within the page and
/// a shadow root are looked into.

export interface Hit { node: number; element: Element; x: number; y: number }

const deepest = (doc: DocumentOrShadowRoot, x: number, y: number): Element | null => {
  const at = doc.elementFromPoint(x, y);
  const inside = at?.shadowRoot?.elementFromPoint(x, y) ?? null;
  return at?.shadowRoot && inside !== null && inside !== at ? deepest(at.shadowRoot, x, y) : at;
};

/// Where an element lies in the outermost frame.
export function boxOf(element: Element): Box {
  const { left, top, width, height } = element.getBoundingClientRect();
  const box = { left, top, width, height };
  for (let frame = element.ownerDocument.defaultView?.frameElement; frame && frame.ownerDocument !== document; frame = frame.ownerDocument.defaultView?.frameElement) {
    const at = frame.getBoundingClientRect();
    box.left += at.left + frame.clientLeft;
    box.top += at.top + frame.clientTop;
  }
  return box;
}

const part = (n: number, from: number, size: number): number => (size > 0 ? Math.max(0, Math.min(1, (n - from) / size)) : 0.5);

export function hit(player: Player, x: number, y: number): Hit | null {
  let doc = player.frame.contentDocument;
  let [fx, fy] = [x, y];
  for (let depth = 0; doc !== null && depth < 8; depth++) {
    const found = deepest(doc, fx, fy);
    if (found === null) return null;
    if (found.tagName === 'IFRAME' && (found as HTMLIFrameElement).contentDocument !== null) {
      const at = found.getBoundingClientRect();
      fx -= at.left + found.clientLeft;
      fy -= at.top + found.clientTop;
      doc = (found as HTMLIFrameElement).contentDocument;
      if (doc?.documentElement) continue;
    }
    return place(player, found, x, y);
  }
  return null;
}

/// A node that is known on the other side, and the place in its box.
export function place(player: Player, found: Element, x: number, y: number): Hit | null {
  const node = player.idOf(found);
  const drawn = player.node(node);
  if (node === 0 || drawn === null || drawn.nodeType !== Node.ELEMENT_NODE) return null;
  const box = boxOf(drawn as Element);
  return { node, element: drawn as Element, x: part(x, box.left, box.width), y: part(y, box.top, box.height) };
}
