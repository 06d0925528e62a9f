// SPDX-License-Identifier: Apache-2.0
import type { Overlay } from './overlay.js';
import { above, BLOCK, flagsAt, isMasked, isPressed, isSecret, MASK } from './rules.js';
import type { Rules } from './rules.js';

/// What an associate asks this page to do, done here or refused here. The server has asked for the consent already; all of it is
/// looked at again, for a page moves on while a request is under way.

export type Reason = 'gone' | 'hidden' | 'covered' | 'forbidden' | 'masked' | 'taken' | 'timeout' | 'refused';
export interface Result { success: boolean; reason?: Reason }
export interface Act { page: number; node: number; x?: number; y?: number; value?: string; block?: ScrollLogicalPosition }

export interface Ground {
  nodeOf(id: number): Node | null;
  page(): number;
  rules(): Rules;
  /// Whether the customer agrees to this now.
  can(what: string): boolean;
  /// An address that may be gone to.
  mayLead(url: URL): boolean;
  overlay: Pick<Overlay, 'flash' | 'press'>;
}

const FLASH_MS = 300;
const PAYMENT = '[autocomplete^="cc-"],[autocomplete*=" cc-"]';

const no = (reason: Reason): Result => ({ success: false, reason });

export class Control {
  /// Wakes what waits when the customer does something themselves.
  private _taken = new AbortController();

  constructor(private _ground: Ground) {}

  /// The customer has acted: what is under way ends.
  take(): void {
    this._taken.abort();
    this._taken = new AbortController();
  }

  async act(what: 'scroll' | 'click' | 'fill', d: Act): Promise<Result> {
    const { signal } = this._taken;
    const first = this._check(what, d);
    if (first.reason) return no(first.reason);
    if (what === 'scroll') return scroll(first.el, d);
    this._ground.overlay.flash(first.el, FLASH_MS);
    await new Promise((done) => {
      setTimeout(done, FLASH_MS);
      signal.addEventListener('abort', done);
    });
    if (signal.aborted) return no('taken');
    const { el, at, hit, reason } = this._check(what, d);
    if (reason) return no(reason);
    const done = what === 'fill' ? fill(el, d.value ?? '') : click(hit!, at!);
    if (!done) this._ground.overlay.press(el);
    return done ? { success: true } : no('refused');
  }

  private _check(what: string, d: Act): { el: Element; at?: { x: number; y: number }; hit?: Element; reason?: Reason } {
    const { _ground: ground } = this;
    const el = elementOf(d.node ? ground.nodeOf(d.node) : document.documentElement);
    const fail = (reason: Reason): { el: Element; reason: Reason } => ({ el: el!, reason });
    if (!ground.can(what)) return fail('refused');
    if (d.page !== ground.page() || !el?.isConnected) return fail('gone');
    if (what === 'scroll') return { el };
    const refusal = this._never(what, el);
    if (refusal) return fail(refusal);
    if (!isVisible(el)) return fail('hidden');
    // The associate may see further than the customer.
    if (!inWindow(pointOf(el, d)) && ground.can('scroll')) el.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    const at = pointOf(el, d);
    if (!inWindow(at)) return fail('hidden');
    const hit = hitAt(el, at);
    return hit ? { el, at, hit } : fail('covered');
  }

  /// What nobody but the customer may do.
  private _never(what: string, el: Element): Reason | null {
    const rules = this._ground.rules();
    const flags = flagsAt(el, rules);
    if (flags & (BLOCK | MASK)) return 'masked';
    const field = closest(el, 'input,textarea,select,[contenteditable]');
    if (field && isSecret(field)) return 'forbidden';
    if (closest(el, rules.noControl)) return 'forbidden';
    const button = closest(el, 'button,input');
    if (button && isSubmit(button) && (button as HTMLButtonElement).form?.querySelector(PAYMENT)) return 'forbidden';
    if (field && !isPressed(field.getAttribute('type') ?? '') && isMasked(field, flagsAt(field, rules))) return 'masked';
    if (what === 'fill' && !field) return 'refused';
    const link = closest(el, 'a[href],area[href]') as HTMLAnchorElement | null;
    return link && what === 'click' && !this._ground.mayLead(new URL(link.href, location.href)) ? 'forbidden' : null;
  }
}

const elementOf = (node: Node | null): Element | null => (node?.nodeType === 3 ? node.parentElement : node?.nodeType === 1 ? node as Element : null);

/// Across shadow roots and frames.
function closest(el: Element, selector: string): Element | null {
  for (let at: Node | null = el; at; at = above(at)) if (at.nodeType === 1 && (at as Element).matches(selector)) return at as Element;
  return null;
}

