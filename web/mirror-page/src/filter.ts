// SPDX-License-Identifier: Apache-2.0
import { ADDRESSES, PAINTS, TAGS, isCustom, isPlain } from './allow.js';
import { cleanCss } from './css.js';
import type { Add, Delta, Op, Rule, Styles, Tree } from './ops.js';
import { cleanSrcset, cleanUrl } from './urls.js';

/// What a stranger's browser says its page is, made into what this one may draw. Nothing is trusted: not the guard that ran
/// there, not the server between. Each op is built anew out of what the lists name; what is malformed beyond use throws, and
/// whoever called asks for a new picture.

const DEPTH_MAX = 512;
const NODES_MAX = 200_000;
const TEXT_MAX = 1_000_000;
const SIDE_MAX = 20_000;

/// Only these may have a shadow root; anywhere else the browser throws.
const HOSTS = new Set('article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span'.split(' '));
const HASH = /^vt-css:([0-9a-f]{64})$/;
/// What a stream of a picture may be read back as: the first frame of a canvas.
const STILL = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/=]*$/;

type Raw = Record<string, unknown>;

/// Ids from here on are of what this side has added; they come over no wire.
export const OWN = 2 ** 40;

export class Malformed extends Error {}

/// What the filter must know of the picture it adds to.
export interface Known {
  /// The tag of an element already drawn, in small letters; of a text, the tag it stands in after a `#`.
  tag(id: number): string | undefined;
  /// The style sheet with this SHA-256, once it is here.
  css(hash: string): string | undefined;
}

export interface Late { id: number; hash: string; adopted: boolean }

const isObject = (v: unknown): v is Raw => typeof v === 'object' && v !== null && !Array.isArray(v);
const obj = (v: unknown): Raw => {
  if (!isObject(v)) throw new Malformed('not an object');
  return v;
};
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : []);
const text = (v: unknown): string => (typeof v === 'string' ? v.slice(0, TEXT_MAX) : '');
const id = (v: unknown): number => {
  if (!Number.isSafeInteger(v) || (v as number) < 1 || (v as number) >= OWN) throw new Malformed('not an id');
  return v as number;
};
/// A place among siblings: rrweb also says null, and -1 for one it does not know.
const beside = (v: unknown): number | null => (v === -1 ? -1 : v === null || v === undefined ? null : id(v));
const side = (v: unknown): number => (typeof v === 'number' && Number.isFinite(v) ? Math.max(0, Math.min(SIDE_MAX, v)) : 0);
const offset = (v: unknown): number => (typeof v === 'number' && Number.isFinite(v) ? v : 0);
const place = (v: unknown): number | number[] => {
  if (Array.isArray(v)) return v.slice(0, 16).map(offset);
  return Math.max(0, Math.trunc(offset(v)));
};

export class Filter {
  private nodes = 0;
  /// Elements this op has brought, whose attributes may change further on in it.
  private fresh = new Map<number, string>();
  /// Sheets that were named and are not here yet.
  late: Late[] = [];

  constructor(private known: Known) {}

  ops(raw: unknown): Op[] {
    if (!Array.isArray(raw)) throw new Malformed('not a list');
    this.late = [];
    return raw.flatMap((one) => {
      const op = obj(one);
      this.fresh.clear();
      this.nodes = 0;
      const data = isObject(op['data']) ? op['data'] : {};
      switch (op['type']) {
        case 4: return [{ type: 4, data: { width: side(data['width']), height: side(data['height']) } } as Op];
        case 2: return [this.snapshot(data)];
        case 3: return this.delta(data).map((d): Op => ({ type: 3, data: d }));
        case 5: return this.sum(data);
        default: return [];
      }
    });
  }

  private snapshot(data: Raw): Op {
    const node = this.tree(data['node'], 0, '');
    if (node.type !== 0) throw new Malformed('a picture begins with a document');
    const at = isObject(data['initialOffset']) ? data['initialOffset'] : {};
    return { type: 2, data: { node, initialOffset: { top: offset(at['top']), left: offset(at['left']) } } };
  }

  private sum(data: Raw): Op[] {
    const of = isObject(data['payload']) ? data['payload'] : {};
    if (data['tag'] !== 'sum' || !Number.isInteger(of['nodes']) || !Number.isInteger(of['xor'])) return [];
    return [{ type: 5, data: { tag: 'sum', payload: { nodes: of['nodes'] as number, xor: of['xor'] as number } } }];
  }

  /* Nodes */

