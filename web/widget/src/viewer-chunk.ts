// SPDX-License-Identifier: Apache-2.0
import { createCore } from '../../viewer/core.js';
import { adopt, sheet } from '../../ui/index.js';
import type { App } from './app.js';
import { stageStyle } from './stage-style.js';
import type { ViewerTiles } from './viewer-tiles-chunk.js';
import type { ViewerTools } from './viewer-tools-chunk.js';

declare const __TOOLS__: [file: string, integrity: string];
declare const __TILES__: [file: string, integrity: string];

const AGAIN_MS = 5000;

/// The tools' chunk; its first use lets the line's half act.
async function hands(app: App): Promise<ViewerTools['equip']> {
  const { acting, equip } = await app.host.load('viewer-tools', __TOOLS__) as ViewerTools;
  app.more!.act(acting);
  return equip;
}

/// The shared picture: what a chat alone does not need. The tools come when the picture is there (viewer-tools-chunk.ts),
/// and so do tiles (viewer-tiles-chunk.ts); where they fail to, the picture goes on without and asks for them again.
function show(app: App, place: HTMLElement): void {
  const { conv, host } = app;
  if (!conv) return;
  let open = true;
  const more = (): void => void hands(app).then((equip) => { if (open) core.equip(equip); }, () => open && setTimeout(more, AGAIN_MS));
  const sharper = (): void => void (host.load('viewer-tiles', __TILES__) as Promise<ViewerTiles>).then(core.sharpen, () => {
    core.sharpen();
    if (open) setTimeout(sharper, AGAIN_MS);
  });
  place.replaceChildren();
  const core = createCore({
    root: place, me: conv.me, wish: conv.viewer, locale: app.locale, strings: app.over,
    src: (media, width) => app.media(media, width),
    names: (who) => app.name(who), iiif: host.base.replace(/v1\/$/, 'iiif/3/'), load: host.load,
    storage: host.options.storage,
  }, () => {
    more();
    sharper();
  });
  const { viewer } = core;
  viewer.narrate = (text) => app.narrate(text);
  viewer.apply(conv.view);
  const undo = [
    adopt(place, sheet(stageStyle)),
    conv.on('view', (v) => { if (v) viewer.apply(v); else end(); }),
    conv.on('view.patch', viewer.patch),
    conv.on('motion', viewer.motion),
    conv.on('pointer', ({ who, ...p }) => viewer.pointer(who, p)),
    conv.on('stroke', ({ who, ...d }) => viewer.stroke(who, d)),
    conv.on('mark', viewer.mark),
    conv.on('marks.drop', viewer.dropMarks),
    conv.on('people', () => conv.people.forEach((p, who) => { if (p.at === 'gone') viewer.gone(who); })),
  ];
  const end = (): void => {
    open = false;
    undo.splice(0).forEach((f) => f());
    viewer.destroy();
  };
  app.unview = end;
}

/// Opens a view of the piece, the page's if none is named, or adds the piece to it. The wish goes by the half of the line that the tools bring.
/// The piece's media are named by the page, or by the catalogue.
async function open(app: App, photo?: string, product: Pick<NonNullable<App['product']>, 'sku' | 'name' | 'all'> | null = app.product): Promise<void> {
  const { conv, link } = app;
  if (!conv) return;
  await hands(app);
  if (photo) {
    app.see(true);
    const there = conv.view?.items.find((i) => i.media.slice(0, 64) === photo.slice(0, 64));
    return there ? conv.viewer.set({ active: there.slot }) : conv.view ? conv.addItem({ media: photo }) : conv.open([{ media: photo }]);
  }
  if (!product) return;
  const { sku, name } = product;
  const media = product.all.length ? product.all : (await link.request('catalogue.product', { sku })).media;
  const items = media.slice(0, 12).map((m) => ({ sku, media: m, title: name }));
  app.seeing = true;
  if (conv.view) await conv.addItem(items[0]!);
  else await conv.open(items);
}

const viewing = { open, show };

export type Viewing = typeof viewing;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('viewer', viewing);
