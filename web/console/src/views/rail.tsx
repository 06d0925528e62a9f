// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import type { Me } from '../api.js';
import { leads, over, type Over } from '../board/state.js';
import { focused } from '../state/desk.js';
import { left, narrow, pane, sheet, showCatalogue, showLeft, type Pane } from '../state/layout.js';
import { rows, tally } from '../state/queue.js';
import { Icon } from './parts.js';
import { Self } from './self.js';

function Item(props: { icon: string; label: string; short?: string; on: boolean; badge?: number; badgeText?: string; press(was: Over | null): void; hide?: string }): JSX.Element {
  const { icon, label, short, on, badge = 0, badgeText, press, hide } = props;
  return (
    <button type="button" class={`rail-item ${hide ?? ''}`} aria-current={on ? 'page' : undefined} onClick={() => { const was = over.peek(); over.value = null; press(was); }}>
      <span class="rail-icon"><Icon d={icon} size={22} />{badge > 0 && <span class="badge" aria-hidden="true">{badge}</span>}</span>
      <span class="rail-label">{short === undefined ? label : <><span class="wide">{label}</span><span class="phone">{short}</span></>}</span>
      {badge > 0 && <span class="vt-unseen">, {badge} {badgeText}</span>}
    </button>
  );
}

function PaneItem({ to, icon, label }: { to: Pane; icon: string; label: string }): JSX.Element | null {
  if (focused.value === null) return null;
  const unread = to === 'thread' && pane.value !== to ? rows.value.get(focused.value)?.unread ?? 0 : 0;
  return <Item hide="phone" icon={icon} label={label} on={over.value === null && pane.value === to} badge={unread} badgeText="unread" press={() => { pane.value = to; }} />;
}

/// Where one is and who one is. On a phone it is the bar at the bottom and leads through the columns.
export function Rail({ me }: { me: Me }): JSX.Element {
  const atLeft = over.value === null && (!narrow.matches || pane.value === 'left');
  return (
    <nav class="rail" aria-label="Console">
      <Item icon={icons.lines} label="Customers" short="List" on={atLeft && left.value !== 'catalogue'} badge={tally.value.unassigned} badgeText="waiting" press={showLeft} />
      <Item icon={icons.search} label="Catalogue" on={atLeft && left.value === 'catalogue'} press={showCatalogue} />
      {leads(me.role) && <Item icon={icons.floor} label="Floor" on={over.value !== null} press={(was) => { over.value = was === null ? 'floor' : null; }} />}
      <PaneItem to="stage" icon={icons.picture} label="Piece" />
      <PaneItem to="thread" icon={icons.chat} label="Chat" />
      <PaneItem to="customer" icon={icons.person} label="Customer" />
      <span class="rail-gap" />
      <button type="button" class="rail-item rail-keys" onClick={() => { sheet.value = 'keys'; }} aria-label="Keys"><span class="rail-icon key" aria-hidden="true">?</span></button>
      <Self me={me} />
    </nav>
  );
}
