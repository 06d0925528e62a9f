// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Events } from '../../../protocol/index.js';
import { sendRecap } from '../state/doing.js';
import { say } from '../state/say.js';
import type { Talk } from '../state/talk.js';

/// After the end: what the customer keeps of the session, by mail to the address they have left or as a link to hand on. What
/// came of a mail stands in the thread.
export function Recap({ talk }: { talk: Talk }): JSX.Element | null {
  void talk.at.session.value;
  void talk.at.thread.value;
  const [link, setLink] = useState<{ sid: string; url: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const conversation = talk.conversation.value;
  const sid = conversation?.session.sid ?? '';
  const { email } = talk.profile.value.customer;
  const stands = conversation?.rows.findLast((r) => r.op === 'recap.state' && (r.d as Events['recap.state']).sid === sid)?.d as Events['recap.state'] | undefined;
  if (talk.state !== 'ended' || stands === undefined) return null;

  const ask = async (by: 'email' | 'link'): Promise<string | null> => {
    setBusy(true);
    setSaid('');
    const url = await sendRecap(talk, sid, by);
    setBusy(false);
    if (url === null) say(talk.fault.peek() ?? '');
    return url;
  };
  const copy = async (): Promise<void> => {
    const url = link?.sid === sid ? link.url : await ask('link');
    if (url === null) return;
    setLink({ sid, url });
    // Without the right to the clipboard the field is there to copy from.
    await navigator.clipboard?.writeText(url).then(() => setSaid('Copied.'), () => undefined);
  };
  return (
    <section class="recap" aria-label="Recap for the customer">
      <span class="recap-what"><strong>Recap</strong> <span class="quiet" role="status">{said || (stands.state === 'queued' ? 'On its way.' : '')}</span></span>
      <button type="button" class="vt-button" disabled={busy} title={email ? `To ${email}` : 'To the address they have left'} onClick={() => void ask('email')}>Mail it</button>
      <button type="button" class="vt-button" disabled={busy} onClick={() => void copy()}>Copy link</button>
      {link?.sid === sid && <input class="field" readOnly dir="ltr" aria-label="Link to the recap" value={link.url} onFocus={(e) => e.currentTarget.select()} />}
    </section>
  );
}
