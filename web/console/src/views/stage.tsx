// SPDX-License-Identifier: Apache-2.0

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { QueueRow } from '../../../protocol/index.js';
import type { Conversation } from '../../../transport/index.js';
import { icons } from '../../../ui/index.js';
import { counter, spoken } from '../lib/times.js';
import { now } from '../state/clock.js';
import { busy, isMine, open, rowFault, take, talk as focusedTalk, waitedMs } from '../state/desk.js';
import { details, sheet, showCatalogue } from '../state/layout.js';
import { picturesOf, sendAll } from '../state/pictures.js';
import { rows, tally } from '../state/queue.js';
import { cannotShow, pageNow, pieceOf, showRef } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { anyOn, intoViewer } from '../state/mirror.js';
import { Mirror } from './mirror.js';
import { Empty, Icon, Price, Thumb } from './parts.js';
import { Choose, Sendings } from './pictures.js';
import { hostViewer } from './viewer-host.js';

function shown(talk: Talk, sku: string | undefined): boolean {
  const view = talk.conversation.value?.view;
  const active = view?.items.find((item) => item.slot === view.active);
  return sku !== undefined && active?.sku === sku;
}

function Looking({ talk }: { talk: Talk }): JSX.Element {
  const product = pieceOf(talk, pageNow(talk));
  void talk.at.view.value;
  const why = cannotShow(talk, isMine.value);
  if (product === undefined) return <span class="looking quiet">They are not on a product page</span>;
  return (
    <span class="looking">
      <Thumb of={product} width={36} />
      <span class="looking-text"><span class="looking-label">They look at · <Price of={product} /></span><span class="looking-name"><bdi>{product.name ?? product.sku}</bdi></span></span>
      {isMine.value && talk.state !== 'ended' && (talk.stage.value === 'page' || !shown(talk, product.sku)) && (
        <button type="button" class="vt-button" disabled={why !== null} title={why ?? undefined} onClick={() => void intoViewer(talk, product)}>Show what they look at</button>
      )}
    </span>
  );
}

/// The piece or their page: two tabs of one stage.
function Tabs({ talk }: { talk: Talk }): JSX.Element {
  const now = talk.stage.value;
  const tab = (id: 'piece' | 'page', name: string): JSX.Element => (
    <button type="button" role="tab" id={`stage-${id}`} class="stage-tab" aria-selected={now === id} aria-controls="stage-place" tabIndex={now === id ? 0 : -1}
      onClick={() => { talk.stage.value = id; }}>{name}{id === 'page' && anyOn(talk) && <span class="on-air" title="Shared now"><span class="vt-unseen">, shared now</span></span>}</button>
  );
  const move = (e: KeyboardEvent): void => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    e.preventDefault();
    talk.stage.value = now === 'piece' ? 'page' : 'piece';
    document.getElementById(`stage-${talk.stage.value}`)?.focus();
  };
  return <div class="stage-tabs" role="tablist" aria-label="On the stage" onKeyDown={move}>{tab('piece', 'Piece')}{tab('page', 'Page')}</div>;
}

function Tools({ talk }: { talk: Talk }): JSX.Element {
  return (
    <div class="stage-bar">
      <Tabs talk={talk} />
      <Looking talk={talk} />
      <span class="stage-do">
        {cannotShow(talk, isMine.value) === null && talk.stage.value === 'piece' && (
          <>
            <Choose talk={talk} use="view" class="vt-icon" label="Add a photo or clip"><Icon d={icons.picture} /></Choose>
            <button type="button" class="vt-icon" aria-label="Photo from a phone" title="Photo from a phone" aria-haspopup="dialog" onClick={() => { sheet.value = 'phone'; }}><Icon d={icons.phone} /></button>
          </>
        )}
        <button type="button" class="vt-button" aria-label="Add a piece" title="Add a piece" hidden={!isMine.value || talk.state === 'ended' || talk.stage.value === 'page'} onClick={showCatalogue}><Icon d={icons.plus} size={16} /><span class="add-label">Add a piece</span></button>
        <button type="button" class="vt-icon wide-only" aria-pressed={details.value} onClick={() => { details.value = !details.value; }}
          aria-label="Customer details" title="Customer details"><Icon d={icons.person} /></button>
      </span>
    </div>
  );
}

function Host({ talk, conversation }: { talk: Talk; conversation: Conversation }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => (root.current === null ? undefined : hostViewer(root.current, talk, conversation)), [talk, conversation, conversation.me]);
  return <div class="viewer" ref={root} />;
}

