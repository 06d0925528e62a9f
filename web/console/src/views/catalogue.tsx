// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Product } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { consider } from '../state/care.js';
import { fault, hits, next, readAs, search, searching, text, total, type } from '../state/catalogue.js';
import { isMine, talk } from '../state/desk.js';
import { focusComposer, showList } from '../state/layout.js';
import { cannotShow, show } from '../state/show.js';
import { SHORTLIST_MAX, isPutBy, putBy, skus } from '../state/shortlist.js';
import { Care } from './care.js';
import { Facets } from './facets.js';
import { Empty, Icon, Picture, Price } from './parts.js';
import { Shortlist } from './shortlist.js';

const sizes = (product: Product): string => {
  const there = product.variants.filter((v) => v.size !== undefined);
  if (there.length === 0) return product.variants.some((v) => v.available) || product.variants.length === 0 ? '' : 'Out of stock';
  const free = there.filter((v) => v.available).map((v) => v.size);
  if (free.length === 0) return 'Out of stock';
  return there.length === 1 ? (free[0] ?? '') : `Size ${free.join(', ')}`;
};

function Pictures({ product }: { product: Product }): JSX.Element | null {
  const t = talk.value;
  if (t === null || product.media.length < 2) return null;
  return (
    <span class="hit-pictures">
      {product.media.slice(0, 6).map((media, i) => (
        <button key={media} type="button" class="hit-picture" aria-label={`Show picture ${i + 1} of ${product.title}`} onClick={() => void consider(t, product, 'show', `hit ${product.sku}`, () => void show(t, product, media))}>
          <Picture media={media} width={44} />
        </button>
      ))}
    </span>
  );
}

/// From piece to piece, and out of the list at its top to the field.
function stepHit(from: HTMLElement, by: number): void {
  const all = [...document.querySelectorAll<HTMLElement>('.hit-open')];
  const to = all.indexOf(from) + by;
  (to < 0 ? document.getElementById('catalogue-search') : all[to])?.focus();
}

/// The keys of a piece that has the focus; each has its button beside it.
function pressHit(e: KeyboardEvent & { currentTarget: HTMLElement }, product: Product, why: string | null): void {
  const t = talk.peek();
  const key = e.key.toLowerCase();
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (key === 'arrowdown' || key === 'arrowup') stepHit(e.currentTarget, key === 'arrowdown' ? 1 : -1);
  else if (e.repeat) return; // a key held down sends nothing twice
  else if (key === 's' && t !== null && why === null && product.media.length > 0) void consider(t, product, 'show', `hit ${product.sku}`);
  else if (key === 'c' && t !== null && isMine.peek()) void consider(t, product, 'card', `hit ${product.sku}`);
  else if (key === 'x') void putBy(product);
  else return;
  e.preventDefault();
}

const stockOf = (product: Product): string[] => {
  const sums = new Map<string, number>();
  for (const variant of product.variants) for (const { branch, quantity } of variant.stock ?? []) sums.set(branch, (sums.get(branch) ?? 0) + quantity);
  return [...sums].map(([branch, n]) => `${branch} ${n}`);
};

function Hit({ product, why }: { product: Product; why: string | null }): JSX.Element {
  const [open, setOpen] = useState(false);
  const t = talk.value;
  const isIn = isPutBy(product.sku);
  return (
    <li class="hit">
      <button type="button" class="hit-open" aria-expanded={open} aria-keyshortcuts="S C X" data-care={`hit ${product.sku}`} onClick={() => setOpen(!open)} onKeyDown={(e) => pressHit(e, product, why)}>
        <Picture media={product.media[0]} width={64} />
        <span class="hit-text">
          <span class="hit-name"><bdi>{product.title}</bdi></span>
          <span class="hit-price"><Price of={product} />{product.was && <s class="hit-was"><span class="vt-unseen">before </span><Price of={{ ...product, price: product.was }} /></s>}</span>
          <span class="hit-line">{sizes(product)}</span>
        </span>
      </button>
      <span class="hit-do">
        <button type="button" class="vt-button" disabled={why !== null || product.media.length === 0} onClick={() => { if (t) void consider(t, product, 'show', `hit ${product.sku}`); }}>Show together</button>
        <button type="button" class="vt-button" disabled={t === null || !isMine.value} onClick={() => { if (t) void consider(t, product, 'card', `hit ${product.sku}`); }}>Send card</button>
        <button type="button" class="vt-button choose" aria-pressed={isIn} aria-label={`Shortlist ${product.title}`} title="Shortlist"
          disabled={t === null || (!isIn && skus.value.length === SHORTLIST_MAX)} onClick={() => void putBy(product)}><Icon d={isIn ? icons.check : icons.plus} size={18} /></button>
      </span>
      <Care at={`hit ${product.sku}`} />
      {open && <div class="hit-more">
        {product.description && <p>{product.description}</p>}
        {why === null && <Pictures product={product} />}
        {stockOf(product).length > 0 && <p class="hit-line">In stock: {stockOf(product).join(' · ')}</p>}
        <p class="hit-line">{[product.sku, product.brand, product.material].filter(Boolean).join(' · ')}</p>
      </div>}
    </li>
  );
}

function Results({ why }: { why: string | null }): JSX.Element | null {
  const found = hits.value;
  if (fault.value !== null) return <Empty icon={icons.search} title="The search did not work"><p>{fault.value}</p><button type="button" class="vt-button" onClick={() => void search()}>Try again</button></Empty>;
  if (found === null) return <p class="quiet pad">Loading…</p>;
  if (found.length === 0) return <Empty icon={icons.search} title="Nothing found"><p>Try one word of the name, a stone, a metal or the article number, or clear what narrows the search.</p></Empty>;
  return (
    <>
      <ul class="hits">{found.map((product) => <Hit key={product.sku} product={product} why={why} />)}</ul>
      {next.value !== null && <p class="pad"><button type="button" class="vt-button wide" disabled={searching.value} onClick={() => void search(next.peek() ?? 0)}>More</button></p>}
    </>
  );
}

/// The tray: find a piece, show it to both or send it as a card.
export function Catalogue(): JSX.Element {
  const why = cannotShow(talk.value, isMine.value);
  useEffect(() => { if (hits.peek() === null) void search(); }, []);
  const count = hits.value === null ? '' : total.value === 1 ? '1 piece' : `${total.value.toLocaleString('en')} pieces`;
  return (
    <section class="column list catalogue" aria-label="Catalogue">
      <h2 class="vt-unseen">Catalogue</h2>
      <div class="search">
        <Icon d={icons.search} size={18} />
        <input id="catalogue-search" type="search" placeholder="Search the catalogue" aria-label="Search the catalogue" maxLength={100} autocomplete="off"
          value={text.value} onInput={(e) => type(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === 'ArrowDown') { e.preventDefault(); document.querySelector<HTMLElement>('.hit-open')?.focus(); } if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); showList(); focusComposer(); } }} />
        <button type="button" class="vt-icon" aria-label="Close the catalogue" onClick={showList}><Icon d={icons.close} size={18} /></button>
      </div>
      <Facets />
      <p class="search-state" role="status">{searching.value && hits.value !== null ? 'Searching…' : count}{readAs.value !== null && <span> for “{readAs.value}”</span>}{why !== null && <span> · {why}</span>}</p>
      <div class="scroll"><Results why={why} /></div>
      <Shortlist why={why} />
    </section>
  );
}
