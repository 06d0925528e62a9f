// SPDX-License-Identifier: Apache-2.0

/// What comes of a mirrored page, after it was checked: rrweb's events without their times.

export interface Tree {
  type: 0 | 1 | 2 | 3 | 5;
  id: number;
  rootId?: number;
  childNodes?: Tree[];
  compatMode?: string;
  name?: string;
  publicId?: string;
  systemId?: string;
  tagName?: string;
  attributes?: Record<string, string | number | true | null>;
  isSVG?: true;
  isCustom?: true;
  isShadow?: true;
  isShadowHost?: true;
  textContent?: string;
  isStyle?: true;
}

export interface Add { parentId: number; previousId?: number | null; nextId: number | null; node: Tree }
export type Styles = Record<string, string | [string, string] | false>;
export interface Rule { rule: string; index?: number | number[] }

export type Delta =
  | { source: 0; adds: Add[]; removes: { parentId: number; id: number; isShadow?: true }[]; texts: { id: number; value: string }[];
      attributes: { id: number; attributes: Record<string, string | Styles | null> }[]; isAttachIframe?: true }
  | { source: 5; id: number; text: string; isChecked: boolean }
  | { source: 8; id?: number; styleId?: number; adds?: Rule[]; removes?: { index: number | number[] }[]; replace?: string; replaceSync?: string }
  | { source: 13; id?: number; styleId?: number; index: number[]; set?: { property: string; value: string; priority?: string }; remove?: { property: string } }
  | { source: 15; id: number; styleIds: number[]; styles?: { styleId: number; rules: Rule[] }[] };

export type Op =
  | { type: 4; data: { width: number; height: number } }
  | { type: 2; data: { node: Tree; initialOffset: { top: number; left: number } } }
  | { type: 3; data: Delta }
  | { type: 5; data: { tag: 'sum'; payload: { nodes: number; xor: number } } };
