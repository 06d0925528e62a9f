// SPDX-License-Identifier: Apache-2.0
import { money } from '../../ui/formats.js';
import type { ChatSend, ProductRef } from '../../protocol/index.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';

export const pieceStyle = `
#go[data-n]:after{content:attr(data-n);position:absolute;top:-4px;right:-4px;padding:2px 7px;border-radius:11px;font:600 12px/18px system-ui;color:Canvas;background:CanvasText}
.row{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
.act{padding:0 20px 4px}
.bar{padding:8px 20px;background:var(--f);font-size:13px}
.bar .n{background:Canvas}
.card,.me .card{display:flex;gap:12px;align-items:center;padding:0;background:none;color:inherit;text-decoration:none;white-space:normal}
.card b{display:block;font-weight:600}
.card img{width:64px;height:64px;object-fit:cover;border-radius:8px;flex:none}
li>.q{padding-top:3px}
.log+.mid{flex:none;gap:8px;padding:16px 20px 28px}
.hero{width:100%;min-height:200px;flex:0 1 300px;object-fit:cover;object-position:0 25%;border-radius:var(--r)}`;

/// Only what the web serves becomes an address.
function safe(url: string | undefined): string | undefined {
  try { return url && /^https?:$/.test(new URL(url, location.href).protocol) ? url : undefined; } catch { return undefined; }
}

/// The price as the page or the catalogue wrote it; a currency nobody knows is not worth an exception.
function price(p: ProductRef, locale: string): string {
  try { return p.price && p.currency ? money(p.price, p.currency, locale) : ''; } catch { return `${p.price} ${p.currency}`; }
}

function picture(app: App, p: ProductRef, width: number, className: string): VNode | null {
  const src = p.media ? app.media(p.media, width) : safe(p.image);
  return src ? h('img', { src, alt: '', class: className, loading: 'lazy' }) : null;
}

/// The piece itself, large, before anything has been asked.
export function hero(app: App, p: ProductRef): (VNode | null)[] {
  return [picture(app, p, 640, 'hero'), h('p', { class: 'q' }, [p.name ?? p.sku, price(p, app.locale)].filter(Boolean).join(' · '))];
}

/// Picture, name, price, and the way to its page.
export function card(app: App, p: ProductRef): VNode {
  const href = safe(p.url);
  return h(href ? 'a' : 'div', { class: 'b card', ...(href && { href }) }, picture(app, p, 320, ''),
    h('span', null, h('b', null, p.name ?? p.sku), h('span', { class: 'q' }, price(p, app.locale))));
}

export function row(app: App, { d }: ThreadRow): VNode | null | undefined | false | '' {
  const { body } = d as ChatSend;
  const photos = app.more!.photos;
  return body && (body.product ? card(app, body.product) : body.address ? photos?.drawn(body) : body.media && photos?.bubble(body.media));
}

/// What can be done while somebody is there: with the piece on the page, and with others of the shop.
export function together(app: App): VNode | null {
  const { conv, product } = app;
  const t = app.more!.t;
  if (!conv || conv.session.state !== 'live') return null;
  const isSeen = conv.view?.items.some((i) => i.sku === product?.sku);
  return h('div', { key: 'act', class: 'act row' },
    product && !isSeen && h('button', { class: 'n m', onclick: () => void app.viewing().then((v) => v.open(app)).catch((e) => app.fail(e as Fault)) }, t('look')),
    product && h('button', { class: 'n', onclick: () => conv.sendProduct(app.ref()!) }, t('show')),
    h('button', { key: 'find', class: 'n', 'data-find': '', onclick: () => app.more!.find() }, t('find')));
}
