// SPDX-License-Identifier: Apache-2.0

import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import type { ComponentChildren, FunctionComponent, JSX } from 'preact';
import { go, pageOf, pagesOf, route, type Page } from '../state/route.js';
import { forget, isNew, logout, who, again as askAgain } from '../state/login.js';
import { dirty, mine } from '../state/site.js';
import type { Me } from '../api.js';
import { roles } from '../lib/words.js';
import { Account } from './account.js';
import { Audit } from './audit.js';
import { Canned } from './canned.js';
import { CataloguePage } from './catalogue.js';
import { Enrol } from './factor.js';
import { GateCard, LoginView, Waiting } from './gate.js';
import { HelperPage } from './helper.js';
import { HoursPage } from './hours.js';
import { Invitations } from './invitations.js';
import { Labels } from './labels.js';
import { LinkView } from './link.js';
import { MailPage } from './mail.js';
import { Notices } from './notices.js';
import { OrdersPage } from './orders.js';
import { Act } from './parts.js';
import { Pages } from './pages.js';
import { People } from './people.js';
import { Pictures } from './pictures.js';
import { Privacy } from './privacy.js';
import { Collided, SaveBar } from './save.js';
import { Reports } from './reports.js';
import { Sharing } from './sharing.js';
import { SitePage } from './site.js';
import { Theme } from './theme.js';
import { Webhooks } from './webhooks.js';

const views: Record<string, FunctionComponent<{ me: Me }>> = {
  people: People, account: Account, site: SitePage, hours: HoursPage, notices: Notices, helper: HelperPage, invitations: Invitations, canned: Canned, labels: Labels, orders: OrdersPage, theme: Theme, sharing: Sharing,
  reports: Reports, catalogue: CataloguePage, pages: Pages, pictures: Pictures, mail: MailPage, webhooks: Webhooks, privacy: Privacy, audit: Audit,
};

/// One page that breaks must not take the others, or the draft, with it.
function Guard({ children }: { children: ComponentChildren }): JSX.Element {
  const [error, again] = useErrorBoundary((e: unknown) => console.error(e));
  if (error === undefined) return <>{children}</>;
  return (
    <div class="empty" role="alert">
      <p class="empty-title">This page could not be drawn</p>
      <p>What you changed is kept.</p>
      <button type="button" class="vt-button" onClick={again}>Try again</button>
    </div>
  );
}

const changedPages = (): Set<string> => new Set(mine.value.map((c) => pageOf(`/${c.path.join('/')}`)));

function Nav({ me, shown, here, close }: { me: Me; shown: boolean; here: Page; close: () => void }): JSX.Element {
  const changed = changedPages();
  const pages = pagesOf(me.role);
  const groups = [...new Set(pages.map((p) => p.group))];
  return (
    <nav class={shown ? 'nav shown' : 'nav'} id="nav" aria-label="Pages">
      {groups.map((group) => (
        <div key={group} class="nav-group">
          <p class="nav-title" id={`nav-${group}`}>{group}</p>
          <ul aria-labelledby={`nav-${group}`}>
            {pages.filter((p) => p.group === group).map((p) => (
              <li key={p.id}>
                <a href={`#/${p.id}`} aria-current={p.id === here.id ? 'page' : undefined} onClick={close}>
                  {p.title}{changed.has(p.id) && <span class="changed">unsaved</span>}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div class="nav-me">
        <p class="small"><strong>{me.name}</strong><br /><span class="quiet">{roles[me.role].name}</span></p>
        <a class="vt-button" href="/console/">Console</a>
        <Act label="Log out" run={leave} />
      </div>
    </nav>
  );
}

async function leave(): Promise<void> {
  if (dirty.value && !window.confirm('There are unsaved changes. Log out and lose them?')) return;
  await logout();
}

function Inside({ me }: { me: Me }): JSX.Element {
  const [menu, open] = useState(false);
  const pages = pagesOf(me.role);
  const here = pages.find((p) => p.id === route.value) ?? pages.find((p) => p.id === (me.role === 'associate' ? 'account' : 'hours')) ?? pages[0]!;
  const View = views[here.id];
  useEffect(() => {
    document.title = `${here.title} · ${me.site.name}`;
    document.querySelector('.page')?.scrollTo(0, 0);
  }, [here.id]);
  return (
    <div class="frame">
      <header class="top">
        <button type="button" class="vt-button menu" aria-expanded={menu} aria-controls="nav" onClick={() => open(!menu)}>Menu</button>
        <p class="site-name">{me.site.name}</p>
      </header>
      <Nav me={me} shown={menu} here={here} close={() => open(false)} />
      <main class="page" id="page">
        <h1>{here.title}</h1>
        {me.role === 'associate' && <Honest />}
        <Guard key={here.id}>{View && <View me={me} />}</Guard>
      </main>
      <SaveBar />
      <Collided />
    </div>
  );
}

function Honest(): JSX.Element {
  return <p class="note">Settings, people and the audit log are for supervisors and admins; you are an associate here. Your own account is below, and customers are in the <a href="/console/">console</a>.</p>;
}

/// The site asks this role for a second factor: nothing else opens before there is one.
function Needed({ me }: { me: Me }): JSX.Element {
  return (
    <GateCard>
      <h1>Set up your second factor</h1>
      <p class="quiet small">{me.site.name} asks everyone with your role for one: a code from your phone beside the password.</p>
      <Enrol done={() => void askAgain()} />
      <Act label="Log out" run={logout} />
    </GateCard>
  );
}

function Offered(): JSX.Element {
  const [yes, set] = useState(false);
  const done = (): void => { forget(); isNew.value = false; go('account'); void askAgain(); };
  return (
    <GateCard>
      <h1>Your account is ready</h1>
      {yes ? <Enrol done={done} /> : (
        <>
          <p class="quiet small">Protect it with a second factor? Logging in then also takes a code from your phone, so a stolen password alone is worth nothing. It takes a minute.</p>
          <button type="button" class="vt-button vt-main tall" onClick={() => set(true)}>Set it up</button>
          <button type="button" class="vt-button tall" onClick={done}>Later</button>
        </>
      )}
    </GateCard>
  );
}

export function App(): JSX.Element {
  const login = who.value;
  if (login.at === 'link') return <LinkView secret={login.secret} />;
  if (login.at === 'out') return <LoginView note={login.note} />;
  if (login.at !== 'in') return <Waiting />;
  if (login.me.secondFactor === 'needed') return <Needed me={login.me} />;
  return isNew.value ? <Offered /> : <Inside me={login.me} />;
}
