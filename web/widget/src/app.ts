// SPDX-License-Identifier: Apache-2.0
import type { Cart, ChatSend, Events, Page, ProductRef, SiteInfo } from '../../protocol/index.js';
import { Link } from '../../transport/core.js';
import type { Conversation, Fault, LinkEvent, Saved } from '../../transport/core.js';
import type { Host, OpenRequest, PageCart, PageProduct } from './api.js';
import { openStore } from './entry.js';
import type { Store } from './entry.js';
import type { More, Surround } from './page-chunk.js';
import type { MakeShop } from './shop-chunk.js';
import { isPhone } from './parts.js';
import type { Viewing } from './viewer-chunk.js';
import type { T } from './words.js';

/// Named here and not in the loader, whose table is in every page.
declare const __PAGE__: [file: string, integrity: string];

const NUMBER_EVERY = 15_000;

export type Status = Events['queue.status'];

/// The widget's state and what may be done to it. Screens are drawn from it after each change; it draws nothing itself.
export class App {
  open = false;
  /// On a phone: the picture or the chat.
  seeing = true;
  asking = false;
  ending = false;
  /// Another tab leads.
  follows = false;
  fault = '';
  draft: string;
  status: Status | null = null;
  site: SiteInfo | null = null;
  product: (Omit<ProductRef, 'media'> & { media?: string | undefined; all: string[] }) | null = null;
  queue: string | undefined;
  unread = 0;
  /// What came about notices, until floor-chunk.ts reads it.
  notices: LinkEvent[] = [];
  /// What the live region says.
  said = '';
  conv: Conversation | null = null;
  readonly locale: string;
  readonly link: Link;
  readonly store: Store;
  /// The page's own word on what it shows, until its address changes.
  given: { at: string; product: PageProduct } | null = null;
  /// The secret of a link that leads back, until it is spent (back.ts).
  code: string | undefined;
  /// Set by the page's chunk: how pieces are drawn; looks at the page again; the other tabs.
  more: More | undefined;
  look: (() => void) | undefined;
  /// Another page without a new document: set with the rest.
  turn!: () => void;
  tabs: { take(waitMs?: number): Promise<Saved | null>; tell(): void; close(): void } | undefined;
  /// Set by the viewer's chunk: ends the viewer that is shown.
  unview: (() => void) | undefined;
  /// What the page does for us, and what the shop's consent tool decided (calls-chunk.ts).
  registered: { navigate?: (url: string) => unknown; addToCart?: (piece: object) => unknown; updateCart?: (piece: object) => unknown } | undefined;
  allowed: { mirror?: boolean; analytics?: boolean } | undefined;
  /// The bag as the page's own call says it (calls-chunk.ts); looks at the shop's bag again (detect-chunk.ts).
  cart: PageCart | null | undefined;
  /// The bag as it was told to whoever looks after the customer (detect-chunk.ts).
  bag: Cart | undefined;
  recount: (() => void) | undefined;
  /// The shop system's own ways, where the page is of one and its chunk has come (shop-chunk.ts).
  system: ReturnType<MakeShop> | undefined;
  /// Set by the sharing chunk: looks again at what is allowed.
  allow: (() => void) | undefined;
  private _undo: (() => void)[] = [];
  private _drawing = false;
  private _told = '';
  private _numberAt = 0;

  constructor(readonly host: Host, readonly t: T, readonly over: Record<string, string>, private _draw: () => void) {
    const { site, storage, queue } = host.options;
    const locale = (this.locale = host.locale);
    const store = (this.store = openStore(site, storage === 'none'));
    const { entry } = store;
    this.draft = entry.draft;
    this.queue = queue;
    entry.n++;
    this.link = new Link({
      url: host.base.replace(/^http/, 'ws') + 'socket',
      hello: () => ({ site, role: 'customer', lang: locale, page: this.page(), code: this.code }),
      load: () => entry.link,
      save: (link) => { store.put({ link }); this.tabs?.tell(); },
    });
    this._watch();
    if (entry.link) {
      if (entry.led) this.lead();
      else this.follows = true;
      // On a phone the panel is the whole screen, and the page is what they went to see.
      if (entry.open && !isPhone()) this.show();
    }
    // The panel comes first: to ask for a script costs a phone milliseconds.
    setTimeout(() => host.load('page', __PAGE__).then((surround) => {
      this._undo.push((surround as Surround)(this));
      this.draw();
      if (this.follows && !document.hidden) this.lead();
    }, () => undefined));
  }

