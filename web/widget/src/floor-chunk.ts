// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, Events, State } from '../../protocol/index.js';
import type { LinkEvent } from '../../transport/core.js';
import { clock, dayTime } from '../../ui/formats.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App, Status } from './app.js';
import { comeBack } from './back.js';
import type { Choice } from './choice-chunk.js';
import { floorStyle } from './floor-style.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { Leave } from './leave.js';
import type { Photos } from './photo-chunk.js';
import type { Session } from './session-chunk.js';
import { wearTheme } from './theme.js';
import { englishFloor } from './words-floor.js';

declare const __PHOTO__: [file: string, integrity: string];
declare const __CHOICE__: [file: string, integrity: string];
declare const __SESSION__: [file: string, integrity: string];

export type FloorT = (key: keyof typeof englishFloor, vars?: Record<string, string | number>) => string;
type Kids = (Kid | null)[];
type Notice = Events['notice.show'];

/// In the order they are read.
const KINDS = ['greeting', 'load', 'special', 'tip'];
const AGAIN_MS = 5000;
const WEEK_MS = 6 * 86_400_000;
/// A wait that grew by less is not worth a word.
const GREW_S = 30;

/// What is said and offered before somebody comes: who is there, when the shop opens, leaving a message, the wait and what the
/// shop says to those who wait. Comes after the connection, beside a widget that asks and waits without it; and it brings what a
/// session needs besides talk, once there is one.
function floor(app: App): void {
  const t: FloorT = i18n<keyof typeof englishFloor>(englishFloor, app.over);
  const leave = new Leave(app, t);
  const more = app.more!;
  const seen = new Set<string>();
  let asked = false;
  let least = Infinity;

  adopt(app.host.root, sheet(floorStyle));
  app.host.load('photo', __PHOTO__).then((made) => (made as Photos)(app), () => undefined);

  /// The state of the queue the page has chosen, else the best of all.
  const status = (): Status | null => {
    const own = app.status?.queues?.find((q) => q.id === app.queue);
    return app.status && { ...app.status, ...own };
  };

  /// Today by the clock, within a week by its day, else by its date.
  const when = (ts: number): string => (ts - Date.now() < WEEK_MS && new Date(ts).toDateString() !== new Date().toDateString()
    ? `${new Intl.DateTimeFormat(app.locale, { weekday: 'long' }).format(ts)} ${clock(ts, app.locale)}` : dayTime(ts, app.locale));

  const shut = ({ nextOpenTime }: { nextOpenTime?: number }): string => (nextOpenTime ? t('shut', { when: when(nextOpenTime) }) : t('shutNow'));

  const needsSession = (): void => {
    if (asked) return;
    asked = true;
    app.host.load('session', __SESSION__).then((made) => (made as Session)(app), () => setTimeout(() => {
      asked = false;
      app.draw();
    }, AGAIN_MS));
  };

  /// Newest of each, none twice: what came is folded together and forgotten.
  const notices = (): Notice[] => {
    const now = Date.now() + app.link.offset;
    const held = new Map<string, LinkEvent>();
    for (const e of app.notices) {
      const { id } = e.d as Notice;
      if (e.op === 'notice.drop') held.delete(id);
      else held.set(id, e);
    }
    app.notices = [...held.values()];
    return app.notices.map((e) => e.d as Notice).filter((n) => !n.until || n.until > now).sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  };

  const notice = (n: Notice): VNode => {
    const isGreeting = n.kind === 'greeting';
    const src = n.media && (/[/:]/.test(n.media) ? new URL(n.media, app.host.base).href : app.media(n.media, isGreeting ? 640 : 160));
    if (!seen.has(n.id)) {
      seen.add(n.id);
      app.link.notify('notice.seen', { id: n.id }, 1);
      app.narrate(n.text);
    }
    return h('li', { key: n.id, class: isGreeting ? 'greet' : '', dir: 'auto' },
      // A card has the words in it.
      src && h('img', { key: 'img', src, alt: isGreeting ? n.text : '', loading: 'lazy' }),
      h('p', { key: 'text', hidden: isGreeting && !!src }, n.text, n.url && ' ', n.url && h('a', { href: n.url, target: '_blank', rel: 'noopener' }, t('noticeMore'))));
  };

  function closed(kids: Kids, s: Status): Kids {
    const { conv } = app;
    const isNew = !conv?.rows.some((r) => r.op === 'chat.send');
    return [isNew ? null : kids[0]!, h('div', { key: 'closed', class: 'mid' },
      isNew && app.product && more.card(app, app.ref()!),
      h('h2', { key: 'shut' }, shut(s)),
      s.why && h('p', { key: 'why', class: 'q', dir: 'auto' }, s.why),
      h('p', { key: 'text', class: 'q' }, `${t('leave')}. ${t('leaveText')}`),
      leave.form(false))];
  }

  const asking = (): Kids => [h('div', { key: 'leaving', class: 'mid' },
    h('h2', null, t('leave')), h('p', { class: 'q' }, t('leaveText')), leave.form(true))];

  const arrived = (): VNode => h('p', { key: 'left', class: 'q arrived' }, t('leftTo', { email: leave.left }));

  /// Before the line: who is there.
  function before(kids: Kids): Kids {
    const s = status();
    if (leave.isOpen) return asking();
    if (s?.state === 'closed' && !leave.left) return closed(kids, s);
    const [start, ...rest] = kids as VNode[];
    if (leave.left) return [start!, arrived(), ...rest];
    const isBlocked = !app.conv?.known && app.link.failures > 2;
    if (s?.state !== 'message' && !isBlocked && !full) return kids;
    const extra = [!isBlocked && s?.state === 'message' && h('p', { key: 'desk', class: 'q' }, t('desk')), h('div', { key: 'or' }, leave.button())];
    if (start!.key === 'start') start!.kids.push(...extra.filter((k) => k !== false));
    else rest.unshift(h('div', { key: 'or', class: 'act' }, ...extra));
    return [start!, ...rest];
  }

  /// In the line: below the number and the wait, which stay where they are.
  function waiting([screen, , form]: Kids): Kids {
    const { session, rows } = app.conv!;
    const wait = screen as VNode;
    const out = wait.kids.pop()!;
    const most = session.eta?.[1] ?? 0;
    const grew = most > least + GREW_S;
    if (!grew) least = Math.min(least, most || Infinity);
    const isUnclaimed = session.why === 'unclaimed';
    const said = (rows.filter((r) => r.op === 'chat.send').at(-1)?.d as ChatSend | undefined)?.body.text;
    wait.props['class'] = 'mid ctr wait';
    wait.kids.push(...[
      h('p', { key: 'kept', class: isUnclaimed ? '' : 'q' }, isUnclaimed ? t('nobody') : `${grew ? `${t('longer')} ` : ''}${t('kept')}`),
      said && h('p', { key: 'said', class: 'q', dir: 'auto' }, `${app.t('you')}: ${said}`),
      h('ul', { key: 'notes', class: 'notes rows' }, ...notices().map(notice)),
      app.product && more.card(app, app.ref()!),
      h('div', { key: 'ways', class: 'row' }, isUnclaimed && leave.button('n m'), out),
    ].filter((k): k is VNode => !!k));
    return leave.isOpen ? asking() : [wait, form!];
  }

  /// Where the shop offers several queues and the page has named none, the customer is asked first. Without the chunk the server
  /// chooses, as before.
  const ask = app.ask.bind(app);
  app.ask = () => {
    if (app.queue || !app.status?.queues?.some((q) => q.offered)) return ask();
    app.host.load('choice', __CHOICE__).then((made) => (made as Choice)(app, t, shut, leave, ask), ask);
  };

  let full = false;
  const { why } = more;
  more.why = (to, e) => {
    full = /^queue/.test(e.code);
    return e.code === 'queue.full' ? t('full') : why(to, e);
  };
  more.arrange = (state: State, kids) => {
    if (app.site) wearTheme(app.host.root.host as HTMLElement, app.site.theme);
    if (state === 'none') return before(kids);
    if (state === 'waiting' || state === 'claimed') return waiting(kids);
    least = Infinity;
    leave.isOpen = false;
    needsSession();
    return kids;
  };
  // With the panel closed as well: what is shared is shown by a bar of its own.
  const live = (): void => { if (/live|away/.test(app.conv?.session.state ?? '')) needsSession(); };
  app.link.on('event', live);
  live();
  comeBack(app, t('linkBad'));
  app.draw();
}

export type Floor = typeof floor;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('floor', floor);
