// SPDX-License-Identifier: Apache-2.0

import * as icons from '../ui/icons.js';
import { el, i18n, sheet } from '../ui/index.js';
import { paintCorners } from './corners.js';
import { createHand } from './hand.js';
import { toMedia } from './geometry.js';
import type { Compare, Comparing, Core, Equip, Pane } from './kit.js';
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

const AGAIN_MS = 5000;
const MOST_DROPS = 64;
const SHARP = 2; // canvas pixels per CSS pixel at most: lines gain nothing from more

let looks: CSSStyleSheet | undefined;

/// `comparing` brings the part that lays pieces side by side.
export const equipWith = (comparing: (core: Core) => Promise<Comparing>): Equip => (core) => {
  const { o, root, sync, known, wake } = core;
  const { me, wish } = o;
  const t = i18n(toolWords, o.strings);
  const number = new Intl.NumberFormat(o.locale, { maximumFractionDigits: 1 });
  let tool: Tool = 'move';
  let colour = me === 'c' ? 0 : 1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  const canvas = el('canvas');
  const layer = el('div', { class: 'layer' });
  const ctx = canvas.getContext('2d')!;

  const live = createLive();
  const trails = createTrails();
  const pointers = createPointers(layer, me, o.names, trails.put);
  const steps = createSteps(core);
  const narrator = createNarrator(t, number, o.names, () => sync, core.say);
  const one: Pane = {
    get slot() { return core.slot(); }, get shown() { return core.shown; }, place: core.place,
    media: (px, py) => toMedia(sync.camera, core.frame, px, py),
  };
  let many: Compare | undefined;
  let asked = false;
  const paneAt = (x: number, y: number): Pane => many?.at(x, y) ?? one;
  const hand = createHand(core, live, pointers, steps, paneAt, () => ({ tool, colour }));

  const own = (): number[] => known.marks().filter((m) => m.by === me && m.slot === core.slot()).map((m) => m.mark);
  const drop = (ids: number[]): void => {
    known.drop(ids);
    for (let i = 0; i < ids.length; i += MOST_DROPS) wish.dropMarks(ids.slice(i, i + MOST_DROPS));
    wake();
  };
  const undo = (): void => drop(own().slice(-1));
  const clear = (): void => drop(own());
  const turn = (by: number): void => {
    const all = many?.at() ? many.panes : sync.view?.items ?? [];
    const to = all[all.findIndex((i) => i.slot === core.slot()) + by];
    if (to) sync.select(to.slot);
  };
  /// Brings the panes, then `then`s.
  const bring = (then?: (it: Compare) => void): void => {
    if (many) return then?.(many);
    if (asked) return;
    asked = true;
    comparing(core).then((make) => {
      if (ended) return;
      many = make(core, { el, i18n, sheet, iconButton, number });
      then?.(many);
      wake();
    }, () => setTimeout(() => {
      asked = false;
      wake();
    }, AGAIN_MS));
  };
  const choose = (): void => bring((it) => it.choose());
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
    select: sync.select, step: turn, compare: choose, drop: () => { if (sync.view) wish.item({ drop: sync.view.active }); },
  });
  const shut = iconButton(t('viewer.close'), icons.close, () => wish.close(), 'shut float');
  const edges = ([['l', -1, 0, 'left', icons.left], ['r', 1, 0, 'right', icons.right], ['u', 0, -1, 'up', icons.down],
    ['d', 0, 1, 'down', icons.down]] as const).map(([place, dx, dy, word, path]) =>
    iconButton(t(`viewer.${word}`), path, () => steps.look(dx, dy), `edge float ${place}`));

  function key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey || (e.target as Element).localName === 'input') return;
    const { zoom, look } = steps;
    const acts: Record<string, (() => void) | undefined> = {
      '+': () => zoom(1.6), '=': () => zoom(1.6), '-': () => zoom(1 / 1.6), '0': steps.whole,
      ArrowLeft: () => look(-1, 0), ArrowRight: () => look(1, 0), ArrowUp: () => look(0, -1), ArrowDown: () => look(0, 1),
      PageUp: () => turn(-1), PageDown: () => turn(1), z: undo, Delete: clear, c: choose,
      Escape: tool === 'move' ? undefined : () => pick('move'),
    };
    const named = TOOLS[Number(e.key) - 1];
    const act = named ? () => pick(named) : acts[e.key] ?? many?.key(e.key);
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
    const panes = (many?.at() ? many.panes : [one] as Pane[]).filter((p) => p.shown);
    layer.hidden = !panes.length;
    const shapes = [...known.marks(), ...live.list(now)];
    const still = pointers.paint((slot, x, y) => {
      const pane = panes.find((p) => p.slot === slot);
      const at = pane?.place(x, y);
      return at && paneAt(...at) === pane ? at : undefined;
    }, now);
    let wait = Math.min(still, live.wait);
    for (const { slot, place, box } of panes) {
      ctx.save();
      if (box) {
        ctx.beginPath();
        ctx.rect(box.left, box.top, box.width, box.height);
        ctx.clip();
      }
      paintShapes(ctx, shapes, slot, place);
      if (trails.paint(ctx, slot, place, now)) wait = 0;
      ctx.restore();
    }
    if (core.shown && sync.camera.scale > 1.01) paintCorners(ctx, core.frame);
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
      if (view?.mode === 'compare') bring();
      many?.painted();
      tools.update({ tool, colour, scale: number.format(scale), min: scale < 1.001, max: scale > max - 0.001, own: own().length > 0 });
      tools.pens.hidden = !isPen(tool);
      strip.update(view?.items ?? [], core.slot());
      root.classList.toggle('close-up', scale > 1.001);
      draw(now);
    },
    frame: (x, y) => many?.at(x, y)?.frame,
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
      ended = true;
      many?.stop();
      clearTimeout(timer);
      narrator.stop();
      steps.land();
      hand.stop();
    },
  };
};
