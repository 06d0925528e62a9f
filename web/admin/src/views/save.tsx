// SPDX-License-Identifier: Apache-2.0

import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import type { Me } from '../api.js';
import type { Json } from '../lib/pointer.js';
import { pageOf, pages } from '../state/route.js';
import { collision, dirty, discard, draft, failed, load, lookAt, mine, save, saving, settle, trouble, warnings, warningText } from '../state/site.js';
import { Dialog, Show, useLoad } from './parts.js';

const titleOf = (id: string): string => pages.find((p) => p.id === id)?.title ?? id;

const SHOWN = 5;

/// What was saved names pieces or kinds that the catalogue does not have: it may be right, as before an import, so it stands.
function Saved(): JSX.Element | null {
  const all = warnings.value;
  if (all.length === 0) return null;
  return (
    <section class="save" aria-label="Saved, with warnings">
      <div class="save-what" role="status">
        <p><strong>Saved.</strong> Not in the catalogue:</p>
        <ul class="small">
          {all.slice(0, SHOWN).map((one) => <li key={one.pointer}><button type="button" class="link" onClick={() => lookAt(one.pointer)}>{titleOf(pageOf(one.pointer))}</button> {warningText(one)}</li>)}
          {all.length > SHOWN && <li class="quiet">and {all.length - SHOWN} more</li>}
        </ul>
      </div>
      <button type="button" class="vt-button" onClick={() => { warnings.value = []; }}>Close</button>
    </section>
  );
}

/// What is not saved, on which pages; stays in sight on every page until it is saved or given up.
export function SaveBar(): JSX.Element | null {
  const [sure, ask] = useState(false);
  useEffect(() => { if (!dirty.value) ask(false); }, [dirty.value]);
  if (!dirty.value) return <Saved />;
  const where = [...new Set(mine.value.map((c) => titleOf(pageOf(`/${c.path.join('/')}`))))].join(', ');
  const fault = failed.value ?? (trouble.value && `Not saved. ${titleOf(pageOf(trouble.value.pointer))}: ${trouble.value.text}`);
  return (
    <section class="save" aria-label="Unsaved changes">
      <p class="save-what">{fault ? <span class="trouble" role="alert">{fault}</span> : <><strong>Not saved yet</strong> <span class="quiet">{where}</span></>}</p>
      {sure
        ? <><span class="small">Throw these changes away?</span><button type="button" class="vt-button" onClick={() => ask(false)}>Keep them</button><button type="button" class="vt-button stop" onClick={discard}>Throw away</button></>
        : <><button type="button" class="vt-button" disabled={saving.value} onClick={() => ask(true)}>Discard</button><button type="button" class="vt-button vt-main" disabled={saving.value} onClick={() => void save()}>{saving.value ? 'Saving…' : 'Save'}</button></>}
    </section>
  );
}

function brief(value: Json | undefined): string {
  if (value === undefined) return 'not set';
  const text = typeof value === 'string' ? `“${value}”` : typeof value === 'boolean' ? (value ? 'yes' : 'no') : JSON.stringify(value);
  return text.length > 90 ? `${text.slice(0, 88)}…` : text;
}

const label = (path: readonly string[]): string => {
  const inside = path[0] === 'settings' ? path.slice(1) : path;
  return inside.map((part) => part.replace(/^=/, '')).join(' › ');
};

/// Two people saved: what the other changed, where it is in the way of mine, and which of the two ways to go on.
export function Collided(): JSX.Element | null {
  const c = collision.value;
  if (c === null) return null;
  const clashes = c.changed.filter((one) => one.clashes).length;
  return (
    <Dialog label="Somebody else saved meanwhile" close={() => { collision.value = null; }}>
      <p>Nothing of yours is lost, and nothing of theirs is overwritten yet. This is what changed since you opened the page:</p>
      <ul class="diff">
        {c.changed.map(({ change, clashes: both }) => (
          <li key={change.path.join('/')}>
            <p><strong>{titleOf(pageOf(`/${change.path.join('/')}`))}</strong> <span class="quiet">{label(change.path)}</span></p>
            <p><span class="was">{brief(change.was)}</span> → <span class="now">{brief(change.now)}</span></p>
            {both && <p class="trouble">You changed this, too.</p>}
          </li>
        ))}
      </ul>
      <p class="quiet small">{clashes === 0 ? 'Your changes and theirs do not touch each other: both can stand.' : 'Where both changed the same, yours would replace theirs. Nothing is saved before you look at it and press Save.'}</p>
      <div class="sheet-do">
        <button type="button" class="vt-button" onClick={() => settle(false)}>Take theirs, drop mine</button>
        <button type="button" class="vt-button vt-main" onClick={() => settle(true)}>{clashes === 0 ? 'Keep both' : 'Keep mine on top'}</button>
      </div>
    </Dialog>
  );
}

/// A page of settings: read first, then editable by admins and only looked at by supervisors.
export function Settings({ me, children }: { me: Me; children: () => ComponentChildren }): JSX.Element {
  const [state, again] = useLoad(load);
  if (draft.value === null) return <Show of={state} again={again}>{() => null}</Show>;
  if (me.role === 'admin') return <>{children()}</>;
  return (
    <>
      <p class="note">You can look at these settings; an admin can change them.</p>
      <fieldset class="locked" disabled>{children()}</fieldset>
    </>
  );
}
