// SPDX-License-Identifier: Apache-2.0
import type { ChatSend } from '../../protocol/index.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { SessionT } from './words-session.js';

/// A film of the thread: played in place, or for both while somebody is there.
export function filmCard(app: App, r: ThreadRow, t: SessionT): VNode | null {
  const { kind, body } = r.d as ChatSend;
  const { media, seconds = 0, text } = body;
  if (kind !== 'film' || !media) return null;
  const [id = '', grant = ''] = media.split('?');
  const at = (ending: string): string => app.host.base.replace(/v1\/$/, `v/${id}.${ending}?${grant}`);
  const label = t('filmLong', { s: Math.round(seconds) });
  return h('span', { class: 'b film' },
    h('video', { key: id, controls: true, playsInline: true, preload: 'none', poster: at('jpg'), src: at('mp4'), 'aria-label': text ?? label }),
    h('span', { class: 'row' }, h('span', { class: 'q' }, label),
      app.conv?.session.state === 'live' && h('button', { class: 'n', onclick: () => void together(app, media).catch((e: Fault) => app.fail(e)) }, t('filmTogether'))),
    text && h('span', { dir: 'auto' }, text));
}

/// In front of both, from the beginning.
async function together(app: App, media: string): Promise<void> {
  const viewing = await app.viewing();
  await viewing.open(app, media);
  const { view, me, viewer } = app.conv!;
  const slot = view?.items.find((i) => i.media.slice(0, 64) === media.slice(0, 64))?.slot;
  if (!slot) return;
  if (view.driver !== me) await app.conv!.ask('view.drive', { take: true });
  viewer.play({ slot, t: 0, rate: 1, paused: false });
}
