// SPDX-License-Identifier: Apache-2.0

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { get, post, Problem, remove, sentence, type Me, type Role, type Token } from '../api.js';
import type { Json } from '../lib/pointer.js';
import { ago, roles, when } from '../lib/words.js';
import { at, edit, load, site } from '../state/site.js';
import { Attention } from './attention.js';
import { Act, Copy, Dialog, Field, Section, Show, Sure, useLoad } from './parts.js';
import { Settings } from './save.js';
import { Choice, Flag, Text, Texts, wrong } from './setting.js';

const snippet = (key: string): string => `<script async src="${location.origin}/v1/vitrine.js" data-site="${key}"></script>`;

function RequireTotp(): JSX.Element {
  const asked = (at('/settings/requireTotp') ?? []) as readonly Role[];
  const put = (role: Role, on: boolean): void => {
    const next = (Object.keys(roles) as Role[]).filter((r) => (r === role ? on : asked.includes(r)));
    edit('/settings/requireTotp', next.length > 0 ? next : undefined);
  };
  return (
    <fieldset class="radios">
      <legend class="label">Ask these roles for a second factor</legend>
      {(Object.keys(roles) as Role[]).map((role) => <label class="check" key={role}><input type="checkbox" checked={asked.includes(role)} onChange={(e) => put(role, e.currentTarget.checked)} />{roles[role].name}</label>)}
      <p class="hint">Who has none yet sets it up at the next login, before anything else opens.</p>
      {wrong('/settings/requireTotp') && <p class="trouble" role="alert">{wrong('/settings/requireTotp')}</p>}
    </fieldset>
  );
}

/// Beside the site's own secret (HS256): keys of the shop's identity system, which signs with its own.
function Keys(): JSX.Element {
  const pointer = '/settings/identify/keys';
  const keys = (at(pointer) ?? []) as readonly { readonly [key: string]: Json }[];
  const put = (next: readonly { readonly [key: string]: Json }[]): void => edit(pointer, next.length > 0 ? next : undefined);
  return (
    <div class="stack">
      <div><h3>Public keys</h3><p class="hint">For a shop whose identity system signs with its own key. Without one, the site's signing secret is used (HS256).</p></div>
      {keys.map((_, i) => (
        <section class="card" key={i} aria-label={`Public key ${i + 1}`}>
          <div class="card-head"><p class="label">Key {i + 1}</p><button type="button" class="vt-button" aria-label={`Remove key ${i + 1}`} onClick={() => put(keys.filter((__, k) => k !== i))}>Remove</button></div>
          <div class="pair wide">
            <Choice at={`${pointer}/${i}/alg`} label="Signature" options={[['ES256', 'ES256'], ['RS256', 'RS256']]} />
            <Text at={`${pointer}/${i}/kid`} label="Key id" hint="kid, as the tokens name it. Empty: for tokens without one." maxLength={128} />
          </div>
          <Text at={`${pointer}/${i}/pem`} label="Public key, PEM" rows={5} maxLength={4096} required class="mono broad" placeholder="-----BEGIN PUBLIC KEY-----" />
        </section>
      ))}
      {keys.length < 4 && <div class="row"><button type="button" class="vt-button" data-at={pointer} onClick={() => put([...keys, { alg: 'ES256', pem: '' }])}>Add a key</button></div>}
    </div>
  );
}

function SecretPart(): JSX.Element {
  const secret = site.value?.secret;
  const [note, tell] = useState('');
  const rotate = async (): Promise<void> => {
    await post('/site/secret');
    tell('The new secret is being made. The former stays accepted; give the new one to the shop with “vitrine admin site identity-key”.');
    await load();
  };
  return (
    <>
      <p>{secret?.current ? 'There is a signing secret.' : 'The signing secret is being made.'} {secret?.former && 'The one before it is still accepted.'}</p>
      {note && <p class="good" role="status">{note}</p>}
      <div class="row">
        <Sure label="New secret" title="Make a new signing secret?" yes="Make it" run={rotate}>
          <p>It signs what the shop's server says about its customers, and the addresses of pictures. The present one stays accepted until the next rotation, so the shop has time; the one before it is refused from now on.</p>
        </Sure>
      </div>
    </>
  );
}

