// SPDX-License-Identifier: Apache-2.0

/// The public calls' shapes and the seam between the loader and what it loads. Types only: the loader imports nothing else.

export interface Options {
  site: string;
  baseUrl?: string;
  queue?: string;
  locale?: string;
  position?: 'right' | 'left';
  theme?: 'auto' | 'light' | 'dark';
  launcher?: boolean;
  storage?: 'session' | 'local' | 'none';
  privacy?: 'inputs' | 'strict';
  spa?: boolean;
  /// "on": the shop's invitations may be asked for.
  invite?: 'on' | boolean;
  strings?: Record<string, string>;
}

/// A product as the page names it (`Vitrine('product', …)`), or as it was found in the page.
export interface PageProduct {
  sku: string;
  gtin?: string;
  name?: string;
  price?: string | number;
  currency?: string;
  url?: string;
  images?: string[];
  variant?: string;
}

/// The bag as the page names it (`Vitrine('cart', …)`).
export interface PageCart {
  id?: string;
  currency?: string;
  total?: string | number;
  items?: readonly object[];
  checkout?: string;
}

export interface OpenRequest {
  queue?: string | undefined;
  product?: string | PageProduct | undefined;
  text?: string;
}

export type Call = [name: string, ...args: unknown[]];

/// What the loader gives the widget.
export interface Host {
  /// Where our files are: ends with /v1/.
  readonly base: string;
  readonly options: Options;
  readonly root: ShadowRoot;
  /// Loads a chunk once and returns what it registered; `entry` where the loader's own table does not name it.
  load(name: string, entry?: [file: string, integrity: string]): Promise<unknown>;
  /// The locale the panel speaks, and the file of its words, when there is one.
  readonly locale: string;
  readonly words: string | undefined;
  /// Tells the page: listeners of `on`, and a CustomEvent on window.
  fire(name: string, detail: object): void;
  /// The launcher; it takes the focus back when the panel closes.
  readonly button: HTMLButtonElement;
}

/// What the widget gives the loader.
export interface Widget {
  call(...call: Call): void;
  shutdown(): void;
}

export type StartWidget = (host: Host, kept: readonly Call[]) => Widget;
