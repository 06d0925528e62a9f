// SPDX-License-Identifier: Apache-2.0
import type { Events, Requests, State } from '../../protocol/index.js';
import { i18n } from '../../ui/i18n.js';
import { adopt, sheet } from '../../ui/sheet.js';
import type { Conversation, Fault } from '../../transport/core.js';
import type { App } from './app.js';
import { h, patch } from './h.js';
import type { Kid, VNode } from './h.js';
import { isPhone } from './parts.js';
import { Push } from './push.js';
import { ACTS, ALL, ledger, question, switches } from './sharing-parts.js';
import type { Capability, Entry, Question } from './sharing-parts.js';
import { Runner } from './sharing-run.js';
import { overStyle, sharingStyle } from './sharing-style.js';
import { englishSharing } from './words-sharing.js';
import type { SharingKey, SharingT } from './words-sharing.js';

type Consents = Events['consent.state'];
type Mirror = Events['mirror.state'];

/// Which text was agreed to: raised when the words of the question change.
const WORDING = 1;
const SAID_MS = 8000;
const LARGE = 20_000;

/// Consent and what comes of it: the question, the red bar while anything is shared, what is running, and how it ends. The
/// server holds the state; here it is shown, answered, and looked at once more before anything is done.
class Sharing_ {
  private _t: SharingT;
  private _box = document.createElement('div');
  /// The page was shared since it was last said that nothing is.
  private _hasShared = false;
  private _state: Partial<Consents> = {};
  private _mirror: Mirror = { state: 'off', page: 0, viewers: 0 };
  private _question: Question | null = null;
  private _isOpen = false;
  private _isOutlined = false;
  private _said = '';
  private _own: Entry[] = [];
  /// The last act asked for, until it is answered.
  private _acting = Promise.resolve();
  private _isTaken = false;
  private _run: Runner;
  private _push: Push;

  constructor(private _app: App) {
    const { host, link } = _app;
    const t = this._t = i18n<SharingKey>(englishSharing, _app.over);
    this._run = new Runner(_app, {
      can: (what) => this._can(what as Capability), isWatched: () => this._can('mirror') && this._mirror.state === 'on',
      words: { here: t('shareHere'), hidden: t('shareHidden') },
    });
    this._push = new Push(_app, t, (url) => this._run.mayLead(url), () => this._draw());
    adopt(host.root, sheet(sharingStyle), sheet(overStyle));
    host.root.append(this._box);
    this._arrange();
    const turn = _app.turn.bind(_app);
    _app.turn = () => {
      turn();
      this._run.turn();
    };
    _app.allow = () => this._allowed();
    link.on('state', () => {
      this._run.look();
      this._paint();
    });
    link.on('event', ({ op, d }) => this._event(op, d));
    link.on('conversation', (v) => this._take(v));
    const life = new AbortController();
    const { signal } = life;
    for (const name of ['vitrine:open', 'vitrine:close']) addEventListener(name, () => queueMicrotask(() => this._paint()), { signal });
    for (const name of ['click', 'keydown']) document.addEventListener(name, (e) => this._acted(e), { signal, capture: true });
    const end = _app.end.bind(_app);
    _app.end = () => {
      life.abort();
      this._run.end();
      this._box.remove();
      end();
    };
    if (_app.conv) this._take(_app.conv);
  }

  private _can(c: Capability): boolean {
    return this._app.link.state === 'live' && !(this._isTaken && ACTS.includes(c)) && this._state[c] === 'on' && this._app.allowed?.mirror !== false;
  }

  private _isForbidden(): boolean {
    return this._app.allowed?.mirror === false || this._app.site?.mirror?.allowed === false;
  }

  /* What the line says */

  private _take(v: Conversation): void {
    v.on('dom', () => this._run.look());
    v.on('frame', (f) => this._run.frame(f));
    v.on('people', () => this._draw());
    const { snapshot, ...last } = v.last;
    if (snapshot) this._event('snapshot', snapshot);
    for (const op of ['consent.state', 'mirror.state', 'consent.ask', 'ask']) if (last[op]) this._event(op, last[op]);
  }

  private _event(op: string, d: unknown): void {
    const { _t: t } = this;
    if (op === 'snapshot') {
      const { consents, mirror } = d as Events['snapshot'];
      this._mirror = mirror ?? { state: 'off', page: 0, viewers: 0 };
      this._change(consents ?? {});
    } else if (op === 'consent.state') this._change(d as Consents);
    else if (op === 'mirror.state') this._mirror = d as Mirror;
    else if (op === 'consent.ask') this._asked(d as Requests['consent.ask']);
    else if (op === 'consent.stop') {
      const { why } = d as Requests['consent.stop'];
      // A question that nobody has answered ends as well.
      if (this._hasShared) this._say(why === 'idle' ? t('shareIdle') : t('shareStopped'));
      this._hasShared = false;
    } else if (op === 'mirror.mark') this._run.mark(d as Events['mirror.mark']);
    else if (op === 'ask') void this._perform(d as Events['ask']);
    else if (op === 'session.state' && !/live|away/.test((d as { state: string }).state)) {
      this._question = null;
      this._push.close();
    } else return;
    this._draw();
    this._run.look();
  }

