// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Order } from '../../../protocol/index.js';
import { money } from '../../../ui/formats.js';
import { get, type Me } from '../api.js';
import { when } from '../lib/words.js';
import { Act, Empty, Section, Show, useLoad } from './parts.js';
import { Settings } from './save.js';
import { Choice, Whole } from './setting.js';

/// To whom an order is credited, and what was counted last: whoever puts the calls into the shop sees here that they arrive.

interface Counted { conversation?: string; order: Order }

const RULES = [['', 'The last one (default)'], ['first', 'The first one'], ['split', 'All of them, in equal parts']] as const;
const sources: Record<Order['source'], string> = { page: 'The page', signed: 'The page, signed', shop: 'The shop’s server' };

function credit({ credit = [], of: among }: Order): string {
  if (credit.length === 0) return 'Nobody';
  const who = [...new Set(credit.map((c) => c.associate ?? 'Somebody who left'))].join(', ');
  return among > 1 ? `${who}, ${credit.length} of ${among} sessions` : who;
}

function List({ of: { orders }, again }: { of: { orders: Counted[] }; again: () => Promise<void> }): JSX.Element {
  if (orders.length === 0) return <Empty title="No order yet"><p>Pages tell of one with <code>{"Vitrine('order', {reference, value, currency, items})"}</code>, the shop’s server with <code>POST /api/v1/orders</code>.</p></Empty>;
  return (
    <>
      <div class="row"><Act label="Look again" run={again} /></div>
      <table class="table">
        <thead><tr><th scope="col">Order</th><th scope="col">Placed</th><th scope="col">Value</th><th scope="col">Told by</th><th scope="col">Credited to</th></tr></thead>
        <tbody>
          {orders.map(({ order }) => (
            <tr key={order.reference}>
              <th scope="row" class="break">{order.reference}</th>
              <td data-label="Placed">{when(order.placed)}</td>
              <td data-label="Value">{money(order.value, order.currency)}{order.back !== undefined && <span class="under">{money(order.back, order.currency)} given back</span>}</td>
              <td data-label="Told by">{sources[order.source]}</td>
              <td data-label="Credited to">{credit(order)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Latest(): JSX.Element {
  const [state, again] = useLoad(() => get<{ orders: Counted[] }>('/orders?limit=20'));
  return <Section title="Counted last"><Show of={state} again={again}>{(found) => <List of={found} again={again} />}</Show></Section>;
}

export function OrdersPage({ me }: { me: Me }): JSX.Element {
  return (
    <>
      <Settings me={me}>
        {() => (
          <>
            <p class="quiet">An order counts for the customer’s sessions that an associate had taken before it. Staff see it beside the conversation, and the report Sales adds it up.</p>
            <Choice at="/settings/orders/rule" label="Where there were several sessions, it is credited to" options={RULES} />
            <Whole at="/settings/orders/days" label="A session counts until" unit="days after it" placeholder="30" hint="1 to 365. What the site no longer keeps counts no more: see Privacy. Orders that are there already stay as they are." />
          </>
        )}
      </Settings>
      {me.role === 'admin' && <Latest />}
    </>
  );
}
