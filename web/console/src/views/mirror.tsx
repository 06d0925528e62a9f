// SPDX-License-Identifier: Apache-2.0

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Tool } from '../../../mirror-page/src/words.js';
import type { Conversation } from '../../../transport/index.js';
import { icons } from '../../../ui/index.js';
import { CAPABILITIES, type Shared } from '../lib/acts.js';
import { isMine } from '../state/desk.js';
import { focusComposer, sheet } from '../state/layout.js';
import { line, theLink } from '../state/line.js';
import { who } from '../state/login.js';
import { act, allows, anyOn, askFor, letGo, mirrorAllowed, tell, unwatch, watch } from '../state/mirror.js';
import { say } from '../state/say.js';
import type { Talk } from '../state/talk.js';
import { Fill } from './filling.js';
import { hostMirror, type Filling, type MirrorHost } from './mirror-host.js';
import { Empty, Icon } from './parts.js';

/// The customer's page on the stage: how consent stands, the picture, and what may be done on it.

const TOOLS: readonly { id: Tool; name: string; icon: string; needs: Shared }[] = [
  { id: 'look', name: 'Look', icon: icons.eye, needs: 'mirror' },
  { id: 'point', name: 'Point', icon: icons.laser, needs: 'point' },
  { id: 'draw', name: 'Draw', icon: icons.pen, needs: 'point' },
  { id: 'click', name: 'Press', icon: icons.press, needs: 'click' },
  { id: 'fill', name: 'Fill in', icon: icons.field, needs: 'fill' },
];

function Tools({ talk, tool, pick, scroll }: { talk: Talk; tool: Tool; pick(tool: Tool): void; scroll(by: 1 | -1): void }): JSX.Element {
  const viewers = talk.mirror.value?.viewers ?? 0;
  return (
    <div class="mirror-bar" role="toolbar" aria-label="On their page">
      {TOOLS.map(({ id, name, icon, needs }) => {
        const may = allows(talk, needs);
        const title = may ? name : `${name}: ask first`;
        return (
          <button key={id} type="button" class={may ? 'vt-button' : 'vt-button locked'} aria-pressed={may ? tool === id : undefined} title={title} aria-label={title}
            aria-haspopup={may ? undefined : 'dialog'} onClick={() => { if (may) pick(id); else sheet.value = 'share'; }}>
            <Icon d={may ? icon : icons.lock} size={16} /><span class="tool-label">{name}</span>
          </button>
        );
      })}
      {allows(talk, 'scroll') && (
        <span class="mirror-scroll">
          <button type="button" class="vt-icon" aria-label="Scroll their page up" title="Scroll their page up" onClick={() => scroll(-1)}><Icon d={icons.up} /></button>
          <button type="button" class="vt-icon" aria-label="Scroll their page down" title="Scroll their page down" onClick={() => scroll(1)}><Icon d={icons.down} /></button>
        </span>
      )}
      <span class="mirror-end">
        {viewers > 1 && <span class="quiet small" title="Everyone who sees this page now">{viewers} watch</span>}
        <button type="button" class="vt-icon" aria-label="Send a page" title="Send a page" aria-haspopup="dialog" onClick={() => { sheet.value = 'push'; }}><Icon d={icons.external} /></button>
        <button type="button" class="vt-button" aria-haspopup="dialog" onClick={() => { sheet.value = 'share'; }}>Permissions</button>
      </span>
    </div>
  );
}

/// How far the page goes at one press: most of what is seen.
const STEP = 0.8;

