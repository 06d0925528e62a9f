// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, State } from '../../protocol/index.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import type { Calm } from './calm-chunk.js';
import type { Ending, MakeEnding } from './ending-chunk.js';
import { filmCard } from './film-card.js';
import { Guests } from './guests.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import type { Offers } from './offer-chunk.js';
import { poll } from './polls.js';
import { Questions } from './questions.js';
import { sessionStyle } from './session-style.js';
import type { Sharing } from './sharing-chunk.js';
import { englishSession } from './words-session.js';
import type { SessionKey, SessionT } from './words-session.js';

declare const __CALM__: [file: string, integrity: string];
declare const __ENDING__: [file: string, integrity: string];
declare const __OFFER__: [file: string, integrity: string];
declare const __SHARING__: [file: string, integrity: string];

const NEWS_MS = 15_000;
const AGAIN_MS = 5000;

/// What a session brings besides talk and the shared view: questions and polls answered in place, guests, who takes over; and it
/// brings what is asked at the end. Loaded with the first session.
function session(app: App): void {
  const t: SessionT = i18n<SessionKey>(englishSession, app.over);
  const more = app.more!;
  const { row, arrange } = more;
  const questions = new Questions(app, t);
  const guests = new Guests(app, t);
  const present = new Set<string>();
  const former = new Set<string>();
  let news = '';
  let leads = '';
  let ending: Ending | undefined;
  let isEnding = false;

  adopt(app.host.root, sheet(sessionStyle));

  /// Said aloud, and seen for a while.
  const tell = (text: string): void => {
    news = text;
    app.narrate(text);
    setTimeout(() => {
      if (news !== text) return;
      news = '';
      app.draw();
    }, NEWS_MS);
  };

  const needsEnding = (): void => {
    if (isEnding) return;
    isEnding = true;
    app.host.load('ending', __ENDING__).then((made) => { ending = (made as MakeEnding)(app); }, () => new Promise((done) => setTimeout(() => {
      isEnding = false;
      done(null);
    }, AGAIN_MS))).then(() => app.draw());
  };

  /// What is asked for by the first thing that needs it; again a little later where it did not come.
  const wanted = (name: string, of: typeof __OFFER__, isNeeded: () => unknown): (() => void) => {
    let isAsked = false;
    const see = (): void => {
      if (isAsked || !isNeeded()) return;
      isAsked = true;
      app.host.load(name, of).then((made) => (made as Offers | Calm)(app), () => setTimeout(() => {
        isAsked = false;
        see();
      }, AGAIN_MS));
    };
    return see;
  };
  const needsOffer = wanted('offer', __OFFER__, () => app.conv?.rows.some((r) => r.op === 'offer.make'));
  const needsCalm = wanted('calm', __CALM__, () => app.conv?.session.calm || app.conv?.view
    || app.conv?.rows.filter((r) => r.by !== app.conv!.me && /^(pic|fi|pro)/.test((r.d as { kind?: string } | null)?.kind ?? '')).length! > 1);

  /// Who came, went or took over since this was asked last; `quietly` only remembers.
  const look = (quietly = false): void => {
    const { conv } = app;
    if (!conv) return;
    const { state, associate } = conv.session;
    if (state === 'live' && associate) {
      if (!quietly && leads && leads !== associate.who) {
        tell(t('takesOver', { name: associate.name }));
        former.add(leads); // that they go is said with it
      }
      leads = associate.who;
    }
    for (const { who, role, name, at } of conv.people.values()) {
      const isHere = at !== 'gone';
      if (role === 'customer' || who === leads || former.has(who) || isHere === present.has(who)) continue;
      if (isHere) present.add(who);
      else present.delete(who);
      if (!quietly && state === 'live') tell(t(isHere ? 'joins' : 'leaves', { name: name || t('guest') }));
    }
    present.add(leads);
  };

  const voted = (d: { poll: number; slot: number; value: number }): void =>
    void app.conv!.ask('guest.vote', d).then(() => app.draw(), (e: Fault) => app.fail(e));

  /// What was said, with the way to the checkout below it.
  const pay = ({ d }: ThreadRow): VNode | undefined => {
    const { text, checkout } = (d as ChatSend).body;
    return checkout && /^(https?:|\/(?!\/))/.test(checkout)
      ? h('div', { class: 'b ask' }, h('span', { dir: 'auto' }, text), h('a', { class: 'n m', href: checkout }, t('checkout'))) : undefined;
  };

  more.row = (to, r) => {
    const { conv } = to;
    if (r.op !== 'guest.poll' || !conv) return r.op === 'chat.send' && r.by !== 'helper' && (questions.draw(r) || filmCard(to, r, t) || pay(r)) || row(to, r);
    return poll({ rows: conv.rows, me: conv.me, view: conv.view, isOpen: conv.session.state === 'live', t, vote: voted, picture: (m, w) => app.media(m, w) }, r);
  };
  more.arrange = (state: State, given) => {
    const kids: (Kid | null)[] = arrange?.(state, given) ?? given;
    if (state === 'ended') {
      needsEnding();
      return [kids[0]!, ending?.draw() ?? null];
    }
    if (state !== 'live' && state !== 'away') return kids;
    // What others have put between stays where it is.
    const [thread, ...all] = kids as (VNode | null)[];
    const ways = all.find((k) => k?.key === 'act') ?? h('div', { key: 'act', class: 'act row' });
    const rest = all.filter((k) => k !== ways);
    const here = guests.draw();
    if (state === 'live') ways.kids.push(...[guests.which(), guests.button()].filter((k) => k !== false));
    return [news ? h('div', { key: 'news', class: 'bar row' }, news) : null, thread!, here, ways, ...rest];
  };
  /// The page hears which piece is in front.
  const shown = (): void => {
    const { view } = app.conv!;
    const item = view?.items.find((i) => i.slot === view.active);
    if (view && item) app.host.fire('view', { sku: item.sku, variant: item.variant, mode: view.mode });
  };
  const watch = (): void => {
    look(true);
    if (app.conv?.view) shown();
    app.conv?.on('view', shown);
    app.conv?.on('session', () => look());
    app.conv?.on('people', () => look());
  };
  watch();
  app.link.on('conversation', watch);
  app.link.on('event', ({ op, d }) => { if (op === 'guest.poll') app.narrate((d as { question: string }).question); needsOffer(); needsCalm(); });
  needsOffer();
  needsCalm();
  app.host.load('sharing', __SHARING__).then((made) => (made as Sharing)(app), () => undefined);
  app.draw();
}

export type Session = typeof session;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('session', session);
