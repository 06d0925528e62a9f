// SPDX-License-Identifier: Apache-2.0
import type { Value } from './types.js';

/// Which attributes are told, and what of them. By lists: what nobody has named stays here, as does all that can hold words.

const PLAIN = /^(class|id|for|style|dir|lang|role|type|width|height|(row|col)?span|cols|rows|size|hidden|open|disabled|readonly|required|checked|selected|multiple|media|controls|wrap|start|reversed|v?align|bgcolor|color|face|border|cell(padd|spac)ing|nowrap|rel|part|exportparts|slot|is|inert|popover|tabindex|rr_(width|height|scroll(Left|Top)|open_mode|dataURL))$/;
/// How a drawing looks.
const DRAWN = /^([drxyk]|[rcfd][xyr]|[xyk][1-4]|points|transform|viewBox|preserveAspectRatio|version|xmlns.*|opacity|visibility|overflow|display|offset|(fill|stroke|stop|flood|lighting|clip|mask|marker|gradient|pattern|filter|font|text|letter|word|shape|color|vector|paint)[-A-Z].*|fill|stroke|mask|filter|spreadMethod|(dominant|alignment)-baseline|(ref|tile|base|num|std|k?matrix|surface|specular|diffuse|table)\w+|pathLength|orient|in2?|result|mode|operator|values|scale|seed|order|slope|intercept|amplitude|exponent|rotate|edgeMode)$/;
/// Words a style sheet may look for; a value is one short word.
const STATES = /^(data-(state|theme|mode|scheme|color-(scheme|mode)|orientation|side|align|open|active|selected|disabled|expanded|checked|current|visible|hidden|layout|size|variant)|aria-(expanded|pressed|current|hidden|selected|checked|invalid|disabled|busy|sort|orientation|haspopup|modal))$/;
const WORD = /^[a-z-]{0,20}$/;
/// How full a bar is.
const MEASURE = /^(value|min|max|low|high|optimum)$/;

/// An address without what was asked of it.
export function cut(url: string): string {
  if (/^data:image\//i.test(url)) return url;
  return /^[a-z][\w+.-]*:/i.test(url) && !/^https?:/i.test(url) ? '' : url.replace(/[?#][^]*/, '').replace(/\/\/[^/]*@/, '//');
}

/// Style text whose addresses are cut; one within the document, as a gradient's, stays.
export const bare = (css: string): string => (css.includes('(') ? css.replace(/url\(\s*(["']?)(?!["']?(?:#|data:))([^)"'?#]*)[^)"'#]*(#[^)"']*)?\1\s*\)/gi, 'url($1$2$3$1)') : css);

/// What is told of one attribute; undefined for nothing.
export function keep(el: Element, tag: string, isSvg: boolean, name: string, value: Value): Value | undefined {
  if (value === null) return value;
  const text = String(value);
  // Most of all there are.
  if (name === 'class' || name === 'id') return bare(text);
  if (name === 'style') return typeof value === 'object' ? styles(value) : bare(text);
  if (name === 'href' || name === 'xlink:href') {
    if (tag === 'a' || tag === 'area' || text[0] === '#') return text[0] === '#' && isSvg ? text : '#';
    return tag === 'link' || tag === 'image' ? cut(text) : undefined;
  }
  // What the browser has chosen among the sizes offered: the other side is another screen.
  if (name === 'src' && tag === 'img') return cut((el as HTMLImageElement).currentSrc || text);
  if (/^(src|poster|background)$/.test(name)) return /^(iframe|source|track)$/.test(tag) ? undefined : cut(text);
  if (MEASURE.test(name)) return /^(progress|meter|li)$/.test(tag) && Number.isFinite(Number(text)) ? value : undefined;
  if (name === 'name') return tag === 'slot' ? value : undefined;
  if (STATES.test(name)) return WORD.test(text) ? value : undefined;
  return PLAIN.test(name) || (isSvg && DRAWN.test(name)) ? typeof value === 'string' ? bare(value) : value : undefined;
}

function styles(value: Record<string, unknown>): Record<string, unknown> {
  const one = (v: unknown): unknown => (typeof v === 'string' ? bare(v) : Array.isArray(v) ? [bare(String(v[0])), v[1]] : v);
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, one(v)]));
}