  private _change(next: Partial<Consents>): void {
    this._put(next);
    // Somebody else's answer, or the end of the session, answers it too.
    if (this._question?.text !== undefined && !this._question.caps.some((c) => next[c] === 'requested')) this._question = null;
    const asked = ALL.filter((c) => next[c] === 'requested');
    if (asked.length && !this._question) this._ask(asked, (this._app.conv?.last['consent.ask'] as Requests['consent.ask'] | undefined)?.text ?? '');
    if (!this._isOn()) this._isOpen = false;
    const on = ALL.slice(0, 6).filter((c) => next[c] === 'on');
    const { store } = this._app;
    // It was allowed for another tab: this one may show something else.
    if (on.length && !store.entry.shares) this._stop(on, 'tab');
    else if (!on.length && !asked.length && store.entry.shares) store.put({ shares: false });
    this._allowed();
  }

  private _put(next: Partial<Consents>): void {
    const was = this._state;
    this._state = next;
    this._hasShared ||= next.mirror === 'on';
    for (const c of ALL) {
      if ((was[c] ?? 'off') !== (next[c] ?? 'off')) this._app.host.fire('consent', { capability: c, state: next[c] ?? 'off' });
    }
  }

  /// The shop's consent tool has the last word: what it forbids ends, and is not asked.
  private _allowed(): void {
    if (!this._isForbidden()) return;
    this._question = null;
    this._run.stop();
    const on = ALL.slice(0, 6).filter((c) => this._state[c] === 'on');
    const asked = ALL.slice(0, 6).filter((c) => this._state[c] === 'requested');
    if (on.length) this._stop(on, 'shop');
    if (asked.length) this._tell('refuse', asked);
    this._draw();
  }

  private async _perform({ ask, op, d, until }: Events['ask']): Promise<void> {
    const { link } = this._app;
    const left = until - Date.now() - link.offset;
    if (left <= 0) return;
    const answer = (result: { success: boolean; reason?: string }): void => link.notify('answer', { ask, ...result } as never, 1);
    if (op === 'page.push') this._push.ask(d as Requests['page.push'], left, this._can('navigate'), answer);
    else if (op.startsWith('mirror.')) await (this._acting = this._run.act(op, d).catch(() => ({ success: false, reason: 'refused' })).then(answer));
  }

  /* What the customer says */

  private _asked({ capabilities, text = '' }: Requests['consent.ask']): void {
    this._note('ask', [...capabilities]);
    if (!this._isForbidden()) this._ask([...capabilities], text);
  }

  private _ask(caps: Capability[], text?: string): void {
    // A second question before the first is answered is one question.
    const all = ALL.filter((c) => caps.includes(c) || (this._question?.caps.includes(c) && this._state[c] !== 'on'));
    const name = this._app.guide();
    const title = this._t(text === undefined ? 'shareOwn' : all.includes('mirror') ? 'shareAsk' : 'shareAskMore', { name });
    const large = all.includes('mirror') && document.getElementsByTagName('*').length > LARGE;
    this._question = { caps: all, title, text, large, picked: new Set(all) };
    this._app.narrate(title);
    this._draw();
  }

  private _answer(yes: boolean): void {
    const { caps, picked, text } = this._question!;
    const seen = picked.has('mirror') || this._state.mirror === 'on';
    const given = yes ? caps.filter((c) => picked.has(c) && (seen || !/point|scroll|click|fill/.test(c))) : [];
    const rest = caps.filter((c) => !given.includes(c));
    this._question = null;
    if (given.length) this._tell('give', given);
    // What nobody asked for needs no refusal.
    if (rest.length && text !== undefined) this._tell('refuse', rest);
    this._draw();
  }

  private _tell(what: 'give' | 'refuse', capabilities: Capability[]): void {
    const { link, locale, store } = this._app;
    this._note(what, capabilities);
    if (what === 'give') store.put({ shares: true });
    link.request(`consent.${what}`, { capabilities, wording: `${WORDING}/${locale.slice(0, 2)}` }, 1).catch((e: Fault) => this._app.fail(e));
  }

  /// Off here at once, whatever the line does.
  private _stop(capabilities: Capability[], why: Requests['consent.stop']['why']): void {
    const { link } = this._app;
    this._note('stop', capabilities);
    this._put({ ...this._state, ...Object.fromEntries(capabilities.map((c) => [c, 'off'])) });
    if (capabilities.includes('mirror')) this._run.stop();
    this._run.take();
    link.request('consent.stop', { capabilities, why }, 1).catch((e: Fault) => this._app.fail(e));
    this._run.look();
    this._draw();
  }

  private _stopAll(): void {
    if (this._isOutlined) this._outline(false);
    this._stop(ALL.slice(0, 6).filter((c) => this._state[c] === 'on'), 'asked');
    this._say(this._t('shareStopped'));
  }