const isSubmit = (el: Element): boolean => /^(submit|image)$/.test((el as HTMLButtonElement).type);

function isVisible(el: Element): boolean {
  const { width, height } = el.getBoundingClientRect();
  const style = el.ownerDocument.defaultView!.getComputedStyle(el);
  return width > 0 && height > 0 && style.visibility === 'visible' && Number(style.opacity) > 0.05 && (el.checkVisibility?.() ?? true);
}

/// In the element's own window.
function pointOf(el: Element, { x = 0.5, y = 0.5 }: Act): { x: number; y: number; view: Window } {
  const box = el.getBoundingClientRect();
  // Its last pixel is not in it.
  const part = (n: number, size: number): number => Math.min(Math.max(0, Math.min(1, n)) * size, Math.max(0, size - 0.5));
  return { x: box.x + part(x, box.width), y: box.y + part(y, box.height), view: el.ownerDocument.defaultView! };
}

const inWindow = ({ x, y, view }: ReturnType<typeof pointOf>): boolean => x >= 0 && y >= 0 && x < view.innerWidth && y < view.innerHeight;

/// What lies at that place, if it is the element or within it; null where something else does.
function hitAt(el: Element, { x, y }: { x: number; y: number }): Element | null {
  let hit = el.ownerDocument.elementFromPoint(x, y);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  let at: Node | null = hit;
  while (at && at !== el) at = above(at);
  const frame = el.ownerDocument === document ? null : el.ownerDocument.defaultView?.frameElement;
  if (!at || !frame) return at && hit;
  const box = frame.getBoundingClientRect();
  return hitAt(frame, { x: box.x + frame.clientLeft + x, y: box.y + frame.clientTop + y }) && hit;
}

function scroll(el: Element, { node, x, y, block }: Act): Result {
  const isPage = !node;
  const to = isPage ? document.scrollingElement ?? el : el;
  if (x === undefined && y === undefined && !isPage) el.scrollIntoView({ block: block ?? 'center', inline: 'nearest' });
  else {
    to.scrollTo({
      left: x === undefined ? to.scrollLeft : x * (to.scrollWidth - to.clientWidth), top: y === undefined ? to.scrollTop : y * (to.scrollHeight - to.clientHeight),
    });
  }
  return { success: true };
}

/// As a mouse would, so far as a script may. False where the page takes no clicks there.
function click(el: Element, { x, y }: { x: number; y: number }): boolean {
  if (closest(el, ':disabled,[inert],[aria-disabled=true]')) return false;
  const view = el.ownerDocument.defaultView as Window & typeof globalThis;
  const init = { bubbles: true, cancelable: true, composed: true, clientX: x, clientY: y, view, detail: 1 };
  const pointer = { ...init, isPrimary: true, pointerType: 'mouse' };
  el.dispatchEvent(new view.PointerEvent('pointerdown', { ...pointer, buttons: 1 }));
  if (el.dispatchEvent(new view.MouseEvent('mousedown', { ...init, buttons: 1 }))) (closest(el, 'a[href],button,input,select,textarea,summary,[tabindex]') as HTMLElement | null)?.focus({ preventScroll: true });
  el.dispatchEvent(new view.PointerEvent('pointerup', pointer));
  el.dispatchEvent(new view.MouseEvent('mouseup', init));
  el.dispatchEvent(new view.MouseEvent('click', init));
  return true;
}

/// By the native setter, so that a framework's own does not hide the change, then the events a person's typing makes.
function fill(at: Element, value: string): boolean {
  const el = closest(at, 'input,textarea,select,[contenteditable]') as HTMLInputElement & HTMLSelectElement;
  const view = el.ownerDocument.defaultView as Window & typeof globalThis;
  if (el.matches(':disabled,:read-only:not(select):not([contenteditable])') || (el.maxLength > 0 && value.length > el.maxLength)) return false;
  if (isPressed(el.type ?? '')) return false;
  el.focus({ preventScroll: true });
  if (el.localName === 'select') {
    const option = [...el.options].find((o) => !o.disabled && (o.value === value || o.text.trim() === value.trim()));
    if (!option) return false;
    option.selected = true;
  } else if (/^(input|textarea)$/.test(el.localName)) {
    const proto = el.localName === 'input' ? view.HTMLInputElement.prototype : view.HTMLTextAreaElement.prototype;
    Object.getOwnPropertyDescriptor(proto, 'value')!.set!.call(el, value);
    // A date that is none, a number with letters.
    if (value && !el.value) return false;
  } else el.textContent = value;
  el.dispatchEvent(new view.InputEvent('input', { bubbles: true, composed: true, inputType: 'insertReplacementText', data: value }));
  el.dispatchEvent(new view.Event('change', { bubbles: true }));
  return true;
}
