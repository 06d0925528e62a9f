// SPDX-License-Identifier: Apache-2.0
import type { ChatSend } from '../../protocol/index.js';
import { close, picture } from '../../ui/icons.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import { post } from '../../transport/upload.js';
import type { Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import { iconButton, isPhone } from './parts.js';
import { englishPhoto } from './words-photo.js';

const style = `
.add{position:relative}
.pending{position:absolute;inset:auto auto calc(100% + 12px) 0;width:min(340px,86vw);padding:8px;border-radius:var(--r);background:Canvas;box-shadow:0 2px 14px #0003;font-size:13px;z-index:1;align-items:stretch}
.pending li{display:flex;gap:8px;align-items:center;max-width:none}
.pending img{width:40px;height:40px;object-fit:cover;border-radius:8px;flex:none}
.pending [hidden]{display:none}
.pending span{flex:1}
.pending progress{width:100%;height:4px;accent-color:var(--a)}
img.drawn{padding:0;width:300px;max-width:100%;aspect-ratio:1;border:1px solid color-mix(in srgb,CanvasText 16%,Canvas)}
.photo{display:block;padding:0;border:0;background:none;border-radius:var(--r);overflow:hidden;cursor:pointer}
.photo:disabled{opacity:1;cursor:default}
.photo:focus-visible{outline:2px solid var(--h);outline-offset:2px}
.photo img{display:block;width:220px;max-width:100%;min-height:80px;max-height:280px;object-fit:cover;background:var(--f)}`;

const MOST_PX = 2048;
const QUALITY = 0.9;

interface Pending { key: string; file: File; url: string; use: 'chat' | 'view'; part: number; why: string }

/// At most 2048 px a side, upright, without what the camera wrote into the file. A kind that this browser cannot draw goes as
/// it is: the server takes more kinds, and takes that away too.
async function scaled(file: File): Promise<Blob> {
  let from: ImageBitmap;
  try { from = await createImageBitmap(file, { imageOrientation: 'from-image' }); } catch { return file; }
  const by = Math.min(1, MOST_PX / Math.max(from.width, from.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(from.width * by));
  canvas.height = Math.max(1, Math.round(from.height * by));
  const draw = canvas.getContext('2d')!;
  draw.fillStyle = '#fff';
  draw.fillRect(0, 0, canvas.width, canvas.height);
  draw.imageSmoothingQuality = 'high';
  draw.drawImage(from, 0, 0, canvas.width, canvas.height);
  from.close();
  return await new Promise((done) => canvas.toBlob((made) => done(made ?? file), 'image/jpeg', QUALITY));
}

export interface OwnPhotos {
  /// The composer's button, with what is on its way.
  add(): VNode;
  /// A picture in the thread.
  bubble(media: string): VNode;
  /// What the server has drawn for this conversation.
  drawn(body: ChatSend['body']): VNode;
}

/// Photos of the customer's: a button beside the composer, what is on its way above it, and a picture in the thread. Comes
/// after the connection; a chat works without.
function photos(app: App): void {
  const t = i18n<keyof typeof englishPhoto>(englishPhoto, app.over);
  const why: Record<string, string> = {
    'too-big': t('photoLarge'), budget: t('photoMany'), 'not-a-picture': t('photoKind'), broken: t('photoKind'), truncated: t('photoFailed'),
  };
  let pending: Pending[] = [];
  let count = 0;
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = 'image/*';
  input.onchange = () => {
    for (const file of input.files ?? []) take(file);
    input.value = '';
  };
  adopt(app.host.root, sheet(style));

  const drop = (p: Pending): void => {
    pending = pending.filter((q) => q !== p);
    URL.revokeObjectURL(p.url);
    app.draw();
  };

  function fail(p: Pending, text: string): void {
    p.why = text;
    app.narrate(text);
  }

  async function send(p: Pending): Promise<void> {
    p.why = '';
    p.part = 0;
    app.draw();
    const body = await scaled(p.file);
    try {
      const { url, ticket } = await app.link.request('file.ask', { name: 'photo', type: body.type, bytes: body.size, use: p.use }, 1);
      const sent = await post(new URL(url, app.host.base).href, ticket, body, (part) => {
        p.part = part;
        app.draw();
      });
      if (!sent.ok) return fail(p, why[sent.word] ?? t('photoFailed'));
      if (p.use === 'view') app.see(true);
      drop(p);
    } catch (e) {
      fail(p, (e as Fault).code === 'rate.limited' ? t('photoMany') : (e as Fault).code === 'field.bad' ? t('photoKind') : t('photoFailed'));
    }
  }

  /// Beside the piece where that is what they look at, else into the thread.
  function take(file: File): void {
    const { conv } = app;
    const isSeen = conv?.session.state === 'live' && conv.view && (app.seeing || !isPhone());
    const p: Pending = { key: `p${++count}`, file, url: URL.createObjectURL(file), use: isSeen ? 'view' : 'chat', part: 0, why: '' };
    pending.push(p);
    void send(p);
  }

  const one = (p: Pending): VNode => h('li', { key: p.key }, h('img', { src: p.url, alt: '', onerror: (e: Event) => { (e.target as HTMLElement).hidden = true; } }),
    p.why ? h('span', { key: 'why', class: 'bad' }, p.why) : h('span', { key: 'how' }, h('progress', { max: 1, value: p.part, 'aria-label': t('photoSending') })),
    p.why && h('button', { key: 'again', class: 'n', onclick: () => void send(p) }, app.more!.t('retry')),
    p.why && iconButton('drop', close, app.more!.t('drop'), () => drop(p)));

  function see(media: string): void {
    app.viewing().then((v) => v.open(app, media)).catch((e) => app.fail(e as Fault));
  }

  app.more!.photos = {
    add: () => h('div', { key: 'add', class: 'add' },
      pending.length > 0 && h('ul', { key: 'pending', class: 'pending' }, ...pending.map(one)),
      iconButton('photo', picture, t('photo'), () => input.click(), { disabled: !app.conv })),
    drawn: ({ address = '', skus }) => h('img', { src: app.host.base.replace(/\/v1\/$/, address), alt: skus?.join(', ') ?? '', class: 'b drawn', loading: 'lazy' }),
    bubble: (media) => h('button', { class: 'photo', 'aria-label': t(app.conv?.session.state === 'live' ? 'photoSee' : 'photoNamed'), disabled: app.conv?.session.state !== 'live', onclick: () => see(media) },
      h('img', { src: app.media(media, 480), alt: '', loading: 'lazy' })),
  };
  app.draw();
}

export type Photos = typeof photos;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('photo', photos);