  /// A click or a key of the customer's takes control back; in our own panel only Esc does.
  private _acted(e: Event): void {
    if (!e.isTrusted) return;
    const isOurs = e.composedPath().includes(this._app.host.root);
    if (isOurs && (e as KeyboardEvent).key !== 'Escape') return;
    const on = ACTS.filter((c) => this._state[c] === 'on');
    if (!on.length || this._isTaken) return;
    this._isTaken = true;
    this._run.take();
    // What was under way is answered first: the line would call it refused otherwise.
    void this._acting.then(() => {
      this._isTaken = false;
      this._stop(on, 'input');
    });
    this._say(this._t('shareTaken', { name: this._app.guide() }));
  }

  private _note(what: Entry['what'], caps: string[]): void {
    this._own.push({ ts: Date.now(), what, caps });
  }

  private _say(text: string): void {
    this._said = text;
    this._app.narrate(text);
    this._draw();
    setTimeout(() => {
      if (this._said !== text) return;
      this._said = '';
      this._draw();
    }, SAID_MS);
  }

  /* What is seen */

  private _isOn(): boolean {
    return !this._app.follows && ALL.slice(0, 6).some((c) => this._state[c] === 'on');
  }

  private _outline(on: boolean): void {
    this._isOutlined = on;
    void this._run.outline(on);
    this._draw();
  }

  private _who(): string {
    const { _app: app, _t: t, _mirror: mirror } = this;
    if (this._state.mirror !== 'on') return t('shareActs', { name: app.guide(), what: ALL.filter((c) => this._state[c] === 'on').map((c) => t(`shareCan_${c}` as SharingKey)).join(', ') });
    if (!mirror.viewers) return t('shareHeld');
    return mirror.viewers > 1 ? t('shareSeenMore', { name: app.guide(), n: mirror.viewers - 1 }) : t('shareSeen', { name: app.guide() });
  }

  /// Newest first: the rows of the thread, and what was done here since.
  private _entries(): Entry[] {
    const rows = (this._app.conv?.rows ?? []).filter((r) => r.op.startsWith('consent.'))
      .map((r): Entry => ({ ts: r.ts, what: r.op.slice(8) as 'ask', caps: (r.d as { capabilities: string[] }).capabilities }));
    const isNew = (e: Entry): boolean => !rows.some((r) => r.what === e.what && Math.abs(r.ts - e.ts) < 60_000 && r.caps.join() === e.caps.join());
    return [...rows, ...this._own.filter(isNew)].sort((a, b) => b.ts - a.ts).slice(0, 50);
  }

  private _bar(): VNode | null {
    const { _t: t } = this;
    if (!this._isOn()) return null;
    const set = (c: Capability, on: boolean): void => {
      if (on) this._tell('give', [c]);
      else this._stop(c === 'mirror' ? ALL.slice(0, 5).filter((one) => this._state[one] === 'on') : [c], 'asked');
    };
    return h('section', { key: 'sharing', class: 'sharing', 'aria-label': t('shareDetails') },
      h('div', { class: 'line' }, h('p', null, this._who()),
        h('button', { class: 'n', 'aria-expanded': String(this._isOpen), onclick: () => { this._isOpen = !this._isOpen; this._draw(); } }, t('shareDetails')),
        h('button', { class: 'n stop', onclick: () => this._stopAll() }, t('shareStop'))),
      this._isOpen && h('div', { key: 'more', class: 'more', tabIndex: 0 },
        h('button', { class: 'n', 'aria-pressed': String(this._isOutlined), onclick: () => this._outline(!this._isOutlined) }, t('shareOutline')),
        switches(t, ALL.slice(0, 6), (c) => this._state[c] === 'on', set, this._state.mirror === 'on'),
        ledger(t, this._entries(), this._app.locale)));
  }

  private _parts(): (VNode | null)[] {
    return [this._bar(), this._said ? h('p', { key: 'said', class: 'said-so' }, this._said) : null, this._push.draw()];
  }

  /// A phone's panel is modal: what lies outside it could not be pressed.
  private _isWithin(): boolean {
    return this._app.open && isPhone();
  }

  private _arrange(): void {
    const more = this._app.more!;
    const { arrange } = more;
    more.arrange = (state: State, given) => {
      const kids: (Kid | null)[] = arrange?.(state, given) ?? given;
      if (state === 'live' && this._state.mirror !== 'on' && !this._isForbidden()) {
        const ways = kids.find((k) => (k as VNode | null)?.key === 'act') as VNode | undefined;
        ways?.kids.push(h('button', { key: 'share', class: 'n', onclick: () => this._ask(['mirror', 'point']) }, this._t('shareThis')));
      }
      queueMicrotask(() => this._paint());
      return this._isWithin() ? [...this._parts(), ...kids] : kids;
    };
  }

  private _draw(): void {
    this._app.draw();
    this._paint();
  }

  private _paint(): void {
    const q = this._question;
    patch(this._box, [
      ...(this._isWithin() ? [] : this._parts()),
      q && question(this._t, q, () => this._draw(), (yes) => this._answer(yes)),
    ].filter((k): k is VNode => !!k));
  }
}

const sharing = (app: App): void => void new Sharing_(app);
export type Sharing = typeof sharing;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('sharing', sharing);
