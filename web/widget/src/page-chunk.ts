// SPDX-License-Identifier: Apache-2.0
import { onRoute } from '../../detect/route.js';
import { adopt, sheet } from '../../ui/sheet.js';
import { Leader } from '../../transport/leader.js';
import type { Fault, Saved, ThreadRow } from '../../transport/core.js';
import { makeSync } from '../../transport/sync.js';
import type { Acting, Sync } from '../../transport/sync.js';
import type { ChatSend, State } from '../../protocol/index.js';
import type { App } from './app.js';
import type { Detect } from './detect-chunk.js';
import { bars, why } from './bars.js';
import { card, hero, pieceStyle, row, together } from './piece.js';
import { failed, lost, older } from './rows.js';
import { moreWords } from './words-more.js';
import type { MoreT } from './words-more.js';
import type { Floor } from './floor-chunk.js';
import type { Helper } from './helper-chunk.js';
import type { MakeSearch } from './search-chunk.js';
import type { MakeSizes, Sizes } from './sizes-chunk.js';
import type { Kid, VNode } from './h.js';
import type { OwnPhotos } from './photo-chunk.js';
import type { Watches } from './watch-chunk.js';

/// The viewer's chunk, named here and not in the loader: its table is in every page.
declare const __VIEWER__: [file: string, integrity: string];
declare const __SEARCH__: [file: string, integrity: string];
declare const __SIZES__: [file: string, integrity: string];
declare const __FLOOR__: [file: string, integrity: string];
declare const __HELPER__: [file: string, integrity: string];
declare const __WATCH__: [file: string, integrity: string];
declare const __DETECT__: [file: string, integrity: string];

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
  older: typeof older;
  failed: typeof failed;
  lost: typeof lost;
  hero: typeof hero;
  /// A message that is more than text.
  row: (app: App, r: ThreadRow) => VNode | null | undefined | false | '';
  /// The customer's own photos, once their chunk has come.
  photos?: OwnPhotos;
  together: typeof together;
  /// Opens the search of the shop's pieces; asks which of a piece's sizes.
  find(): void;
  sizes(): Promise<Sizes>;
  why: typeof why;
  t: MoreT;
}

/// What the widget knows of its surroundings: what is done with the piece on the page, the other tabs, the words for when something
/// is in the way, and the line's half of the shared view, so that the view is followed before there is a picture of it. A chunk of
/// its own, asked for together with the connection: a chat works before it is there. What the page itself shows is detect-chunk.ts's.
function surround(app: App): () => void {
  const leader = new Leader<Saved>(`vitrine:${app.host.options.site}`, () => app.link.saved(), () => app.follow());
  const unstyle = adopt(app.host.root, sheet(pieceStyle));
  app.tabs = leader;
  let line: Sync;
  app.link.plug((...at) => (line = makeSync(...at)));
  let sizes: Sizes | undefined;
  // The first to come puts itself in this one's place.
  const find = (): void => void app.host.load('search', __SEARCH__).then((made) => (made as MakeSearch)(app)).catch((e) => app.fail(e as Fault));
  app.more = { older, failed, lost, find, sizes: () => app.host.load('sizes', __SIZES__).then((made) => (sizes ??= (made as MakeSizes)(app))), act: (more) => line.act(more), line: () => line.line(), bars, card, hero, row: (to, r) => { if (r.by === 'helper') help(); return row(to, r); }, t: moreWords(app.over), together, viewer: __VIEWER__, why };
  let isHelped = false;
  /// With the first line of the automatic helper that is drawn; after the floor, whose screens it rearranges.
  const help = (): void => {
    if (isHelped) return;
    isHelped = true;
    floor.then(() => app.host.load('helper', __HELPER__)).then((made) => (made as Helper)(app), () => { isHelped = false; });
  };
  let undo: (() => void) | undefined;
  let isOver = false;
  app.host.load('detect', __DETECT__).then((made) => { if (!isOver) undo = (made as Detect)(app); }, () => undefined);
  const floor = app.host.load('floor', __FLOOR__).then((made) => (made as Floor)(app), () => undefined);
  let watches = false;
  const watch = app.link.on('event', () => {
    if (watches || !app.site?.notes || !app.conv?.rows.some((r) => /watch|cart/.test(r.op) || (r.d as ChatSend | null)?.body?.product)) return;
    watches = true;
    app.host.load('watch', __WATCH__).then((made) => (made as Watches)(app), () => { watches = false; });
  });
  if (app.link.state !== 'idle') void leader.take(0);
  app.turn = () => {
    app.store.put({ n: app.store.entry.n + 1 });
    app.product = null;
    app.look?.();
    if (!app.product) app.tell();
  };
  const unroute = String(app.host.options.spa) === 'false' ? null : onRoute(() => app.turn());
  return () => {
    isOver = true;
    watch();
    unroute?.();
    undo?.();
    unstyle();
    leader.close();
  };
}

export type Surround = typeof surround;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('page', surround);
