// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';

export type PictureState = 'idle' | 'loading' | 'loaded' | 'error';

/// One picture on the stage. The old pixels stay until the new ones are decoded: first 640 px, which the server has ready,
/// then the step the screen can use. A larger size that fails leaves the smaller one; the first that fails is an error.
export interface Picture {
  readonly state: PictureState;
  /// Of the pixels shown, 1 before there are any.
  readonly aspect: number;
  /// The medium whose pixels are shown, '' before there are any.
  readonly shown: string;
  show(media: string, alt: string): void;
  /// The width on screen, in device pixels, at the scale of now.
  need(width: number): void;
  again(): void;
  stop(): void;
}

const STEPS = [640, 1280, 1920];

export function createPicture(
  holder: HTMLElement, src: (media: string, width: number) => string, changed: () => void,
): Picture {
  let state: PictureState = 'idle';
  let media = '';
  let alt = '';
  let shown = '';
  let aspect = 1;
  let step = -1; // of the pixels shown or on their way
  let wanted = 0;
  let turn = 0;

  async function load(next: number): Promise<void> {
    const mine = ++turn;
    step = next;
    const image = el('img', { alt, draggable: false, decoding: 'async', src: src(media, STEPS[next]!) });
    try {
      await image.decode();
    } catch {
      if (mine !== turn) return;
      if (shown !== media) state = 'error';
      changed();
      return;
    }
    if (mine !== turn) return;
    state = 'loaded';
    shown = media;
    aspect = image.naturalWidth / image.naturalHeight || 1;
    holder.replaceChildren(image);
    changed();
    climb();
  }

  function climb(): void {
    if (state !== 'loaded') return;
    const enough = STEPS.findIndex((width) => width >= wanted);
    const next = enough < 0 ? STEPS.length - 1 : enough;
    if (next > step) void load(next);
  }

  function start(): void {
    state = media ? 'loading' : 'idle';
    if (media) void load(0);
    changed();
  }

  return {
    get state() { return state; },
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
