// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import { el, i18n, sheet } from '../ui/index.js';
import { paintCorners } from './corners.js';
import { createHand } from './hand.js';
import type { Equip } from './kit.js';
import { createLive } from './live.js';
import { createNarrator } from './narrator.js';
import { createPointers } from './pointers.js';
import { paintShapes } from './shapes.js';
import { createStrip } from './strip.js';
import { createSteps } from './steps.js';
import { toolStyles } from './tool-styles.js';
import { createTools, iconButton, isPen, TOOLS, type Tool } from './tools.js';
import { toolWords } from './tool-words.js';
import { createTrails } from './trails.js';

/// All that is drawn on the picture and all a hand does beyond moving it: marks, pointers, tools, keys, buttons, the other
/// pictures, and words for those who do not see what others do. Joined to the shared picture through kit.ts.

const MOST_DROPS = 64;
const SHARP = 2; // canvas pixels per CSS pixel at most: lines gain nothing from more

let looks: CSSStyleSheet | undefined;

export const equip: Equip = (core) => {
  const { o, root, sync, known, wake } = core;
  const { me, wish } = o;
  const t = i18n(toolWords, o.strings);
  const number = new Intl.NumberFormat(o.locale, { maximumFractionDigits: 1 });
  let tool: Tool = 'move';
  let colour = me === 'c' ? 0 : 1;
  let active = core.slot();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const canvas = el('canvas');
  const layer = el('div', { class: 'layer' });
  const ctx = canvas.getContext('2d')!;

  const live = createLive();
  const trails = createTrails();
  const pointers = createPointers(layer, me, o.names, trails.put);
  const steps = createSteps(core);
  const narrator = createNarrator(t, number, o.names, () => sync, core.say);
  const hand = createHand(core, live, pointers, steps, () => ({ tool, colour }));

  const own = (): number[] => known.marks().filter((m) => m.by === me && m.slot === core.slot()).map((m) => m.mark);
  const drop = (ids: number[]): void => {
    known.drop(ids);
    for (let i = 0; i < ids.length; i += MOST_DROPS) wish.dropMarks(ids.slice(i, i + MOST_DROPS));
    wake();
  };
  const undo = (): void => drop(own().slice(-1));
  const clear = (): void => drop(own());
  const turn = (by: number): void => {
    const { items = [] } = sync.view ?? {};
    const to = items[items.findIndex((i) => i.slot === core.slot()) + by];
    if (to) sync.select(to.slot);
  };
  const pick = (next: Tool): void => {
    tool = next;
    core.stage.classList.toggle('pen', isPen(tool));
    core.stage.classList.toggle('laser', tool === 'laser');
    pointers.gone(me);
    trails.drop(me);
    wake();
  };

  const tools = createTools(t, {
    pick, undo, clear, zoom: steps.zoom, whole: steps.whole, colour(n) { colour = n; wake(); },
  });
  const strip = createStrip(t, o.src, {
    select: sync.select, step: turn, drop: () => { if (sync.view) wish.item({ drop: sync.view.active }); },
  });
  const shut = iconButton(t('viewer.close'), icons.close, () => wish.close(), 'shut float');
  const edges = ([['l', -1, 0, 'left', icons.left], ['r', 1, 0, 'right', icons.right], ['u', 0, -1, 'up', icons.down],
    ['d', 0, 1, 'down', icons.down]] as const).map(([place, dx, dy, word, path]) =>
    iconButton(t(`viewer.${word}`), path, () => steps.look(dx, dy), `edge float ${place}`));

  function key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const { zoom, look } = steps;
    const acts: Record<string, (() => void) | undefined> = {
      '+': () => zoom(1.6), '=': () => zoom(1.6), '-': () => zoom(1 / 1.6), '0': steps.whole,
      ArrowLeft: () => look(-1, 0), ArrowRight: () => look(1, 0), ArrowUp: () => look(0, -1), ArrowDown: () => look(0, 1),
      PageUp: () => turn(-1), PageDown: () => turn(1), z: undo, Delete: clear,
      Escape: tool === 'move' ? undefined : () => pick('move'),
    };
    const named = TOOLS[Number(e.key) - 1];
    const act = named ? () => pick(named) : acts[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  }

  /// The canvas lies on the stage, dot for dot.
  function fit(): void {
    const { width, height } = core.frame;
    const sharp = Math.min(devicePixelRatio, SHARP);
    const [w, h] = [Math.floor(width * sharp), Math.floor(height * sharp)];
    if (canvas.width === w && canvas.height === h) return ctx.clearRect(0, 0, width, height);
    canvas.width = w;
    canvas.height = h;
    ctx.scale(sharp, sharp);
  }

  /// Marks, pointers and what fades, and again when the first of these changes by itself.
  function draw(now: number): void {
    fit();
    layer.hidden = !core.shown;
    if (!core.shown) return;
    paintShapes(ctx, [...known.marks(), ...live.list(now)], active, core.place);
    const still = pointers.paint(active, core.place, now);
    if (sync.camera.scale > 1.01) paintCorners(ctx, core.frame);
    const wait = trails.paint(ctx, core.place, now) ? 0 : Math.min(still, live.wait);
    clearTimeout(timer);
    if (wait <= 0) wake();
    else if (wait < Infinity) timer = setTimeout(wake, wait);
  }

  core.shadow.adoptedStyleSheets.push((looks ??= sheet(toolStyles)));
  root.addEventListener('keydown', key);
  /* In the order of the keyboard: the stage, a pen's colours, the edges, who guides, and what lies below the picture. */
  core.note.after(tools.pens, ...edges);
  root.append(shut, strip.node, tools.row);
  core.stage.append(canvas, layer);
  for (const [from, put] of known.pointers) pointers.put(from, ...put);
  pick('move');

  return {
    hand: hand.on,
    moved: narrator.moved,
    driver: narrator.driver,
    settled: live.settled,
    painted(now) {
      const { view, camera: { scale }, max } = sync;
      if (active !== core.slot()) trails.clear();
      active = core.slot();
      tools.update({ tool, colour, scale: number.format(scale), min: scale < 1.001, max: scale > max - 0.001, own: own().length > 0 });
      tools.pens.hidden = !isPen(tool);
      strip.update(view?.items ?? [], active);
      root.classList.toggle('close-up', scale > 1.001);
      draw(now);
    },
    halt: steps.land,
    pointer: pointers.put,
    stroke(from, d) {
      live.part(from, d, performance.now());
      wake();
    },
    mark(m) {
      live.mark(m);
      if (m.by !== me) narrator.marked(m);
    },
    gone(from) {
      pointers.gone(from);
      live.gone(from);
      trails.drop(from);
    },
    stop() {
      clearTimeout(timer);
      narrator.stop();
      steps.land();
      hand.stop();
    },
  };
};
