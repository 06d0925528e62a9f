// SPDX-License-Identifier: Apache-2.0
import { Book } from './book.js';
import { Filter, type Late } from './filter.js';
import type { Op } from './ops.js';
import { Player } from './player.js';

/// The picture that is seen and the one that is being made. A whole picture gets a player of its own, drawn out of sight; when
/// its sheets are there, or have been waited for long enough, it takes the place of the old one, which ends. So nothing
/// flashes, and nothing of a page outlives it.

const CSS_WAIT_MS = 2000;
const TEXTS_MAX = 512;

interface Making { page: number; ops: unknown; deltas: unknown[]; wants: Set<string>; timer: number }

export interface Shown {
  shown(page: number, size: { width: number; height: number } | null): void;
  lost(why: 'gap' | 'checksum'): void;
  want(hashes: string[]): void;
}

const HASHES = /vt-css:([0-9a-f]{64})/g;
const hashesOf = (ops: unknown): string[] => [...new Set([...JSON.stringify(ops).matchAll(HASHES)].map((m) => m[1]!))];

export class Pages {
  player: Player | null = null;
  page = 0;
  private filter: Filter | null = null;
  private making: Making | null = null;
  private texts = new Map<string, string | null>();
  private late: Late[] = [];
  private layer: HTMLElement | null = null;
  private book = new Book();

  constructor(private root: HTMLElement, private tell: Shown) {}

  /// The page a picture is being made of; 0 for none.
  get coming(): number {
    return this.making?.page ?? 0;
  }

  key(page: number, ops: unknown): void {
    this.drop();
    const wants = new Set(this.missing(ops));
    const timer = window.setTimeout(() => this.draw(), wants.size === 0 ? 0 : CSS_WAIT_MS);
    this.making = { page, ops, deltas: [], wants, timer };
    if (wants.size > 0) this.tell.want([...wants]);
  }

  delta(page: number, ops: unknown): void {
    if (this.making?.page === page) this.making.deltas.push(ops);
    else if (this.player !== null && this.page === page) this.add(ops);
  }

  css(texts: Record<string, string | null>): void {
    for (const [hash, text] of Object.entries(texts)) {
      this.texts.delete(hash);
      this.texts.set(hash, text);
      this.making?.wants.delete(hash);
    }
    for (const hash of this.texts.keys()) {
      if (this.texts.size <= TEXTS_MAX) break;
      this.texts.delete(hash);
    }
    this.fill();
    if (this.making?.wants.size === 0) this.draw();
  }

  clear(): void {
    this.drop();
    this.player?.destroy();
    this.layer?.remove();
    this.player = this.layer = null;
    this.filter = null;
    this.page = 0;
    this.late = [];
  }

  private missing(ops: unknown): string[] {
    return hashesOf(ops).filter((hash) => !this.texts.has(hash));
  }

  private drop(): void {
    if (this.making) clearTimeout(this.making.timer);
    this.making = null;
  }

  private draw(): void {
    const { making } = this;
    if (making === null) return;
    this.drop();
    const layer = document.createElement('div');
    layer.className = 'layer new';
    this.root.append(layer);
    const player = new Player(layer);
    const filter = new Filter({ tag: (id) => player.tag(id), css: (hash) => this.texts.get(hash) ?? undefined });
    let size: { width: number; height: number } | null = null;
    let late: Late[] = [];
    try {
      const ops = filter.ops(making.ops);
      for (const op of ops) {
        if (op.type === 4) size = op.data;
        this.book.enter(op);
        player.apply(op);
      }
      if (!ops.some((op) => op.type === 2)) throw new Error('no picture in it');
      late = filter.late;
    } catch {
      player.destroy();
      layer.remove();
      return this.tell.lost('gap');
    }
    this.swap(player, layer, filter, late, making.page);
    this.tell.shown(making.page, size);
    for (const ops of making.deltas) this.add(ops);
  }

  private swap(player: Player, layer: HTMLElement, filter: Filter, late: Late[], page: number): void {
    this.player?.destroy();
    this.layer?.remove();
    layer.classList.remove('new');
    Object.assign(this, { player, layer, filter, late, page });
  }

  private add(raw: unknown): void {
    const { player, filter } = this;
    if (player === null || filter === null) return;
    try {
      const ops = filter.ops(raw);
      for (const op of ops) {
        this.book.enter(op);
        if (op.type !== 5) player.apply(op);
      }
      this.late.push(...filter.late);
      const want = this.missing(filter.late.map(({ hash }) => `vt-css:${hash}`));
      if (want.length > 0) this.tell.want(want);
      this.check(ops);
    } catch {
      this.tell.lost('gap');
    }
  }

  /// The writer says now and then what it has; a picture that has grown apart is asked for anew.
  private check(ops: Op[]): void {
    const sum = ops.findLast((op) => op.type === 5);
    if (sum?.type !== 5) return;
    const { nodes, xor } = this.book.sum();
    const told = sum.data.payload;
    if (nodes !== told.nodes || (told.xor >>> 0) !== (xor >>> 0)) this.tell.lost('checksum');
  }

  /// Sheets that came after the picture that named them.
  private fill(): void {
    const { player, filter } = this;
    if (player === null || filter === null) return;
    const waiting = this.late;
    this.late = waiting.filter(({ hash }) => !this.texts.has(hash));
    for (const { id, hash, adopted } of waiting) {
      const text = this.texts.get(hash);
      if (typeof text !== 'string') continue;
      const data = adopted ? { source: 8, styleId: id, replaceSync: text }
        : { source: 0, adds: [], removes: [], texts: [], attributes: [{ id, attributes: { _cssText: text } }] };
      try {
        for (const op of filter.ops([{ type: 3, data }])) player.apply(op);
      } catch { /* the sheet stays away; the picture is the same otherwise */ }
    }
  }
}
