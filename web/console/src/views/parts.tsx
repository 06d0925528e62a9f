// SPDX-License-Identifier: Apache-2.0

import { useEffect, useErrorBoundary } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import type { Person, ProductRef } from '../../../protocol/index.js';
import { money } from '../../../ui/index.js';
import { initials } from '../lib/text.js';
import { productOf, products } from '../state/catalogue.js';
import { line } from '../state/line.js';

/// Small things every view uses. No view sets a style: sizes and colours are classes.

export function Icon({ d, size = 20 }: { d: string; size?: number }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" fill="none" stroke="currentColor"
      stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"><path d={d} /></svg>
  );
}

/// Pictures come in the widths the server makes.
const LADDER = [160, 320, 480, 640, 960, 1280, 1920];

/// A personal picture's name carries its grant, which goes behind the path.
export const pictureUrl = (media: string, width: number): string => {
  const [id = '', grant] = media.split('?');
  return `/t/${encodeURIComponent(id)}/${LADDER.find((w) => w >= width) ?? 1920}${grant ? `?${grant}` : ''}`;
};

export function Picture({ media, width, alt = '' }: { media: string | undefined; width: number; alt?: string }): JSX.Element {
  if (media === undefined) return <span class="picture none" />;
  return <img class="picture" src={pictureUrl(media, width * 2)} alt={alt} loading="lazy" decoding="async" draggable={false} />;
}

/// The picture of a product somebody named: its own, else the catalogue's.
export function Thumb({ of, width }: { of: ProductRef | undefined; width: number }): JSX.Element {
  const sku = of?.media ? undefined : of?.sku;
  useEffect(() => { if (sku !== undefined) void productOf(sku); }, [sku]);
  const found = sku === undefined ? undefined : products.value.get(sku)?.media[0];
  return <Picture media={of?.media ?? found} width={width} />;
}

export function Price({ of }: { of: { price?: string; currency?: string } }): JSX.Element | null {
  if (!of.price || !of.currency || !Number.isFinite(Number(of.price))) return null;
  return <span class="price">{money(of.price, of.currency)}</span>;
}

export function Avatar({ name, large = false }: { name: string; large?: boolean }): JSX.Element {
  return <span class={large ? 'avatar large' : 'avatar'} aria-hidden="true">{initials(name) || '·'}</span>;
}

const presence: Record<Person['at'], [short: string, long: string]> = {
  here: ['Here', 'On the site now'],
  changing: ['Changing page', 'Changing page: back in a few seconds'],
  away: ['Away', 'Away: the line is lost. The session is kept for 2 minutes'],
  gone: ['Left', 'Has left. Messages are kept for when they come back'],
};

export function Presence({ at, long = false }: { at: Person['at'] | undefined; long?: boolean }): JSX.Element | null {
  if (at === undefined) return null;
  // Without a line nobody can say where the customer is; the last known word would be a guess.
  if (line.value.state !== 'live') return <span class="presence unknown"><span class="dot" aria-hidden="true" />{long ? 'Not known while the line is lost' : 'Not known'}</span>;
  return <span class={`presence ${at}`}><span class="dot" aria-hidden="true" />{presence[at][long ? 1 : 0]}</span>;
}

/// One column that breaks must not take the others with it. What was typed lives in the state, not in the column.
export function Guard({ what, children }: { what: string; children: ComponentChildren }): JSX.Element {
  const [error, again] = useErrorBoundary((e: unknown) => console.error(e));
  if (error === undefined) return <>{children}</>;
  return (
    <section class="column" aria-label={what}>
      <div class="empty" role="alert">
        <p class="empty-title">{what} could not be drawn</p>
        <p>Nothing is lost: the conversation and what you typed are kept.</p>
        <button type="button" class="vt-button" onClick={again}>Try again</button>
      </div>
    </section>
  );
}

/// An empty place says what is missing and what to do.
export function Empty({ icon, title, children }: { icon: string; title: string; children?: ComponentChildren }): JSX.Element {
  return <div class="empty"><Icon d={icon} size={28} /><p class="empty-title">{title}</p>{children}</div>;
}