  private tree(raw: unknown, depth: number, within: string): Tree {
    const from = obj(raw);
    if (depth > DEPTH_MAX || ++this.nodes > NODES_MAX) throw new Malformed('too deep or too many nodes');
    const made: Tree = { type: 3, id: id(from['id']) };
    if (from['rootId'] !== undefined) made.rootId = id(from['rootId']);
    if (from['isShadow'] === true) made.isShadow = true;
    switch (from['type']) {
      case 0: return this.document(made, from, depth);
      case 1: return { ...made, type: 1, name: 'html', publicId: doctype(from['publicId']), systemId: doctype(from['systemId']) };
      case 2: return this.element(made, from, depth);
      case 3: case 4: return this.text(made, text(from['textContent']), within);
      default: return { ...made, type: 5, textContent: '' };
    }
  }

  private document(made: Tree, from: Raw, depth: number): Tree {
    const childNodes = list(from['childNodes']).map((child) => this.tree(child, depth + 1, '#document'))
      .filter((child) => child.type === 1 || child.type === 2 || child.type === 5);
    if (childNodes.filter((child) => child.type === 2).length > 1) throw new Malformed('a document has one root');
    // Of a page in quirks mode the replayer asks what its first child is.
    const quirks = from['compatMode'] === 'BackCompat' && childNodes.length > 0;
    return { ...made, type: 0, childNodes, ...(quirks ? { compatMode: 'BackCompat' } : {}) };
  }

  private text(made: Tree, value: string, within: string): Tree {
    if (within === 'noscript') return { ...made, type: 3, textContent: '' };
    if (within !== 'style') return { ...made, type: 3, textContent: value };
    return { ...made, type: 3, textContent: cleanCss(value), isStyle: true };
  }

  private element(made: Tree, from: Raw, depth: number): Tree {
    const tag = text(from['tagName']).toLowerCase();
    const custom = isCustom(tag);
    // What may not be drawn stays as a place that shows nothing, so that the order of its neighbours stays.
    const isDrawn = (TAGS.has(tag) || custom) && (tag !== 'link' || isSheet(from));
    const kept: Tree = { ...made, type: 2, tagName: isDrawn ? tag : 'noscript', attributes: {}, childNodes: [] };
    this.fresh.set(kept.id, kept.tagName!);
    if (!isDrawn) return this.children(kept, from, depth, 'noscript');
    if (from['isSVG'] === true) kept.isSVG = true;
    if (custom && from['isCustom'] === true) kept.isCustom = true;
    if (from['isShadowHost'] === true && (custom || HOSTS.has(tag))) kept.isShadowHost = true;
    for (const [name, value] of Object.entries(isObject(from['attributes']) ? from['attributes'] : {})) {
      const good = this.attribute(kept.id, tag, name, value);
      if (good !== null) kept.attributes![good[0]] = good[1];
    }
    if (tag === 'canvas') return still(this.children(kept, from, depth, 'noscript'));
    return this.children(kept, from, depth, tag === 'style' || (tag === 'link' && '_cssText' in kept.attributes!) ? 'style' : tag);
  }

  /// Of a place that shows nothing the children come along too: later changes name them, and both sides count them.
  private children(into: Tree, from: Raw, depth: number, within: string): Tree {
    into.childNodes = list(from['childNodes']).map((child) => this.tree(child, depth + 1, within))
      .filter((child) => child.type !== 0 && child.type !== 1);
    return into;
  }

  /* Attributes */

  /// The name and the value to set, or null where it does not come in.
  private attribute(of: number, tag: string, raw: string, value: unknown): [string, string | number | true] | null {
    if (tag === 'noscript') return null;
    if (raw === '_cssText') return tag === 'style' || tag === 'link' ? [raw, this.sheet(of, text(value))] : null;
    if (raw.startsWith('rr_')) return special(tag, raw, value);
    if (value !== true && typeof value !== 'string' && typeof value !== 'number') return null;
    const name = raw.toLowerCase();
    const plain = value === true ? '' : text(String(value));
    // SVG keeps the letters of its names.
    if (name === 'style') return [name, cleanCss(plain)];
    if (name === 'rel') return tag === 'link' ? [name, 'stylesheet'] : null;
    if (name === 'srcset') return tag === 'img' || tag === 'source' ? also(name, cleanSrcset(plain)) : null;
    if (ADDRESSES.has(name)) return this.address(tag, name, raw, plain);
    if (PAINTS.has(name)) return [raw, cleanCss(plain)];
    if (name === 'name') return tag === 'slot' ? [name, plain] : null;
    return isPlain(name) ? [raw, value === true ? true : plain] : null;
  }

