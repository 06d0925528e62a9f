// SPDX-License-Identifier: Apache-2.0
import type { Body, Op, Told } from './types.js';

/// Which nodes the other side has by now: what names a node it was never told goes, and a sum shows when the two pictures part.
export class Book {
  private _kids = new Map<number, Set<number>>();
  private _parent = new Map<number, number>();
  /// A picture that is not written down yet: its task is long enough, and what comes next needs it first.
  private _picture: Told | undefined;

  /// What of it makes sense to the other side; null for nothing.
  enter(op: Op): Op | null {
    const { type, data: d } = op;
    if (type === 2) this._picture = d.node;
    if (type !== 3) return op;
    this._read();
    if (d.source === 0) return this._mutation(d) ? op : null;
    return d.source === 5 && !this._parent.has(d.id!) ? null : op;
  }

  sum(): { nodes: number; xor: number } {
    this._read();
    let xor = 0;
    for (const id of this._parent.keys()) xor ^= id;
    return { nodes: this._parent.size, xor };
  }

  private _read(): void {
    if (!this._picture) return;
    this._kids.clear();
    this._parent.clear();
    this._add(this._picture, 0);
    this._picture = undefined;
  }

  private _mutation(d: Body): boolean {
    d.removes = d.removes!.filter(({ id }) => this._drop(id));
    d.adds = d.adds!.filter(({ parentId, node }) => this._parent.has(parentId) && this._add(node, parentId));
    const isKnown = ({ id }: { id: number }): boolean => this._parent.has(id);
    d.texts = d.texts!.filter(isKnown);
    d.attributes = d.attributes!.filter(isKnown);
    return !!(d.adds.length + d.removes.length + d.texts.length + d.attributes.length);
  }

  private _add(n: Told, parent: number): true {
    this._drop(n.id); // it was elsewhere
    this._parent.set(n.id, parent);
    const kids = this._kids.get(parent);
    if (kids) kids.add(n.id);
    else this._kids.set(parent, new Set([n.id])); // most nodes have none
    for (const kid of n.childNodes ?? []) this._add(kid, n.id);
    return true;
  }

  private _drop(id: number): boolean {
    const parent = this._parent.get(id);
    if (parent === undefined) return false;
    this._kids.get(parent)?.delete(id);
    for (const kid of this._kids.get(id) ?? []) this._drop(kid);
    this._kids.delete(id);
    return this._parent.delete(id);
  }
}
