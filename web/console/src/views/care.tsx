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

const focusAt = (at: string): void => document.querySelector<HTMLElement>(`[data-care="${CSS.escape(at)}"]`)?.focus();

function back(at: string): void {
  leaveIt();
  focusAt(at);
}

function send(at: string, one: Product): void {
  focusAt(at);
  pick(one);
}

/// `at`: data-care of the button beside it.
export function Care({ at }: { at: string }): JSX.Element | null {
  const now = care.value;
  const first = useRef<HTMLButtonElement>(null);
  const isHere = now?.at === at;
  useEffect(() => { if (isHere) first.current?.focus(); }, [isHere]);
  useEffect(() => () => { if (care.peek()?.at === at) leaveIt(); }, []);
  if (now === null || !isHere) return null;
  const { product } = now;
  const all = choices(now);
  const budget = budgetOf(now.talk.profile.value.context);
  const does = now.way === 'show' ? 'Show' : 'Send';
  const key = (e: KeyboardEvent): void => {
    const nth = all[Number(e.key) - 1];
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat) return;
    if (nth) send(at, nth.product);
    else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') step(e.target, e.key === 'ArrowDown' ? 1 : -1);
    else if (e.key === 'Escape') back(at);
    else if (e.key.toLowerCase() === (now.way === 'show' ? 's' : 'c')) send(at, product);
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="care" role="group" aria-label={now.way === 'show' ? 'Before it is shown' : 'Before the card is sent'} onKeyDown={key}>
      {all.map(({ product: one, what }, i) => (
        <button key={one.sku} type="button" class="care-one" ref={i === 0 ? first : undefined} aria-keyshortcuts={String(i + 1)}
          disabled={now.way === 'show' && one.media.length === 0} onClick={() => send(at, one)}>
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
        <button type="button" class="vt-icon" aria-label="Not now" onClick={() => back(at)}><Icon d={icons.close} size={18} /></button>
      </div>
    </div>
  );
}
