// SPDX-License-Identifier: Apache-2.0

export type Child = Node | string | null | undefined | false;
export type Props = { [name: string]: unknown } & { style?: never; innerHTML?: never };

/// Makes one element. A function under `onclick` becomes a listener for `click`; a property of the element is set as such,
/// all else becomes an attribute; null and false are left out. `style` and `innerHTML` are not in the type: the page's CSP
/// may forbid both.
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, props?: Props | null, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const name in props) {
    const value: unknown = props[name];
    if (value == null || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value as EventListener);
    else if (name in node) (node as unknown as Record<string, unknown>)[name] = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((c): c is Node | string => c != null && c !== false));
  return node;
}

/// An icon from path data (see icons.ts), drawn with the text's colour and hidden from assistive technology: its button has
/// the label.
export function icon(path: string, size = 20): SVGSVGElement {
  const ns = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(ns, 'svg');
  const line = document.createElementNS(ns, 'path');
  const set = (node: Element, values: Record<string, string | number>): void => {
    for (const k in values) node.setAttribute(k, String(values[k]));
  };
  set(svg, { viewBox: '0 0 24 24', width: size, height: size, 'aria-hidden': 'true', fill: 'none', stroke: 'currentColor',
    'stroke-width': 1.75, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' });
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
