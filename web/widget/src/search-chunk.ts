// SPDX-License-Identifier: Apache-2.0
import type { FacetCount, FacetValue, Product, Replies, Requests } from '../../protocol/index.js';
import type { Fault } from '../../transport/core.js';
import { money } from '../../ui/formats.js';
import { left } from '../../ui/icons.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { iconButton } from './parts.js';
import { searchStyle } from './search-style.js';
import type { Sizes } from './sizes-chunk.js';
import { englishSearch } from './words-search.js';
import type { SearchKey, SearchT } from './words-search.js';

type Facet = FacetCount['facet'];
type Answer = Replies['catalogue.search'];
type Variant = Product['variants'][number];

const FACETS: Record<Facet, SearchKey> = { type: 'searchType', colour: 'searchColour', material: 'searchMaterial', size: 'searchSize', brand: 'searchBrand', branch: 'searchBranch' };
const PAGE = 12;
const DEBOUNCE_MS = 220;
const WANTED_MAX = 24;
const AMOUNT = /^\d{1,9}(\.\d{1,2})?$/;
const decimal = (typed: string): string | undefined => AMOUNT.exec(typed.replace(/[\s']/g, '').replace(',', '.'))?.[0];

/// The shop's pieces, looked for by the customer beside the conversation: words that forgive typos, what narrows them, and a piece with
/// what can be done with it. Takes the thread's place while it is open. Asked for with the first press (page-chunk.ts).
class Search {
  private _t: SearchT;
  private _isOpen = false;
  private _text = '';
  private _wanted: FacetValue[] = [];
  private _stocked = false;
  private _price = { least: '', most: '' };
  private _by: Facet | 'price' | '' = '';
  private _answer: Answer | null = null;
  private _hits: Product[] = [];
  private _isFailed = false;
  private _isBusy = false;
  private _asked = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _piece: Product | null = null;
  private _picked: Variant | undefined;
  private _said: SearchKey | '' = '';
  private _sizes: Sizes | undefined;

  constructor(private _app: App) {
    this._t = i18n<SearchKey>(englishSearch, _app.over);
    adopt(_app.host.root, sheet(searchStyle));
    const more = _app.more!;
    const { arrange } = more;
    more.arrange = (state, given) => {
      const isHere = this._isOpen && state === 'live';
      const kids: (Kid | null)[] = isHere ? [this._draw()] : given;
      // What can be done beside a conversation makes room; what the associate asks stays.
      return (arrange?.(state, kids) ?? kids).filter((k) => !isHere || typeof k === 'string' || k?.key !== 'act');
    };
    more.find = () => this._show();
    this._show();
  }

  private _show(): void {
    this._isOpen = true;
    void this._app.more!.sizes().then((made) => { this._sizes = made; this._app.draw(); }, () => undefined);
    void this._search();
  }

  private _close(): void {
    this._isOpen = false;
    this._leave();
    this._app.draw();
    setTimeout(() => this._focus('[data-find]'));
  }

  private _focus(what: string): void {
    this._app.host.root.querySelector<HTMLElement>(what)?.focus();
  }

  /* Asking */

  private _later(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._search(), DEBOUNCE_MS);
  }

  /// One answer at a time; one that is no longer asked for is dropped.
  private async _search(from = 0): Promise<void> {
    const mine = ++this._asked;
    const least = decimal(this._price.least);
    const most = decimal(this._price.most);
    const d: Requests['catalogue.search'] = {
      text: this._text.trim().slice(0, 100), n: PAGE, ...(from ? { from } : { counts: true }), ...(this._wanted.length && { filter: this._wanted }),
      ...(this._stocked && { stocked: true }), ...(least && { least }), ...(most && { most }),
    };
    this._isBusy = true;
    this._isFailed = false;
    this._app.draw();
    const answer = await this._app.link.request('catalogue.search', d, 1).catch(() => null);
    if (mine !== this._asked) return;
    this._isBusy = false;
    this._isFailed = !answer;
    if (answer) {
      this._hits = from ? [...this._hits, ...answer.hits] : answer.hits;
      // What narrows comes with the first of them.
      this._answer = from ? { ...this._answer, ...answer, hits: [] } : answer;
    }
    this._app.draw();
  }

  private _toggle(of: FacetValue): void {
    const without = this._wanted.filter((w) => w.facet !== of.facet || w.value !== of.value);
    this._wanted = without.length < this._wanted.length ? without : [...without, { facet: of.facet, value: of.value }].slice(-WANTED_MAX);
    void this._search();
  }

  private _clear(): void {
    this._wanted = [];
    this._stocked = false;
    this._price = { least: '', most: '' };
    this._by = '';
    void this._search();
  }

  /* A piece */

  private _open(of: Product | null): void {
    this._piece = of;
    this._picked = of && this._isOne(of) ? of.variants[0] : undefined;
    this._said = '';
    this._app.draw();
  }

  private _leave(): void {
    const sku = this._piece?.sku;
    this._open(null);
    if (sku) setTimeout(() => this._focus(`[data-sku="${CSS.escape(sku)}"]`));
  }

  private _isOne({ variants }: Product): boolean {
    return variants.length < 2;
  }

  private _name(of: Product): string {
    const { _picked: v, _sizes: sizes } = this;
    return v && sizes?.has(of) ? `${of.title}, ${sizes.words(of, v)}` : of.title;
  }

  /// A piece that is in the view already comes to the front.
  private async _look(of: Product): Promise<void> {
    const { _app: app } = this;
    const there = app.conv?.view?.items.find((i) => i.sku === of.sku);
    try {
      const viewing = await app.viewing();
      await (there ? viewing.open(app, there.media) : viewing.open(app, '', { sku: of.sku, name: of.title, all: of.media }));
      app.see(true);
      this._isOpen = false;
      this._open(null);
    } catch (e) { app.fail(e as Fault); }
  }

  private async _add(of: Product): Promise<void> {
    const { _picked: v, _app: app } = this;
    this._said = 'searchAdding';
    app.draw();
    const variant = !this._isOne(of) && v ? { variant: v.sku } : {};
    const d: Requests['cart.add'] = { sku: of.sku, qty: 1, name: this._name(of), ...variant, ...(of.url && { url: of.url }) };
    const answer = await app.link.request('cart.add', d, 1).catch((e: Fault) => app.fail(e));
    if (this._piece === of) this._said = answer ? (answer.success ? 'searchIn' : answer.reason === 'stock' ? 'searchNoStock' : 'searchNotIn') : '';
    app.draw();
  }

  private _send(of: Product): void {
    const { _picked: v } = this;
    this._app.conv?.sendProduct({
      sku: of.sku, name: this._name(of), price: v?.price ?? of.price, currency: of.currency, ...(v && !this._isOne(of) && { variant: v.sku }),
      ...(of.url && { url: of.url }), ...(of.media[0] && { media: of.media[0] }),
    });
    this._isOpen = false;
    this._open(null);
  }

  /* What is seen */

  private _sum(amount: string, currency: string): string {
    try { return money(amount, currency, this._app.locale); } catch { return `${amount} ${currency}`; }
  }

  private _cost({ price, was }: { price: string; was?: string }, currency: string): VNode {
    return h('span', { key: 'cost', class: 'cost' }, this._sum(price, currency),
      was && h('s', null, h('span', { class: 'u' }, `${this._t('searchWas')} `), this._sum(was, currency)));
  }

  private _stock({ variants }: Product): string {
    const n = variants.filter((v) => v.available).length;
    if (!n && variants.length) return this._t('searchOut');
    return variants.length > 1 ? this._t('searchSizes', { n }) : variants.length ? this._t('searchStock') : '';
  }

  private _hit(of: Product): VNode {
    const [media] = of.media;
    return h('li', { key: of.sku }, h('button', { class: 'hit', 'data-sku': of.sku, onclick: () => this._open(of) },
      media ? h('img', { src: this._app.media(media, 160), alt: '', loading: 'lazy' }) : h('i'),
      h('span', null, h('b', { dir: 'auto' }, of.title), this._cost(of, of.currency), h('span', { class: 'q' }, this._stock(of)))));
  }

  private _status(): string {
    const { _t: t, _answer: answer } = this;
    if (!answer) return this._isFailed ? '' : t('searchBusy');
    const n = answer.total ?? this._hits.length;
    const count = n === 1 ? t('searchOne') : n ? t('searchMany', { n }) : t('searchNone');
    return answer.readAs ? t('searchAs', { words: answer.readAs, n: count }) : count;
  }

  /// Values that part what was found; a level of a kind only once the one above it was chosen.
  private _values(facet: Facet): FacetCount[] {
    const isWanted = (value: string): boolean => this._wanted.some((w) => w.facet === facet && w.value === value);
    const total = this._answer?.total ?? 0;
    const any = this._wanted.some((w) => w.facet === facet);
    const isNear = (value: string): boolean => facet !== 'type' || !value.includes(' > ') || this._wanted.some((w) => w.facet === 'type' && value.startsWith(w.value));
    return (this._answer?.counts ?? []).filter((of) => of.facet === facet && isNear(of.value) && (isWanted(of.value) || any || of.n < total));
  }

  private _chips(): VNode {
    const { _t: t, _wanted: wanted } = this;
    const facets = (Object.keys(FACETS) as Facet[]).filter((f) => this._values(f).length > 0);
    const opens = (by: Facet | 'price', label: string, n: number): VNode => h('button', {
      key: by, class: 'n', 'aria-expanded': String(this._by === by),
      onclick: () => { this._by = this._by === by ? '' : by; this._app.draw(); },
    }, n ? `${label} · ${n}` : label);
    const { least, most } = this._price;
    const isNarrow = wanted.length > 0 || this._stocked || least || most;
    return h('div', { key: 'by', class: 'by' },
      isNarrow && h('button', { key: 'clear', class: 'n', onclick: () => this._clear() }, t('searchClear')),
      h('button', { key: 'stock', class: 'n', 'aria-pressed': String(this._stocked), onclick: () => { this._stocked = !this._stocked; void this._search(); } }, t('searchStock')),
      ...facets.map((f) => opens(f, t(FACETS[f]), wanted.filter((w) => w.facet === f).length)),
      opens('price', t('searchPrice'), least || most ? 1 : 0));
  }

  private _narrow(): VNode | null {
    const { _by: by, _t: t } = this;
    if (!by) return null;
    if (by !== 'price') {
      return h('div', { key: `in ${by}`, class: 'by in', role: 'group', 'aria-label': t(FACETS[by]) }, ...this._values(by).map((of) => h('button', {
        key: of.value, class: 'n', onclick: () => this._toggle(of),
        'aria-pressed': String(this._wanted.some((w) => w.facet === by && w.value === of.value)),
      }, h('span', { dir: 'auto' }, of.value.replace(/ > /g, ' › ')), ' ', h('small', null, String(of.n)))));
    }
    const field = (end: 'least' | 'most'): VNode => h('label', { key: end, class: 'to' }, t(end === 'least' ? 'searchFrom' : 'searchTo'), h('input', {
      inputMode: 'decimal', autocomplete: 'off', maxLength: 12, size: 6, value: this._price[end], placeholder: (this._answer?.[end] ?? '').replace(/\.00$/, ''),
      'aria-invalid': String(this._price[end] !== '' && !decimal(this._price[end])),
      oninput: (e: Event) => { this._price[end] = (e.target as HTMLInputElement).value; this._later(); },
    }));
    return h('div', { key: 'in price', class: 'by in', role: 'group', 'aria-label': t('searchPrice') }, field('least'), field('most'));
  }

  private _found(): VNode {
    const { _t: t } = this;
    const next = this._answer?.next;
    const again = (): void => void this._search();
    return h('div', { key: 'found', class: 'found' },
      h('p', { key: 'say', class: 'q', role: 'status' }, this._status()),
      this._isFailed && h('p', { key: 'failed', class: 'row', role: 'alert' }, t('searchFailed'), h('button', { class: 'n', onclick: again }, t('searchAgain'))),
      !this._hits.length && !!this._answer && h('p', { key: 'none', class: 'q' }, t('searchNoneText')),
      h('ul', { key: 'hits', 'aria-busy': String(this._isBusy) }, ...this._hits.map((of) => this._hit(of))),
      next !== undefined && h('button', { key: 'more', class: 'n', disabled: this._isBusy, onclick: () => void this._search(next) }, t('searchMore')));
  }

  private _detail(of: Product): VNode {
    const { _t: t, _app: app, _picked: v } = this;
    const canAdd = !!(app.registered?.addToCart ?? app.system?.adapter);
    const [media] = of.media;
    const free = v ? v.available : of.variants.some((one) => one.available) || !of.variants.length;
    return h('div', { key: `piece ${of.sku}`, class: 'piece' },
      media && h('img', { key: 'shot', class: 'shot', src: app.media(media, 640), alt: '' }),
      h('h2', { key: 'name', tabindex: '-1', dir: 'auto', ref: (n) => n.focus() }, of.title),
      h('div', { key: 'what' }, this._cost({ ...of, ...(v?.price && { price: v.price, ...(v.was && { was: v.was }) }) }, of.currency), h('span', { class: 'q' }, ' · ', v && !v.available ? t('searchOut') : this._stock(of))),
      of.description && h('p', { key: 'about', class: 'about q', dir: 'auto' }, of.description),
      !this._isOne(of) && this._sizes && h('div', { key: 'sizes', class: 'sizes' }, this._sizes.choice('search', of, v, (picked) => {
        this._picked = picked;
        this._said = '';
        app.draw();
      })),
      h('p', { key: 'said', class: this._said === 'searchIn' ? 'inbag' : 'q', role: 'status', hidden: !this._said }, this._said && t(this._said)),
      h('div', { key: 'do', class: 'row' },
        of.media.length > 0 && h('button', { key: 'look', class: 'n m', onclick: () => void this._look(of) }, t('searchLook')),
        canAdd && h('button', { key: 'add', class: 'n', disabled: !free || (!v && !this._isOne(of)) || this._said === 'searchAdding', onclick: () => void this._add(of) }, t('searchAdd')),
        h('button', { key: 'send', class: 'n', onclick: () => this._send(of) }, t('searchSend', { name: app.guide() })),
        of.url && h('a', { key: 'page', class: 'n', href: of.url }, t('searchPage'))));
  }

  private _draw(): VNode {
    const { _t: t, _piece: piece } = this;
    const back = (): void => (piece ? this._leave() : this._close());
    return h('section', {
      key: 'find', class: 'find', 'aria-label': t('searchField'),
      onkeydown: (e: KeyboardEvent) => {
        if (e.key === 'ArrowDown' || e.key === 'ArrowUp') this._step(e);
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        e.preventDefault();
        back();
      },
    },
    h('form', { key: 'ask', role: 'search', onsubmit: (e: Event) => { e.preventDefault(); void this._search(); } },
      iconButton('back', left, t(piece ? 'searchList' : 'searchBack'), back, { type: 'button' }),
      h('input', {
        key: 'text', type: 'search', value: this._text, placeholder: t('searchField'), 'aria-label': t('searchField'), autocomplete: 'off', dir: 'auto', maxLength: 100, hidden: !!piece,
        ref: (n) => n.focus(), oninput: (e: Event) => { this._text = (e.target as HTMLInputElement).value; this._later(); },
      })),
    ...(piece ? [this._detail(piece)] : [this._chips(), this._narrow()]), this._kept(!!piece));
  }

  /// Behind a piece the list keeps its place.
  private _kept(isHidden: boolean): VNode {
    const list = this._found();
    list.props['hidden'] = isHidden;
    return list;
  }

  /// From piece to piece, and out of the list at its top to the field.
  private _step(e: KeyboardEvent): void {
    const all = [...this._app.host.root.querySelectorAll<HTMLElement>('.find input[type=search],.hit')];
    const at = all.indexOf(this._app.host.root.activeElement as HTMLElement);
    const to = at < 0 ? undefined : all[at + (e.key === 'ArrowDown' ? 1 : -1)];
    if (!to) return;
    e.preventDefault();
    to.focus();
  }
}

const search = (app: App): void => void new Search(app);
export type MakeSearch = typeof search;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('search', search);
