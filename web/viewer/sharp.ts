// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';
import { toMedia } from './geometry.js';
import type { Piece, Sharp, Sharpen } from './kit.js';
import { address, ENOUGH, factorFor, readInfo, tilesOf, type Full, type Tile } from './tiles.js';

/// Sharper pixels for the part on show: tiles laid over the whole picture once it is drawn larger than it is. Coarser tiles
/// stay below finer ones, finer ones above coarser ones, until every tile of the level that fits now is decoded. Where a busy
/// server sent a smaller whole than asked for, tiles make up for it: they are copies, and cost it nothing.

const STILL_MS = 100; // a gesture passes levels that nobody would see
const LATEST_MS = 300; // but a long one is not left blurred
const AT_ONCE = 6; // requests, so that turning back does not wait for what was left behind
const MOST = 128; // tiles kept: two levels of the largest screen
const AGAIN_MS = 2000;
const TRIES = 3;
const INFO_TRIES = 15; // a picture that has just come is on its way for seconds

interface Cut { image: HTMLImageElement; factor: number; state: 'loading' | 'there' | 'failed'; tries: number; at: number }

export const sharpen: Sharpen = (core: Piece): Sharp => {
  const { holder, picture, sync, o } = core;
  const layer = el('div');
  const pieces = new Map<string, Cut>(); // in the order of their last use
  let media = '';
  let full: Full | null = null;
  let able = true;
  let asking = false;
  let asked = 0;
  let seen = '';
  let due = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;

  function drop(path: string): void {
    const { image } = pieces.get(path)!;
    pieces.delete(path);
    image.remove();
    image.removeAttribute('src'); // ends a request that is still running
  }

  const dropIf = (test: (piece: Cut, path: string) => boolean): void => {
    for (const [path, piece] of [...pieces]) if (test(piece, path)) drop(path);
  };

  /* what the picture is */

  function turnTo(next: string): void {
    clearTimeout(pause);
    dropIf(() => true);
    media = next;
    full = null;
    able = true;
    asking = false;
    asked = 0;
  }

  /// A picture that is not there to be cut yet is asked for again; until then the whole of it grows with the scale, as it
  /// does for one that never will be.
  async function ask(of: string): Promise<void> {
    asking = true;
    let later = true;
    try {
      const answer = await fetch(address(o.iiif!, of, 'info.json'));
      later = answer.status === 503 || answer.status === 429;
      const found = answer.ok ? readInfo(await answer.json()) : null;
      if (of !== media) return;
      full = found;
    } catch { /* the line broke: later */ }
    if (of !== media) return;
    able = !!full;
    if (!full && later && ++asked < INFO_TRIES) {
      pause = setTimeout(() => {
        asking = false;
        choose();
      }, AGAIN_MS);
    }
    choose();
    core.wake();
  }

  /* tiles */

  function lay(tile: Tile, image: HTMLImageElement, { width, height }: Full): void {
    const part = (of: number, all: number): string => `${(of / all) * 100}%`;
    Object.assign(image.style, {
      position: 'absolute', left: part(tile.x, width), top: part(tile.y, height),
      width: part(tile.width, width), height: part(tile.height, height), zIndex: String(1024 - tile.factor),
    });
    layer.append(image);
  }

  async function load(tile: Tile, of: Full, tries: number): Promise<void> {
    const { path, factor } = tile;
    const image = el('img', { alt: '', draggable: false, decoding: 'async', src: address(o.iiif!, media, path) });
    const piece: Cut = { image, factor, state: 'loading', tries, at: 0 };
    pieces.set(path, piece);
    const good = await image.decode().then(() => true, () => false);
    if (pieces.get(path) !== piece) return;
    if (good) lay(tile, image, of);
    else setTimeout(choose, AGAIN_MS);
    piece.state = good ? 'there' : 'failed';
    piece.at = performance.now();
    choose();
  }

  function fetchThese(tiles: readonly Tile[], of: Full): void {
    const paths = new Set(tiles.map((tile) => tile.path));
    dropIf((piece, path) => piece.state === 'loading' && !paths.has(path));
    let running = [...pieces.values()].filter((piece) => piece.state === 'loading').length;
    let missing = 0;
    for (const tile of tiles) {
      const { path } = tile;
      const piece = pieces.get(path);
      const tries = piece?.tries ?? 0;
      if (piece) {
        pieces.delete(path);
        pieces.set(path, piece);
      }
      if (piece?.state !== 'there') missing++;
      const isDue = !piece || (piece.state === 'failed' && tries < TRIES && performance.now() - piece.at >= AGAIN_MS);
      if (isDue && running < AT_ONCE) {
        running++;
        void load(tile, of, tries + 1);
      }
    }
    if (!missing) dropIf((piece) => piece.factor !== tiles[0]!.factor);
    let over = pieces.size - MOST;
    dropIf((_, path) => !paths.has(path) && over-- > 0);
  }

  function choose(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!media || picture.shown !== media || !core.shown || picture.busy) return;
    const { frame } = core;
    const wanted = frame.fitWidth * sync.camera.scale * devicePixelRatio;
    if (picture.whole || wanted <= picture.pixels * ENOUGH) return dropIf(() => true);
    if (!full) {
      if (!asking) void ask(media);
      return;
    }
    const factor = factorFor(full, wanted);
    if (full.width / factor <= picture.pixels) return dropIf(() => true);
    const corner = (x: number, y: number): number[] => toMedia(sync.camera, frame, x, y);
    const tiles = tilesOf(full, factor, corner(0, 0), corner(frame.width, frame.height));
    if (tiles.length && tiles.length <= MOST) fetchThese(tiles, full);
  }

  holder.append(layer);

  return {
    get able() { return able; },
    painted() {
      const { cx, cy, scale } = sync.camera;
      const { width, height } = core.frame;
      const now = performance.now();
      const sight = [picture.shown, core.shown, picture.busy, picture.pixels, cx, cy, scale, width, height, devicePixelRatio].join();
      if (sight === seen) return;
      seen = sight;
      if (picture.shown !== media) turnTo(picture.shown);
      if (timer === undefined) due = now + LATEST_MS;
      clearTimeout(timer);
      timer = setTimeout(choose, Math.max(0, Math.min(STILL_MS, due - now)));
    },
    stop() {
      clearTimeout(timer);
      turnTo('');
      layer.remove();
    },
  };
};
