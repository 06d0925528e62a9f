// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { room } from '../lib/text.js';
import { openMaker } from '../state/films.js';
import { sheet } from '../state/layout.js';
import { picturesOf, sendAll } from '../state/pictures.js';
import type { Talk, Voice } from '../state/talk.js';
import { Meter } from './meter.js';
import { Icon } from './parts.js';
import { CannedList, cannedOf, filled } from './canned.js';
import { Choose, Sendings } from './pictures.js';

const voices: readonly [Voice, string][] = [['reply', 'Reply'], ['note', 'Private note']];

function VoiceSwitch({ talk }: { talk: Talk }): JSX.Element {
  return (
    <div class="voices" role="radiogroup" aria-label="Who reads it">
      {voices.map(([voice, label]) => (
        <label key={voice} class="voice">
          <input type="radio" name={`voice-${talk.conv}`} checked={talk.voice.value === voice}
            onChange={() => { talk.voice.value = voice; document.getElementById('composer')?.focus(); }} />
          <span>{voice === 'note' && <Icon d={icons.note} size={14} />}{label}</span>
        </label>
      ))}
    </div>
  );
}

/// The height follows the text up to a limit; a property of the element, so the page's CSP has nothing to say.
function grow(area: HTMLTextAreaElement | null): void {
  if (area === null || CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${Math.min(area.scrollHeight, 168)}px`;
}

function hint(talk: Talk, note: boolean): string {
  if (note) return 'For the team only';
  if (talk.state === 'ended') return 'Still reaches them';
  return 'Message';
}

/// What else than text can be sent: canned replies and the small sheets that ask.
function More({ talk, canned }: { talk: Talk; canned(): void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const pick = (act: () => void) => () => { setOpen(false); act(); };
  return (
    <div class="more" onFocusOut={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOpen(false); }}
      onKeyDown={(e) => { if (e.key === 'Escape' && open) { e.stopPropagation(); setOpen(false); } }}>
      <button type="button" class="vt-icon square" aria-label="More to send" title="More to send" aria-expanded={open} aria-controls="more-menu" onClick={() => setOpen(!open)}><Icon d={icons.plus} /></button>
      <div id="more-menu" class="more-menu" hidden={!open}>
        <button type="button" class="vt-button" onClick={pick(canned)}>Canned reply <kbd>/</kbd></button>
        {/^(live|away|ended)$/.test(talk.state) && <button type="button" class="vt-button" onClick={pick(() => { sheet.value = 'offer'; })}>Offer</button>}
        <button type="button" class="vt-button" onClick={pick(() => { sheet.value = 'choice'; })}>Choice</button>
        <button type="button" class="vt-button" onClick={pick(() => { sheet.value = 'form'; })}>Form</button>
        <button type="button" class="vt-button" onClick={pick(() => openMaker(talk))}>Film</button>
        {talk.state === 'live' && <button type="button" class="vt-button" onClick={pick(() => { sheet.value = 'poll'; })}>Votes on what is shown</button>}
      </div>
    </div>
  );
}

export function Composer({ talk }: { talk: Talk }): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const note = talk.voice.value === 'note';
  const draft = talk.drafts[talk.voice.value];
  const left = room(draft.value);
  const [over, setOver] = useState(false);
  const found = cannedOf(talk, draft.value);
  const [at, setAt] = useState(0);
  const one = found?.[Math.min(at, found.length - 1)];
  useEffect(() => grow(area.current), [draft.value, talk]);
  useEffect(() => setAt(0), [draft.value, talk]);

  const put = (text: string): void => {
    draft.value = text;
    area.current?.focus();
  };

  const send = (): void => {
    const text = draft.peek().trim();
    const conversation = talk.conversation.peek();
    if (text === '' || conversation === null) return;
    if ((room(text) ?? 0) < 0) {
      talk.fault.value = 'That is too long for one message. Send it in two.';
      return;
    }
    talk.fault.value = null;
    conversation.send(text, note ? { kind: 'note' } : {});
    draft.value = '';
    if (note) talk.voice.value = 'reply';
  };

  /// True when the list of canned replies has used the key.
  const choose = (e: KeyboardEvent): boolean => {
    if (found === null || e.isComposing || e.altKey) return false;
    const by = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0;
    if (by !== 0) setAt((Math.min(at, found.length - 1) + by + found.length) % Math.max(1, found.length));
    else if (e.key === 'Escape') put('');
    else if ((e.key === 'Enter' || e.key === 'Tab') && one !== undefined) put(filled(talk, one));
    else return false;
    return true;
  };

  const key = (e: KeyboardEvent): void => {
    if (choose(e)) {
      e.preventDefault();
      e.stopPropagation();
      return;
    }
    // 229: a browser that ends the composition before it tells of the key.
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    send();
  };

  /// Pictures of a paste or a drop go to the customer; a note has none.
  const take = (data: DataTransfer | null): boolean => {
    const files = note ? [] : picturesOf(data);
    sendAll(talk, files, 'chat');
    return files.length > 0;
  };

  const input = (text: string): void => {
    draft.value = text;
    talk.fault.value = null;
    if (!note) talk.conversation.peek()?.typingNow(text !== '');
  };

  return (
    <form class={`composer ${note ? 'note' : ''} ${over ? 'drop' : ''}`} onSubmit={(e) => { e.preventDefault(); send(); }}
      onDragOver={(e) => { if (!note && e.dataTransfer?.types.includes('Files')) { e.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); take(e.dataTransfer); }}>
      <div class="composer-top"><VoiceSwitch talk={talk} /><Meter talk={talk} /></div>
      <Sendings talk={talk} use="chat" />
      {found !== null && <CannedList talk={talk} found={found} at={Math.min(at, found.length - 1)} pick={(reply) => put(filled(talk, reply))} />}
      <div class="composer-box" data-drop="Drop to send the picture or clip">
        {!note && <Choose talk={talk} use="chat" class="vt-icon square" label="Attach a picture or clip"><Icon d={icons.attach} /></Choose>}
        {!note && <More talk={talk} canned={() => put('/')} />}
        <textarea id="composer" ref={area} rows={1} dir="auto" value={draft.value} placeholder={hint(talk, note)}
          aria-label={note ? 'Private note' : 'Message'} aria-describedby="composer-trouble"
          aria-controls={found === null ? undefined : 'canned'} aria-activedescendant={one === undefined ? undefined : `canned-${Math.min(at, (found ?? []).length - 1)}`}
          onInput={(e) => input(e.currentTarget.value)} onKeyDown={key}
          onPaste={(e) => { if (take(e.clipboardData)) e.preventDefault(); }} />
        <button type="submit" class="vt-button vt-main square" disabled={draft.value.trim() === ''} aria-label={note ? 'Add note' : 'Send'}>
          <Icon d={note ? icons.check : icons.send} />
        </button>
      </div>
      <p id="composer-trouble" class="trouble" role="alert">{talk.fault.value}</p>
      {left !== null && <p class={left < 0 ? 'room over' : 'room'}>{left < 0 ? `${-left} too many` : `${left} left`}</p>}
    </form>
  );
}
