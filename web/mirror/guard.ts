// SPDX-License-Identifier: Apache-2.0
import { bare, keep } from './attributes.js';
import { BLOCK, flagsAt, flagsOf, isMasked, isPressed, isVeiled } from './rules.js';
import type { Rules } from './rules.js';
import { BULLETS, scan, veil } from './scan.js';
import type { Attributes, Body, Op, Rule, Told } from './types.js';

/// A text of style rules, where it stands: it goes by its hash (css.ts).
export interface Sheet { at: Record<string, unknown>; key: string; text: string }

/// What a field tells of what is in it.
function valueOf(el: Element, flags: number, value: unknown): string {
  const type = el.getAttribute('type') ?? '';
  if (/^(checkbox|radio|image)$/i.test(type)) return '';
  if (isPressed(type)) return scan(String(value ?? ''));
  return !value ? '' : isMasked(el, flags) ? BULLETS : scan(String(value));
}

const FRAME_MAX = 256 * 1024;

/// What a canvas shows now; nothing of one that holds another origin's picture, or much.
function firstFrame(canvas: HTMLCanvasElement): string | null {
  try {
    const url = canvas.width * canvas.height < 4e6 ? canvas.toDataURL('image/webp', 0.8) : '';
    return url.length < FRAME_MAX && url.length > 9 ? url : null;
  } catch {
    return null;
  }
}

/// Stands behind the recorder and lets through what may be seen: every event kind, by lists of what is good, judged by the live
/// node with all it stands in, across shadow roots and frames. It changes what it is given.
export class Guard {
  /// Style texts met since this was emptied.
  sheets: Sheet[] = [];

  constructor(private _rules: Rules, private _nodeOf: (id: number) => Node | null) {}

  /// Null where nothing may be told.
  pass(op: Op): Op | null {
    const { type, data } = op;
    if (type === 4) return { type, data: { ...data, href: location.origin + location.pathname } };
    if (type === 2) {
      this._node(data.node!, 0);
      return op;
    }
    return type === 3 && this._change(data) ? op : null;
  }

  private _change(d: Body): boolean {
    switch (d.source) {
      case 0: return this._mutation(d);
      case 5: return this._input(d);
      // Style rules have no words of the customer's in them, but addresses.
      case 8: case 13: return this._bare(d);
      case 15:
        for (const style of d.styles ?? []) {
          const text = style.rules.map((r) => bare(r.rule)).join('\n');
          style.rules = text ? [{ rule: text, index: 0 }] : [];
          if (text) this.sheets.push({ at: style.rules[0] as unknown as Record<string, unknown>, key: 'rule', text });
        }
        return true;
    }
    return false;
  }

  private _flags(id: number): number {
    return flagsAt(this._nodeOf(id), this._rules);
  }

  private _mutation(d: Body): boolean {
    d.adds = d.adds!.filter(({ parentId, node }) => {
      const flags = this._flags(parentId);
      if (!(flags & BLOCK)) this._node(node, flags, this._nodeOf(parentId));
      return !(flags & BLOCK);
    });
    d.texts = d.texts!.filter((t) => {
      const node = this._nodeOf(t.id);
      const flags = flagsAt(node, this._rules);
      t.value = this._text(t.value ?? '', flags, node?.parentNode);
      return !(flags & BLOCK);
    });
    d.attributes = d.attributes!.filter((a) => {
      const el = this._nodeOf(a.id) as Element | null;
      if (!el?.tagName) return false;
      const flags = flagsAt(el, this._rules);
      this._attributes(el, el.localName, el.namespaceURI?.endsWith('svg'), a.attributes, flags);
      return !(flags & BLOCK) && Object.keys(a.attributes).length > 0;
    });
    // What is removed was told before, or is not known there.
    return !!(d.adds.length + d.texts.length + d.attributes.length + d.removes!.length);
  }

