// SPDX-License-Identifier: Apache-2.0
import { writeMptr, writeScroll, writeSize } from '../protocol/index.js';
import type { Port } from './share.js';
import type { Mirror } from './types.js';

const GONE = 3;
const U16 = 65_535;
const clamp = (n: number, max: number): number => Math.max(0, Math.min(max, Math.round(n)));

/// What moves: how far things are scrolled, the size of the window, the customer's pointer. The newest of each goes, at most 30
/// times a second; the last one always.
export class Motion {
  private _next = new Map<string, () => void>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _undo: (() => void)[] = [];

  constructor(private _port: Port, private _mirror: Mirror) {}

  start(): void {
    const on = (to: EventTarget, name: string, fn: (e: Event) => void): void => {
      to.addEventListener(name, fn, { capture: true, passive: true });
      this._undo.push(() => to.removeEventListener(name, fn, { capture: true }));
    };
    on(window, 'resize', () => this._size());
    for (const name of ['pointermove', 'pointerdown', 'pointerup']) on(document, name, (e) => this._pointer(e as PointerEvent));
    on(document.documentElement, 'pointerleave', (e) => { if (e.target === document.documentElement) this._gone(); });
    const heights = new ResizeObserver(() => this._size());
    heights.observe(document.documentElement);
    this._undo.push(() => heights.disconnect());
  }

  stop(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._next.clear();
    for (const f of this._undo.splice(0)) f();
  }

  /// With a new picture: where everything is.
  all(): void {
    this._size();
    const { scrollX, scrollY } = window;
    this._later('s0', () => this._scroll(0, scrollX, scrollY));
  }

  scrolled(id: number, x: number, y: number): void {
    const node = this._mirror.nodeOf(id) === document ? 0 : id;
    this._later(`s${node}`, () => this._scroll(node, x, y));
  }

  private _scroll(node: number, x: number, y: number): void {
    this._port.send((head) => writeScroll({ ...head, seq: this._port.count.motion++ >>> 0, flags: 0 }, { page: this._port.page(), node, x: Math.round(x * 16), y: Math.round(y * 16) }));
  }

  private _size(): void {
    this._later('size', () => this._port.send((head) => writeSize({ ...head, seq: this._port.count.motion++ >>> 0, flags: 0 }, {
      page: this._port.page(), width: clamp(innerWidth, U16), height: clamp(innerHeight, U16), dpr: clamp(devicePixelRatio * 100, U16),
      doc_height: document.documentElement.scrollHeight,
    })));
  }

  private _pointer(e: PointerEvent): void {
    // Known only now: afterwards the path is empty.
    const path = e.composedPath() as Element[];
    if (path.some((n) => n.localName === 'vitrine-help')) return this._gone();
    const { clientX, clientY, buttons } = e;
    this._later('ptr', () => {
      const el = path.find((n) => n.nodeType === 1 && this._mirror.idOf(n));
      if (!el?.isConnected) return;
      // A place in a frame is a place in its window already.
      const box = el.getBoundingClientRect();
      this._send(this._mirror.idOf(el), (clientX - box.x) / (box.width || 1), (clientY - box.y) / (box.height || 1), buttons, e.pointerType === 'touch' ? 1 : 0);
    });
  }

  private _gone(): void {
    this._later('ptr', () => this._send(0, 0, 0, 0, GONE));
  }

  private _send(node: number, x: number, y: number, buttons: number, kind: number): void {
    this._port.send((head) => writeMptr({ ...head, seq: this._port.count.motion++ >>> 0, flags: 0 },
      { page: this._port.page(), node, x: clamp(x * U16, U16), y: clamp(y * U16, U16), buttons: buttons & 255, kind, trail: [] }));
  }

  private _later(what: string, make: () => void): void {
    this._next.set(what, make);
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      const all = [...this._next.values()];
      this._next.clear();
      for (const f of all) f();
    }, 1000 / this._port.hz());
  }
}
