// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { OfferMake, Requests } from '../../../protocol/index.js';
import { dayTime, money } from '../../../ui/index.js';
import { sizesOf } from '../lib/sizes.js';
import { productOf, products } from '../state/catalogue.js';
import { now } from '../state/clock.js';
import { isMine } from '../state/desk.js';
import { dropOffer, makeOffer } from '../state/doing.js';
import { serverTime } from '../state/line.js';
import type { Talk } from '../state/talk.js';
import { closeSheet, Dialog, Do } from './dialog.js';
import { Price, Thumb } from './parts.js';
import { Sizes } from './sizes.js';

/// An offer: made in a sheet, seen in the thread with how it stands.

const HOUR_MS = 3_600_000;
const LIVES: readonly (readonly [hours: string, label: string])[] = [['1', 'One hour'], ['24', 'A day'], ['168', 'A week'], ['720', '30 days']];
const AMOUNT = /^\d{1,12}([.,]\d{1,2})?$/;
const decimal = (text: string): string => text.trim().replace(',', '.');

type Code = 'none' | 'once' | 'own';
/// `code` '': nobody has chosen.
interface Draft { sku: string; variant: string; title: string; price: string; currency: string; text: string; deposit: string; link: string; code: '' | Code; own: string; hours: string }

/// What the customer has in front of them: what is on the stage, else the piece of their page.
function inFront(talk: Talk): string {
  const { view, trail } = talk.conversation.peek() ?? {};
  const on = view?.items.find((item) => item.slot === view.active)?.sku;
  return on ?? [...(trail ?? [])].reverse().find((page) => page.product)?.product?.sku ?? '';
}

function asked(d: Draft & { code: Code }, at: number, media: string | undefined): Requests['offer.make'] {
  const link = d.link.trim();
  const text = d.text.trim();
  return {
    ...(d.sku === '' ? {} : { sku: d.sku, ...(d.variant === '' ? {} : { variant: d.variant }), ...(media === undefined ? {} : { media }) }), title: d.title.trim(), price: decimal(d.price), currency: d.currency, until: at + Number(d.hours) * HOUR_MS,
    ...(text === '' ? {} : { text }), ...(link === '' ? {} : { link }), ...(d.deposit.trim() === '' || d.sku !== '' ? {} : { deposit: decimal(d.deposit) }),
    ...(d.code === 'once' ? { once: true } : d.code === 'own' && d.own.trim() !== '' ? { code: d.own.trim() } : {}),
  };
}