  /* What the page and the person do */

  show({ queue, text, product }: OpenRequest = {}): void {
    if (queue) this.queue = queue;
    if (text && !this.draft) this.write(text);
    if (product) this.give(typeof product === 'string' ? { sku: product } : product);
    if (!this.open) this.host.fire('open', {});
    this.open = true;
    this.store.put({ open: true });
    if (this.link.state === 'idle' && !this.follows) this.lead();
    this.draw();
  }

  hide(): void {
    if (!this.open) return;
    this.open = false;
    this.unview?.();
    this.store.put({ open: false });
    this.host.fire('close', {});
    this.draw();
    queueMicrotask(() => this.host.button.focus());
  }

  write(draft: string): void {
    this.draft = draft;
    this.store.put({ draft });
    this.fault = '';
    this.draw();
  }

  /// Takes the lead among the tabs, then connects with the newest right there is.
  lead(): void {
    const wasFollowing = this.follows;
    this.follows = false;
    this.store.put({ led: true });
    void Promise.resolve(this.tabs?.take(wasFollowing ? 120 : 0)).then((told) => {
      if (told) this.link.adopt(told);
      this.link.connect();
    });
  }

  follow(): void {
    this.follows = true;
    this.store.put({ led: false });
    this.link.close();
    this.draw();
  }

  /// Asks for help; what was written becomes the first message.
  ask(): void {
    if (this.asking) return;
    this.asking = true;
    this.draw();
    this.link.request('queue.join', { lang: this.locale, queue: this.queue, product: this.ref() }, 1)
      .then(() => this.say(), (e: Fault) => this.fail(e))
      .then(() => {
        this.asking = false;
        this.draw();
      });
  }

  say(): void {
    const text = this.draft.trim();
    if (!text) return;
    this.conv?.send(text);
    this.write('');
  }

  askEnd(ending: boolean): void {
    this.ending = ending;
    this.draw();
  }

  /// The picture or the chat, on a phone.
  see(seeing: boolean): void {
    this.seeing = seeing;
    this.draw();
  }

  /// Whether the thread is before somebody's eyes.
  isRead(): boolean {
    return this.open && !document.hidden && !(this.seeing && this.conv?.view && isPhone());
  }

  /// Leaves the line, or ends the session.
  leave(op: 'queue.leave' | 'session.end'): void {
    this.ending = false;
    this.link.request(op, {}, 1).catch((e: Fault) => this.fail(e));
    this.draw();
  }

  /// Where the line was closed for good: from the beginning.
  again(): void {
    this.unview?.();
    this.link.conversations.clear();
    this.conv = null;
    this.store.put({ link: null });
    this.lead();
  }

  /// A refusal, beside where it was caused.
  fail(e: Fault): void {
    this.fault = this.more ? this.more.why(this, e) : e.message;
    this.draw();
  }

  /// The associate's first name, as far as one is known.
  guide(): string {
    return this.conv?.session.associate?.name ?? '';
  }

  name(who: string): string {
    return who === this.conv?.me ? this.t('you') : this.conv?.people.get(who)?.name ?? this.guide();
  }

  /// A personal picture's name carries its grant, which goes behind the path.
  media(name: string, width: number): string {
    return this.host.base.replace(/v1\/$/, `t/${name.replace(/\?|$/, `/${width}$&`)}`);
  }

