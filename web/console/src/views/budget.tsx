// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons, money } from '../../../ui/index.js';
import { budgetOf } from '../lib/budget.js';
import { amount } from '../state/catalogue.js';
import { weighAgain } from '../state/care.js';
import { isMine } from '../state/desk.js';
import { noteBudget } from '../state/doing.js';
import type { Talk } from '../state/talk.js';
import { Icon } from './parts.js';

/// What the customer wants to spend: as their page or the helper says it, or as the associate heard it.

function Note({ talk, currency, done }: { talk: Talk; currency: string; done(): void }): JSX.Element {
  const known = budgetOf(talk.profile.value.context);
  const [sum, setSum] = useState(known ? String(Number(known.amount)) : '');
  const [money_, setMoney] = useState(known?.currency ?? currency);
  const value = amount(sum);
  const isGood = sum.trim() === '' ? known !== null : value !== undefined && Number(value) > 0 && /^[A-Za-z]{3}$/.test(money_.trim());
  const save = async (e: Event): Promise<void> => {
    e.preventDefault();
    if (!isGood) return;
    if (await noteBudget(talk, sum.trim() === '' ? null : { amount: value!, currency: money_.trim().toUpperCase() })) {
      done();
      void weighAgain();
    }
  };
  return (
    <form class="budget-note" onSubmit={(e) => void save(e)} onKeyDown={(e) => { if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); done(); } else e.stopPropagation(); }}>
      <input class="field" inputMode="decimal" maxLength={14} placeholder="900" aria-label="Budget" value={sum} ref={(n) => { if (n && document.activeElement?.closest('.budget-note') === null) n.focus(); }} onInput={(e) => setSum(e.currentTarget.value)} />
      <input class="field budget-money" maxLength={3} aria-label="Currency" value={money_} onInput={(e) => setMoney(e.currentTarget.value)} />
      <button type="submit" class="vt-icon" aria-label={sum.trim() === '' && known ? 'Forget the budget' : 'Note the budget'} disabled={!isGood}><Icon d={icons.check} size={16} /></button>
    </form>
  );
}

export function Budget({ talk, currency }: { talk: Talk; currency: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  const known = budgetOf(talk.profile.value.context);
  if (open) return <Note talk={talk} currency={currency} done={() => setOpen(false)} />;
  return (
    <p class="budget">{known ? <>Budget <strong>{money(known.amount, known.currency)}</strong></> : <span class="quiet">No budget known</span>}
      {isMine.value && <button type="button" class="budget-edit" onClick={() => setOpen(true)}>{known ? 'Change' : 'Note it'}<span class="vt-unseen"> (budget)</span></button>}</p>
  );
}
