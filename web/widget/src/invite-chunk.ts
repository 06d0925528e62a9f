// SPDX-License-Identifier: Apache-2.0
import type { Call, Host, PageCart, PageProduct } from './api.js';
import { answered, choose, may, returns } from './invite-rules.js';
import type { Kept, Rule } from './invite-rules.js';
import { inviteStyle } from './invite-style.js';

/// One quiet card above the launcher, by the shop's rules. Asked for in idle time where the shop's tag says so; one request for the rules, no
/// socket, and nothing is kept before the card was shown (that it was, for this tab) or answered (for 30 days). What earlier pages saw
/// is known only where the tag says storage "local": the shop has the customer's consent to keep something.

interface Visit { shown?: boolean; start?: number; pieces?: string[] }

const TICK_MS = 1000;
const WORDS: Record<string, [yes: string, no: string, label: string]> = {
  en: ['Ask an advisor', 'No thanks', 'Advice'], fr: ['Demander conseil', 'Non merci', 'Conseil'], de: ['Beratung fragen', 'Nein danke', 'Beratung'], ar: ['اسأل مستشارًا', 'لا شكرًا', 'استشارة'],
};

let root: ShadowRoot | undefined;
let calls: readonly Call[] = [];

const read = <T extends object>(store: () => Storage, key: string): T => { try { return JSON.parse(store()[key] as string) as T; } catch { return {} as T; } };
const write = (store: () => Storage, key: string, value: object): void => { try { store()[key] = JSON.stringify(value); } catch { /* storage is off: it ends with the page */ } };
const local = (): Storage => localStorage;
const session = (): Storage => sessionStorage;

/// The page's piece: what the page said itself, else its JSON-LD.
function piece(): { id: string; type: string; name: string } | null {
  const said = calls.findLast(([name]) => name === 'product')?.[1] as PageProduct | undefined;
  const found: Record<string, unknown>[] = [];
  const walk = (it: unknown): void => {
    if (Array.isArray(it)) it.forEach(walk);
    else if (it && typeof it === 'object') {
      const at = it as Record<string, unknown>;
      if (/^Product(Group)?$/.test(String(at['@type']))) found.push(at);
      else walk(at['@graph']);
    }
  };
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try { walk(JSON.parse(script.textContent)); } catch { /* the shop's own business */ }
  }
  const [ld] = found;
  const name = said?.name ?? ld?.['name'];
  if (!said && found.length !== 1) return null; // a list of pieces is none of them
  return { id: said?.sku ?? location.pathname, type: `${String(ld?.['category'] ?? '')} ${String(name ?? '')}`, name: String(name ?? '') };
}

const bag = (): number => Number((calls.findLast(([name]) => name === 'cart')?.[1] as PageCart | undefined)?.total) || 0;

async function invite(host: Host, kept: readonly Call[]): Promise<void> {
  calls = kept;
  if (root === host.root) return;
  const here = root = host.root;
  const { base, options, locale: lang } = host;
  const key = `vitrine-i:${options.site}`;
  const isKept = options.storage === 'local';
  let visit = read<Visit>(session, key);
  let mine = read<Kept>(local, key);
  const now = Date.now();
  const seen = new Set(visit.pieces);
  if (isKept) {
    if (!mine.first) write(local, key, mine = { ...mine, first: now });
    visit = { start: now, ...visit };
  }
  if (visit.shown || (mine.no && !may(mine, 99, now))) return;
  const answer = await fetch(`${base}invite?site=${encodeURIComponent(options.site)}&lang=${encodeURIComponent(lang)}`, { credentials: 'omit' }).catch(() => null);
  if (!answer?.ok) return;
  const { rules, perDay } = await answer.json() as { rules: Rule[]; perDay: number };
  if (!rules.length || !may(mine, perDay, now)) return;

  let at = location.href;
  let seconds = 0;
  let siteSeconds = isKept ? (now - visit.start!) / 1000 : 0;
  const tell = (id: string, what: string): void => void navigator.sendBeacon?.(`${base}invite`, `${options.site} ${id} ${what}`);
  /// The widget has come: somebody asks for help already.
  const isBusy = (): boolean => root !== here || !here.host.isConnected || host.button.hidden !== false || here.querySelector('div') !== null;

  const timer = setInterval(() => {
    if (isBusy()) return clearInterval(timer);
    if (document.hidden) return;
    if (at !== location.href) {
      at = location.href;
      seconds = 0;
    }
    seconds++;
    siteSeconds++;
    const p = piece();
    if (p && !seen.has(p.id)) {
      seen.add(p.id);
      if (isKept) write(session, key, visit = { ...visit, pieces: [...seen].slice(-50) });
    }
    const rule = choose(rules, { seconds, siteSeconds, url: at, type: p?.type ?? '', piece: p?.name ?? '', pieces: seen.size, bag: bag(), returning: isKept && returns(mine, now) });
    if (!rule) return;
    clearInterval(timer);
    write(session, key, { ...visit, shown: true });
    show(rule);
  }, TICK_MS);

  function show({ id, text }: { id: string; text: string }): void {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(inviteStyle);
    here.adoptedStyleSheets = [...here.adoptedStyleSheets, sheet];
    const own = WORDS[lang.slice(0, 2)] ?? WORDS['en']!;
    const [yes, no, label] = ['yes', 'no', 'label'].map((word, i) => options.strings?.[`invite.${word}`] ?? own[i]!) as [string, string, string];
    const make = <K extends keyof HTMLElementTagNameMap>(tag: K, more: Partial<HTMLElementTagNameMap[K]>, ...kids: (Node | string)[]): HTMLElementTagNameMap[K] => {
      const node = Object.assign(document.createElement(tag), more);
      node.append(...kids);
      return node;
    };
    const words = make('p', { role: 'status', dir: 'auto' });
    const end = (what?: 'accepted' | 'closed'): void => {
      window.removeEventListener('vitrine:open', gone);
      card.remove();
      if (!what) return;
      tell(id, what);
      write(local, key, mine = answered(read<Kept>(local, key), what === 'closed', Date.now()));
    };
    const gone = (): void => end();
    const accept = (): void => {
      end('accepted');
      // What was said stands first in the panel; whoever answers sees what it was.
      options.strings = { ...options.strings, hello: text };
      const { Vitrine } = window as unknown as { Vitrine(...call: unknown[]): void };
      Vitrine('context', { invitation: id });
      Vitrine('open');
    };
    const refuse = (): void => {
      const hadFocus = card.contains(here.activeElement);
      end('closed');
      if (hadFocus) host.button.focus();
    };
    const card = make('section', { id: 'invite', ariaLabel: label, onkeydown: (e) => { if (e.key === 'Escape') refuse(); } }, words,
      make('div', {}, make('button', { type: 'button', className: 'yes', onclick: accept }, yes), make('button', { type: 'button', className: 'no', ariaLabel: no, onclick: refuse }, no)));
    card.style.translate = host.button.style.translate;
    here.prepend(card);
    words.textContent = text; // into a region that stands already, so that it is read out
    window.addEventListener('vitrine:open', gone);
    tell(id, 'shown');
  }
}

export type Invite = typeof invite;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('invite', invite);
