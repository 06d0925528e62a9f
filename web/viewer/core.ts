// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import { el, i18n, sheet } from '../ui/index.js';
import { frameOf, pan, toScreen, zoom, type Frame, type Point } from './geometry.js';
import { gestures } from './gesture.js';
import type { Core, Equip, Kit, Sharp, Sharpen } from './kit.js';
import { createKnown } from './known.js';
import { personColour } from './palette.js';
import { createPicture } from './picture.js';
import { styles } from './styles.js';
import { createSync } from './sync.js';
import type { Viewer, ViewerOptions } from './types.js';
import { words } from './words.js';

/// The shared picture: seen, followed, moved by hand, with who guides. What is drawn on it and all else a hand can do come
/// through `equip` (see kit.ts), which may be called later: `ready` says when, once, as soon as there is something on show. So do
/// sharper pixels, through `sharpen`; called with nothing, it says that they did not come.
/// State is in sync.ts and known.ts; this file joins it to the screen. One paint a frame at most, and none while
/// nothing moves.

const WIDE_PX = 960;

let looks: CSSStyleSheet | undefined;

export interface CoreViewer { viewer: Viewer; equip(make: Equip): void; sharpen(make?: Sharpen): void }

export function createCore(o: ViewerOptions, ready?: () => void): CoreViewer {
  const { me } = o;
  const t = i18n(words, o.strings);
  let kit: Partial<Kit> = {};
  let sharp: Sharp | undefined;
  let sharper = !!o.iiif; // or will be
  let frame = frameOf(0, 0, 1);
  let shown = false;
  let raf = 0;
  let gone = false;

  const box = (name: string, ...inside: (Node | string)[]): HTMLElement => el('div', { class: name }, ...inside);
  const holder = box('holder');
  const stage = el('div', { class: 'stage', role: 'group', tabIndex: 0 }, holder);
  const said = el('p');
  const again = el('button', { class: 'text', onclick: () => picture.again() }, t('viewer.again'));
  const note = el('div', { class: 'note float', role: 'status' }, said, again);
  const who = el('span');
  const take = el('button', { class: 'text', onclick: () => sync.take() }, t('viewer.take'));
  const chip = box('chip float', el('i'), who, take);
  const root = el('section', { class: 'v', 'aria-label': t('viewer') }, stage, note, chip);

  const sync = createSync(me, o.wish, wake, () => { hands.halt(); kit.halt?.(); });
  const known = createKnown();
  const picture = createPicture(holder, o.src, wake);
  const slot = (): number => sync.view?.active ?? 0;
  const place = (x: number, y: number): Point => toScreen(sync.camera, frame, x, y);
  const frameAt = (x?: number, y?: number): Frame => kit.frame?.(x, y) ?? frame;

  const hands = gestures(stage, {
    pan: (dx, dy) => sync.move(pan(sync.camera, frameAt(), dx, dy, sync.max)),
    zoom: (px, py, factor) => sync.move(zoom(sync.camera, frameAt(px, py), px, py, factor, sync.max)),
    rest: sync.rest,
    hand: (...how) => kit.hand?.(...how),
  });

  /* paint */

  function wake(): void {
    if (!gone) raf ||= requestAnimationFrame(paint);
  }

  function resize(): void {
    root.classList.toggle('wide', root.clientWidth >= WIDE_PX);
    frame = frameOf(stage.clientWidth, stage.clientHeight, picture.aspect);
    wake();
  }

  function follow(): void {
    const { items = [], active, driver = '' } = sync.view ?? {};
    const item = items.find((i) => i.slot === active);
    const title = item?.title ?? t('viewer.picture', { n: items.indexOf(item!) + 1, all: items.length });
    picture.show(item?.media ?? '', title);
    stage.setAttribute('aria-label', t('viewer.stage', { title }));
    shown = !!item && picture.shown === item.media;
    holder.classList.toggle('old', !shown);
    again.hidden = picture.state !== 'error';
    note.hidden = again.hidden && !!item;
    const text = t(again.hidden ? 'viewer.empty' : 'viewer.failed');
    if (said.textContent !== text) said.textContent = text;
    chip.hidden = !driver;
    take.hidden = driver === me;
    who.textContent = t(take.hidden ? 'viewer.you' : 'viewer.guides', { name: o.names(driver) });
    chip.style.setProperty('--c', personColour(driver));
    if (shown || item?.film || items[1] || !again.hidden) {
      ready?.();
      ready = undefined;
    }
  }

  function paint(): void {
    raf = 0;
    follow();
    frame = frameOf(frame.width, frame.height, picture.aspect);
    const { style } = holder;
    const { scale } = sync.camera;
    const [x, y] = place(0, 0);
    style.width = `${frame.fitWidth}px`;
    style.height = `${frame.fitHeight}px`;
    style.transform = `translate(${x}px,${y}px) scale(${scale})`;
    picture.need(frameAt().fitWidth * ((sharp?.able ?? sharper) ? 1 : scale) * devicePixelRatio);
    sharp?.painted();
    kit.painted?.(performance.now());
  }

  function setMarks(all: readonly Mark[] | undefined): void {
    if (!all) return;
    known.set(all);
    kit.settled?.();
  }

  /* A shadow root of its own: neither the console's classes nor a page's reach in, and none of ours reach out. */
  const host = el('div');
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [(looks ??= sheet(styles))];
  shadow.append(root);
  o.root.append(host);
  const size = new ResizeObserver(resize);
  size.observe(root);
  size.observe(stage);

  const viewer: Viewer = {
    get view() {
      const { view } = sync;
      return view && { ...view, marks: known.marks() };
    },
    apply(view) {
      const before = sync.view?.driver;
      setMarks(view?.marks);
      sync.apply(view);
      kit.driver?.(before);
    },
    patch(p) {
      const before = sync.view;
      setMarks(p.marks);
      sync.patch(p);
      if (p.rect || (p.active ?? before?.active) !== before?.active) kit.moved?.();
      kit.driver?.(before?.driver);
    },
    motion(m) { if (sync.motion(m)) kit.moved?.(); },
    pointer(from, p) {
      const now = performance.now();
      known.point(from, p, now);
      kit.pointer?.(from, p, now);
      wake();
    },
    stroke: (from, d) => kit.stroke?.(from, d),
    mark(m) {
      known.add(m);
      kit.mark?.(m);
      wake();
    },
    dropMarks(ids) {
      known.drop(ids);
      wake();
    },
    gone(from) {
      known.gone(from);
      kit.gone?.(from);
      wake();
    },
    destroy() {
      size.disconnect();
      cancelAnimationFrame(raf);
      sync.stop();
      hands.stop();
      kit.stop?.();
      sharp?.stop();
      picture.stop();
      host.remove();
      kit = {};
      gone = true;
    },
  };
  const core: Core = {
    o, shadow, root, stage, holder, picture, note, sync, known, hands, slot, place, wake, frameAt, newPicture: createPicture,
    get frame() { return frame; }, get shown() { return shown && !kit.frame?.(); }, say: (text) => viewer.narrate?.(text),
  };
  return {
    viewer,
    equip(make) {
      if (gone) return;
      kit = make(core);
      wake();
    },
    sharpen(make) {
      sharper = !!(core.sharpen = make);
      if (!gone) sharp ??= make?.(core);
      wake();
    },
  };
}
