// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Order, OrderItem } from '../../../protocol/index.js';
import { dayTime, icons, money } from '../../../ui/index.js';
import { creditOf, sources } from '../lib/happened.js';
import { line } from '../state/line.js';
import { orders } from '../state/doing.js';
import type { Talk } from '../state/talk.js';
import { Icon, Thumb } from './parts.js';

/// What the customer has bought, the newest first: how much, what of it came back, who says so, and to whom it is credited.

const PIECES = 5; // the server's list has no more of each

function Piece({ of: item, currency }: { of: OrderItem; currency: string }): JSX.Element {
  const notes = [item.name === undefined ? item.variant : undefined, item.qty > 1 ? `${item.qty} pieces` : undefined, item.price === undefined ? undefined : money(item.price, currency)].filter(Boolean).join(' · ');
  return (
    <li class={item.back === item.qty ? 'order-piece back' : 'order-piece'}>
      <Thumb of={{ sku: item.sku }} width={32} />
      <span class="visit-text">
        <span class="visit-name"><bdi>{item.name ?? item.sku}</bdi></span>
        <span class="visit-line">{notes}</span>
        {item.seen && <span class="order-seen"><Icon d={icons.eye} size={14} />Looked at together</span>}
        {item.back !== undefined && <span class="visit-line">{item.back === item.qty ? 'Given back' : `${item.back} given back`}</span>}
      </span>
    </li>
  );
}

function One({ of: order }: { of: Order }): JSX.Element {
  const [whole, show] = useState(false);
  const left = Number(order.value) - Number(order.back ?? 0);
  const pieces = order.items ?? [];
  return (
    <li class="order">
      <span class="past-head"><strong class="order-value">{money(left, order.currency)}</strong><time dateTime={new Date(order.placed).toISOString()}>{dayTime(order.placed)}</time></span>
      {order.back !== undefined && <span class="past-line">{left <= 0 ? 'All of it' : money(order.back, order.currency)} given back, of {money(order.value, order.currency)}</span>}
      <span class="past-line"><bdi>{order.reference}</bdi>, {sources[order.source]}</span>
      {pieces.length > 0 && <ul class="order-pieces">{pieces.slice(0, whole ? PIECES : 2).map((item) => <Piece key={`${item.sku} ${item.variant ?? ''}`} of={item} currency={order.currency} />)}</ul>}
      {pieces.length > 2 && <button type="button" class="about-fold" aria-expanded={whole} onClick={() => show(!whole)}>{whole ? 'Fewer pieces' : 'More pieces'}<Icon d={whole ? icons.down : icons.right} size={16} /></button>}
      <span class="past-line">{creditOf(order)}</span>
    </li>
  );
}

/// Asked for with the conversation, and again when one was placed or given back.
export function Orders({ talk }: { talk: Talk }): JSX.Element | null {
  const [list, set] = useState<readonly Order[]>([]);
  void talk.at.thread.value;
  const conversation = talk.conversation.value;
  const told = conversation?.rows.filter((r) => r.op === 'order.done' || r.op === 'order.back').length ?? 0;
  const isThere = conversation !== null && line.value.state === 'live';
  useEffect(() => {
    let gone = false;
    if (isThere) void orders(talk).then((found) => { if (!gone && found !== null) set(found); });
    return () => { gone = true; };
  }, [talk, conversation, told, isThere]);
  if (list.length === 0) return null;
  return (
    <section class="about" aria-labelledby="orders-title">
      <h3 id="orders-title">Orders</h3>
      <ol class="orders">{list.map((order) => <One key={order.reference} of={order} />)}</ol>
    </section>
  );
}
