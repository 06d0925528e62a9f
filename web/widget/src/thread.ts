// SPDX-License-Identifier: Apache-2.0
import { clock } from '../../ui/formats.js';
import type { ChatSend } from '../../protocol/index.js';
import type { ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';

const NEAR_PX = 80;
let log: HTMLElement | undefined;
/// The reader is at the end, or was when something below it last grew.
let near = true;
let end = 0;

/// The conversation, newest at the bottom. Who speaks is told by side and colour, and by words for those who hear it.
export function thread(app: App): VNode {
  const { t, conv } = app;
  const rows = (conv?.rows ?? []).filter((r) => /send|poll|cart|make|watch/.test(r.op));
  const [typing] = conv?.typing ?? [];
  stick();
  return h('div', { key: 'log', class: 'log', tabIndex: 0, role: 'group', 'aria-label': t('chat'), onscroll, ref: (n) => {
    log = n;
    near = true;
    end = 0;
    n.addEventListener('load', stick, true); // a picture takes its height when it comes
  } },
    h('ol', { class: 'rows' },
      conv?.more && h('li', { key: 'older' }, app.more?.older(app, log!)),
      ...rows.map((r, i) => row(app, r, rows[i - 1], rows[i + 1])),
      typing && h('li', { key: 'typing', class: 'q', 'aria-hidden': 'true' }, t('types', { name: app.name(typing) }))));
}

/// Stays at the end while the reader is there; never pulls them down from further up, nor where nothing has changed. Once all is
/// drawn, what stands below it too.
const stick = (): void => queueMicrotask(() => {
  if (!log) return;
  const now = log.scrollHeight - log.clientHeight;
  if (near && now !== end) log.scrollTop = now;
  end = now;
});

function onscroll(this: HTMLElement): void {
  near = this.scrollHeight - this.scrollTop - this.clientHeight <= NEAR_PX;
}

/// A row that cannot be drawn fails alone.
function row(app: App, r: ThreadRow, before?: ThreadRow, after?: ThreadRow): VNode | undefined {
  try { return drawn(app, r, before, after); } catch (e) { return app.more?.lost(app, r, e); }
}

function drawn(app: App, r: ThreadRow, before?: ThreadRow, after?: ThreadRow): VNode {
  const isOwn = r.by === app.conv?.me;
  const { body } = r.d as ChatSend;
  return h('li', { key: r.key, class: `${isOwn ? 'me' : ''} ${before?.by === r.by ? '' : 'turn'}`, dir: 'auto' },
    h('span', { class: 'u' }, `${app.name(r.by)}: `),
    app.more?.row(app, r) || h('span', { class: 'b' }, body?.text ?? body?.product?.name),
    (after?.by !== r.by || r.state === 'failed') && meta(app, r, isOwn));
}

function meta(app: App, r: ThreadRow, isOwn: boolean): VNode | undefined {
  if (r.state === 'failed') return app.more?.failed(app, r);
  const { t, conv } = app;
  const how = isOwn && conv ? ` · ${t(conv.status(r) as 'sent')}` : '';
  return h('p', { class: 'q' }, clock(r.ts, app.locale) + how);
}
