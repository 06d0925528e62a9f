// SPDX-License-Identifier: Apache-2.0

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { icons } from '../../../ui/index.js';
import { room } from '../lib/text.js';
import { picturesOf, sendAll } from '../state/pictures.js';
import type { Talk, Voice } from '../state/talk.js';
import { Icon } from './parts.js';
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
  if (note) return 'Only your team reads this';
  if (talk.state === 'ended') return 'The session has ended; this reaches them in the thread';
  return `Write to ${talk.name('c') === 'Visitor' ? 'the customer' : talk.name('c')}`;
}

export function Composer({ talk }: { talk: Talk }): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const note = talk.voice.value === 'note';
  const draft = talk.drafts[talk.voice.value];
  const left = room(draft.value);
  const [over, setOver] = useState(false);
  useEffect(() => grow(area.current), [draft.value, talk]);

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

  const key = (e: KeyboardEvent): void => {
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
      <VoiceSwitch talk={talk} />
      <Sendings talk={talk} use="chat" />
      <div class="composer-box" data-drop="Drop to send the picture">
        {!note && <Choose talk={talk} use="chat" class="vt-icon square" label="Attach a picture"><Icon d={icons.attach} /></Choose>}
        <textarea id="composer" ref={area} rows={1} dir="auto" value={draft.value} placeholder={hint(talk, note)}
          aria-label={note ? 'Private note' : 'Message'} aria-describedby="composer-trouble"
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
