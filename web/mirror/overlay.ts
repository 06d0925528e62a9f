// SPDX-License-Identifier: Apache-2.0

/// What an associate shows on the customer's page: a laser, outlines, strokes. It lies over the page, takes no input, and every
/// mark follows the element it belongs to until it fades.

const FADES_MS = 6000;
const GONE_MS = 3000;
const SVG = 'http://www.w3.org/2000/svg';
const MARKS_MAX = 64;

interface Mark { el: Element; node: SVGElement | HTMLElement; points: readonly number[] | null; until: number }
export interface Box { x: number; y: number; width: number; height: number }

/// Where an element lies in this window, however many frames it is in.
export function boxOf(el: Element): Box {
  const { x, y, width, height } = el.getBoundingClientRect();
  const frame = el.ownerDocument.defaultView?.frameElement;
  if (!frame || el.ownerDocument === document) return { x, y, width, height };
  const of = boxOf(frame);
  return { x: of.x + frame.clientLeft + x, y: of.y + frame.clientTop + y, width, height };
}

export class Overlay {
  private _root = document.createElement('div');
  private _drawing = document.createElementNS(SVG, 'svg');
  private _laser = document.createElement('div');
  private _marks: Mark[] = [];
  private _frame = 0;
  private _at: { el: Element | null; x: number; y: number; until: number } | null = null;
  private _veils: (() => { el: Element; kind: string }[]) | undefined;

  constructor(root: ShadowRoot, private _words: { here: string; hidden: string }) {
    this._root.className = 'over-page';
    this._root.ariaHidden = 'true';
    this._laser.className = 'laser';
    this._laser.hidden = true;
    this._root.append(this._drawing, this._laser);
    root.append(this._root);
  }

  /// x and y are parts of the element's box, of the window without one; `name` says whose it is.
  laser(el: Element | null, x: number, y: number, name: string): void {
    this._at = { el, x, y, until: performance.now() + GONE_MS };
    this._laser.textContent = name;
    this._run();
  }

  unlaser(): void {
    this._at = null;
    this._run();
  }

  /// The element itself, or a stroke on it.
  mark(el: Element, points: readonly number[] | null, colour = 0): void {
    const node = points ? document.createElementNS(SVG, 'polyline') : this._outline('ring');
    node.classList.add(`c${colour % 4}`);
    this._keep({ el, node, points, until: performance.now() + FADES_MS });
  }

  /// The moment before something is done there.
  flash(el: Element, ms: number): void {
    this._keep({ el, node: this._outline('flash'), points: null, until: performance.now() + ms });
  }

  /// Where the customer has to press.
  press(el: Element): void {
    const node = this._outline('ring here');
    node.textContent = this._words.here;
    this._keep({ el, node, points: null, until: performance.now() + FADES_MS });
  }

  /// Outlines what the others see and do not see; `list` is asked with each frame, for the page moves.
  outline(list: (() => { el: Element; kind: string }[]) | undefined): void {
    this._veils = list;
    this._root.classList.toggle('seen', !!list);
    this._run();
  }

  end(): void {
    cancelAnimationFrame(this._frame);
    this._root.remove();
  }

  private _outline(name: string): HTMLElement {
    const node = document.createElement('div');
    node.className = `spot ${name}`;
    return node;
  }

  private _keep(mark: Mark): void {
    (mark.points ? this._drawing : this._root).append(mark.node);
    this._marks.push(mark);
    while (this._marks.length > MARKS_MAX) this._marks.shift()!.node.remove();
    this._run();
  }

  private _run(): void {
    this._frame ||= requestAnimationFrame(() => this._draw());
  }

  private _draw(): void {
    this._frame = 0;
    const now = performance.now();
    // Reads first, then writes: one layout a frame.
    for (const m of this._marks) if (now > m.until || !m.el.isConnected) m.node.remove();
    this._marks = this._marks.filter((m) => m.node.parentNode);
    const boxes = this._marks.map((m) => boxOf(m.el));
    const at = this._at && now < this._at.until && (!this._at.el || this._at.el.isConnected) ? this._at : null;
    const of = at?.el ? boxOf(at.el) : { x: 0, y: 0, width: innerWidth, height: innerHeight };
    const veils = this._veils?.().map(({ el, kind }) => ({ box: boxOf(el), kind })).filter(({ box }) => isSeen(box)) ?? [];
    this._marks.forEach((m, i) => place(m, boxes[i]!));
    this._laser.hidden = !at;
    if (at) this._laser.style.translate = `${of.x + at.x * of.width}px ${of.y + at.y * of.height}px`;
    this._veil(veils);
    if (this._marks.length || at || this._veils) this._run();
  }

  private _veil(veils: { box: Box; kind: string }[]): void {
    const held = [...this._root.querySelectorAll<HTMLElement>('.veil')];
    veils.forEach(({ box, kind }, i) => {
      const node = held[i] ?? this._root.appendChild(this._outline('veil'));
      node.className = `box veil ${kind}`;
      node.textContent = kind === 'hidden' && box.width > 70 && box.height > 16 ? this._words.hidden : '';
      fit(node, box);
    });
    for (const node of held.slice(veils.length)) node.remove();
  }
}

const isSeen = ({ x, y, width, height }: Box): boolean => width > 0 && height > 0 && x < innerWidth && y < innerHeight && x + width > 0 && y + height > 0;

function fit(node: HTMLElement, { x, y, width, height }: Box): void {
  Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

function place({ node, points }: Mark, box: Box): void {
  if (!points) return fit(node as HTMLElement, box);
  const all = [];
  for (let i = 0; i + 1 < points.length; i += 2) all.push(`${box.x + points[i]! * box.width},${box.y + points[i + 1]! * box.height}`);
  node.setAttribute('points', all.join(' '));
}
