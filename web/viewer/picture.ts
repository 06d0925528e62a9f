// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';

export type PictureState = 'idle' | 'loading' | 'loaded' | 'error';

/// One picture on the stage. The old pixels stay until the new ones are decoded. The first size is already the one
/// that the box can use. A larger one that fails leaves the smaller and is asked for again, six times, each after twice the time;
/// the first that fails is an error.
export interface Picture {
  readonly state: PictureState;
  /// How many pixels across are shown.
  readonly pixels: number;
  /// A larger one is on its way.
  readonly busy: boolean;
  /// There are no more pixels to be had: the server shrinks to exactly the step asked for, or to a smaller one while it is
  /// busy; any other width is the picture itself, which it sends when it is smaller, or has just come and is not cut yet.
  readonly whole: boolean;
  /// Of the pixels shown, 1 before there are any.
  readonly aspect: number;
  /// The medium whose pixels are shown, '' before there are any.
  readonly shown: string;
  show(media: string, alt: string): void;
  /// The width wanted, in device pixels. Nothing is loaded before there is a box.
  need(width: number): void;
  again(): void;
  stop(): void;
}

const LARGEST = 1920;
const STEPS = [160, 320, 480, 640, 960, 1280, LARGEST];
const AGAIN_MS = 2000;
const AGAIN_MOST = 6;
const ENOUGH = 1.1; // as for tiles: the next step for less than this is not worth its bytes

export function createPicture(
  holder: HTMLElement, src: (media: string, width: number) => string, changed: () => void,
): Picture {
  let state: PictureState = 'idle';
  let media = '';
  let alt = '';
  let shown = '';
  let aspect = 1;
  let pixels = 0;
  let whole = false;
  let busy = false;
  let step = -1; // of the pixels shown or on their way
  let wanted = 0;
  let turn = 0;
  let failed = 0; // larger ones, of this medium
  let old: HTMLImageElement | undefined;

  async function load(next: number): Promise<void> {
    const mine = ++turn;
    busy = true;
    step = next;
    const image = el('img', { alt, draggable: false, decoding: 'async', src: src(media, STEPS[next]!) });
    const good = await image.decode().then(() => true, () => false);
    if (mine !== turn) return;
    busy = false;
    if (good) {
      state = 'loaded';
      shown = media;
      pixels = image.naturalWidth;
      whole = !STEPS.includes(pixels);
      aspect = pixels / image.naturalHeight || 1;
      old?.remove();
      holder.prepend((old = image)); // below the tiles
    } else if (shown !== media) state = 'error';
    else {
      setTimeout(() => {
        if (mine !== turn || failed++ >= AGAIN_MOST) return;
        step = -1;
        climb();
      }, AGAIN_MS << failed);
    }
    changed();
    climb();
  }

  function climb(): void {
    const may = (state === 'loaded' && !whole) || (state === 'loading' && step < 0);
    if (!may || !wanted) return;
    const next = STEPS.findIndex((width) => width * ENOUGH >= wanted || width === LARGEST);
    if (next > step) void load(next);
  }

  function start(): void {
    state = media ? 'loading' : 'idle';
    step = -1;
    failed = 0;
    busy = false;
    turn++;
    changed();
  }

  return {
    get state() { return state; },
    get pixels() { return pixels; },
    get busy() { return busy; },
    get whole() { return whole; },
    get aspect() { return aspect; },
    get shown() { return shown; },
    show(next, text) {
      if (next === media) return;
      [media, alt] = [next, text];
      start();
    },
    need(width) {
      wanted = width;
      climb();
    },
    again: start,
    stop() { turn++; },
  };
}
