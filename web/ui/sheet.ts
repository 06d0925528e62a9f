// SPDX-License-Identifier: Apache-2.0

/// A constructable style sheet: it needs no `unsafe-inline` under a strict CSP and is parsed once for many roots.
export function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

/// Puts `sheets` into the root `node` lives in (a shadow root or the document) and returns the undo. Two users of one root may
/// bring the same sheet: it is listed twice, and each undo takes one away.
export function adopt(node: Node, ...sheets: CSSStyleSheet[]): () => void {
  const root = node.getRootNode() as Document | ShadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
  return () => {
    const left = [...root.adoptedStyleSheets];
    for (const s of sheets) {
      const at = left.lastIndexOf(s);
      if (at >= 0) left.splice(at, 1);
    }
    root.adoptedStyleSheets = left;
  };
}
