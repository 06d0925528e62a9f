// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Me } from '../api.js';
import { canNotify, chime, notices, sound, wantNotices } from '../state/alerts.js';
import { sheet } from '../state/layout.js';
import { line } from '../state/line.js';
import { logout } from '../state/login.js';
import { modeWords, presenceFault, self, setPresence, type Mode } from '../state/presence.js';
import { phase } from '../practice/run.js';
import { say } from '../state/say.js';
import { Avatar } from './parts.js';

const lines: Record<string, string> = {
  idle: 'Not connected', connecting: 'Connecting…', live: 'Connected', retrying: 'Reconnecting…', ended: 'Disconnected',
};

const modes: readonly [Mode, string][] = [
  ['available', 'Customers are offered to you'], ['busy', 'You are here; nobody is offered to you'], ['off', 'You are not here'],
];

const CAP_MAX = 20;

function Presence(): JSX.Element | null {
  const me = self.value;
  if (me === null) return null;
  return (
    <fieldset class="modes">
      <legend>You are</legend>
      {modes.map(([mode, what]) => (
        <label key={mode} class="mode">
          <input type="radio" name="mode" checked={me.mode === mode} onChange={() => void setPresence({ mode })} />
          <span class="mode-text"><span class="mode-name"><span class={`mode-dot ${mode}`} aria-hidden="true" />{modeWords[mode]}</span><span class="mode-what">{what}</span></span>
        </label>
      ))}
      <div class="cap">
        <span id="cap-label">Customers at once</span>
        <button type="button" class="vt-icon" aria-label="One less at once" disabled={me.cap <= 1} onClick={() => void setPresence({ cap: me.cap - 1 })}>−</button>
        <output aria-labelledby="cap-label">{me.cap}</output>
        <button type="button" class="vt-icon" aria-label="One more at once" disabled={me.cap >= CAP_MAX} onClick={() => void setPresence({ cap: me.cap + 1 })}>+</button>
      </div>
      {presenceFault.value !== null && <p class="trouble" role="alert">{presenceFault.value}</p>}
    </fieldset>
  );
}

function Alerts(): JSX.Element {
  return (
    <fieldset class="modes">
      <legend>When somebody asks</legend>
      <label class="tick"><input type="checkbox" checked={sound.value} onChange={(e) => { sound.value = e.currentTarget.checked; if (e.currentTarget.checked) chime(); }} />Play a tone</label>
      {canNotify() && <label class="tick"><input type="checkbox" checked={notices.value}
        onChange={(e) => { const box = e.currentTarget; void wantNotices(box.checked).then(() => { box.checked = notices.peek() === true; }); }} />Notify me in other windows</label>}
    </fieldset>
  );
}

/// Oneself: whether customers are offered, how one is called, the way out. Its button says at a glance how one stands.
export function Self({ me }: { me: Me }): JSX.Element {
  const [open, setOpen] = useState(false);
  const mode = self.value?.mode ?? null;
  const state = line.value.state;
  const leave = async (): Promise<void> => {
    if (!(await logout())) say('Logging out did not work: the server cannot be reached.');
  };
  return (
    <div class="self" onFocusOut={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOpen(false); }}
      onKeyDown={(e) => { if (e.key === 'Escape' && open) { e.stopPropagation(); setOpen(false); document.getElementById('self')?.focus(); } }}>
      <button type="button" id="self" class="self-button" aria-expanded={open} aria-controls="self-menu" onClick={() => setOpen(!open)}>
        <span class="self-picture"><Avatar name={me.name} /><span class={state === 'live' ? `line-dot ${mode ?? 'busy'}` : `line-dot ${state}`} aria-hidden="true" /></span>
        <span class="vt-unseen">{me.name}, </span><span class="rail-label">{state === 'live' ? modeWords[mode ?? 'busy'] : lines[state]}</span>
      </button>
      <div id="self-menu" class="menu" hidden={!open}>
        <div><p class="menu-name">{me.name}</p><p class="menu-line">{me.role} · {me.site.name}</p></div>
        <Presence />
        <Alerts />
        <button type="button" class="vt-button wide" disabled={state !== 'live' || phase.value !== 'off'} onClick={() => { setOpen(false); sheet.value = 'practice'; }}>Practise</button>
        <button type="button" class="vt-button wide" onClick={() => { setOpen(false); sheet.value = 'keys'; }}>Keys</button>
        <button type="button" class="vt-button wide" onClick={() => void leave()}>Log out</button>
      </div>
    </div>
  );
}
