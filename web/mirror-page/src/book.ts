// SPDX-License-Identifier: Apache-2.0
import { OWN } from './filter.js';
import type { Op, Tree } from './ops.js';

/// Which nodes have been told of and where they hang: what the writer's sum is compared with. Kept beside the picture, which
/// holds a few things of its own.
export class Book {
  private parent = new Map<number, number>();
  private kids = new Map<number, Set<number>>();

  enter(op: Op): void {
    if (op.type === 2) {
      this.parent.clear();
      this.kids.clear();
      this.add(op.data.node, 0);
    } else if (op.type === 3 && op.data.source === 0) {
      for (const { id } of op.data.removes) this.drop(id);
      for (const { parentId, node } of op.data.adds) this.add(node, parentId);
    }
  }

  sum(): { nodes: number; xor: number } {
    let xor = 0;
    for (const id of this.parent.keys()) xor ^= id;
    return { nodes: this.parent.size, xor };
  }

  private add(node: Tree, parent: number): void {
    // What this side has put in is not counted, what stands in it is.
    const isTold = node.id < OWN;
    if (isTold) this.hang(node.id, parent);
    for (const kid of node.childNodes ?? []) this.add(kid, isTold ? node.id : parent);
  }

  private hang(id: number, parent: number): void {
    this.drop(id);
    this.parent.set(id, parent);
    const under = this.kids.get(parent);
    if (under) under.add(id);
    else this.kids.set(parent, new Set([id]));
  }

  private drop(id: number): void {
    const parent = this.parent.get(id);
    if (parent === undefined) return;
    this.kids.get(parent)?.delete(id);
    for (const kid of this.kids.get(id) ?? []) this.drop(kid);
    this.kids.delete(id);
    this.parent.delete(id);
  }
}
