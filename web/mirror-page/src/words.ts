// SPDX-License-Identifier: Apache-2.0

/// What the console and this document say to each other. Types only; the console imports them as such.

/// What a hand does on the picture. `look` does nothing; `point` shows the way, and a press marks the thing under it.
export type Tool = 'look' | 'point' | 'draw' | 'click' | 'fill';

export type ToPage =
  /// A whole picture, and the sheets it names. With it everything before ends.
  | { t: 'key'; page: number; ops: unknown }
  | { t: 'delta'; page: number; ops: unknown }
  /// Texts of style sheets; null where there is none to be had.
  | { t: 'css'; css: Record<string, string | null> }
  | { t: 'size'; page: number; width: number; height: number; docHeight: number }
  | { t: 'scroll'; page: number; node: number; x: number; y: number }
  /// The customer's pointer, in a node's box.
  | { t: 'pointer'; page: number; node: number; x: number; y: number; kind: number }
  /// What is shown is no longer how it is: dimmed until the next whole picture.
  | { t: 'stale'; on: boolean }
  | { t: 'tool'; tool: Tool; canScroll: boolean }
  /// Their page is to go on by so many of its windows.
  | { t: 'step'; by: number }
  /// Nothing may be seen any more.
  | { t: 'clear' };

export interface Box { left: number; top: number; width: number; height: number }

export interface Field {
  kind: 'text' | 'choice' | 'check' | 'none';
  /// Nothing of it is seen and nothing is taken.
  masked: boolean;
  options?: { value: string; label: string }[];
}

export type FromPage =
  | { t: 'ready' }
  | { t: 'css'; hashes: string[] }
  /// A picture is on the screen.
  | { t: 'shown'; page: number }
  /// The picture cannot be gone on with: a new one is needed.
  | { t: 'lost'; why: 'gap' | 'checksum' }
  | { t: 'laser'; page: number; node: number; x: number; y: number; gone: boolean }
  | { t: 'mark'; page: number; node: number; label: string; points?: number[] }
  | { t: 'click'; page: number; node: number; x: number; y: number; label: string }
  | { t: 'fill'; page: number; node: number; label: string; field: Field; box: Box }
  /// To this part of the way the page can go.
  | { t: 'scroll'; page: number; node: number; y: number }
  /// For the live region: what the keys have come to.
  | { t: 'at'; text: string }
  | { t: 'escape' };
