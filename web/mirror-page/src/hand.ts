// SPDX-License-Identifier: Apache-2.0
import type { Drawn } from './drawn.js';
import { boxOf, hit, place, type Hit } from './hit.js';
import { fieldOf, nameOf, spokenOf } from './name.js';
import type { Player } from './player.js';
import type { Walk } from './walk.js';
import type { Box, FromPage, Tool } from './words.js';

/// The associate's hand. The overlay takes every input; nothing inside the picture ever hears any. What was meant is told to
/// the console by node and place in its box.

const STROKE_MAX = 120;
const STEP_PX = 3;
const WHEEL_MS = 350;
/// Most of what is seen.
const STEP = 0.8;

export interface Ground {
  over: HTMLElement;
  scale(): number;
  /// How far the page can go, in its own pixels.
  way(): number;
  player(): Player | null;
  page(): number;
  send(word: FromPage): void;
}

export class Hand {
  private tool: Tool = 'look';
  private canScroll = false;
  private stroke: number[] = [];
  private pointed = false;
  private wheeled = 0;

  constructor(private g: Ground, private drawn: Drawn, private walk: Walk) {
    const on = <K extends keyof HTMLElementEventMap>(name: K, heard: (e: HTMLElementEventMap[K]) => void, how?: AddEventListenerOptions): void =>
      g.over.addEventListener(name, heard, how);
    on('pointermove', (e) => this.move(e));
    on('pointerdown', (e) => this.down(e));
    on('pointerup', (e) => this.up(e));
    on('pointercancel', () => this.cancel());
    on('pointerleave', () => this.leave());
    on('contextmenu', (e) => e.preventDefault());
    on('wheel', (e) => this.wheel(e), { passive: false });
    on('keydown', (e) => this.key(e));
    on('blur', () => this.drawn.aim(null));
  }

  use(tool: Tool, canScroll: boolean): void {
    if (tool !== this.tool) this.cancel();
    if (tool !== 'point') this.gone();
    this.tool = tool;
    this.canScroll = canScroll;
    this.g.over.dataset['tool'] = tool;
    this.drawn.aim(null);
  }

  private at(e: PointerEvent): Hit | null {
    const player = this.g.player();
    const [x, y] = this.pixel(e);
    return player === null ? null : hit(player, x, y);
  }

  private pixel(e: PointerEvent): [number, number] {
    const box = this.g.over.getBoundingClientRect();
    return [(e.clientX - box.left) / this.g.scale(), (e.clientY - box.top) / this.g.scale()];
  }

  /* Pointer */

  private move(e: PointerEvent): void {
    if (this.tool === 'look') return;
    if (this.tool === 'draw') {
      if (this.stroke.length > 0) this.draw(e);
      return;
    }
    const at = this.at(e);
    this.drawn.aim(at === null ? null : this.target(at).element);
    if (this.tool !== 'point' || at === null) return;
    this.pointed = true;
    this.g.send({ t: 'laser', page: this.g.page(), node: at.node, x: at.x, y: at.y, gone: false });
  }

  private down(e: PointerEvent): void {
    this.g.over.focus();
    if (this.tool !== 'draw' || e.button !== 0) return;
    this.g.over.setPointerCapture(e.pointerId);
    this.stroke = this.pixel(e);
    this.drawn.live(this.stroke);
  }

  private draw(e: PointerEvent): void {
    const [x, y] = this.pixel(e);
    const last = this.stroke.slice(-2);
    if (Math.hypot(x - (last[0] ?? 0), y - (last[1] ?? 0)) < STEP_PX) return;
    // A long stroke keeps its shape at half the points.
    if (this.stroke.length >= 2 * STROKE_MAX) this.stroke = this.stroke.filter((_, i) => i % 4 < 2);
    this.stroke.push(x, y);
    this.drawn.live(this.stroke);
  }

  private up(e: PointerEvent): void {
    if (e.button !== 0 || this.tool === 'look') return;
    if (this.tool === 'draw') return this.drew();
    const at = this.at(e);
    if (at !== null) this.act(this.target(at));
  }

  private cancel(): void {
    this.stroke = [];
    this.drawn.live([]);
  }

  private leave(): void {
    this.drawn.aim(null);
    this.gone();
  }

  private gone(): void {
    if (!this.pointed) return;
    this.pointed = false;
    this.g.send({ t: 'laser', page: this.g.page(), node: 0, x: 0, y: 0, gone: true });
  }

  private wheel(e: WheelEvent): void {
    e.preventDefault();
    if (!this.canScroll || e.ctrlKey || Math.abs(e.deltaY) < 4 || e.timeStamp - this.wheeled < WHEEL_MS) return;
    this.wheeled = e.timeStamp;
    this.scroll(e.deltaY > 0 ? STEP : -STEP);
  }

