// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { productOf, products } from '../state/catalogue.js';
import { consider } from '../state/care.js';
import { isMine, talk } from '../state/desk.js';
import { shortlist } from '../state/doing.js';
import { openMaker } from '../state/films.js';
import { CHOSEN_MAX, choose, chosen, sendDrawing } from '../state/show.js';
import { SHORTLIST_MAX, skus } from '../state/shortlist.js';
import type { Talk } from '../state/talk.js';
import { Care } from './care.js';
import { Icon, Picture, Price } from './parts.js';

/// Pieces put by for this customer: seen by all of their associates, here until somebody takes them out.

function One({ sku, talk: t, why }: { sku: string; talk: Talk; why: string | null }): JSX.Element {
  const product = products.value.get(sku);
  useEffect(() => { void productOf(sku); }, [sku]);
  const isChosen = chosen.value.some((p) => p.sku === sku);
  const name = product?.title ?? sku;
  const none = !product || product.media.length === 0;
  return (
    <li class="short">
      <label class="short-pick"><input type="checkbox" checked={isChosen} disabled={none || (!isChosen && chosen.value.length === CHOSEN_MAX)} onChange={() => { if (product) choose(product); }} />
        <span class="vt-unseen">In the picture: {name}</span></label>
      <Picture media={product?.media[0]} width={40} />
      <span class="short-text"><span class="short-name"><bdi>{name}</bdi></span>{product && <Price of={product} />}</span>
      <span class="short-do">
        <button type="button" class="vt-icon" data-care={`short ${sku}`} disabled={none || why !== null} aria-label={`Show ${name} together`} title="Show together" onClick={() => { if (product) void consider(t, product, 'show', `short ${sku}`); }}><Icon d={icons.eye} size={18} /></button>
        <button type="button" class="vt-icon" disabled={!product || !isMine.value} aria-label={`Send card of ${name}`} title="Send card" onClick={() => { if (product) void consider(t, product, 'card', `short ${sku}`); }}><Icon d={icons.send} size={18} /></button>
        <button type="button" class="vt-icon" aria-label={`Take ${name} off the shortlist`} title="Take off" onClick={() => void shortlist(t, { drop: [sku] })}><Icon d={icons.close} size={18} /></button>
      </span>
      <Care at={`short ${sku}`} />
    </li>
  );
}

/// What is put by, and the pictures that up to four of it can become. A true-scale plate needs the feed's sizes; the server says
/// so when one lacks them.
export function Shortlist({ why }: { why: string | null }): JSX.Element | null {
  const t = talk.value;
  const [open, setOpen] = useState(false);
  const list = skus.value;
  const n = chosen.value.length;
  if (t === null || list.length === 0) return null;
  const cannot = !isMine.value;
  return (
    <div class="shortlist" role="group" aria-label="Shortlist">
      <button type="button" class="about-fold wide" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>Shortlist <span class="quiet">{list.length === SHORTLIST_MAX ? `${list.length}, full` : list.length}</span></span><Icon d={open ? icons.down : icons.up} size={16} /></button>
      {open ? <ul class="shorts">{list.map((sku) => <One key={sku} sku={sku} talk={t} why={why} />)}</ul>
        : <Strip list={list} />}
      {n > 0 && (
        <>
          <p class="chosen-line" role="status">{n === 1 ? '1 piece chosen; a sheet takes 2 to 4' : `${n} pieces chosen`}</p>
          <span class="hit-do">
            <button type="button" class="vt-button" disabled={cannot || n < 2} onClick={() => sendDrawing(t, 'sheet')}>Send sheet</button>
            <button type="button" class="vt-button" disabled={cannot} onClick={() => sendDrawing(t, 'scale')}>True scale</button>
            <button type="button" class="vt-button" disabled={cannot} onClick={() => openMaker(t)}>Film</button>
          </span>
        </>
      )}
    </div>
  );
}

const STRIP = 6;

/// Closed: what it holds, to be recognised.
function Strip({ list }: { list: readonly string[] }): JSX.Element {
  useEffect(() => { for (const sku of list.slice(-STRIP)) void productOf(sku); }, [list]);
  return <span class="strip" aria-hidden="true">{list.slice(-STRIP).map((sku) => <Picture key={sku} media={products.value.get(sku)?.media[0]} width={40} />)}</span>;
}