export function Offer({ talk }: { talk: Talk }): JSX.Element {
  const [sku] = useState(() => inFront(talk));
  const [d, put] = useState<Draft>({ sku, variant: '', title: '', price: '', currency: 'EUR', text: '', deposit: '', link: '', code: '', own: '', hours: '24' });
  const [busy, wait] = useState(false);
  const set = (more: Partial<Draft>): void => put((was) => ({ ...was, ...more }));
  const product = sku === '' ? undefined : products.value.get(sku);
  useEffect(() => { if (sku !== '') void productOf(sku); }, [sku]);
  useEffect(() => { if (product && d.title === '') set({ title: product.title, price: product.price, currency: product.currency, link: product.url ?? '' }); }, [product]);
  const isPiece = d.sku !== '';
  const variants = sizesOf(product);
  const costs = (of: string): string => variants.find((v) => v.sku === of)?.price ?? product?.price ?? '';
  /// The price of what was picked, unless another was typed.
  const priced = (sku: string): Partial<Draft> => (d.price === costs(d.variant) ? { price: costs(sku) } : {});
  /// The shop's bag knows its own price; another one comes into it by a code alone.
  const differs = isPiece && !!product && Number(decimal(d.price)) !== Number(costs(d.variant));
  const code: Code = d.code || (differs ? 'once' : 'none');
  const kind = (piece: boolean): void => set(piece && product ? { sku, title: product.title, price: product.price, currency: product.currency, link: product.url ?? '' } : { sku: '', title: '', price: '', link: '' });
  const fits = AMOUNT.test(d.price.trim()) && (d.deposit.trim() === '' || AMOUNT.test(d.deposit.trim()));
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    wait(true);
    if (await makeOffer(talk, asked({ ...d, code }, serverTime(Date.now()), product?.media[0]))) closeSheet();
    wait(false);
  };
  return (
    <Dialog label="Make an offer">
      <form class="sheet-form" onSubmit={(e) => void submit(e)}>
        <h2>Make an offer</h2>
        {sku !== '' && (
          <label class="labelled">What
            <select value={isPiece ? 'piece' : 'own'} onChange={(e) => kind(e.currentTarget.value === 'piece')}>
              <option value="piece">{product?.title ?? sku}</option><option value="own">A piece to be made</option>
            </select>
          </label>
        )}
        {isPiece && product && <div class="card"><Thumb of={{ sku }} width={56} /><span class="card-text"><span class="card-name"><bdi>{product.title}</bdi></span><Price of={product} /></span></div>}
        {isPiece && variants.length > 0 && (
          <label class="labelled">Which
            <Sizes of={product!} value={d.variant} pick={(variant) => set({ variant, ...priced(variant) })} />
          </label>
        )}
        {!isPiece && <label class="labelled">What it is<input class="field" required maxLength={200} placeholder="Halo ring with a stone of theirs" value={d.title} onInput={(e) => set({ title: e.currentTarget.value })} /></label>}
        <label class="labelled">{isPiece ? 'Why, or what goes with it' : 'How it will be'}<input class="field" maxLength={1000} placeholder={isPiece ? 'Engraving included' : '18 ct, six weeks'} value={d.text} onInput={(e) => set({ text: e.currentTarget.value })} /></label>
        <div class="offer-pair">
          <label class="labelled">Price, {d.currency}<input class="field" required inputMode="decimal" value={d.price} onInput={(e) => set({ price: e.currentTarget.value })} /></label>
          {isPiece ? null : <label class="labelled">Deposit, {d.currency}<input class="field" inputMode="decimal" placeholder="None" value={d.deposit} onInput={(e) => set({ deposit: e.currentTarget.value })} /></label>}
          <label class="labelled">Stands for
            <select value={d.hours} onChange={(e) => set({ hours: e.currentTarget.value })}>{LIVES.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</select>
          </label>
        </div>
        <label class="labelled">{isPiece ? 'Link: its page, or the checkout' : 'Link for the deposit'}<input class="field" maxLength={2048} placeholder="/checkout/" value={d.link} onInput={(e) => set({ link: e.currentTarget.value })} /></label>
        <label class="labelled">Code
          <select value={code} onChange={(e) => set({ code: e.currentTarget.value as Code })}><option value="none">None</option><option value="once">A new one, good one time</option><option value="own">One of the shop</option></select>
        </label>
        {differs && code === 'none' && <p class="quiet small">Without a code the shop’s bag has its own price, {money(costs(d.variant), product.currency)}.</p>}
        {code === 'own' && <label class="labelled">The code<input class="field" maxLength={64} value={d.own} onInput={(e) => set({ own: e.currentTarget.value })} /></label>}
        {talk.fault.value !== null && <p class="trouble" role="alert">{talk.fault.value}</p>}
        <Do yes="Offer it" ready={d.title.trim() !== '' && fits} busy={busy} />
      </form>
    </Dialog>
  );
}

/// In the thread: as the customer has it, how it stands, and the way to take it back.
export function Offered({ cs, of, talk }: { cs: number; of: OfferMake; talk: Talk }): JSX.Element {
  void talk.at.thread.value;
  const end = talk.conversation.value?.rows.find((r) => (r.op === 'offer.take' || r.op === 'offer.drop') && (r.d as { offer: number }).offer === cs)?.op;
  const over = (of.until ?? 0) <= serverTime(now.value);
  const stands = end === 'offer.take' ? 'Taken' : end === 'offer.drop' ? 'Taken back' : over ? 'It has run out' : `Stands until ${dayTime(of.until ?? 0)}`;
  const notes = [of.deposit === undefined ? null : `${money(of.deposit, of.currency)} as a deposit`, of.code === undefined ? null : `Code ${of.code}`].filter(Boolean).join(' · ');
  return (
    <div class="offer-card">
      <div class="offer-head">
        {(of.media ?? of.sku) !== undefined && <Thumb of={{ sku: of.sku ?? '', ...(of.media === undefined ? {} : { media: of.media }) }} width={56} />}
        <span class="offer-title"><bdi>{of.title}</bdi><strong><Price of={of} /></strong></span>
      </div>
      {of.text !== undefined && <p class="said" dir="auto">{of.text}</p>}
      {notes !== '' && <p class="offer-line">{notes}</p>}
      <p class={end === 'offer.take' ? 'offer-line taken' : 'offer-line'}>{stands}</p>
      {end === undefined && !over && isMine.value && <button type="button" class="vt-button" onClick={() => void dropOffer(talk, cs)}>Take back</button>}
    </div>
  );
}
