// SPDX-License-Identifier: Apache-2.0

/// The page of a guest: who was sent a link looks along, points and votes. The link's secret is out of the address before
/// anything else happens, and is used when somebody says so, not by whoever previews a link; a reload goes on with the
/// right to come back, which ends with the tab.
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import { Link } from '../../transport/index.js';
import type { Person } from '../../protocol/index.js';
import type { Conversation, Saved } from '../../transport/index.js';
import { h, patch } from '../src/h.js';
import type { Kid, VNode } from '../src/h.js';
import { poll } from '../src/polls.js';
import { wearTheme } from '../src/theme.js';
import { lookAlong } from './look.js';
import { style } from './style.js';
import { all } from './words.js';

declare const __LANGS__: readonly string[];
declare const __WORDS__: string;

interface Kept { site: string; link: Saved | null }

const PLACE = 'vitrine-guest';
const POLLS_SHOWN = 3;

function kept(): Kept {
  try { return { site: '', link: null, ...JSON.parse(sessionStorage.getItem(PLACE) ?? '{}') as object }; } catch { return { site: '', link: null }; }
}

const root = document.getElementById('app')!;
const asked = new URLSearchParams(location.hash.slice(1));
const held = kept();
const site = asked.get('site') ?? held.site;
let secret = asked.get('vt') ?? '';
history.replaceState(null, '', location.pathname);
if (secret) held.link = null;

const keep = (link: Saved | null): void => {
  try { sessionStorage.setItem(PLACE, JSON.stringify({ site, link } satisfies Kept)); } catch { /* without it a reload needs a new link */ }
};

async function words(): Promise<Record<string, string>> {
  const lang = navigator.language.slice(0, 2);
  try { return __LANGS__.includes(lang) ? await (await fetch(`/v1/${lang}-${__WORDS__}.json`)).json() as Record<string, string> : {}; } catch { return {}; }
}

const picture = (media: string, width: number): string => `/t/${media.replace(/\?|$/, `/${width}$&`)}`;

function page(over: Record<string, string>): void {
  const t = i18n<keyof typeof all>(all, over);
  const locale = Object.keys(over).length ? navigator.language : 'en';
  let conv: Conversation | null = null;
  let title = '';
  let name = '';
  let said = '';
  let drawing = false;

  const link = new Link({
    url: `${location.origin.replace(/^http/, 'ws')}/v1/socket`,
    hello: () => ({ site, role: 'guest', lang: locale, ...(secret && { code: secret }), ...(name && { name }) }),
    load: () => held.link,
    save: keep,
  });

  const say = (text: string): void => {
    said = text;
    document.getElementById('say')!.textContent = said;
  };
  const note = (head: string, text: string): Kid[] => [h('div', { key: 'note', class: 'door' }, h('h1', { tabIndex: -1 }, head), h('p', null, text))];

  const door = (): Kid[] => [h('form', { key: 'door', class: 'door', onsubmit: (e: Event) => { e.preventDefault(); link.connect(); } },
    h('h1', null, t('guestTitle')), h('p', null, t('guestText')),
    h('label', null, t('guestName'), h('input', {
      name: 'name', maxLength: 80, autocomplete: 'given-name', dir: 'auto', value: name, oninput: (e: Event) => { name = (e.target as HTMLInputElement).value.trim(); },
    })),
    h('button', { class: 'n m', type: 'submit' }, t('guestJoin')))];

  /// "Visitor 12" is the line's name for somebody who gave none: a guest knows who invited them by no number.
  const called = ({ role, name: is }: Person): string => (role === 'customer' && /^Visitor \d+$/.test(is) ? t('guestHost') : is);

  function live(v: Conversation): Kid[] {
    const names = [...v.people.values()].filter((p) => p.who !== v.me && p.at !== 'gone').map(called).filter(Boolean).join(', ');
    const polls = v.rows.filter((r) => r.op === 'guest.poll').slice(-POLLS_SHOWN).reverse();
    const isOpen = v.session.state === 'live' && link.state === 'live';
    return [
      h('header', { key: 'head', class: 'head' }, h('h1', null, title), h('p', { key: 'here', class: 'q' }, link.state === 'live' ? t('guestHere', { names }) : t('guestBack'))),
      v.view ? h('div', { key: 'see', class: 'see', own: (at) => lookAlong(at, v, { locale, say, picture, called, strings: { ...over, 'viewer.stage': t('guestStage') } }) })
        : h('div', { key: 'none', class: 'see' }, h('p', { class: 'none' }, t('guestEmpty'))),
      polls.length > 0 && h('section', { key: 'polls', class: 'polls', 'aria-label': t('guestTitle') }, ...polls.map((r): VNode => h('div', { key: r.key },
        poll({ rows: v.rows, me: v.me, view: v.view, isOpen, picture, t: t as never, vote: (d) => void v.ask('guest.vote', d).then(draw, () => undefined) }, r)))),
    ].filter((k): k is VNode => !!k);
  }

  function screen(): Kid[] {
    if (link.state === 'ended') return link.endCode === 4501 || link.endCode === 4506 ? note(t('guestBad'), t('guestBadText')) : link.endCode === 4504 ? note(t('guestAway'), '') : note(t('guestOver'), t('guestOverText'));
    if (conv?.known) return live(conv);
    if (link.state !== 'idle') return note(t('guestWait'), '');
    return site && secret ? door() : note(t('guestBad'), t('guestBadText'));
  }

  function draw(): void {
    if (drawing) return;
    drawing = true;
    queueMicrotask(() => {
      drawing = false;
      patch(root, screen());
    });
  }

  link.on('state', draw);
  link.on('welcome', (w) => {
    secret = ''; // spent; from now on the right to come back counts
    title = w.site.name;
    document.title = title;
    wearTheme(document.documentElement, w.site.theme);
  });
  link.on('conversation', (v) => {
    conv = v;
    for (const event of ['thread', 'people', 'session', 'view'] as const) v.on(event, draw);
  });
  link.on('event', ({ op, d }) => { if (op === 'guest.poll') say((d as { question: string }).question); });
  addEventListener('online', () => link.wake());
  addEventListener('pagehide', () => link.close());
  addEventListener('pageshow', (e) => { if (e.persisted && held.link) link.connect(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) link.wake(); });
  document.documentElement.lang = locale;
  adopt(document.body, sheet(style));
  if (held.link) link.connect();
  draw();
}

void words().then(page);
