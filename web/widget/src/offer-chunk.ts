// SPDX-License-Identifier: Apache-2.0
import type { OfferMake } from '../../protocol/index.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import { dayTime, money } from '../../ui/formats.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { VNode } from './h.js';
import type { Sizes } from './sizes-chunk.js';
import { offerStyle } from './offer-style.js';
import { englishOffer } from './words-offer.js';

const NEWS_MS = 15_000;

type Word = keyof typeof englishOffer;

/// Offers in the thread, as the customer meets them: what, for how much, until when; taken by one press, which asks the shop's
/// page for the bag first, so that "taken" is never a guess. Asked for with the first offer.
function offers(app: App): void {
  const t = i18n<Word>(englishOffer, app.over);
  const more = app.more!;
  const { row } = more;
  const wrong = new Map<number, Word>();
  const told = new Set<number>();
  const taken = new Set<number>();
  let busy = 0;
  let sizes: Sizes | undefined;

  adopt(app.host.root, sheet(offerStyle));

  const sum = (amount: string, currency: string): string => { try { return money(amount, currency, app.locale); } catch { return `${amount} ${currency}`; } };
  const safe = (link: string | undefined): string => {
    try { const url = new URL(link ?? '', location.href); return link && /^https?:$/.test(url.protocol) ? url.href : ''; } catch { return ''; }
  };

  /// How it ended: by a row of the thread, or by the clock.
  const end = (cs: number, until: number): Word | undefined => {
    const op = app.conv!.rows.find((r) => /^offer.(take|drop)$/.test(r.op) && (r.d as { offer: number }).offer === cs)?.op;
    if (taken.has(cs)) return 'offer.taken';
    return op ? (op === 'offer.take' ? 'offer.taken' : 'offer.dropped') : until <= Date.now() + app.link.offset ? 'offer.over' : undefined;
  };

  /// The page hears of it, as of everything that is sold here.
  const fire = (d: OfferMake, accepted: boolean): void => app.host.fire('offer', { sku: d.sku, price: d.price, currency: d.currency, accepted });

  const take = async (cs: number, d: OfferMake): Promise<void> => {
    const conv = app.conv!;
    busy = cs;
    wrong.delete(cs);
    app.draw();
    const isLive = conv.session.state === 'live';
    let { variant, title: name } = d;
    if (d.sku && !variant && isLive) {
      sizes = await more.sizes().catch(() => sizes);
      const one = await sizes?.ask(`offer ${cs}`, d.sku, t('offer.take'));
      if (one === null) {
        busy = 0;
        return app.draw();
      }
      if (one) {
        variant = one.variant;
        name = `${name}, ${one.words}`;
      }
    }
    try {
      if (d.sku && isLive) {
        const { success, reason } = await conv.ask('cart.add', { sku: d.sku, ...(variant && { variant }), qty: 1, name, ...(d.link && { url: d.link }), offer: cs, ...(d.code && { code: d.code }) });
        if (!success) wrong.set(cs, reason === 'stock' ? 'offer.stock' : 'offer.failed');
      }
      if (!wrong.has(cs)) {
        await conv.ask('offer.take', { offer: cs });
        taken.add(cs); // one's own row comes with the next page only
        fire(d, true);
      }
    } catch (e) {
      app.fail(e as Fault);
    }
    busy = 0;
    const word = wrong.get(cs);
    if (word) app.narrate(t(word));
    app.draw();
  };

  const card = (cs: number, d: OfferMake): VNode => {
    const ended = end(cs, d.until ?? 0);
    // In the bag: its own way on; the offer's link is the piece's page as a rule.
    const pay = ended === 'offer.taken' && d.sku && !d.deposit ? safe(app.bag?.checkout) : '';
    const link = pay || safe(d.link);
    const bad = wrong.get(cs);
    const src = d.media && app.media(d.media, 320);
    return h('div', { class: 'b deal', role: 'group', 'aria-label': `${t('offer.for')}: ${d.title}` },
      h('p', { key: 'for', class: 'q' }, t('offer.for')),
      h('div', { key: 'card', class: 'card' }, src && h('img', { src, alt: '', loading: 'lazy' }),
        h('span', null, h('b', null, d.title), h('b', { class: 'sum' }, sum(d.price, d.currency)))),
      d.text && h('p', { key: 'text' }, d.text),
      d.deposit && h('p', { key: 'deposit' }, t('offer.deposit', { amount: sum(d.deposit, d.currency) })),
      h('p', { key: 'until', class: 'q' }, [d.code && t('offer.code', { code: d.code }), !ended && d.until && t('offer.until', { when: dayTime(d.until, app.locale) })].filter(Boolean).join(' · ')),
      bad && h('p', { key: 'bad', class: 'bad', role: 'alert' }, t(bad)),
      ended && h('p', { key: 'end' }, t(ended)),
      sizes?.draw(`offer ${cs}`) ?? h('div', { key: 'do', class: 'row' },
        !ended && h('button', { class: 'n m', disabled: busy === cs, onclick: () => void take(cs, d) }, t('offer.take')),
        link && ended !== 'offer.dropped' && ended !== 'offer.over' && h('a', { class: 'n', href: link }, t(d.deposit ? 'offer.payDeposit' : pay || (ended && !d.sku) ? 'offer.pay' : 'offer.see'))));
  };

  more.row = (to, r: ThreadRow) => (r.op === 'offer.make' ? card(r.cs, r.d as OfferMake) : row(to, r));
  /// The first came before this did. What is old is read in the thread.
  const tell = (): void => {
    for (const { op, cs, ts, d } of app.conv?.rows ?? []) {
      if (op !== 'offer.make' || told.has(cs)) continue;
      told.add(cs);
      const made = d as OfferMake;
      if (ts < Date.now() + app.link.offset - NEWS_MS) continue;
      app.narrate(`${t('offer.for')}: ${made.title}, ${sum(made.price, made.currency)}`);
      fire(made, false);
    }
  };
  app.link.on('event', ({ op }) => { if (op === 'offer.make') queueMicrotask(tell); });
  tell();
  app.draw();
}

export type Offers = typeof offers;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('offer', offers);
