// SPDX-License-Identifier: Apache-2.0

/// The customer's window in ours: as wide as there is room, never larger than life, whole in its height. The bar beside it
/// shows which part of the page they see: its lower end is their fold.

const FRAME = 12;
const BAR = 28;
const PHONE_MAX = 600;

export class Fit {
  scale = 1;
  width = 0;
  height = 0;
  private docHeight = 0;
  private top = 0;

  constructor(private stage: HTMLElement, private glass: HTMLElement, private scaled: HTMLElement, private bar: HTMLElement) {
    new ResizeObserver(() => this.lay()).observe(stage);
  }

  size(width: number, height: number, docHeight: number): void {
    if (width <= 0 || height <= 0) return;
    [this.width, this.height] = [width, height];
    this.docHeight = docHeight;
    this.glass.classList.toggle('phone', width <= PHONE_MAX);
    this.lay();
  }

  get way(): number {
    return Math.max(0, this.docHeight - this.height);
  }

  scrolled(top: number): void {
    this.top = top;
    this.thumb();
  }

  private lay(): void {
    if (this.width === 0) return;
    const { clientWidth, clientHeight } = this.stage;
    const frame = this.glass.classList.contains('phone') ? FRAME : 1;
    this.scale = Math.min(1, (clientWidth - 2 * (frame + FRAME) - BAR) / this.width, (clientHeight - 2 * (frame + FRAME)) / this.height);
    if (this.scale <= 0) return;
    Object.assign(this.glass.style, { width: `${this.width * this.scale}px`, height: `${this.height * this.scale}px` });
    Object.assign(this.scaled.style, { width: `${this.width}px`, height: `${this.height}px`, transform: `scale(${this.scale})` });
    this.thumb();
  }

  private thumb(): void {
    const long = Math.max(this.docHeight, this.height);
    this.bar.hidden = this.height === 0 || long <= this.height + 1;
    const thumb = this.bar.firstElementChild as HTMLElement;
    Object.assign(thumb.style, { top: `${(100 * Math.min(this.top, long - this.height)) / long}%`, height: `${(100 * this.height) / long}%` });
  }
}