  private address(tag: string, name: string, raw: string, value: string): [string, string] | null {
    // Within the page: `<use href="#gem">`. A link keeps a mark that it is one, and leads nowhere.
    if (name.endsWith('href') && /^#[\w.:-]*$/.test(value)) return [raw, value];
    if (name === 'href' && (tag === 'a' || tag === 'area')) return [raw, '#'];
    return ADDRESSES.get(name)?.has(tag) ? also(raw, cleanUrl(value)) : null;
  }

  private sheet(of: number, css: string): string {
    const hash = HASH.exec(css)?.[1];
    if (hash === undefined) return cleanCss(css);
    const there = this.known.css(hash);
    if (there === undefined) this.late.push({ id: of, hash, adopted: false });
    return there === undefined ? '' : cleanCss(there);
  }

  /* Changes */

  private tag(of: number): string {
    return this.fresh.get(of) ?? this.known.tag(of) ?? 'noscript';
  }

  private delta(d: Raw): Delta[] {
    switch (d['source']) {
      case 0: return [this.mutation(d)];
      case 5: return [{ source: 5, id: id(d['id']), text: text(d['text']), isChecked: d['isChecked'] === true }];
      case 8: return [this.rules(d)];
      case 13: return this.declaration(d);
      case 15: return this.adopted(d);
      default: return [];
    }
  }

  private mutation(d: Raw): Delta {
    const adds = list(d['adds']).map((raw): Add => {
      const add = obj(raw);
      const parentId = id(add['parentId']);
      const node = this.tree(add['node'], 0, this.tag(parentId));
      return { parentId, nextId: beside(add['nextId']), node, ...(add['previousId'] === undefined ? {} : { previousId: beside(add['previousId']) }) };
    });
    return {
      source: 0, adds,
      removes: list(d['removes']).map((raw) => {
        const it = obj(raw);
        return { parentId: id(it['parentId']), id: id(it['id']), ...(it['isShadow'] === true ? { isShadow: true as const } : {}) };
      }),
      texts: list(d['texts']).map((raw) => {
        const it = obj(raw);
        const of = id(it['id']);
        return { id: of, value: this.tag(of) === '#style' ? cleanCss(text(it['value'])) : text(it['value']) };
      }),
      attributes: list(d['attributes']).map((raw) => {
        const it = obj(raw);
        const of = id(it['id']);
        return { id: of, attributes: this.changed(of, isObject(it['attributes']) ? it['attributes'] : {}) };
      }),
      ...(d['isAttachIframe'] === true ? { isAttachIframe: true as const } : {}),
    };
  }

  private changed(of: number, raw: Raw): Record<string, string | Styles | null> {
    const tag = this.tag(of);
    const made: Record<string, string | Styles | null> = {};
    for (const [name, value] of Object.entries(raw)) {
      if (value === null) {
        if (isPlain(name.toLowerCase()) || name === 'style' || ADDRESSES.has(name) || name === 'srcset' || name === 'rr_open_mode') made[name] = null;
      } else if (name === 'style' && isObject(value)) made[name] = styles(value);
      else {
        const good = this.attribute(of, tag, name, value);
        // A change of size or scroll of a block is an attribute only in a snapshot.
        if (good !== null && (!good[0].startsWith('rr_') || good[0] === 'rr_open_mode')) made[good[0]] = good[1] === true ? '' : String(good[1]);
      }
    }
    return made;
  }

  private sheetOf(d: Raw): { id?: number; styleId?: number } {
    return { ...(d['id'] === undefined ? {} : { id: id(d['id']) }), ...(d['styleId'] === undefined ? {} : { styleId: id(d['styleId']) }) };
  }

  private rules(d: Raw): Delta {
    return {
      source: 8, ...this.sheetOf(d),
      ...(Array.isArray(d['adds']) ? { adds: d['adds'].map(rule) } : {}),
      ...(Array.isArray(d['removes']) ? { removes: d['removes'].map((it) => ({ index: place(obj(it)['index']) })) } : {}),
      ...(typeof d['replace'] === 'string' ? { replace: cleanCss(text(d['replace'])) } : {}),
      ...(typeof d['replaceSync'] === 'string' ? { replaceSync: cleanCss(text(d['replaceSync'])) } : {}),
    };
  }

  private declaration(d: Raw): Delta[] {
    const index = list(d['index']).slice(0, 16).map(offset);
    const set = isObject(d['set']) ? d['set'] : null;
    const remove = isObject(d['remove']) ? d['remove'] : null;
    if (index.length === 0) return [];
    return [{
      source: 13, ...this.sheetOf(d), index,
      ...(set === null ? {} : { set: { property: text(set['property']), value: cleanCss(text(set['value'])), ...(set['priority'] === 'important' ? { priority: 'important' } : {}) } }),
      ...(remove === null ? {} : { remove: { property: text(remove['property']) } }),
    }];
  }

  /// Sheets that were adopted come by their rules, or whole, as a text or by its hash: the sheet is made empty and filled behind.
  private adopted(d: Raw): Delta[] {
    const fill: Delta[] = [];
    const styles_ = list(d['styles']).map((raw) => {
      const it = obj(raw);
      const styleId = id(it['styleId']);
      const whole = list(it['rules']).map((one) => text(obj(one)['rule'])).join('\n');
      const hash = HASH.exec(whole)?.[1];
      const there = hash === undefined ? whole : this.known.css(hash);
      if (there !== undefined) fill.push({ source: 8, styleId, replaceSync: cleanCss(there) });
      else if (hash !== undefined) this.late.push({ id: styleId, hash, adopted: true });
      return { styleId, rules: [] };
    });
    return [{ source: 15, id: id(d['id']), styleIds: list(d['styleIds']).map(id), ...(styles_.length === 0 ? {} : { styles: styles_ }) }, ...fill];
  }
}

const also = <N extends string>(name: N, value: string | null): [N, string] | null => (value === null ? null : [name, value]);

const doctype = (v: unknown): string => (typeof v === 'string' && /^[\w\s.:/+-]{0,200}$/.test(v) ? v : '');

const rule = (raw: unknown): Rule => {
  const it = obj(raw);
  return { rule: cleanCss(text(it['rule'])), ...(it['index'] === undefined ? {} : { index: place(it['index']) }) };
};

/// A link is drawn when it is a style sheet whose text came along, or whose address may be asked for.
function isSheet(from: Raw): boolean {
  const attributes = isObject(from['attributes']) ? from['attributes'] : {};
  if (typeof attributes['_cssText'] === 'string') return true;
  return /^(?:alternate )?stylesheet$/i.test(text(attributes['rel']).trim()) && cleanUrl(text(attributes['href'])) !== null;
}

/// Where nothing runs a canvas is drawn as what it holds, so its first frame becomes a picture in it, of the size it has.
function still(canvas: Tree): Tree {
  const { rr_dataURL: frame, ...attributes } = canvas.attributes ?? {};
  const [width, height] = [attributes['width'], attributes['height']].map((n, i) => (/^\d{1,5}$/.test(String(n)) ? String(n) : ['300', '150'][i]!));
  const empty = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`;
  const img: Tree = { type: 2, id: OWN + canvas.id, tagName: 'img', attributes: { src: frame ?? empty, width: width!, height: height! }, childNodes: [] };
  if (canvas.rootId !== undefined) img.rootId = canvas.rootId;
  // What it would show instead is kept for those changes that name it.
  const instead: Tree = { ...img, id: 2 * OWN + canvas.id, tagName: 'noscript', attributes: {}, childNodes: canvas.childNodes ?? [] };
  return { ...canvas, attributes, childNodes: [img, instead] };
}

/// The replayer's own attributes: boxes of blocked elements, places scrolled to, a canvas' first frame.
function special(tag: string, name: string, value: unknown): [string, string | number] | null {
  switch (name) {
    case 'rr_width': case 'rr_height': return /^\d{1,5}(?:\.\d+)?px$/.test(text(value)) ? [name, text(value)] : null;
    case 'rr_scrollLeft': case 'rr_scrollTop': return [name, offset(value)];
    case 'rr_open_mode': return tag === 'dialog' && (value === 'modal' || value === 'non-modal') ? [name, value] : null;
    case 'rr_dataURL': return (tag === 'canvas' || tag === 'img') && STILL.test(text(value)) ? [name, text(value)] : null;
    default: return null;
  }
}

function styles(raw: Raw): Styles {
  const made: Styles = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!/^-{0,2}[\w-]{1,100}$/.test(name)) continue;
    if (value === false) made[name] = false;
    else if (typeof value === 'string') made[name] = cleanCss(value.slice(0, TEXT_MAX));
    else if (Array.isArray(value)) made[name] = [cleanCss(text(value[0])), value[1] === 'important' ? 'important' : ''];
  }
  return made;
}
