// SPDX-License-Identifier: Apache-2.0
import { boxOf } from './hit.js';
import type { Player } from './player.js';

/// What is drawn over the picture: the customer's pointer, what one points at, outlines and strokes that fade. All of it hangs
/// on nodes, so it stays with the thing when the page scrolls or is laid out anew.

const FADE_MS = 6000;
const POINTER_MS = 10_000;
const SVG = 'http://www.w3.org/2000/svg';

interface Outline { element: Element; node: HTMLElement; until: number }
interface Stroke { element: Element; points: readonly number[]; node: SVGPolylineElement; until: number }

export class Drawn {
  private outlines: Outline[] = [];
  private strokes: Stroke[] = [];
  private pointer: HTMLElement;
  private pointerAt: { node: number; x: number; y: number; until: number } | null = null;
  private hover: HTMLElement;
  private hovered: Element | null = null;
  private svg: SVGSVGElement;
  private turn = 0;

  constructor(private over: HTMLElement, private player: () => Player | null, private scale: () => number) {
    const made = (name: string): HTMLElement => {
      const node = document.createElement('div');
      node.className = name;
      node.hidden = true;
      over.append(node);
      return node;
    };
    this.hover = made('hover');
    this.pointer = made('pointer');
    this.svg = document.createElementNS(SVG, 'svg');
    over.append(this.svg);
  }

  point(node: number, x: number, y: number, kind: number): void {
    this.pointer.classList.toggle('touch', kind === 1);
    this.pointerAt = kind === 3 ? null : { node, x, y, until: performance.now() + POINTER_MS };
    this.wake();
  }

  aim(element: Element | null): void {
    this.hovered = element;
    this.wake();
  }

  outline(element: Element): void {
    const node = document.createElement('div');
    node.className = 'outline';
    this.over.append(node);
    this.outlines.push({ element, node, until: performance.now() + FADE_MS });
    this.wake();
  }

  stroke(element: Element, points: readonly number[]): void {
    const node = document.createElementNS(SVG, 'polyline');
    this.svg.append(node);
    this.strokes.push({ element, points, node, until: performance.now() + FADE_MS });
    this.wake();
  }

  /// A stroke that is still being drawn, in the picture's own pixels.
  live(points: readonly number[]): void {
    let node = this.svg.querySelector('.live');
    if (points.length === 0) return node?.remove();
    if (node === null) {
      node = document.createElementNS(SVG, 'polyline');
      node.classList.add('live');
      this.svg.append(node);
    }
    node.setAttribute('points', points.map((n) => n * this.scale()).join(' '));
  }

  clear(): void {
    for (const { node } of [...this.outlines, ...this.strokes]) node.remove();
    this.outlines = [];
    this.strokes = [];
    this.hovered = this.pointerAt = null;
    this.live([]);
    this.wake();
  }

  wake(): void {
    if (this.turn === 0) this.turn = requestAnimationFrame(() => this.draw());
  }

  private lay(node: HTMLElement, element: Element): void {
    const box = boxOf(element);
    const s = this.scale();
    Object.assign(node.style, { transform: `translate(${box.left * s}px, ${box.top * s}px)`, width: `${box.width * s}px`, height: `${box.height * s}px` });
  }

  private draw(): void {
    this.turn = 0;
    const now = performance.now();
    const over = <T extends { until: number; element: Element; node: Element }>(all: T[]): T[] => all.filter((one) => {
      const stays = one.until > now && one.element.isConnected;
      if (!stays) one.node.remove();
      return stays;
    });
    this.outlines = over(this.outlines);
    this.strokes = over(this.strokes);
    for (const { node, element } of this.outlines) this.lay(node, element);
    for (const { node, element, points } of this.strokes) this.ink(node, element, points);
    this.hover.hidden = this.hovered === null || !this.hovered.isConnected;
    if (!this.hover.hidden) this.lay(this.hover, this.hovered!);
    this.drawPointer(now);
    if (this.outlines.length + this.strokes.length > 0 || this.hovered !== null || this.pointerAt !== null) this.wake();
  }

  private ink(node: SVGPolylineElement, element: Element, points: readonly number[]): void {
    const box = boxOf(element);
    const s = this.scale();
    node.setAttribute('points', points.map((n, i) => (i % 2 === 0 ? box.left + n * box.width : box.top + n * box.height) * s).join(' '));
  }

  private drawPointer(now: number): void {
    const at = this.pointerAt;
    const player = this.player();
    if (at !== null && at.until < now) this.pointerAt = null;
    const node = at === null || player === null ? null : at.node === 0 ? player.frame.contentDocument?.documentElement : player.node(at.node);
    this.pointer.hidden = this.pointerAt === null || !node || node.nodeType !== Node.ELEMENT_NODE;
    if (this.pointer.hidden || at === null) return;
    const view = player?.frame;
    const box = at.node === 0 && view ? { left: 0, top: 0, width: Number(view.width), height: Number(view.height) } : boxOf(node as Element);
    const s = this.scale();
    this.pointer.style.transform = `translate(${(box.left + at.x * box.width) * s}px, ${(box.top + at.y * box.height) * s}px)`;
  }
}