  private _input(d: Body): boolean {
    const el = this._nodeOf(d.id!) as Element | null;
    if (!el) return false;
    const flags = flagsAt(el, this._rules);
    d.text = valueOf(el, flags, d.text);
    d.isChecked = !isVeiled(flags, this._rules) && d.isChecked;
    return !(flags & BLOCK);
  }

  private _bare(d: Body): boolean {
    for (const r of (d.adds ?? []) as unknown as Rule[]) r.rule = bare(r.rule);
    for (const key of ['replace', 'replaceSync']) if (d[key]) d[key] = bare(String(d[key]));
    const set = d['set'] as { value: string | null } | undefined;
    if (set?.value) set.value = bare(set.value);
    return true;
  }

  /// A node and all below it; `flags` are those of what it stands in.
  private _node(n: Told, flags: number, parent?: Node | null): void {
    const live = this._nodeOf(n.id);
    if (n.type === 2) {
      const el = live as Element;
      flags |= el ? flagsOf(el, this._rules) : BLOCK;
      // Its own box was measured by the recorder; nothing of what is inside is told.
      if (flags & BLOCK) n.childNodes = [];
      if (/^(script|embed|object|applet|frame|frameset|base|animate\w*|set)$/.test(n.tagName!)) n.tagName = 'noscript';
      if (/^(meta|noscript|template)$/.test(n.tagName!)) {
        n.attributes = {};
        n.childNodes = [];
        return;
      }
      // What lifts us out of the page is in our shadow root, and where a page is slow to come we stand before what comes later:
      // as the box that a blocked element is, this would push down the rest.
      if (n.tagName === 'vitrine-help') n.attributes = { style: 'display:none' };
      else if (el) this._attributes(el, n.tagName!, n.isSVG, n.attributes!, flags);
      // What nobody may fill in shows it while it is empty too.
      if (/^(input|textarea|select)$/.test(n.tagName!) && el && !isPressed(el.getAttribute('type') ?? '') && isMasked(el, flags)) n.attributes!['data-vitrine-mask'] = '';
      if (n.tagName === 'canvas' && !(flags & BLOCK) && !isVeiled(flags, this._rules)) n.attributes!['rr_dataURL'] = firstFrame(live as HTMLCanvasElement);
    } else if (n.textContent) n.textContent = n.type === 3 ? this._text(n.textContent, flags, parent ?? live?.parentNode) : '';
    for (const kid of n.childNodes ?? []) this._node(kid, flags, live);
  }

  private _text(text: string, flags: number, parent: Node | null | undefined): string {
    const tag = (parent as Element | null)?.localName;
    if (tag === 'style') return bare(text);
    if (/^(script|noscript|template)$/.test(tag ?? '')) return '';
    if (tag === 'textarea' || tag === 'option') return isMasked(parent as Element, flags) && text.trim() ? BULLETS : scan(text);
    return isVeiled(flags, this._rules) ? veil(text) : scan(text);
  }

  private _attributes(el: Element, tag: string, isSvg: boolean | undefined, all: Attributes, flags: number): void {
    const field = /^(input|textarea|select)$/.test(tag);
    for (const name of Object.keys(all)) {
      const value = all[name]!;
      if (name === 'value' && field) all[name] = valueOf(el, flags, value);
      else if (name === 'value' && tag === 'option') {
        if (isMasked(el, flags)) delete all[name];
      } else if (name === 'placeholder' || name === 'label') all[name] = isMasked(el, flags) && value ? BULLETS : value && scan(String(value));
      else if (/^(checked|selected)$/.test(name) && isVeiled(flags, this._rules)) delete all[name];
      else if (name === '_cssText') {
        all[name] = bare(String(value));
        this.sheets.push({ at: all, key: name, text: all[name] as string });
      } else {
        const kept = keep(el, tag, !!isSvg, name, value);
        if (kept === undefined) delete all[name];
        else all[name] = kept;
      }
    }
  }
}
