// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { CAPABILITIES, pageUrl, STATES, type Shared } from '../lib/acts.js';
import { path } from '../lib/text.js';
import { askFor, letGo, push } from '../state/mirror.js';
import { pageNow } from '../state/show.js';
import type { Talk } from '../state/talk.js';
import { closeSheet, Dialog, Do } from './dialog.js';

const TEXT_MAX = 300;

/// What the customer is asked for, one by one, and how each stands.
export function Share({ talk: t }: { talk: Talk }): JSX.Element {
  const consents = t.consents.value;
  const state = (id: Shared): keyof typeof STATES => consents?.[id] ?? 'off';
  const [chosen, setChosen] = useState<ReadonlySet<Shared>>(new Set(state('mirror') === 'off' ? ['mirror', 'point'] : []));
  const [text, setText] = useState('');
  const isLive = t.state === 'live';
  const flip = (id: Shared, on: boolean): void => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    // Nothing can be done on a page that is not seen.
    if (on && id !== 'navigate' && state('mirror') === 'off') next.add('mirror');
    if (!on && id === 'mirror') for (const other of ['point', 'scroll', 'click', 'fill'] as const) next.delete(other);
    setChosen(next);
  };
  const submit = (e: Event): void => {
    e.preventDefault();
    closeSheet();
    void askFor(t, CAPABILITIES.map(({ id }) => id).filter((id) => chosen.has(id)), text.trim());
  };
  return (
    <Dialog label="Permissions">
      <form class="sheet-form" onSubmit={submit}>
        <h2>What you may do</h2>
        <p class="quiet small">{t.name('c')} decides on each, sees a red bar while any is allowed, and can stop all of it at any time.</p>
        <ul class="grants">
          {CAPABILITIES.map(({ id, name, means }) => (
            <li key={id} class={`grant ${state(id)}`}>
              <label>
                <input type="checkbox" checked={state(id) === 'on' || chosen.has(id)} disabled={state(id) !== 'off' || !isLive} onChange={(e) => flip(id, e.currentTarget.checked)} />
                <span><b>{name}</b><span class="quiet small">{state(id) === 'off' ? means : STATES[state(id)]}</span></span>
              </label>
              {state(id) === 'on' && <button type="button" class="vt-button" aria-label={`Stop: ${name}`} onClick={() => void letGo(t, [id])}>Stop</button>}
            </li>
          ))}
        </ul>
        <label class="labelled">Why, in a sentence they read
          <textarea class="field" maxLength={TEXT_MAX} value={text} placeholder="May I look at your bag with you?" onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <Do yes="Ask" ready={chosen.size > 0 && isLive} />
      </form>
    </Dialog>
  );
}

/// A page of the shop for the customer: they see a note with the way out, unless they allowed it for good.
export function Push({ talk: t }: { talk: Talk }): JSX.Element {
  const now = pageNow(t)?.url;
  const [url, setUrl] = useState('');
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const submit = (e: Event): void => {
    e.preventDefault();
    const to = pageUrl(url, now);
    if (to === null) return setFault('Type a path of the shop, like /rings, or a whole address with https://.');
    closeSheet();
    void push(t, to, text.trim());
  };
  return (
    <Dialog label="Send a page">
      <form class="sheet-form" onSubmit={submit}>
        <h2>Send a page</h2>
        <p class="quiet small">{t.consents.value?.navigate === 'on' ? `It opens for ${t.name('c')} after a moment in which they can stop it.` : `${t.name('c')} is asked whether to open it.`}</p>
        <label class="labelled">Page
          <input class="field" autofocus autocomplete="off" spellcheck={false} value={url} placeholder={now === undefined ? '/rings' : path(now)} aria-invalid={fault !== null} aria-describedby="push-fault"
            onInput={(e) => { setUrl(e.currentTarget.value); setFault(null); }} />
        </label>
        <label class="labelled">Why, in a few words
          <input class="field" maxLength={TEXT_MAX} value={text} onInput={(e) => setText(e.currentTarget.value)} />
        </label>
        <p id="push-fault" class="trouble" role="alert">{fault}</p>
        <Do yes="Send" ready={url.trim() !== ''} />
      </form>
    </Dialog>
  );
}