  /// So many windows further, as a part of the whole way: the customer's page is as long as it says there.
  scroll(by: number): void {
    const view = this.g.player()?.frame.contentWindow;
    const way = this.g.way();
    if (!this.canScroll || !view || way <= 0) return;
    const y = Math.max(0, Math.min(1, (view.scrollY + by * view.innerHeight) / way));
    this.g.send({ t: 'scroll', page: this.g.page(), node: 0, y });
  }

  /* Acting */

  /// What would be pressed or filled where this was hit: not the letter within the button.
  private target(at: Hit): Hit {
    const player = this.g.player();
    const wanted = this.tool === 'fill' ? 'input, select, textarea, label' : 'a, button, summary, label, input, select, textarea, [role=button]';
    const element = this.tool === 'click' || this.tool === 'fill' ? at.element.closest(wanted) : null;
    const field = this.tool === 'fill' && element?.tagName === 'LABEL' ? (element as HTMLLabelElement).control : element;
    if (!player || !field || field === at.element) return at;
    const box = boxOf(at.element);
    return place(player, field, box.left + at.x * box.width, box.top + at.y * box.height) ?? at;
  }

  private act(at: Hit): void {
    const { element, node, x, y } = at;
    const page = this.g.page();
    const label = nameOf(element);
    if (this.tool === 'point') {
      this.drawn.outline(element);
      this.g.send({ t: 'mark', page, node, label });
    } else if (this.tool === 'click') this.g.send({ t: 'click', page, node, x, y, label });
    else if (this.tool === 'fill') this.g.send({ t: 'fill', page, node, label, field: fieldOf(element), box: this.onScreen(boxOf(element)) });
  }

  private onScreen(box: Box): Box {
    const over = this.g.over.getBoundingClientRect();
    const s = this.g.scale();
    return { left: over.left + box.left * s, top: over.top + box.top * s, width: box.width * s, height: box.height * s };
  }

  /// A stroke hangs on the smallest thing that holds all of it.
  private drew(): void {
    const player = this.g.player();
    const points = this.stroke;
    this.cancel();
    if (!player || points.length < 4) return;
    const xs = points.filter((_, i) => i % 2 === 0);
    const ys = points.filter((_, i) => i % 2 === 1);
    let found = hit(player, xs.reduce((a, b) => a + b) / xs.length, ys.reduce((a, b) => a + b) / ys.length)?.element ?? null;
    const holds = (b: Box): boolean => b.left <= Math.min(...xs) && b.top <= Math.min(...ys) && b.left + b.width >= Math.max(...xs) && b.top + b.height >= Math.max(...ys);
    while (found?.parentElement && !holds(boxOf(found))) found = found.parentElement;
    if (found) this.ink(found, points);
  }

  private ink(element: Element, points: readonly number[]): void {
    const player = this.g.player();
    const at = player === null ? null : place(player, element, 0, 0);
    if (at === null) return;
    const box = boxOf(at.element);
    const inBox = points.map((n, i) => {
      const part = i % 2 === 0 ? (n - box.left) / (box.width || 1) : (n - box.top) / (box.height || 1);
      return Math.round(Math.max(0, Math.min(1, part)) * 10_000) / 10_000;
    });
    this.drawn.stroke(at.element, inBox);
    this.g.send({ t: 'mark', page: this.g.page(), node: at.node, label: nameOf(at.element), points: inBox });
  }

  /* Keys */

  private key(e: KeyboardEvent): void {
    if (e.altKey || e.ctrlKey || e.metaKey) return;
    const steps: Record<string, 1 | -1> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    const by = steps[e.key];
    if (by !== undefined) this.step(by);
    else if (e.key === 'Enter' || e.key === ' ') this.press();
    else if ((e.key === 'PageDown' || e.key === 'PageUp') && this.canScroll) this.scroll(e.key === 'PageDown' ? STEP : -STEP);
    else if (e.key === 'Escape') this.g.send({ t: 'escape' });
    else return;
    e.preventDefault();
  }

  private step(by: 1 | -1): void {
    const element = this.walk.step(by);
    this.drawn.aim(element);
    this.g.send({ t: 'at', text: element === null ? 'Nothing is on this page' : this.walk.speak() });
  }

  private press(): void {
    const { here } = this.walk;
    const player = this.g.player();
    if (here === null || player === null) return this.g.send({ t: 'at', text: 'Choose something with the arrow keys first' });
    const box = boxOf(here);
    const at = place(player, here, box.left + box.width / 2, box.top + box.height / 2);
    if (at === null) return;
    if (this.tool === 'look') this.g.send({ t: 'at', text: spokenOf(here) });
    else if (this.tool === 'draw') this.ink(here, around(box));
    else this.act(at);
  }
}

/// A ring around a box, for those who draw by keys. It stays within what it hangs on.
function around(box: Box): number[] {
  return Array.from({ length: 33 }, (_, i) => (2 * Math.PI * i) / 32)
    .flatMap((a) => [box.left + box.width * (0.5 + 0.5 * Math.cos(a)), box.top + box.height * (0.5 + 0.5 * Math.sin(a))]);
}
