// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import type { FileUse } from '../../../protocol/index.js';
import { elapsed, icons } from '../../../ui/index.js';
import { explain } from '../lib/faults.js';
import { isLocal, qr } from '../../../ui/qr.js';
import { now } from '../state/clock.js';
import { talk as focusedTalk } from '../state/desk.js';
import { sheet } from '../state/layout.js';
import { serverTime, theLink } from '../state/line.js';
import { discard, send, sendAll, type Sending } from '../state/pictures.js';
import { say } from '../state/say.js';
import type { Talk } from '../state/talk.js';
import { Icon } from './parts.js';

/// A button that opens the browser's file chooser.
export function Choose({ talk, use, class: className, label, children }: {
  talk: Talk; use: FileUse; class: string; label: string; children: ComponentChildren;
}): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={className} aria-label={label} title={label} onClick={() => input.current?.click()}>{children}</button>
      <input type="file" accept="image/*,video/*" multiple hidden ref={input} onChange={(e) => {
        sendAll(talk, e.currentTarget.files ?? [], use);
        e.currentTarget.value = '';
      }} />
    </>
  );
}

function One({ talk, sending }: { talk: Talk; sending: Sending }): JSX.Element {
  const { file, part, fault } = sending;
  if (fault === null) {
    return (
      <li class="sending">
        <span class="sending-name"><bdi>{file.name}</bdi></span>
        <progress max={1} value={part} aria-label={`Sending ${file.name}`} />
      </li>
    );
  }
  return (
    <li class="sending" role="alert">
      <span class="sending-name"><bdi>{file.name}</bdi><span class="trouble">{fault}</span></span>
      <button type="button" class="vt-button" onClick={() => void send(talk, sending)}>Send again</button>
      <button type="button" class="vt-icon" aria-label={`Discard ${file.name}`} onClick={() => discard(talk, sending)}><Icon d={icons.close} size={16} /></button>
    </li>
  );
}

export function Sendings({ talk, use }: { talk: Talk; use: FileUse }): JSX.Element | null {
  const mine = talk.sendings.value.filter((s) => s.use === use);
  return mine.length === 0 ? null : <ul class="sendings">{mine.map((s) => <One key={s.id} talk={talk} sending={s} />)}</ul>;
}

/* --- a phone's camera ------------------------------------------------------------------------------------ */

type Code = { url: string; until: number; ticket: string };

function Copy({ url }: { url: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = (): void => void navigator.clipboard?.writeText(url).then(() => {
    setCopied(true);
    say('The link is copied.');
  }, () => undefined);
  return (
    <div class="code-link">
      <input readOnly value={url} aria-label="Link for the phone" onFocus={(e) => e.currentTarget.select()} />
      <button type="button" class="vt-button" onClick={copy}>{copied ? 'Copied' : 'Copy'}</button>
    </div>
  );
}

function Shown({ code, open }: { code: Code; open: boolean }): JSX.Element {
  const { size, path } = qr(code.url);
  const left = Math.max(0, code.until - serverTime(now.value));
  return (
    <>
      <div class={open ? 'code taken' : 'code'}>
        <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code for the phone's camera" shape-rendering="crispEdges">
          <rect width={size} height={size} fill="#fff" /><path d={path} fill="#000" /></svg>
        {open && <p class="code-open"><Icon d={icons.check} />Phone connected</p>}
      </div>
      <p role="status" class="quiet">{open ? 'Waiting for its first photo.' : <>Scan it with the phone's camera. It works on one phone, for <span class="code-left">{elapsed(left)}</span>.</>}</p>
      {!open && <Copy url={code.url} />}
      {!open && isLocal(code.url) && <p class="code-warn">A phone cannot reach this address: it names this computer only. Whoever runs the server can set its base URL to one that the phone's network knows.</p>}
    </>
  );
}

/// The code for one conversation, asked for when the sheet opens. A photo that came closes it: it is on the stage behind.
export function Phone({ Dialog }: { Dialog: (p: { label: string; children: ComponentChildren }) => JSX.Element }): JSX.Element | null {
  const [talk] = useState(() => focusedTalk.peek());
  const [code, setCode] = useState<Code | null>(null);
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  const c = talk?.conversation.peek()?.c;
  const close = (): void => { sheet.value = null; };

  useEffect(() => {
    const link = theLink();
    if (c === undefined) return undefined;
    let ticket = '';
    setOpen(false);
    setFault(null);
    link.request('view.phone', {}, c).then(({ url = '', until = 0, ticket: name = '' }) => {
      ticket = name;
      setCode({ url, until, ticket });
    }, (e: unknown) => setFault(explain(e)));
    return link.on('event', ({ op, d }) => {
      const told = d as { ticket: string; state: string; why?: string };
      if (op !== 'file.state' || told.ticket !== ticket) return;
      if (told.state === 'open') setOpen(true);
      if (told.state === 'ready') close();
      if (told.state === 'refused') setFault(told.why ?? explain({}));
    });
  }, [turn]);

  const stop = (): void => {
    if (c !== undefined) theLink().request('view.phone', { stop: true }, c).catch(() => undefined);
    close();
  };
  const isOver = code !== null && code.until <= serverTime(now.value);
  return (
    <Dialog label="Photo from a phone">
      <h2>Photo from a phone</h2>
      {fault !== null && <p class="trouble" role="alert">{fault}</p>}
      {isOver ? <p role="status">The code has ended.</p> : code && <Shown code={code} open={open} />}
      <div class="sheet-do">
        <button type="button" class="vt-button" onClick={stop}>{open ? 'Disconnect' : 'Cancel'}</button>
        {isOver || fault !== null
          ? <button type="button" class="vt-button vt-main" onClick={() => { setCode(null); setTurn(turn + 1); }}>New code</button>
          : <button type="button" class="vt-button vt-main" onClick={close}>Done</button>}
      </div>
    </Dialog>
  );
}
