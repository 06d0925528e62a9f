// SPDX-License-Identifier: Apache-2.0

/// The shared view. `createViewer` fills an element with it; the host carries wishes out and brings what others do in.
/// State is in sync.ts, marks.ts and pointers.ts; this file joins it to the screen. One paint a frame at most, and none while
/// nothing moves.

import * as icons from '../ui/icons.js';
import { controls, el, i18n, sheet, tokens } from '../ui/index.js';
import { createStage } from './stage.js';
import { createNarrator } from './narrator.js';
import { personColour } from './palette.js';
import { createStrip } from './strip.js';
import { styles } from './styles.js';
import { createSync } from './sync.js';
import { createTools, iconButton, isPen, TOOLS, type Tool } from './tools.js';
import type { Viewer, ViewerOptions } from './types.js';
import { words } from './words.js';

export type { MarkKind, PointerKind, StrokePart, Viewer, ViewerOptions, ViewerWishes } from './types.js';

const WIDE_PX = 760;
const MOST_DROPS = 64;

let looks: CSSStyleSheet | undefined;

export function createViewer(o: ViewerOptions): Viewer {
  const { me, wish } = o;
  const t = i18n(words, o.strings);
  const number = new Intl.NumberFormat(o.locale, { maximumFractionDigits: 1 });
  let tool: Tool = 'move';
  let colour = me === 'c' ? 0 : 1;

  const sync = createSync(me, wish, () => stage.wake(), () => stage.halt());
  const stage = createStage(o, t, sync, () => ({ tool, colour }), render);
  const narrator = createNarrator(t, number, o.names, () => sync, (text) => viewer.narrate?.(text));

  const own = (): number[] => stage.marks.own(me, sync.view?.active ?? 0);
  const drop = (ids: number[]): void => {
    if (!ids.length) return;
    stage.marks.drop(ids);
    for (let i = 0; i < ids.length; i += MOST_DROPS) wish.dropMarks(ids.slice(i, i + MOST_DROPS));
    stage.wake();
  };
  const step = (by: number): void => {
    const { items = [], active } = sync.view ?? {};
    const to = items[items.findIndex((i) => i.slot === active) + by];
    if (to) sync.select(to.slot);
  };
  const pick = (next: Tool): void => {
    tool = next;
    stage.pick(next);
    render();
  };

  const tools = createTools(t, {
    pick,
    colour(n) { colour = n; render(); },
    zoom: stage.zoom,
    whole: stage.whole,
    undo: () => drop(own().slice(-1)),
    clear: () => drop(own()),
  });
  const strip = createStrip(t, o.src, {
    select: (slot) => sync.select(slot),
    step,
    drop: () => { if (sync.view) wish.item({ drop: sync.view.active }); },
  });
  const dot = el('i');
  const who = el('span');
  const take = el('button', { type: 'button', class: 'vt-button', onclick: sync.take }, t('viewer.take'));
  const chip = el('div', { class: 'chip float' }, dot, who, take);
  const shut = iconButton(t('viewer.close'), icons.close, () => wish.close(), 'shut float');
  const edges = ([['l', -1, 0, 'left', icons.left], ['r', 1, 0, 'right', icons.right], ['u', 0, -1, 'up', icons.down],
    ['d', 0, 1, 'down', icons.down]] as const).map(([place, dx, dy, word, path]) =>
    iconButton(t(`viewer.${word}`), path, () => stage.look(dx, dy), `edge float ${place}`));
  const root = el('section', { class: 'v', 'aria-label': t('viewer'), onkeydown: key },
    stage.node, stage.note, tools.pens, ...edges, chip, shut, strip.node, tools.row);

  function key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const acts: Record<string, (() => void) | undefined> = {
      '+': () => stage.zoom(1.6), '=': () => stage.zoom(1.6), '-': () => stage.zoom(1 / 1.6), '0': stage.whole,
      ArrowLeft: () => stage.look(-1, 0), ArrowRight: () => stage.look(1, 0),
      ArrowUp: () => stage.look(0, -1), ArrowDown: () => stage.look(0, 1),
      PageUp: () => step(-1), PageDown: () => step(1), z: () => drop(own().slice(-1)), Delete: () => drop(own()),
      Escape: tool === 'move' ? undefined : () => pick('move'),
    };
    const named = TOOLS[Number(e.key) - 1];
    const act = named ? () => pick(named) : acts[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  /// Everything around the picture follows the state. Called from the paint, so at most once a frame.
  function render(): void {
    const { view, camera, max } = sync;
    const { scale } = camera;
    tools.update({ tool, colour, scale: number.format(scale), min: scale < 1.001, max: scale > max - 0.001, own: own().length > 0 });
    tools.pens.hidden = !isPen(tool);
    strip.update(view?.items ?? [], view?.active ?? 0);
    root.classList.toggle('close-up', scale > 1.001);
    const driver = view?.driver ?? '';
    chip.hidden = !driver;
    take.hidden = driver === me;
    who.textContent = driver === me ? t('viewer.you') : t('viewer.guides', { name: o.names(driver) });
    dot.style.setProperty('--c', personColour(driver));
  }

  /* A shadow root of its own: neither the console's classes nor a page's reach in, and none of ours reach out. */
  const host = el('div');
  const shadow = host.attachShadow({ mode: 'open' });
  shadow.adoptedStyleSheets = [(looks ??= sheet(tokens + controls + styles))];
  shadow.append(root);
  o.root.append(host);
  const size = new ResizeObserver(() => {
    root.classList.toggle('wide', root.clientWidth >= WIDE_PX);
    stage.resize();
  });
  size.observe(root);
  size.observe(stage.node);
  pick('move');

  const viewer: Viewer = {
    get view() {
      const { view } = sync;
      return view && { ...view, marks: stage.marks.list() };
    },
    apply(view) {
      const before = sync.view?.driver;
      if (view) stage.marks.set(view.marks);
      sync.apply(view);
      narrator.driver(before);
    },
    patch(p) {
      const before = sync.view;
      if (p.marks) stage.marks.set(p.marks);
      sync.patch(p);
      if ((p.active ?? before?.active) !== before?.active || p.rect) narrator.moved();
      narrator.driver(before?.driver);
    },
    motion(m) { if (sync.motion(m)) narrator.moved(); },
    pointer: stage.pointer,
    stroke(from, d) {
      stage.marks.part(from, d, performance.now());
      stage.wake();
    },
    mark(m) {
      stage.marks.add(m);
      if (m.by !== me) narrator.marked(m);
      stage.wake();
    },
    dropMarks(ids) {
      stage.marks.drop(ids);
      stage.wake();
    },
    gone: stage.gone,
    destroy() {
      size.disconnect();
      narrator.stop();
      sync.stop();
      stage.stop();
      host.remove();
    },
  };
  return viewer;
}