function MakeToken({ close, again }: { close: () => void; again: () => Promise<void> }): JSX.Element {
  const [name, setName] = useState('');
  const [write, setWrite] = useState(false);
  const [days, setDays] = useState('90');
  const [made, show] = useState<string | null>(null);
  const [fault, tell] = useState<{ at: string; text: string } | null>(null);
  const wrongAt = (where: string): string | null => (fault?.at === where ? fault.text : null);
  const submit = async (e: Event): Promise<void> => {
    e.preventDefault();
    tell(null);
    try {
      show((await post<Token & { token: string }>('/site/tokens', { name, verbs: write ? ['read', 'write'] : ['read'], days: /^\d+$/.test(days) ? Number(days) : days })).token);
      await again();
    } catch (problem) {
      tell({ at: (problem instanceof Problem && problem.pointer) || '', text: sentence(problem) });
    }
  };
  return (
    <Dialog label={made ? 'The token' : 'New API token'} close={close}>
      {made ? (
        <>
          <p>It is shown this once; the server keeps only its fingerprint.</p>
          <Copy label="Token" text={made} />
          <div class="row end"><button type="button" class="vt-button vt-main" onClick={close}>Done</button></div>
        </>
      ) : (
        <form class="stack" onSubmit={(e) => void submit(e)} noValidate>
          <Field label="What uses it" hint="Such as: nightly export" error={wrongAt('/name')}>{(wires) => <input {...wires} class="field" maxLength={64} value={name} onInput={(e) => setName(e.currentTarget.value)} />}</Field>
          <label class="check"><input type="checkbox" checked={write} onChange={(e) => setWrite(e.currentTarget.checked)} />May change things, not only read</label>
          <Field label="Good for" hint="Days, a year at most." error={wrongAt('/days')}>{(wires) => <input {...wires} class="field short" inputMode="numeric" value={days} onInput={(e) => setDays(e.currentTarget.value)} />}</Field>
          {wrongAt('') && <p class="trouble" role="alert">{fault?.text}</p>}
          <div class="sheet-do"><button type="button" class="vt-button" onClick={close}>Cancel</button><Act label="Make the token" main type="submit" /></div>
        </form>
      )}
    </Dialog>
  );
}

function Tokens(): JSX.Element {
  const [state, again] = useLoad(async () => (await get<{ tokens: Token[] }>('/site/tokens')).tokens);
  const [open, set] = useState(false);
  return (
    <Show of={state} again={again}>
      {(list) => (
        <>
          {list.length === 0 && <p class="quiet small">None yet.</p>}
          <ul class="list">
            {list.map((one) => (
              <li key={one.id}>
                <span><strong>{one.name}</strong> <span class="quiet">{one.verbs.includes('write') ? 'reads and writes' : 'reads'} · {one.expires < Date.now() ? 'over since' : 'until'} {when(one.expires)} · {one.used ? `used ${ago(one.used)}` : 'never used'}</span></span>
                <Sure label="Remove" title={`Remove “${one.name}”?`} yes="Remove" run={async () => { await remove(`/site/tokens/${one.id}`); await again(); }}><p>Whatever uses it is refused from now on.</p></Sure>
              </li>
            ))}
          </ul>
          <div class="row"><button type="button" class="vt-button" onClick={() => set(true)}>New token</button></div>
          {open && <MakeToken close={() => set(false)} again={again} />}
        </>
      )}
    </Show>
  );
}

export function SitePage({ me }: { me: Me }): JSX.Element {
  return (
    <>
      <Section title="Put Vitrine into the shop" intro="One line, before the end of the page. It loads nothing else until a customer asks for help.">
        <Copy label="Line to paste" long text={snippet(me.site.key)} />
        <Copy label="The site's public key" text={me.site.key} />
      </Section>
      <Settings me={me}>
        {() => (
          <>
            <Section title="The site">
              <Text at="/name" label="Name" hint="Customers and staff see it." maxLength={80} required />
              <Texts at="/origins" label="Addresses of the shop" one="Address" add="Add an address" placeholder="https://shop.example" empty="None: no page may use Vitrine yet." hint="Scheme and host, as https://shop.example. Only pages from here may open a conversation." />
            </Section>
            <Section title="Who may get in"><RequireTotp /></Section>
            <Section title="Customers who are logged in" intro="The shop's server signs who a customer is; their name is then verified.">
              <Flag at="/settings/identify/enforced" label="Refuse customers whose identity is not signed" />
              <Keys />
            </Section>
            <Attention />
            <Section title="Where links may lead">
              <Texts at="/settings/pushHosts" label="Other hosts staff may send customers to" one="Host" add="Add a host" placeholder="blog.shop.example" empty="Only the shop itself." />
            </Section>
          </>
        )}
      </Settings>
      {me.role === 'admin' && (
        <>
          <Section title="Signing secret"><Settings me={me}>{() => <SecretPart />}</Settings></Section>
          <Section title="API tokens" intro="For programs of the shop. Each has its own, so each can be taken away alone."><Tokens /></Section>
        </>
      )}
    </>
  );
}