function Live({ talk, conversation, site }: { talk: Talk; conversation: Conversation; site: string }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const host = useRef<MirrorHost | null>(null);
  const [tool, setTool] = useState<Tool>('look');
  const [at, setAt] = useState<'waiting' | 'shown' | 'stale'>('waiting');
  const [filling, setFilling] = useState<Filling | null>(null);
  const { state, n: lines } = line.value;
  const isLive = state === 'live';
  const used = TOOLS.find(({ id }) => id === tool)!;
  const inUse: Tool = allows(talk, used.needs) ? tool : 'look';
  const canScroll = allows(talk, 'scroll');

  useLayoutEffect(() => {
    if (frame.current === null) return;
    const made = hostMirror(frame.current, site, conversation, {
      shown: () => setAt('shown'),
      stale: () => setAt((was) => (was === 'shown' ? 'stale' : was)),
      click: ({ label, ...d }) => void act(talk, 'mirror.click', d, label === '' ? 'Pressed.' : `Pressed “${label}”.`),
      fill: (what) => {
        if (what.field.kind === 'none') tell(talk, 'There is no field there. Choose a field to fill in.', true);
        else setFilling(what);
      },
      scroll: ({ page, node, y }) => void act(talk, 'mirror.scroll', { page, node, y }, ''),
      mark: ({ page, node, label, points }) => {
        theLink().notify('mirror.mark', { page, node, ...(points === undefined ? {} : { points }) }, conversation.c);
        say(`Shown to ${talk.name('c')}${label === '' ? '' : `: ${label}`}.`);
      },
      said: say,
      escape: focusComposer,
    });
    host.current = made;
    return () => {
      host.current = null;
      made.destroy();
    };
  }, [talk, conversation, site]);
  useEffect(() => host.current?.tool(inUse, canScroll), [inUse, canScroll]);
  // A new line to the server knows nothing of who watches.
  useEffect(() => {
    if (!isLive) return setAt((was) => (was === 'shown' ? 'stale' : was));
    void watch(talk);
    return () => { if (line.peek().state === 'live') unwatch(talk); };
  }, [talk, conversation, isLive, lines]);

  const close = (): void => {
    setFilling(null);
    frame.current?.focus();
  };
  return (
    <>
      <Tools talk={talk} tool={inUse} pick={setTool} scroll={(by) => host.current?.scroll(by * STEP)} />
      <div class="mirror">
        <iframe ref={frame} class="mirror-frame" title="The customer’s page" referrerpolicy="no-referrer" />
        {at !== 'shown' && <p class="mirror-wait" role="status">{at === 'waiting' ? 'Their page is on its way…' : 'Catching up…'}</p>}
        {filling !== null && (
          <Fill what={filling} name={talk.name('c')} close={close}
            fill={(value) => { close(); void act(talk, 'mirror.fill', { page: filling.page, node: filling.node, value }, filling.label === '' ? 'Filled in.' : `Filled in “${filling.label}”.`); }} />
        )}
      </div>
    </>
  );
}

const ASKED_FIRST: Shared[] = ['mirror', 'point'];

function Ask({ talk }: { talk: Talk }): JSX.Element {
  const name = talk.name('c');
  const state = talk.consents.value?.mirror ?? 'off';
  if (!mirrorAllowed.value) return <Empty icon={icons.eye} title="Pages are not shared here"><p>The shop has switched the mirror off in its settings.</p></Empty>;
  if (!isMine.value || talk.state !== 'live') {
    return <Empty icon={icons.eye} title="Their page"><p>{talk.state === 'ended' ? 'The session has ended, and sharing with it.' : 'When the session is live you can ask to see their page.'}</p></Empty>;
  }
  if (state === 'requested') {
    return (
      <Empty icon={icons.hourglass} title={`${name} is asked`}>
        <p>Nothing is shared until they agree.</p>
        <button type="button" class="vt-button" onClick={() => void letGo(talk, CAPABILITIES.map(({ id }) => id).filter((id) => talk.consents.value?.[id] === 'requested'))}>Take the question back</button>
      </Empty>
    );
  }
  if (state === 'rejected') {
    return <Empty icon={icons.eye} title={`${name} said no`}><p>They can open it again themselves, in their panel. Until then, show them the piece.</p></Empty>;
  }
  return (
    <Empty icon={icons.eye} title="See their page together">
      <p>{name} is asked first. Passwords, cards and other private fields never leave their browser.</p>
      <button type="button" class="vt-button vt-main tall" onClick={() => void askFor(talk, ASKED_FIRST, '')}>Ask to see and point</button>
      <button type="button" class="vt-button" aria-haspopup="dialog" onClick={() => { sheet.value = 'share'; }}>Ask for more…</button>
      <button type="button" class="vt-button" aria-haspopup="dialog" onClick={() => { sheet.value = 'push'; }}>Send a page</button>
    </Empty>
  );
}

export function Mirror({ talk }: { talk: Talk }): JSX.Element {
  const conversation = talk.conversation.value;
  const login = who.value;
  const done = talk.done.value;
  const isShared = allows(talk, 'mirror') && conversation !== null && login.at === 'in' && (talk.state === 'live' || talk.state === 'away');
  return (
    <div class={anyOn(talk) ? 'mirror-place sharing' : 'mirror-place'}>
      {isShared ? <Live key={talk.conv} talk={talk} conversation={conversation} site={login.me.site.key} /> : <Ask talk={talk} />}
      {done !== null && (
        <p class={done.isBad ? 'mirror-done bad' : 'mirror-done'}>{done.text}
          <button type="button" class="vt-icon" aria-label="Dismiss" onClick={() => { talk.done.value = null; }}><Icon d={icons.close} size={16} /></button></p>
      )}
    </div>
  );
}
