// SPDX-License-Identifier: Apache-2.0

/// One picture of the page, or one change of it: a recorder's event without its time. What the numbers mean is in mirror-contract
/// terms: type 4 page, 2 snapshot, 3 change, 5 sum; of changes 0 tree, 5 input, 8 and 13 style rules, 15 adopted sheets.
export interface Op { type: number; data: Body }

export type Value = string | number | boolean | null | Record<string, unknown>;
export type Attributes = Record<string, Value>;

/// A node as it is told: ids are the recorder's, good as long as it runs.
export interface Told {
  type: number;
  id: number;
  tagName?: string;
  isSVG?: true;
  attributes?: Attributes;
  textContent?: string;
  childNodes?: Told[];
}

export interface Rule { rule: string; index?: number | number[] }

/// The fields of all bodies in one: which of them are there follows from the type and source.
export interface Body {
  source?: number;
  node?: Told;
  adds?: { parentId: number; nextId: number | null; node: Told }[];
  removes?: { parentId: number; id: number }[];
  texts?: { id: number; value: string | null }[];
  attributes?: { id: number; attributes: Attributes }[];
  id?: number;
  text?: string;
  isChecked?: boolean;
  styles?: { styleId: number; rules: Rule[] }[];
  [name: string]: unknown;
}

/// The seam to whoever records: one file knows the package behind it.
export interface Mirror {
  /// Begins with a picture; each event is handed on as it comes.
  start(): void;
  stop(): void;
  /// A new picture, now; where the recorder stands still, of that moment alone.
  snapshot(): void;
  /// 0 for a node that was never told.
  idOf(node: Node): number;
  nodeOf(id: number): Node | null;
  onEvent(fn: (op: Op) => void): void;
}
