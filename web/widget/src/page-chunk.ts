// SPDX-License-Identifier: Apache-2.0
import { onRoute, productInPage } from '../../detect/index.js';
import type { FoundProduct } from '../../detect/index.js';
import { adopt, sheet } from '../../ui/sheet.js';
import { Leader } from '../../transport/leader.js';
import type { Saved, ThreadRow } from '../../transport/core.js';
import { makeSync } from '../../transport/sync.js';
import type { Acting, Sync } from '../../transport/sync.js';
import type { State } from '../../protocol/index.js';
import type { PageProduct } from './api.js';
import type { App } from './app.js';
import { bars, why } from './bars.js';
import { card, hero, pieceStyle, row, together } from './piece.js';
import { moreWords } from './words-more.js';
import type { MoreT } from './words-more.js';
import type { Floor } from './floor-chunk.js';
import type { Kid, VNode } from './h.js';
import type { OwnPhotos } from './photo-chunk.js';

/// The viewer's chunk, named here and not in the loader: its table is in every page.
declare const __VIEWER__: [file: string, integrity: string];
declare const __FLOOR__: [file: string, integrity: string];

export interface More {
  /// Says and offers more than the widget itself does, from the moment on (floor-chunk.ts, session-chunk.ts).
  arrange?: (state: State, kids: (Kid | null)[]) => (Kid | null)[];
  /// Lets the line's half of the view do what the tools do.
  act(more: Acting): void;
  /// The binary channels, for the mirror.
  line: Sync['line'];
  viewer: typeof __VIEWER__;
  bars: typeof bars;
  card: typeof card;
  hero: typeof hero;
  /// A message that is more than text.
  row: (app: App, r: ThreadRow) => VNode | null | undefined | false | '';
  /// The customer's own photos, once their chunk has come.
  photos?: OwnPhotos;
  together: typeof together;
  why: typeof why;
  t: MoreT;
}

/// What the widget knows of its surroundings: the piece on the page and what is done with it, route changes, the other tabs, the
/// words for when something is in the way, and the line's half of the shared view, so that the view is followed before there is
/// a picture of it. A chunk of its own, asked for together with the connection: a chat works before it is there, and shop
/// adapters will make it grow.
function surround(app: App): () => void {
  const leader = new Leader<Saved>(`vitrine:${app.host.options.site}`, () => app.link.saved(), () => app.follow());
  const unstyle = adopt(app.host.root, sheet(pieceStyle));
  app.tabs = leader;
  let line: Sync;
  app.link.plug((...at) => (line = makeSync(...at)));
  app.more = { act: (more) => line.act(more), line: () => line.line(), bars, card, hero, row, t: moreWords(app.over), together, viewer: __VIEWER__, why };
  app.look = () => {
    const found = productInPage(document);
    const given = app.given?.at === location.href ? app.given.product : null;
    const p = given ? merge(given, found) : found;
    app.product = p && { ...p, media: p.media[0], all: p.media };
    app.draw();
    if (p) app.tell();
  };
  app.host.load('floor', __FLOOR__).then((made) => (made as Floor)(app), () => undefined);
  if (app.link.state !== 'idle') void leader.take(0);
  app.look();
  const undo = String(app.host.options.spa) === 'false' ? null : onRoute(() => app.turn());
  // The hello may have gone before this chunk came and could not name the piece; until its answer there is nobody to tell.
  const untell = app.link.on('welcome', () => { if (app.product) app.tell(); });
  return () => {
    undo?.();
    untell();
    unstyle();
    leader.close();
  };
}

/// What the page said wins; what it left out is filled from what was found for the same piece.
function merge(p: PageProduct, found: FoundProduct | null): FoundProduct {
  const { sku, variant, name, price, currency, url, images } = p;
  const same = found && (found.sku === sku || found.sku === p.gtin) ? found : { media: [] };
  const full = (to: string): string => { try { return new URL(to, location.href).href; } catch { return ''; } };
  return {
    ...same, sku, ...(variant && { variant }), ...(name && { name }), ...(price != null && { price: String(price) }),
    ...(currency && { currency }), ...(url && { url: full(url) }), ...(images?.[0] && { image: full(images[0]) }),
  };
}

export type Surround = typeof surround;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('page', surround);
