// SPDX-License-Identifier: Apache-2.0
import { Layer, address, bag, jsonLd, line, lines, openGraph, product, systemOf } from '../../detect/index.js';
import type { FoundOrder, FoundProduct } from '../../detect/index.js';
import type { Cart, Notices, PageSource } from '../../protocol/index.js';
import type { App } from './app.js';
import type { MakeShop } from './shop-chunk.js';

declare const __BAG__: [file: string, integrity: string];
declare const __SHOP__: [file: string, integrity: string];

type Seen = Notices['page.seen'];

/// A burst of the page's own events is one look; markup that scripts write comes late.
const QUIET_MS = 300;
const LATE_MS = [700, 2500];
const BAG_EVERY_MS = 1000;
/// What the shop systems' pages call when their bag changes.
const BAG_CALLS = /\/cart\/|wc-ajax=|\/wc\/store\/|customer\/section\/load|\/checkout\/cart/;
const OWN_CALL = /cart\.js$|_fields=items,totals$/;

/// The page understood without a line of integration: the piece, the bag, the order. First hit wins, in this order: the page's own call,
/// schema.org JSON-LD, what the shop system leaves in the page, GA4's dataLayer, OpenGraph; what the first leaves out is taken from those
/// after it that speak of the same piece. Of a bag: the page's call, the shop system, the dataLayer. Runs after intent only, reads only.
function detect(app: App): () => void {
  const here = (): string => location.href;
  let isOver = false;
  const isQuiet = (): boolean => app.allowed?.analytics === false;
  const ordered = new Set<string>();
  const timers: ReturnType<typeof setTimeout>[] = [];
  let counting: ReturnType<typeof setTimeout> | undefined;
  const platform = (): ReturnType<MakeShop>['platform'] | undefined => app.system?.platform;
  let isAsking = false;
  let shopBag: Cart | null = null;
  let askedAt = 0;
  let stale = '';
  let found: FoundProduct | null = null;
  let productBy: PageSource | undefined;
  let toldProduct = '';
  let toldBag = '';
  let seen = '';
  let hinted = '';
  let quiet: ReturnType<typeof setTimeout>;
  const soon = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(look, QUIET_MS);
  };
  const layer = new Layer(app.store.entry.bag ?? null, here, soon);

  /// What the page said itself, until its address changes.
  function given(): FoundProduct | null {
    const p = app.given?.at === here() ? app.given.product : null;
    return p && product({ ...p, image: p.images?.[0] }, here());
  }

  function chooseProduct(ld: FoundProduct | null): void {
    const gtin = app.given?.product.gtin;
    const ranked: [PageSource, FoundProduct | null][] = [['page', given()], ['jsonld', ld], ['platform', platform()?.product() ?? null], ['datalayer', layer.product], ['opengraph', openGraph(document, here())]];
    const hits = ranked.filter((r): r is [PageSource, FoundProduct] => r[1] !== null);
    productBy = hits[0]?.[0];
    const first = hits[0]?.[1];
    found = first ?? null;
    for (const [, more] of first ? hits.slice(1) : []) {
      if (more.sku === first!.sku || more.sku === gtin) found = { ...more, ...found!, media: found!.media.length ? found!.media : more.media };
    }
    const image = hits.find(([, p]) => p.image)?.[1].image;
    if (found && !found.image && image) found = { ...found, image };
  }

  /// The bag and what said it. The page's own call wins; null from it gives detection back.
  function chooseBag(): Cart | null {
    const own = app.cart;
    if (!own) return shopBag ?? layer.cart;
    return bag(lines(own.items, (x) => line(x as never, here())), 'page', own.currency, own.total, own.id, address(own.checkout, here()));
  }

  function tellBag(): void {
    // A bag that was told and is gone is an empty one.
    const now = isQuiet() ? null : chooseBag() ?? (toldBag ? { items: [] } : null);
    const json = JSON.stringify(now);
    if (!now || json === toldBag || app.link.state !== 'live') return;
    toldBag = json;
    app.bag = now;
    app.draw();
    // Addresses go first where a bag is too large for one message.
    const fits = json.length < 12_000;
    app.link.notify('cart.now', fits ? now : { ...now, items: now.items.map(({ url: _u, image: _i, ...rest }) => rest) }, 1);
  }

  function tellOrder(order: FoundOrder | null): void {
    if (!order || isQuiet() || ordered.has(order.reference)) return;
    ordered.add(order.reference);
    (window as unknown as { Vitrine(...call: unknown[]): void }).Vitrine('order', order);
  }

  function tellSeen(faults: string[], order: PageSource | undefined): void {
    const cart = chooseBag();
    // What is undefined is not written.
    const d: Seen = {
      url: (location.origin + location.pathname).slice(0, 1024), product: productBy, sku: found?.sku, name: found?.name, price: found?.price, currency: found?.currency,
      cart: cart?.source, lines: cart?.items.length, order, adds: app.registered?.addToCart ? 'page' : platform()?.name, faults: faults.slice(0, 8).map((f) => f.slice(0, 180)),
    };
    if (isQuiet() || app.link.state !== 'live' || JSON.stringify(d) === seen) return;
    seen = JSON.stringify(d);
    app.link.notify('page.seen', d, 1);
  }

  function needsSystem(): void {
    if (isAsking || !systemOf(window as never, document)) return;
    isAsking = true;
    app.host.load('shop', __SHOP__).then((made) => {
      if (isOver) return;
      app.system = (made as MakeShop)();
      begin();
    }, () => { isAsking = false; });
  }

  function look(): void {
    const ld = jsonLd(document, here());
    // The page's last piece, still in the markup of the next.
    const isStale = ld.product && JSON.stringify(ld.product) === stale && new URL(ld.product.url ?? here()).pathname !== location.pathname;
    needsSystem();
    layer.look((window as { dataLayer?: unknown }).dataLayer);
    chooseProduct(isStale ? null : ld.product);
    const json = JSON.stringify(found);
    const isNew = json !== toldProduct;
    toldProduct = json;
    app.product = found && { ...found, media: found.media[0], all: found.media };
    if (isNew) app.draw();
    if (isNew && found) app.tell();
    const orders: [PageSource, FoundOrder | null][] = [['datalayer', layer.order], ['jsonld', ld.order], ['platform', platform()?.order() ?? null]];
    const order = orders.find(([, o]) => o);
    tellOrder(order?.[1] ?? null);
    if (layer.cart && layer.cart !== app.store.entry.bag) app.store.put({ bag: layer.cart });
    tellBag();
    if (document.readyState === 'complete') tellSeen(ld.faults, order?.[0]);
    const faults = ld.faults.join('; ');
    if (faults && faults !== hinted) console.info('Vitrine: ' + (hinted = faults));
  }

  async function askBag(): Promise<void> {
    if (app.cart || isQuiet() || app.link.state !== 'live' || Date.now() - askedAt < BAG_EVERY_MS) return;
    askedAt = Date.now();
    const now = await platform()?.cart().catch(() => null);
    if (isOver || !now) return;
    shopBag = now;
    tellBag();
  }

  function begin(): void {
    for (const timer of timers.splice(0)) clearTimeout(timer);
    look();
    void askBag();
    for (const ms of LATE_MS) timers.push(setTimeout(look, ms));
  }

  const turn = app.turn.bind(app);
  app.turn = () => {
    stale = JSON.stringify(jsonLd(document, here()).product);
    toldProduct = '';
    layer.turn();
    turn();
    begin();
  };
  app.look = look;
  app.recount = () => {
    askedAt = 0;
    void askBag();
  };
  // Where nobody is yet, nothing was told; a new line may lead to somebody who knows nothing.
  const unwelcome = app.link.on('welcome', () => {
    toldBag = seen = '';
    if (app.product) app.tell();
    queueMicrotask(begin);
  });
  let wantsBag = false;
  const live = (): void => {
    if (wantsBag || app.conv?.session.state !== 'live') return;
    wantsBag = true;
    app.host.load('bag', __BAG__).then((made) => (made as (app: App) => void)(app), () => { wantsBag = false; });
  };
  const unlive = app.link.on('event', live);
  // The shop's own calls, seen as the browser lists them: nothing of the page is patched for it.
  const calls = new PerformanceObserver((all) => {
    if (!all.getEntries().some(({ name }) => BAG_CALLS.test(name) && !OWN_CALL.test(name))) return;
    clearTimeout(counting);
    counting = setTimeout(() => app.recount?.(), QUIET_MS);
  });
  calls.observe({ type: 'resource' });
  const back = (): void => { if (!document.hidden) void askBag(); };
  document.addEventListener('visibilitychange', back);
  begin();
  live();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', back);
    clearTimeout(quiet);
    for (const timer of [...timers, counting]) clearTimeout(timer);
    calls.disconnect();
    layer.end();
    unlive();
    unwelcome();
  };
}

export type Detect = typeof detect;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('detect', detect);
