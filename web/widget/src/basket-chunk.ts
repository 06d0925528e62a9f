// SPDX-License-Identifier: Apache-2.0
import type { CartItem } from '../../protocol/index.js';
import { icon } from '../../ui/dom.js';
import { money } from '../../ui/formats.js';
import { left, minus, plus, trash } from '../../ui/icons.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { App } from './app.js';
import { basketStyle } from './basket-style.js';
import { h } from './h.js';
import type { Kid, VNode } from './h.js';
import { iconButton } from './parts.js';
import { englishBasket } from './words-basket.js';
import type { BasketKey } from './words-basket.js';

const keyOf = ({ sku, variant }: CartItem): string => `${sku} ${variant ?? ''}`;

/// The bag as the page has it, in the thread's place while it is open: how many of each, what all of it costs, the way to pay. What is
/// changed here the page changes, or says why not. Asked for with the first press (bag-chunk.ts); the result opens it again.
function basket(app: App): () => void {
  const t = i18n<BasketKey>(englishBasket, app.over);
  const said = new Map<string, BasketKey>();
  let isOpen = false;

  adopt(app.host.root, sheet(basketStyle));

  const sum = (amount: string | number, currency: string | undefined): string => {
    try { return currency ? money(amount, currency, app.locale) : String(amount); } catch { return `${amount} ${currency}`; }
  };
  const web = (url: string | undefined): string | undefined => (/^https?:/.test(url ?? '') ? url : undefined);

  const toggle = (): void => {
    isOpen = !isOpen;
    said.clear();
    app.draw();
    if (!isOpen) setTimeout(() => app.host.root.querySelector<HTMLElement>('[data-bag]')?.focus());
  };

  const put = async (item: CartItem, qty: number): Promise<void> => {
    const { sku, variant, name } = item;
    const key = keyOf(item);
    said.set(key, 'basketBusy');
    app.draw();
    const answer = await app.link.request('cart.update', { sku, qty, ...(variant && { variant }), ...(name && { name }) }, 1).catch(() => null);
    said.delete(key);
    if (!answer?.success) said.set(key, answer?.reason === 'stock' ? 'basketStock' : 'basketNo');
    app.draw();
  };

  const row = (item: CartItem, can: boolean): VNode => {
    const piece = item.name ?? item.sku;
    const key = keyOf(item);
    const word = said.get(key);
    const disabled = word === 'basketBusy';
    const src = web(item.image);
    const { qty } = item;
    return h('li', { key }, src ? h('img', { src, alt: '', loading: 'lazy' }) : h('i'),
      h('b', { dir: 'auto' }, piece),
      h('span', { class: 'sum' }, item.price !== undefined && sum((Number(item.price) * qty).toFixed(2), app.bag?.currency)),
      h('div', { class: 'count' },
        can && iconButton('less', minus, t('basketLess', { piece }), () => void put(item, qty - 1), { disabled: disabled || qty < 2 }),
        h('span', { class: 'n-of' }, String(qty)),
        can && iconButton('plus', plus, t('basketPlus', { piece }), () => void put(item, qty + 1), { disabled }),
        can && iconButton('out', trash, t('basketOut', { piece }), () => void put(item, 0), { disabled })),
      h('p', { key: 'said', class: `said ${disabled ? 'q' : 'bad'}`, role: 'status', hidden: !word }, word && t(word)));
  };

  const draw = (): VNode => {
    const { bag, registered, system } = app;
    const can = !!(registered?.updateCart ?? system?.adapter?.update);
    const pay = web(bag?.checkout);
    return h('section', {
      key: 'basket', class: 'basket', 'aria-label': t('basketTitle'),
      onkeydown: (e: KeyboardEvent) => {
        if (e.key !== 'Escape') return;
        e.stopPropagation();
        e.preventDefault();
        toggle();
      },
    },
    h('div', { class: 'row' }, iconButton('back', left, t('basketBack'), toggle, { own: (n: HTMLElement) => { n.append(icon(left)); n.focus(); } }), h('h2', null, t('basketTitle'))),
    bag?.items.length
      ? h('ul', { key: 'all' }, ...bag.items.map((item) => row(item, can)), !!bag.more && h('li', { key: 'more', class: 'q' }, t('basketMore', { n: bag.more })))
      : h('p', { key: 'none', class: 'mid q' }, t('basketEmpty')),
    !!bag?.items.length && h('div', { key: 'foot', class: 'foot' },
      bag.total !== undefined && h('p', { key: 'sum' }, h('span', null, t('basketTotal')), h('span', null, sum(bag.total, bag.currency))),
      pay && h('a', { key: 'pay', class: 'n m pay', href: pay }, t('basketPay'))));
  };

  const more = app.more!;
  const { arrange } = more;
  more.arrange = (state, given) => {
    const isHere = isOpen && state === 'live';
    const kids: (Kid | null)[] = isHere ? [draw()] : given;
    return (arrange?.(state, kids) ?? kids).filter((k) => !isHere || typeof k === 'string' || k?.key !== 'act');
  };
  return toggle;
}

export type MakeBasket = typeof basket;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('basket', basket);
