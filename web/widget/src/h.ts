// SPDX-License-Identifier: Apache-2.0

/// A view in 90 lines: functions of the state return nodes, `patch` makes the page agree. Preact would cost a third of the
/// widget's whole budget for what these screens use of it: no components with state, no hooks, keyed lists only.

export interface VNode { tag: string; key: string | undefined; props: Props; kids: Kid[] }
export type Kid = VNode | string;
export interface Props {
  [name: string]: unknown;
  key?: string;
  class?: string;
  /// Called once, when the element is made.
  ref?: (node: HTMLElement) => void;
  /// The same, and what it puts inside stays its own business.
  own?: (node: HTMLElement) => void;
}
type Held = Element & { vt?: VNode };

export function h(tag: string, props?: Props | null, ...kids: (Kid | null | undefined | false)[]): VNode {
  return { tag, key: props?.key, props: props ?? {}, kids: kids.filter((k): k is Kid => k != null && k !== false) };
}

function set(node: Element, name: string, value: unknown): void {
  if (/^(key|own|ref)$/.test(name)) return;
  const at = node as unknown as Record<string, unknown>;
  if (name === 'class') node.className = String(value ?? '');
  else if (name in node && !/^a(ria|lt)/.test(name)) {
    if (at[name] !== value) at[name] = value ?? (name.startsWith('on') ? null : '');
  } else if (value == null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, String(value));
}

function update(node: Held, next: VNode): void {
  const was = node.vt;
  node.vt = next;
  for (const name in { ...was?.props, ...next.props }) {
    // A field's value is the person's until the state says otherwise.
    if (was?.props[name] !== next.props[name] || name === 'value') set(node, name, next.props[name]);
  }
  if (!next.props.own) patch(node, next.kids);
  if (!was) (next.props.own ?? next.props.ref)?.(node as HTMLElement);
}

/// Makes the children of `parent` agree with `kids`. A keyed element is never moved while it stays in order, so that the
/// focus, a selection and a scroll position live on.
export function patch(parent: Element | ShadowRoot, kids: readonly Kid[]): void {
  const keys = new Set(kids.map((k) => (typeof k === 'string' ? undefined : k.key)));
  const keyed = new Map<string, Held>();
  for (const node of [...parent.childNodes] as Held[]) {
    const key = node.vt?.key;
    if (key === undefined) continue;
    if (keys.has(key)) keyed.set(key, node);
    else node.remove();
  }
  let at = parent.firstChild as (ChildNode & { vt?: VNode }) | null;
  for (const kid of kids) {
    let node: ChildNode;
    if (typeof kid === 'string') {
      node = at instanceof Text ? at : new Text();
      if ((node as Text).data !== kid) (node as Text).data = kid;
    } else {
      const found = kid.key === undefined ? (at?.vt && at.vt.key === undefined ? at as Held : undefined) : keyed.get(kid.key);
      node = found?.vt?.tag === kid.tag ? found : document.createElement(kid.tag);
    }
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    // What cannot be drawn stays as far as it came, and nothing else with it.
    if (typeof kid !== 'string') try { update(node as Held, kid); } catch (e) { console.error(e); }
  }
  while (at) {
    const next: ChildNode | null = at.nextSibling;
    at.remove();
    at = next;
  }
}