function Nothing({ talk }: { talk: Talk }): JSX.Element {
  const why = cannotShow(talk, isMine.value);
  const product = pieceOf(talk, pageNow(talk));
  const colleague = rows.value.get(talk.conv)?.associate;
  if (talk.state === 'ended') return <Empty icon={icons.check} title="The session has ended"><p>What was said stays in the thread; messages still reach the customer there.</p></Empty>;
  if (why !== null) {
    return (
      <Empty icon={icons.picture} title={isMine.value ? why : colleague ? `With ${colleague}` : 'Not with you yet'}>
        {!isMine.value && <p>{colleague ? 'You can read along. Nothing is on their stage.' : 'Read the thread and the trail; take the customer to look at a piece together.'}</p>}
      </Empty>
    );
  }
  return (
    <Empty icon={icons.picture} title="Look at a piece together">
      <p>Both of you see the same place of the same picture.</p>
      {product !== undefined && (
        <button type="button" class="vt-button vt-main tall offer" onClick={() => void showRef(talk, product)}>
          <Thumb of={product} width={36} />Show {product.name ?? 'what they look at'}
        </button>
      )}
      <button type="button" class="vt-button" onClick={showCatalogue}>Search the catalogue</button>
    </Empty>
  );
}

/// Nothing is open and somebody waits: whoever has waited longest, and the piece they look at.
function First({ row, waiting }: { row: QueueRow; waiting: number }): JSX.Element {
  const ms = waitedMs(row.since, now.value);
  return (
    <section class="column stage" aria-label="Piece">
      <div class="invite">
        <Thumb of={row.product} width={320} />
        <p class="invite-name"><bdi>{row.name || 'A visitor'}</bdi> is waiting</p>
        <p class="quiet">{row.product && <><bdi>{row.product.name ?? row.product.sku}</bdi> · </>}
          <span aria-hidden="true">{counter(ms)}</span><span class="vt-unseen">{spoken(ms)}</span>
          {waiting > 1 && ` · longest of ${waiting}`}</p>
        <span class="invite-do">
          <button type="button" class="vt-button tall" onClick={() => void open(row.conv)}>Read first</button>
          <button type="button" class="vt-button vt-main tall" disabled={busy.value !== null} onClick={() => void take(row.conv)}>{busy.value === row.conv ? 'Taking…' : 'Take'}</button>
        </span>
        {rowFault.value?.conv === row.conv && <p class="trouble" role="alert">{rowFault.value.text}</p>}
      </div>
    </section>
  );
}

function NoTalk(): JSX.Element {
  const waiting = tally.value.unassigned;
  const row = tally.value.longest;
  if (row !== null) return <First row={row} waiting={waiting} />;
  return (
    <section class="column stage" aria-label="Piece">
      <Empty icon={icons.chat} title="No conversation is open">
        <p>When somebody asks for help, they appear in the list. Open a row to read its thread and trail.</p>
      </Empty>
    </section>
  );
}

/// The piece, and as little else as can be.
export function Stage(): JSX.Element {
  const talk = focusedTalk.value;
  const [over, setOver] = useState(false);
  useEffect(() => { if (talk) talk.stageFault.value = null; }, [talk]);
  if (talk === null) return <NoTalk />;
  void talk.at.view.value;
  const conversation = talk.conversation.value;
  const may = cannotShow(talk, isMine.value) === null;
  const isPage = talk.stage.value === 'page';
  const shows = conversation !== null && conversation.view !== null && conversation.view.items.length > 0;
  return (
    <section class="column stage" aria-label="Piece">
      <Tools talk={talk} />
      {isPage && <div class="stage-piece" role="tabpanel" id="stage-place" aria-labelledby="stage-page"><Mirror talk={talk} /></div>}
      <div hidden={isPage} role="tabpanel" id={isPage ? undefined : 'stage-place'} aria-labelledby="stage-piece" class={over ? 'stage-piece drop' : 'stage-piece'} data-drop="Drop to look at the photo together"
        onDragOver={(e) => { if (may && e.dataTransfer?.types.includes('Files')) { e.preventDefault(); setOver(true); } }}
        onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); if (may) sendAll(talk, picturesOf(e.dataTransfer), 'view'); }}>
        {shows ? <Host key={talk.conv} talk={talk} conversation={conversation} /> : <Nothing talk={talk} />}
        <Sendings talk={talk} use="view" />
        {talk.stageFault.value !== null && (
          <p class="stage-fault" role="alert">{talk.stageFault.value}
            <button type="button" class="vt-icon" aria-label="Dismiss" onClick={() => { talk.stageFault.value = null; }}><Icon d={icons.close} size={16} /></button></p>
        )}
      </div>
    </section>
  );
}
