// SPDX-License-Identifier: Apache-2.0

import type { Comparison, ViewItem } from '../protocol/index.js';
import { createBeside } from './beside.js';
import { compareStyles } from './compare-styles.js';
import { compareWords } from './compare-words.js';
import type { Asking, Comparing, Core, SidePane } from './kit.js';
import { boxesOf, scaleOf } from './panes.js';
import { calibrate, calibrated } from './screen.js';
import { createSide, type Side } from './side.js';

/// Pieces side by side: two to four panes that show the same place of each, moved as one. What is compared, and at what scale,
/// is the view's; which screen is how large is this one's. Joined to the shared picture through kit.ts.

let looks: CSSStyleSheet | undefined;

/// `asking` brings the questions.
export const compareWith = (asking: (core: Core) => Promise<Asking>): Comparing => (core, lent) => {
  const { o, root, stage, sync } = core;
  const { el } = lent;
  const t = lent.i18n(compareWords, o.strings);
  let sides: Side[] = [];
  let was: Comparison | undefined;
  let life = false;
  let told = '';

  const layer = el('div');
  const wish = (slots: number[], scale: 'fit' | 'true'): void => sync.act(() => o.wish.compare({ slots, scale }));
  let questions: Promise<ReturnType<Asking>> | undefined;
  const ask = (what: (q: ReturnType<Asking>) => void): void => void (questions ??= asking(core).then((make) => make(core, lent)))
    .then(what, () => { questions = undefined; });
  const choose = (): void => ask((q) => q.choose((slots) => wish(slots, was?.scale ?? 'fit')));
  const card = (): void => ask((q) => q.card(calibrated(), (perMm) => {
    calibrate(perMm, o.storage !== 'none');
    life = true;
    core.wake();
  }));
  const acts = {
    choose,
    truly: () => was && wish(was.slots, was.scale === 'fit' ? 'true' : 'fit'),
    swap: () => was && wish([...was.slots.slice(1), was.slots[0]!], was.scale),
    leave: () => sync.act(() => o.wish.set({ mode: 'image' })),
    life() {
      if (!life && !calibrated()) return card();
      life = !life;
      core.wake();
    },
    card,
  };
  const bar = createBeside(core, lent, t, acts);
  const keys: Record<string, () => void> = { t: acts.truly, s: acts.swap, l: acts.life, Escape: acts.leave };

  function tell(now: Comparison | undefined): void {
    const next = now ? `${now.scale}${now.slots}` : '';
    if (next === told) return;
    told = next;
    const driver = sync.driving ? '' : sync.view?.driver;
    const what = t(now ? now.scale === 'true' ? 'compare.atTrue' : 'compare.beside' : 'compare.alone', { n: now?.slots.length ?? 0 });
    core.say(driver ? `${o.names(driver)}: ${what}` : what);
  }

  /// The panes of these pieces; those that stay keep their pixels.
  function take(items: readonly ViewItem[]): void {
    const next = items.map((item) => sides.find((s) => s.item.media === item.media && s.slot === item.slot) ?? createSide(core, lent, item, t));
    for (const side of sides) if (!next.includes(side)) side.stop();
    sides = next;
    layer.replaceChildren(...sides.map((s) => s.node));
  }

  function lay({ scale }: Comparison): void {
    const boxes = boxesOf(sides.length, core.frame.width, core.frame.height);
    const sizes = sides.map((s) => (scale === 'true' ? s.measured() : null));
    const here = calibrated();
    const most = scaleOf(sizes, boxes);
    const perMm = life && here ? Math.min(most, here) : most;
    sides.forEach((side, i) => side.paint(boxes[i]!, scale === 'true', sizes[i]!, perMm));
    bar.update(scale === 'true', life, perMm * sync.camera.scale, here);
  }

  core.shadow.adoptedStyleSheets.push((looks ??= lent.sheet(compareStyles)));
  stage.prepend(layer);
  stage.append(bar.rule);
  root.append(bar.row);

  return {
    get panes() { return sides; },
    at(x, y): SidePane | undefined {
      const inside = ({ box: b }: SidePane): boolean =>
        x !== undefined && y !== undefined && x >= b.left && y >= b.top && x <= b.left + b.width && y <= b.top + b.height;
      return sides.find(inside) ?? sides.find((s) => s.slot === core.slot()) ?? sides[0];
    },
    choose,
    key: (key) => (sides.length ? keys[key] : undefined),
    painted() {
      const { view } = sync;
      const now = view?.mode === 'compare' ? view.compare : undefined;
      const items = (now?.slots ?? []).flatMap((slot) => view!.items.filter((i) => i.slot === slot));
      if (items.length !== sides.length || items.some((item, i) => item.slot !== sides[i]!.slot)) take(items);
      root.classList.toggle('apart', items.length > 0);
      bar.row.hidden = bar.rule.hidden = !items.length;
      was = now ?? view?.compare;
      tell(now);
      if (now && items.length) lay(now);
    },
    stop: () => take([]),
  };
};
