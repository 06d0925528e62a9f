// SPDX-License-Identifier: Apache-2.0
import type { ChatSend, Product, ProductRef, Requests, Watch } from '../../protocol/index.js';
import type { Fault, ThreadRow } from '../../transport/core.js';
import { money } from '../../ui/formats.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { watchStyle } from './watch-style.js';
import { englishWatch } from './words-watch.js';

type Word = keyof typeof englishWatch;

/// The question that is open: under which card, of which piece, and what was chosen so far.
interface Draft { at: string; sku: string; variant: string; product: Product | null; stock: boolean; price: boolean; email: string; busy: boolean; bad: boolean }

const keyOf = ({ sku, variant }: { sku: string; variant?: string | undefined }): string => `${sku} ${variant ?? ''}`;

/// Pieces the customer wants to hear of later: asked for below a card or where the bag had none left, agreed to where it is proposed,
/// told as a card, stopped with one press. Loaded with the first piece in the thread.
function watch(app: App): void {
  const t = i18n<Word>(englishWatch, app.over);
  const more = app.more!;
  const { row, together } = more;
  /// What was said here: one's own rows come with the next page only.
  const own = new Map<string, Watch>();
  /// What the catalogue says now of a piece that was told of.
  const now = new Map<string, Product | null>();
  let draft: Draft | null = null;

  adopt(app.host.root, sheet(watchStyle));

  const sum = (amount: string | undefined, currency: string | undefined): string => {
    try { return money(amount!, currency!, app.locale); } catch { return `${amount ?? ''} ${currency ?? ''}`; }
  };
  const product = (sku: string): Promise<Product> => app.link.request('catalogue.product', { sku }, 1) as Promise<Product>;

  /// How it stands with a piece: the last word on it.
  const state = (key: string): Watch | undefined =>
    own.get(key) ?? app.conv?.rows.filter((r) => r.op === 'watch.set' && keyOf(r.d as Watch) === key).at(-1)?.d as Watch | undefined;
  const isOn = (w: Watch | undefined): boolean => !!w && (w.stock || w.price);

  /* The question */

  const begin = async (at: string, sku: string, variant = ''): Promise<void> => {
    const it: Draft = draft = { at, sku, variant, product: null, stock: false, price: false, email: '', busy: true, bad: false };
    app.draw();
    try {
      it.product = await product(sku);
      const { variants } = it.product;
      it.variant = variants.find((v) => v.sku === variant || v.size === variant || v.sku === sku)?.sku ?? (variants.length === 1 ? variants[0]!.sku : '');
      it.stock = !isThere(it);
      it.price = !it.stock;
    } catch { it.bad = true; }
    it.busy = false;
    app.draw();
  };

  const isThere = ({ product, variant }: Draft): boolean => !product!.variants.length || product!.variants.some((v) => (!variant || v.sku === variant) && v.available);

  const set = async (d: Requests['watch.set']): Promise<void> => {
    try {
      const said = await app.conv!.ask('watch.set', d) as Watch;
      own.set(keyOf(said), said);
      app.narrate(t(isOn(said) ? 'watch.set' : 'watch.stopped', { piece: said.title ?? said.sku }));
      draft = null;
    } catch (e) {
      app.fail(e as Fault);
    }
    if (draft) draft.busy = false;
    app.draw();
  };

  const agree = (e: Event): void => {
    e.preventDefault();
    const it = draft!;
    if (it.busy || !(it.stock || it.price)) return;
    it.busy = true;
    app.draw();
    const { sku } = it.product!;
    void set({ sku, ...(it.variant && { variant: it.variant }), stock: it.stock, price: it.price, ...(it.email && { email: it.email }) });
  };

  const change = (more: Partial<Draft>): void => {
    Object.assign(draft!, more);
    app.draw();
  };

  const tick = (word: 'stock' | 'price'): VNode => h('label', { key: word },
    h('input', { type: 'checkbox', checked: draft![word], onchange: (e: Event) => change({ [word]: (e.target as HTMLInputElement).checked }) }), t(`watch.${word}`));

  const form = (): VNode => {
    const it = draft!;
    if (it.bad) return h('p', { key: 'bad', class: 'q', role: 'status' }, t('watch.bad'));
    const variants = it.product!.variants.filter((v) => v.size ?? v.colour);
    return h('form', { key: 'watch', class: 'watch', 'aria-label': t('watch.when'), 'aria-busy': String(it.busy), onsubmit: agree, onkeydown: (e: KeyboardEvent) => {
      if (e.key !== 'Escape') return;
      e.stopPropagation();
      e.preventDefault();
      end();
    }, ref: (n) => queueMicrotask(() => n.querySelector<HTMLElement>('input,select')?.focus()) },
    variants.length > 1 && h('label', { key: 'which', class: 'col' }, t('watch.which'),
      h('select', { value: it.variant, onchange: (e: Event) => {
        change({ variant: (e.target as HTMLSelectElement).value });
        if (isThere(it)) change({ stock: false, price: true });
      } }, h('option', { value: '', selected: !it.variant }, t('watch.any')),
      ...variants.map((v) => h('option', { value: v.sku, selected: it.variant === v.sku }, [v.size, v.colour].filter(Boolean).join(', '))))),
    h('fieldset', { key: 'what' }, h('legend', { class: 'u' }, t('watch.when')), !isThere(it) && tick('stock'), tick('price')),
    app.site?.mail && h('label', { key: 'mail', class: 'col' }, t('watch.email'),
      h('input', { type: 'email', autocomplete: 'email', maxLength: 254, value: it.email, oninput: (e: Event) => { it.email = (e.target as HTMLInputElement).value.trim(); } })),
    h('p', { key: 'fair', class: 'q' }, t('watch.fair', { n: app.site?.notes ?? 0 })),
    h('div', { key: 'do', class: 'row' }, h('button', { class: 'n', type: 'button', onclick: end }, t('watch.no')),
      h('button', { class: 'n m', disabled: it.busy || !(it.stock || it.price) }, t('watch.yes'))));
  };

  const end = (): void => {
    draft = null;
    app.draw();
  };

  /// The button, or how it stands, or the question.
  const ways = (at: string, sku: string, variant: string | undefined, name: string, word: Word = 'watch.tell'): VNode => {
    const w = [...own.values()].findLast((one) => one.sku === sku && (!variant || one.variant === variant)) ?? state(keyOf({ sku, variant }));
    const isAsked = draft?.at === at;
    if (isAsked && (draft!.product || draft!.bad)) return form();
    if (isOn(w)) return kept(w!);
    return h('button', { key: 'later', class: 'n', disabled: isAsked, 'aria-label': `${t(word)}: ${name}`, onclick: () => void begin(at, sku, variant) }, t(word));
  };

  const kept = (w: Watch): VNode => {
    const { sku, variant } = w;
    return h('div', { key: 'kept', class: 'row' }, h('span', { class: 'q' }, `${t('watch.set', { piece: w.title ?? sku })} ${t(w.mail ? 'watch.by' : 'watch.here')}`),
      h('button', { class: 'n', 'aria-label': `${t('watch.stop')}: ${w.title ?? sku}`, onclick: () => void set({ sku, ...(variant && { variant }) }) }, t('watch.stop')));
  };

  /* What is seen in the thread */

  const ref = (w: Watch): ProductRef => ({ sku: w.sku, variant: w.variant, name: w.title, price: w.cost, currency: w.currency, media: w.media, url: w.url });

  /// The piece as it is now, asked for once.
  const fresh = (w: Watch): Product | null => {
    if (!now.has(w.sku)) {
      now.set(w.sku, null);
      product(w.sku).then((p) => { now.set(w.sku, p); app.draw(); }, () => undefined);
    }
    return now.get(w.sku)!;
  };

  const note = (r: ThreadRow): VNode => {
    const w = r.d as Watch;
    const p = fresh(w);
    const one = p?.variants.filter((v) => !w.variant || v.sku === w.variant) ?? [];
    const isGone = one.length > 0 && !one.some((v) => v.available);
    const cost = p ? one.find((v) => w.variant && v.price)?.price ?? p.price : w.cost;
    const key = keyOf(w);
    return h('div', { class: 'watch', role: 'group', 'aria-label': t(w.stock ? 'watch.back' : 'watch.less') },
      h('b', null, t(w.stock ? 'watch.back' : 'watch.less')), more.card(app, { ...ref(w), price: cost }),
      w.was && h('p', { class: 'q' }, t('watch.was', { price: sum(w.was, w.currency) })),
      isGone && h('p', null, t('watch.gone')),
      isOn(state(key)) && h('button', { key: 'stop', class: 'n', 'aria-label': `${t('watch.stop')}: ${w.title ?? w.sku}`, onclick: () => void set({ sku: w.sku, ...(w.variant && { variant: w.variant }) }) }, t('watch.stop')));
  };

  const ask = (r: ThreadRow): VNode => {
    const w = r.d as Watch;
    return h('div', { class: 'later' }, more.card(app, ref(w)), h('p', null, t('watch.asks')), ways(r.key, w.sku, w.variant, w.title ?? w.sku, 'watch.yes'));
  };

  const below = (made: Kid | null | undefined | false | '', r: ThreadRow): Kid | null | undefined | false | '' => {
    const p = (r.d as ChatSend | null)?.body?.product;
    return made && p && app.site?.notes ? h('div', { class: 'later' }, made, ways(r.key, p.sku, p.variant, p.name ?? p.sku)) : made;
  };

  more.row = (to, r) => {
    const d = r.d as Watch & { success?: boolean; reason?: string; name?: string };
    if (r.op === 'watch.note') return note(r);
    if (r.op === 'watch.ask') return ask(r);
    if (r.op === 'watch.set') return isOn(d) && state(keyOf(d)) === d ? kept(d) : h('span', { class: 'q' }, t(isOn(d) ? 'watch.set' : 'watch.stopped', { piece: d.title ?? d.sku }));
    const made = row(to, r);
    if (r.op === 'cart.add' && d.reason === 'stock' && app.site?.notes) return h('div', { class: 'later' }, made || '', ways(r.key, d.sku, d.variant, d.name ?? d.sku));
    return (r.op === 'chat.send' ? below(made, r) : made) as VNode;
  };
  more.together = (to) => {
    const bar = together(to);
    const isCard = to.conv?.rows.some((r) => (r.d as ChatSend | null)?.body?.product?.sku === to.product?.sku); // its button stands there
    if (bar && to.product && to.site?.notes && !isCard) bar.kids.push(ways('page', to.product.sku, to.product.variant, to.product.name ?? to.product.sku));
    return bar;
  };
  app.link.on('event', ({ op, d }) => {
    const w = d as Watch;
    if (op === 'watch.set') own.delete(keyOf(w)); // stopped by the link of a mail
    if (op === 'watch.note') app.narrate(`${t(w.stock ? 'watch.back' : 'watch.less')}: ${w.title ?? w.sku}, ${sum(w.cost, w.currency)}`);
    if (op === 'watch.ask') app.narrate(`${t('watch.asks')} ${w.title ?? w.sku}`);
  });
  app.draw();
}

export type Watches = typeof watch;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('watch', watch);
