// SPDX-License-Identifier: Apache-2.0

import { el } from '../ui/index.js';

/// The spin frames of one piece, over its picture: loaded in the direction it turns, the nearest shown until the right one is
/// there. The next four are asked for at once, so that turning back does not wait for what was left behind.
export interface Frames {
  /// One of them is on show.
  readonly there: boolean;
  /// `base` '': none is to be seen.
  show(base: string, n: number, frame: number): void;
  stop(): void;
}

const AT_ONCE = 4;
const AGAIN_MS = 2000;

const circular = (a: number, b: number, n: number): number => Math.min((a - b + n) % n, (b - a + n) % n);

/// The one to load next: `frame` itself, then those ahead, all around. -1: all are there or on their way.
export function nextFrame(has: (frame: number) => boolean, frame: number, ahead: 1 | -1, n: number): number {
  for (let k = 0; k < n; k++) {
    const at = (frame + ahead * k + n * k) % n;
    if (!has(at)) return at;
  }
  return -1;
}

export function createFrames(holder: HTMLElement, changed: () => void): Frames {
  const canvas = el('canvas', { hidden: true });
  Object.assign(canvas.style, { position: 'absolute', zIndex: 2000, inset: 0, width: '100%', height: '100%' }); // over the picture and its tiles
  const ctx = canvas.getContext('2d')!;
  let from = '';
  let images = new Map<number, HTMLImageElement>();
  let ready = new Set<number>();
  let drawn = -1;
  let last = 0;
  let ahead: 1 | -1 = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(at: number, mine: typeof images): Promise<void> {
    const image = el('img', { alt: '', src: `${from}${String(at).padStart(2, '0')}.jpg` });
    mine.set(at, image);
    const good = await image.decode().then(() => true, () => false);
    if (mine !== images) return;
    if (good) ready.add(at);
    else {
      timer = setTimeout(() => {
        mine.delete(at);
        changed();
      }, AGAIN_MS);
    }
    changed();
  }

  function draw(frame: number, n: number): void {
    let best = -1;
    for (const at of ready) if (best < 0 || circular(at, frame, n) < circular(best, frame, n)) best = at;
    if (best < 0 || best === drawn) return;
    const image = images.get(best)!;
    if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
    }
    ctx.drawImage(image, 0, 0);
    canvas.dataset['frame'] = String(drawn = best);
  }

  function drop(): void {
    clearTimeout(timer);
    for (const [at, image] of images) if (!ready.has(at)) image.removeAttribute('src'); // ends a request that is still running
    images = new Map();
    ready = new Set();
    drawn = -1;
  }

  holder.append(canvas);
  return {
    get there() { return drawn >= 0; },
    show(base, n, frame) {
      canvas.hidden = !base || drawn < 0;
      if (!base) return;
      if (base !== from) {
        drop();
        from = base;
      }
      if (frame !== last) ahead = (frame - last + n) % n <= n / 2 ? 1 : -1;
      last = frame;
      for (let next = 0; images.size - ready.size < AT_ONCE && next >= 0;) {
        next = nextFrame((at) => images.has(at), frame, ahead, n);
        if (next >= 0) void load(next, images);
      }
      draw(frame, n);
      canvas.hidden = drawn < 0;
    },
    stop() {
      drop();
      canvas.remove();
    },
  };
}
