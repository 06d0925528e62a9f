// SPDX-License-Identifier: Apache-2.0
import type { Product } from '../../protocol/index.js';
import { money } from '../../ui/formats.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { sizesStyle } from './sizes-style.js';
import { englishSizes } from './words-sizes.js';

type Variant = Product['variants'][number];

/// What was chosen, and its words for the thread.
export interface Chosen { variant: string; words: string }

interface Open { of: Product; picked: Variant | undefined; yes: string; redraw(): void; done(chosen: Chosen | null): void }

/// Which of a piece's sizes: asked wherever one is to be put into the bag and nobody has said which, with what each costs and
/// whether it can be had, from the catalogue as it is now. Asked for by the first who needs it (page-chunk.ts).
class Sizes {
  private _t: (key: keyof typeof englishSizes) => string;
  private _open = new Map<string, Open>();

  constructor(private _app: App) {
    this._t = i18n<keyof typeof englishSizes>(englishSizes, _app.over);
    adopt(_app.host.root, sheet(sizesStyle));
  }

  /// Whether there is something to choose.
  has({ variants }: Product): boolean {
    return variants.length > 1;
  }

  /// Only what tells them apart: "52", or "rose gold, 52".
  words({ variants }: Product, v: Variant): string {
    const parts = (['colour', 'material', 'size'] as const).filter((name) => new Set(variants.map((one) => one[name])).size > 1);
    return parts.map((name) => v[name]).filter(Boolean).join(', ') || v.sku;
  }

  /// Asks under `key`, where draw() shows it; undefined: the catalogue knows nothing to choose, null: the customer let it be.
  async ask(key: string, sku: string, yes: string, redraw = (): void => this._app.draw()): Promise<Chosen | null | undefined> {
    const of = await this._app.link.request('catalogue.product', { sku }, 1).catch(() => null);
    if (!of || !this.has(of)) return undefined;
    this.close(key);
    return new Promise((resolve) => {
      this._open.set(key, { of, picked: undefined, yes, redraw, done: resolve });
      redraw();
    });
  }

  close(key: string, chosen: Chosen | null = null): void {
    const open = this._open.get(key);
    if (!open) return;
    this._open.delete(key);
    open.done(chosen);
    open.redraw();
  }

  draw(key: string): VNode | undefined {
    const open = this._open.get(key);
    if (!open) return undefined;
    const { of, picked, yes } = open;
    return h('div', {
      key: `sizes ${key}`, class: 'sizes',
      onkeydown: (e: KeyboardEvent) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        e.preventDefault();
        this.close(key);
      },
    },
    this.choice(key, of, picked, (v) => {
      open.picked = v;
      open.redraw();
    }, true),
    h('div', { class: 'two' },
      h('button', { class: 'n', onclick: () => this.close(key) }, this._t('sizesNot')),
      h('button', { class: 'n m', disabled: !picked, onclick: () => picked && this.close(key, { variant: picked.sku, words: this.words(of, picked) }) }, yes)));
  }

  /// The choice alone; `key` parts it from others on the screen. With `focus` it takes the focus when it appears.
  choice(key: string, of: Product, picked: Variant | undefined, pick: (v: Variant) => void, focus = false): VNode {
    const { variants } = of;
    const isSize = variants.every((v) => this.words(of, v) === v.size);
    const differ = new Set(variants.map((v) => v.price ?? of.price)).size > 1;
    const first = variants.findIndex((v) => v.available);
    return h('fieldset', null, h('legend', null, this._t(isSize ? 'sizesWhich' : 'sizesKind')),
      h('div', { class: 'row' }, ...variants.map((v, i) => h('label', { key: v.sku },
        h('input', {
          type: 'radio', name: `size ${key}`, checked: v.sku === picked?.sku, disabled: !v.available, onchange: () => pick(v),
          ref: (n) => { if (focus && i === first) n.focus(); },
        }),
        h('span', { dir: 'auto' }, this.words(of, v)),
        (differ || !v.available) && h('small', null, v.available ? this._sum(v.price ?? of.price, of.currency) : this._t('sizesNone'))))));
  }

  private _sum(price: string, currency: string): string {
    try { return money(price, currency, this._app.locale); } catch { return `${price} ${currency}`; }
  }
}

const make = (app: App): Sizes => new Sizes(app);

export type { Sizes };
export type MakeSizes = typeof make;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('sizes', make);