  /// The viewer's chunk; the page's names it, and has plugged the view's half into the line.
  async viewing(): Promise<Viewing> {
    await this.host.load('page', __PAGE__);
    return await this.host.load('viewer', this.more!.viewer) as Viewing;
  }

  narrate(text: string): void {
    this.said = text;
    this.draw();
  }

  /* What the page shows */

  give(product: PageProduct | null): void {
    this.given = product && { at: location.href, product };
    this.look?.();
  }

  ref(): ProductRef | undefined {
    if (!this.product) return undefined;
    const { all, ...ref } = this.product;
    return ref;
  }

  page(): Page {
    return { n: this.store.entry.n, url: location.href.slice(0, 1500), title: document.title.replace(/(\d\W?){9,}/g, '').slice(0, 100), product: this.ref() };
  }

  tell(): void {
    this.conv?.page(this.page());
  }

  /* What the line says */

  private _watch(): void {
    const { link } = this;
    const on = (to: EventTarget, name: string, fn: (e: Event) => void): void => {
      to.addEventListener(name, fn);
      this._undo.push(() => to.removeEventListener(name, fn));
    };
    link.on('state', () => this.draw());
    link.on('welcome', (w) => { this.site = w.site; });
    link.on('conversation', (v) => this._take(v));
    link.on('event', (e) => this._event(e));
    on(window, 'online', () => link.wake());
    on(document, 'visibilitychange', () => {
      if (document.hidden) return;
      if (this.follows) this.lead();
      else link.wake();
      this.draw();
    });
    on(window, 'pagehide', () => { link.close(); this.tabs?.close(); });
    // Out of the back/forward cache: a further page, with the right that the last one had.
    on(window, 'pageshow', (e) => {
      const { store } = this;
      if (!(e as PageTransitionEvent).persisted || !store.entry.link) return;
      store.again();
      store.entry.n++;
      link.adopt(store.entry.link);
      this.lead();
    });
  }

  private _take(v: Conversation): void {
    this.conv = v;
    const draw = (): void => this.draw();
    for (const name of ['thread', 'people', 'typing', 'view'] as const) v.on(name, draw);
    v.on('session', () => this._session(v));
    v.on('refused', ({ fault }) => this.fail(fault));
  }

  private _session(v: Conversation): void {
    const { state, position, eta, reference, why } = v.session;
    const { host, t } = this;
    const name = this.guide();
    const now = state === 'away' ? 'live' : state;
    if (now === 'waiting' && position) {
      host.fire('queue', { position, etaSeconds: eta });
      if (Date.now() - this._numberAt > NUMBER_EVERY) {
        this._numberAt = Date.now();
        this.narrate(`${t('line')} ${position}`);
      }
    }
    if (now !== this._told) {
      if (now === 'live') {
        host.fire('joined', { name, reference });
        this.narrate(`${t('with', { name })}. ${t('ref', { ref: reference ?? '' })}`);
      }
      if (now === 'ended' && this._told) host.fire('ended', { reference, reason: why });
      this._told = now;
    }
    this.draw();
  }

  private _event(e: LinkEvent): void {
    const { op, by, d } = e;
    if (op.startsWith('not')) {
      this.notices.push(e);
      this.draw();
    } else if (op === 'queue.status') {
      this.status = d as Status;
      this.host.fire('status', this.status);
      this.draw();
    } else if (op === 'chat.send' && by !== this.conv?.me) {
      if (!this.isRead()) this.unread++;
      this.host.fire('message', { from: this.name(by), unread: this.unread });
      this.narrate(`${this.name(by)}: ${(d as ChatSend).body.text ?? ''}`);
    }
  }

  /// Draws once for any number of changes.
  draw(): void {
    if (this._drawing) return;
    this._drawing = true;
    queueMicrotask(() => {
      this._drawing = false;
      if (this.isRead()) {
        this.unread = 0;
        this.conv?.read();
      }
      this._draw();
    });
  }

  end(): void {
    this.unview?.();
    this.link.shutdown();
    for (const f of this._undo.splice(0)) f();
    this.store.forget();
  }
}
