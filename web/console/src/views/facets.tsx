// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { FacetCount } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { amount, counts, inStock, isWanted, least, most, price, prices, stocked, toggle, toggleStock, total, wanted, widen } from '../state/catalogue.js';
import { Icon } from './parts.js';

/// What the pieces found can be narrowed by: each value with how many there are, chosen ones first to be seen and taken back.

type Facet = FacetCount['facet'];
const NAMES: Record<Facet, string> = { type: 'Type', brand: 'Brand', colour: 'Colour', size: 'Size', material: 'Material', branch: 'In stock in' };
const FACETS = Object.keys(NAMES) as Facet[];
const SHOWN = 8;

function Value({ of }: { of: FacetCount }): JSX.Element {
  return (
    <button type="button" class="facet" aria-pressed={isWanted(of)} onClick={() => toggle(of)}>
      <bdi>{of.value.replace(/ > /g, ' › ')}</bdi> <span class="facet-n">{of.n}</span>
    </button>
  );
}

/// "Rings > Signet" once Rings were chosen, or one of its like.
const isNear = (of: FacetCount): boolean => {
  const end = of.value.lastIndexOf(' > ');
  if (of.facet !== 'type' || end < 0) return true;
  const parent = of.value.slice(0, end);
  return wanted.value.some((w) => w.facet === 'type' && (w.value === parent || w.value.startsWith(`${parent} > `)));
};

/// A value that every piece has tells nothing, unless it was chosen.
function Values({ facet }: { facet: Facet }): JSX.Element | null {
  const [all, setAll] = useState(false);
  const values = counts.value.filter((of) => of.facet === facet && isNear(of) && (isWanted(of) || of.n < total.value || wanted.value.some((w) => w.facet === facet)));
  if (values.length === 0) return null;
  const shown = all ? values : values.filter((of, i) => i < SHOWN || isWanted(of));
  return (
    <fieldset class="facet-group">
      <legend>{NAMES[facet]}</legend>
      {shown.map((of) => <Value key={of.value} of={of} />)}
      {shown.length < values.length && <button type="button" class="facet more" onClick={() => setAll(true)}>{values.length - shown.length} more</button>}
    </fieldset>
  );
}

function Prices(): JSX.Element {
  const field = (end: 'least' | 'most', value: string): JSX.Element => (
    <label class="facet-price">{end === 'least' ? 'From' : 'To'}
      <input inputMode="decimal" autocomplete="off" maxLength={12} value={value} placeholder={prices.value[end]?.replace(/\.00$/, '')}
        aria-invalid={value !== '' && amount(value) === undefined} onInput={(e) => price(end, e.currentTarget.value)} />
    </label>
  );
  return <fieldset class="facet-group"><legend>Price</legend>{field('least', least.value)}{field('most', most.value)}</fieldset>;
}

export function Facets(): JSX.Element {
  const [open, setOpen] = useState(false);
  const n = wanted.value.length + (least.value ? 1 : 0) + (most.value ? 1 : 0);
  const any = n > 0 || inStock.value;
  return (
    <div class="facets">
      <div class="facet-line">
        <button type="button" class="facet" aria-expanded={open} aria-controls="facet-groups" onClick={() => setOpen(!open)}>Narrow{n > 0 ? ` (${n})` : ''} <Icon d={icons.down} size={16} /></button>
        <button type="button" class="facet" aria-pressed={inStock.value} onClick={toggleStock}>In stock <span class="facet-n">{stocked.value}</span></button>
        {any && <button type="button" class="facet more" onClick={widen}>Clear</button>}
      </div>
      {!open && wanted.value.length > 0 && <div class="facet-line">{wanted.value.map((w) => <button key={w.facet + w.value} type="button" class="facet" aria-pressed="true" aria-label={`${NAMES[w.facet]}: ${w.value}, take back`} onClick={() => toggle(w)}><bdi>{w.value}</bdi> <Icon d={icons.close} size={14} /></button>)}</div>}
      {open && <div id="facet-groups" class="facet-groups">{FACETS.map((facet) => <Values key={facet} facet={facet} />)}<Prices /></div>}
    </div>
  );
}
