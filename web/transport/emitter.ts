// SPDX-License-Identifier: Apache-2.0

export type Undo = () => void;

/// Typed listeners. Each `on` returns its own undo; a listener may remove itself or others while being called.
export class Emitter<M> {
  private _fns = new Map<keyof M, Set<(d: never) => void>>();

  on<K extends keyof M>(name: K, fn: (d: M[K]) => void): Undo {
    let set = this._fns.get(name);
    if (!set) this._fns.set(name, (set = new Set()));
    set.add(fn as (d: never) => void);
    return () => void set.delete(fn as (d: never) => void);
  }

  emit<K extends keyof M>(name: K, d: M[K]): void {
    for (const fn of [...(this._fns.get(name) ?? [])]) (fn as (d: M[K]) => void)(d);
  }
}
