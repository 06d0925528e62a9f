// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Product } from '../../../protocol/index.js';
import { icons } from '../../../ui/index.js';
import { budgetOf, fit } from '../lib/budget.js';
import { care, leaveIt, pick, type Care as Caring } from '../state/care.js';
import { Budget } from './budget.js';
import { Icon, Picture, Price } from './parts.js';

/// Below the piece that is about to be put before the customer: Enter sends it, 2 and 3 one of the others, Esc none.

interface Choice { product: Product; what: string }

function choices({ product, answer }: Caring): Choice[] {
  return [
    { product, what: '' },
    ...(answer?.cheaper ? [{ product: answer.cheaper, what: 'Costs less' }] : []),
    ...(answer?.comparable ? [{ product: answer.comparable, what: 'Compares' }] : []),
  ];
}

function step(from: EventTarget | null, by: number): void {
  const all = [...document.querySelectorAll<HTMLElement>('.care-one')];
  all[(all.indexOf(from as HTMLElement) + by + all.length) % all.length]?.focus();
}

function back(sku: string): void {
  leaveIt();
  document.querySelector<HTMLElement>(`[data-sku="${CSS.escape(sku)}"]`)?.focus();
}

function send(sku: string, one: Product): void {
  document.querySelector<HTMLElement>(`[data-sku="${CSS.escape(sku)}"]`)?.focus();
  pick(one);
}

export function Care({ product }: { product: Product }): JSX.Element | null {
  const now = care.value;
  const first = useRef<HTMLButtonElement>(null);
  const isHere = now?.product.sku === product.sku;
  useEffect(() => { if (isHere) first.current?.focus(); }, [isHere]);
  useEffect(() => () => { if (care.peek()?.product.sku === product.sku) leaveIt(); }, []);
  if (now === null || !isHere) return null;
  const all = choices(now);
  const budget = budgetOf(now.talk.profile.value.context);
  const does = now.way === 'show' ? 'Show' : 'Send';
  const key = (e: KeyboardEvent): void => {
    const nth = all[Number(e.key) - 1];
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
    if (nth) send(product.sku, nth.product);
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') step(e.target, e.key === 'ArrowDown' ? 1 : -1);
    else if (e.key === 'Escape') back(product.sku);
    else if (e.key.toLowerCase() === (now.way === 'show' ? 's' : 'c')) send(product.sku, product);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="care" role="group" aria-label={now.way === 'show' ? 'Before it is shown' : 'Before the card is sent'} onKeyDown={key}>
      {all.map(({ product: one, what }, i) => (
        <button key={one.sku} type="button" class="care-one" ref={i === 0 ? first : undefined} aria-keyshortcuts={String(i + 1)}
          disabled={now.way === 'show' && one.media.length === 0} onClick={() => send(product.sku, one)}>
          <Picture media={one.media[0]} width={40} />
          <span class="care-text">
            {what !== '' && <span class="care-what">{what}<span class="vt-unseen">: </span></span>}
            <span class="care-name"><span class="vt-unseen">{does} </span><bdi>{one.title}</bdi></span>
            <span class="care-line"><Price of={one} />{budget && <span>{fit(one, budget)}<span class="vt-unseen"> of the budget</span></span>}</span>
          </span>
          <span class="care-go"><Icon d={now.way === 'show' ? icons.eye : icons.send} size={18} /></span>
          <kbd aria-hidden="true">{i === 0 ? '↵' : i + 1}</kbd>
        </button>
      ))}
      <div class="care-foot">
        <Budget talk={now.talk} currency={product.currency ?? ''} />
        {now.answer === null && <span class="quiet small">Comparing…</span>}
        <button type="button" class="vt-icon" aria-label="Not now" onClick={() => back(product.sku)}><Icon d={icons.close} size={18} /></button>
      </div>
    </div>
  );
}
