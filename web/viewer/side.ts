// SPDX-License-Identifier: Apache-2.0

import type { ViewItem } from '../protocol/index.js';
import type { Translate } from '../ui/index.js';
import type { CompareWord } from './compare-words.js';
import { toMedia, toScreen, type Camera, type Frame } from './geometry.js';
import type { Core, Lent, Piece, Sharp, SidePane } from './kit.js';
import { measure, paneFrame, type Box, type Measured, type Pictured } from './panes.js';
import { address } from './tiles.js';

/// One of the pieces side by side: its pane, its picture with tiles of its own, its name and its size.
export interface Side extends SidePane {
  readonly item: ViewItem;
  readonly node: HTMLElement;
  /// At true scale, once its millimetres and its picture's are known; null before, and when the catalogue has none.
  measured(): Measured | null;
  /// `size` and `perMm` (px at scale 1) when it stands at true scale.
  paint(box: Box, truly: boolean, size: Measured | null, perMm: number): void;
  stop(): void;
}

const AGAIN_MS = 2000;
const TRIES = 15; // as for tiles: a picture that has just come is on its way for seconds
const NONE: Box = { left: 0, top: 0, width: 0, height: 0 };

export function createSide(core: Core, { el, number }: Lent, item: ViewItem, t: Translate<CompareWord>): Side {
  const { o, sync } = core;
  const holder = el('div', { class: 'holder' });
  const words = el('small');
  const name = el('button', { type: 'button', class: 'name float', onclick: () => sync.select(item.slot) }, item.title ?? '', words);
  const node = el('div', { class: 'pane' }, holder, name);
  const picture = core.newPicture(holder, o.src, core.wake);
  let sharp: Sharp | undefined;
  let box = NONE;
  let frame: Frame = paneFrame(box, 1);
  let shift: Pick<Measured, 'dx' | 'dy'> = { dx: 0, dy: 0 };
  let pictured: Pictured | null = null;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const camera = (): Camera => {
    const { cx, cy, scale } = sync.camera;
    return { cx: cx + shift.dx, cy: cy + shift.dy, scale };
  };

  /// Where in its picture the piece is. A picture that says nothing is the piece from edge to edge.
  async function ask(): Promise<void> {
    tries++;
    const whole = { width: picture.aspect, height: 1, object: [0, 0, 1, 1] };
    try {
      const answer = await fetch(address(o.iiif!, item.media, 'info.json'));
      if (!answer.ok) throw answer;
      pictured = { ...whole, ...await answer.json() as Partial<Pictured> };
    } catch {
      if (tries < TRIES) timer = setTimeout(() => void ask(), AGAIN_MS);
      else pictured = whole;
    }
    core.wake();
  }

  /* For the tiles the pane is a stage of its own. */
  const piece: Piece = {
    o, holder, picture, wake: core.wake, sync: { get camera() { return camera(); } },
    get frame() { return { ...frame, width: box.width, height: box.height }; }, get shown() { return picture.shown === item.media; },
  };

  return {
    item, node, slot: item.slot,
    get shown() { return piece.shown; },
    get frame() { return frame; },
    get box() { return box; },
    place: (x, y) => toScreen(camera(), frame, x, y),
    media: (px, py) => toMedia(camera(), frame, px, py),
    measured() {
      if (!tries && o.iiif && item.width_mm) void ask();
      return pictured && measure(item, pictured);
    },
    paint(at, truly, size, perMm) {
      box = at;
      shift = size ?? { dx: 0, dy: 0 };
      picture.show(item.media, item.title ?? '');
      frame = paneFrame(box, picture.aspect, size ? size.across * perMm : undefined);
      const { scale } = sync.camera;
      const [x, y] = toScreen(camera(), frame, 0, 0);
      const px = (style: CSSStyleDeclaration, width: number, height: number, left: number, top: number, more = ''): void => {
        style.width = `${width}px`;
        style.height = `${height}px`;
        style.transform = `translate(${left}px,${top}px)${more}`;
      };
      px(node.style, box.width, box.height, box.left, box.top);
      px(holder.style, frame.fitWidth, frame.fitHeight, x - box.left, y - box.top, `scale(${scale})`);
      const active = core.slot() === item.slot;
      node.classList.toggle('on', active);
      name.setAttribute('aria-pressed', String(active));
      const text = size ? `${number.format(item.width_mm!)} × ${number.format(item.height_mm!)} mm`
        : truly && !item.width_mm ? t(o.me === 'c' ? 'compare.unknown' : 'compare.feed') : '';
      if (words.textContent !== text) words.textContent = text;
      name.hidden = !item.title && !text;
      sharp ??= core.sharpen?.(piece);
      picture.need(frame.fitWidth * (sharp?.able ? 1 : scale) * devicePixelRatio);
      sharp?.painted();
    },
    stop() {
      clearTimeout(timer);
      sharp?.stop();
      picture.stop();
      node.remove();
    },
  };
}
