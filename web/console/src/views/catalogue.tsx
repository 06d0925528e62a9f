// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Product } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { fault, hits, next, search, searching, text, type } from '../state/catalogue.js';
import { isMine, talk } from '../state/desk.js';
import { openMaker } from '../state/films.js';
import { focusComposer, showList } from '../state/layout.js';
import { CHOSEN_MAX, cannotShow, choose, chosen, sendCard, sendDrawing, show } from '../state/show.js';
import { Empty, Icon, Picture, Price } from './parts.js';

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
        <button key={media} type="button" class="hit-picture" aria-label={`Show picture ${i + 1} of ${product.title}`} onClick={() => void show(t, product, media)}>
          <Picture media={media} width={44} />
        </button>
      ))}
    </span>
  );
}

function Hit({ product, why }: { product: Product; why: string | null }): JSX.Element {
  const [open, setOpen] = useState(false);
  const t = talk.value;
  const isChosen = chosen.value.some((p) => p.sku === product.sku);
  return (
    <li class="hit">
      <button type="button" class="hit-open" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Picture media={product.media[0]} width={64} />
        <span class="hit-text">
          <span class="hit-name"><bdi>{product.title}</bdi></span>
          <Price of={product} />
          <span class="hit-line">{sizes(product)}</span>
        </span>
      </button>
      <span class="hit-do">
        <button type="button" class="vt-button" disabled={why !== null || product.media.length === 0} onClick={() => { if (t) void show(t, product); }}>Show together</button>
        <button type="button" class="vt-button" disabled={t === null || !isMine.value} onClick={() => { if (t) sendCard(t, product); }}>Send card</button>
        <button type="button" class="vt-button choose" aria-pressed={isChosen} aria-label={`Choose ${product.title} for a picture`}
          disabled={product.media.length === 0 || (!isChosen && chosen.value.length === CHOSEN_MAX)} onClick={() => choose(product)}><Icon d={isChosen ? icons.check : icons.plus} size={18} /></button>
      </span>
      {open && <div class="hit-more">
        {product.description && <p>{product.description}</p>}
        {why === null && <Pictures product={product} />}
        <p class="hit-line">{product.sku}</p>
      </div>}
    </li>
  );
}

function Results({ why }: { why: string | null }): JSX.Element | null {
  const found = hits.value;
  if (fault.value !== null) return <Empty icon={icons.search} title="The search did not work"><p>{fault.value}</p><button type="button" class="vt-button" onClick={() => void search()}>Try again</button></Empty>;
  if (found === null) return <p class="quiet pad">Loading…</p>;
  if (found.length === 0) return <Empty icon={icons.search} title="Nothing found"><p>Try one word of the name, a stone, a metal or the article number.</p></Empty>;
  return (
    <>
      <ul class="hits">{found.map((product) => <Hit key={product.sku} product={product} why={why} />)}</ul>
      {next.value !== null && <p class="pad"><button type="button" class="vt-button wide" disabled={searching.value} onClick={() => void search(next.peek() ?? 0)}>More</button></p>}
    </>
  );
}

/// What was chosen, and the pictures it can become. A true-scale plate needs the feed's sizes; the server says so when one lacks them.
function Chosen(): JSX.Element | null {
  const t = talk.value;
  const n = chosen.value.length;
  if (n === 0) return null;
  const cannot = t === null || !isMine.value;
  return (
    <div class="chosen" role="group" aria-label="One picture or film of several pieces">
      <p class="chosen-line">{n === 1 ? '1 piece chosen; a sheet takes 2 to 4' : `${n} pieces chosen`}
        <button type="button" class="vt-icon" aria-label="Choose none" onClick={() => { chosen.value = []; }}><Icon d={icons.close} size={18} /></button></p>
      <span class="hit-do">
        <button type="button" class="vt-button" disabled={cannot || n < 2} onClick={() => { if (t) sendDrawing(t, 'sheet'); }}>Send sheet</button>
        <button type="button" class="vt-button" disabled={cannot} onClick={() => { if (t) sendDrawing(t, 'scale'); }}>True scale</button>
        <button type="button" class="vt-button" disabled={cannot} onClick={() => { if (t) openMaker(t); }}>Film</button>
      </span>
    </div>
  );
}

/// The tray: find a piece, show it to both or send it as a card.
export function Catalogue(): JSX.Element {
  const why = cannotShow(talk.value, isMine.value);
  useEffect(() => { if (hits.peek() === null) void search(); }, []);
  const count = hits.value === null ? '' : next.value !== null ? `More than ${hits.value.length} pieces` : hits.value.length === 1 ? '1 piece' : `${hits.value.length} pieces`;
  return (
    <section class="column list catalogue" aria-label="Catalogue">
      <h2 class="vt-unseen">Catalogue</h2>
      <div class="search">
        <Icon d={icons.search} size={18} />
        <input id="catalogue-search" type="search" placeholder="Search the catalogue" aria-label="Search the catalogue" maxLength={100} autocomplete="off"
          value={text.value} onInput={(e) => type(e.currentTarget.value)}
          onKeyDown={(e) => { if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); showList(); focusComposer(); } }} />
        <button type="button" class="vt-icon" aria-label="Close the catalogue" onClick={showList}><Icon d={icons.close} size={18} /></button>
      </div>
      <p class="search-state">{searching.value && hits.value !== null ? 'Searching…' : count}{why !== null && <span> · {why}</span>}</p>
      <div class="scroll"><Results why={why} /></div>
      <Chosen />
    </section>
  );
}
