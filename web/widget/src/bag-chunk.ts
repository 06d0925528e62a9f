// SPDX-License-Identifier: Apache-2.0
import { read } from '../../detect/answer.js';
import type { Piece, Result } from '../../detect/answer.js';
import type { ChatSend, Events, ProductRef } from '../../protocol/index.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { Conversation, Fault, ThreadRow } from '../../transport/core.js';
import type { App } from './app.js';
import { bagStyle } from './bag-style.js';
import type { MakeBasket } from './basket-chunk.js';
import { h, patch } from './h.js';
import type { Kid, VNode } from './h.js';
import type { Chosen, Sizes } from './sizes-chunk.js';
import { englishBag } from './words-bag.js';
import type { BagKey, BagT } from './words-bag.js';

declare const __BASKET__: [file: string, integrity: string];

type Added = Events['cart.add'];
type Ask = Events['ask'];

/// The page's own function has this long; the server gives up with it.
const PAGE_MS = 9500;
/// The answer goes before the page does.
const LEAVE_MS = 80;

/// A piece into the bag: by a tap on its card, or on the word of an associate after the customer's own. The page does it, by what it has
/// registered or else by its shop system's calls, and what it answers is what both sides read. Loaded with the first session.
class Bag {
  private _t: BagT;
  private _box = document.createElement('div');
  private _busy = new Set<number>();
  private _sizes: Sizes | undefined;
  private _basket: (() => void) | undefined;
  /// What an associate would have done, until it is answered.
  private _asked: { ask: Ask; timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(private _app: App) {
    const { host, link } = _app;
    this._t = i18n<BagKey>(englishBag, _app.over);
    adopt(host.root, sheet(bagStyle));
    host.root.append(this._box);
    const more = _app.more!;
    const { row, arrange } = more;
    more.row = (to, r) => (/^cart/.test(r.op) ? this._row(r) : this._card(row(to, r) || undefined, r)) ?? row(to, r);
    more.arrange = (state, given) => {
      this._way(given);
      const kids: (Kid | null)[] = arrange?.(state, given) ?? given;
      queueMicrotask(() => this._paint());
      return this._app.open && this._asked ? [...kids.slice(0, 1), this._offer(''), ...kids.slice(1)] : kids;
    };
    const unhear = link.on('event', ({ op, d, by }) => this._event(op, d, by));
    link.on('conversation', (v) => this._take(v));
    const end = _app.end.bind(_app);
    _app.end = () => {
      unhear();
      this._close();
      this._box.remove();
      end();
    };
    const last = _app.conv?.last['ask'] as Ask | undefined;
    if (last) this._event('ask', last, '');
    if (_app.conv) this._take(_app.conv);
    _app.draw();
  }

  private _take(v: Conversation): void {
    v.on('session', () => { if (v.session.state !== 'live') this._close(); });
  }

  private _event(op: string, d: unknown, by: string): void {
    const { host } = this._app;
    if (op === 'ask' && (d as Ask).op.startsWith('cart.')) this._perform(d as Ask);
    else if (op === 'cart.add' || op === 'cart.update') {
      const { sku, qty, success, reason } = d as Added;
      host.fire(op.replace('.', ':'), { sku, qty, success, ...(reason && { reason: reason === 'stock' ? 'out-of-stock' : reason }) });
      this._app.narrate(this._words(op, d as Added, by));
      this._app.recount?.();
    }
  }

  /* What the page does */

  private _perform(ask: Ask): void {
    const { link, conv } = this._app;
    const left = ask.until - Date.now() - link.offset;
    if (left <= 0) return;
    if (ask.by === conv?.me) return void this._do(ask, left);
    this._close();
    this._asked = { ask, timer: setTimeout(() => this._close('timeout'), left - 300) };
    this._app.narrate(this._title(ask));
    this._redraw();
    const { sku, variant } = ask.d as Piece;
    if (ask.op === 'cart.add' && !variant && this._canAdd()) {
      void this._which('ask', sku, this._t('bagYes')).then((one) => {
        if (one === undefined || this._asked?.ask !== ask) return;
        if (one) this._agree(one.variant);
        else this._close();
      });
    }
  }

  /// Which size; undefined where there is nothing to choose, null where the customer chose none.
  private async _which(key: string, sku: string, yes: string): Promise<Chosen | null | undefined> {
    try { this._sizes = await this._app.more!.sizes(); } catch { return undefined; }
    return this._sizes.ask(key, sku, yes, () => this._redraw());
  }

  private _redraw(): void {
    this._app.draw();
    this._paint();
  }

  private _answer({ ask, d }: Ask, result: Result | { success: boolean; reason: 'timeout' }): void {
    const { variant } = d as Piece;
    this._app.link.notify('answer', { ask, ...result, ...(variant && { variant }) } as never, 1);
  }

  private _do(ask: Ask, left: number): void {
    const late = new Promise<{ success: false; reason: 'timeout' }>((fail) => setTimeout(() => fail({ success: false, reason: 'timeout' }), Math.min(PAGE_MS, left - 300)));
    void Promise.race([this._page(ask.op, ask.d as Piece), late]).then((result) => this._answer(ask, result));
  }

  private async _page(op: string, piece: Piece): Promise<Result> {
    const { registered } = this._app;
    const own = op === 'cart.add' ? registered?.addToCart : registered?.updateCart;
    const { sku, variant, qty, offer, code } = piece;
    try {
      if (own) return read(await own({ sku, ...(variant && { variant }), qty, ...(offer && { offer }), ...(code && { code }) }));
      const adapter = this._app.system?.adapter;
      return await (op === 'cart.add' ? adapter?.add(piece) : adapter?.update?.(piece)) ?? { success: false, reason: 'refused' };
    } catch (e) {
      console.warn('Vitrine: the bag', e);
      return { success: false, reason: own ? 'refused' : 'failed' };
    }
  }

  private _canAdd(): boolean {
    return !!(this._app.registered?.addToCart ?? this._app.system?.adapter);
  }

  /* What the customer does */

  private async _want({ sku, variant, name, url }: ProductRef, cs: number): Promise<void> {
    if (this._busy.has(cs)) return;
    this._busy.add(cs);
    this._app.draw();
    const one = variant ? undefined : await this._which(String(cs), sku, this._t('bagTake'));
    if (one) {
      variant = one.variant;
      name = `${name ?? sku}, ${one.words}`;
    }
    if (one !== null) {
      await this._app.link.request('cart.add', { sku, ...(variant && { variant }), qty: 1, ...(name && { name }), ...(url && { url }) }, 1)
        .catch((e: Fault) => this._app.fail(e));
    }
    this._busy.delete(cs);
    this._app.draw();
  }

  private _close(reason: 'refused' | 'timeout' = 'refused'): void {
    const asked = this._asked;
    if (!asked) return;
    clearTimeout(asked.timer);
    this._asked = null;
    this._sizes?.close('ask');
    this._answer(asked.ask, { success: false, reason } as Result);
    this._redraw();
  }

  private _agree(variant?: string): void {
    const asked = this._asked;
    if (!asked) return;
    clearTimeout(asked.timer);
    const piece = asked.ask.d as Piece;
    if (variant) piece.variant = variant;
    // A page that nothing can be added on: its own page is the way.
    if (!this._canAdd() && piece.url) {
      this._close();
      this._leave(piece.url);
      return;
    }
    this._asked = null;
    this._do(asked.ask, asked.ask.until - Date.now() - this._app.link.offset);
    this._redraw();
  }

  private _leave(to: string): void {
    let url: URL;
    try { url = new URL(to, location.href); } catch { return; }
    if (url.origin === location.origin) setTimeout(() => location.assign(url), LEAVE_MS);
  }

  /* What is seen */

  private _words(op: string, { name, sku, qty, success, reason }: Added, by: string): string {
    const t = this._t;
    const piece = name ?? sku;
    const isAdd = op === 'cart.add';
    if (!success) {
      const left = isAdd ? 'bagLeft' : 'bagStays';
      return t(isAdd && reason === 'stock' ? 'bagStock' : reason === 'unknown' ? 'bagUnknown' : isAdd && (reason !== 'refused' || by === this._app.conv?.me) ? 'bagNo' : left, { piece });
    }
    if (isAdd) return t('bagAdded', { piece });
    return qty ? t('bagNow', { piece, n: qty }) : t('bagOut', { piece });
  }

  private _row(r: ThreadRow): VNode {
    return h('span', { class: 'q' }, this._words(r.op, r.d as Added, r.by));
  }

  /// A product's card with the way into the bag below it, while somebody is there to see it done.
  private _card(card: VNode | undefined, r: ThreadRow): VNode | undefined {
    const { conv } = this._app;
    const p = (r.d as ChatSend | null)?.body?.product;
    if (!p || !card || r.by === conv?.me || conv?.session.state !== 'live' || !this._canAdd()) return undefined;
    const t = this._t;
    const isBusy = this._busy.has(r.cs);
    const isIn = conv.rows.some(({ op, cs, d }) => op === 'cart.add' && cs > r.cs && (d as Added).success && (d as Added).sku === p.sku && (!p.variant || (d as Added).variant === p.variant));
    return h('div', { class: 'take' }, card, this._sizes?.draw(String(r.cs)) ?? h('div', { key: 'row', class: 'row' },
      isIn && !isBusy && h('span', { key: 'in', class: 'inbag' }, t('bagIn')),
      h('button', { key: 'go', class: isIn ? 'n' : 'n m', disabled: isBusy, 'aria-label': `${t(isBusy ? 'bagTaking' : isIn ? 'bagAgain' : 'bagTake')}: ${p.name ?? p.sku}`, onclick: () => void this._want(p, r.cs) },
        t(isBusy ? 'bagTaking' : isIn ? 'bagAgain' : 'bagTake'))));
  }

  /// The way into the bag, among what can be done.
  private _way(kids: (Kid | null)[]): void {
    const n = this._app.bag?.items.reduce((all, { qty }) => all + qty, 0);
    const ways = kids.find((k) => (k as VNode | null)?.key === 'act') as VNode | undefined;
    if (!n || !ways) return;
    ways.kids.push(h('button', { key: 'bag', class: 'n', 'data-bag': '', onclick: () => void this._look() }, `${this._t('bag')} · ${n}`));
  }

  private async _look(): Promise<void> {
    const { _app: app } = this;
    try {
      this._basket ??= (await app.host.load('basket', __BASKET__) as MakeBasket)(app);
      this._basket();
    } catch (e) { app.fail(e as Fault); }
  }

  private _title(ask: Ask): string {
    return this._t(ask.op === 'cart.add' ? 'bagAsk' : 'bagAskLess', { name: this._app.guide() });
  }

  private _offer(where: string): VNode {
    const { ask } = this._asked!;
    const t = this._t;
    const { name, sku, qty } = ask.d as Added;
    const isAdd = ask.op === 'cart.add';
    return h('section', {
      key: 'offer', class: `offer ${where}`, role: 'alertdialog', 'aria-label': this._title(ask),
      onkeydown: (e: KeyboardEvent) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        e.preventDefault();
        this._close();
      },
    },
    h('p', null, this._title(ask)), h('p', { dir: 'auto' }, h('b', null, isAdd && qty === 1 ? name ?? sku : qty ? `${qty} × ${name ?? sku}` : t('bagTakeOut', { piece: name ?? sku }))),
    this._sizes?.draw('ask') ?? h('div', { key: 'two', class: 'two' },
      h('button', { class: 'n', onclick: () => this._close() }, t('bagNot')),
      h('button', { class: 'n m', onclick: () => this._agree() }, t(!this._canAdd() ? 'bagSee' : isAdd ? 'bagYes' : 'bagYesLess'))));
  }

  /// With the panel closed the question stands over the page.
  private _paint(): void {
    patch(this._box, this._asked && !this._app.open ? [this._offer('over')] : []);
  }
}

const bag = (app: App): void => void new Bag(app);

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('bag', bag);
