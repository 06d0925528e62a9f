// SPDX-License-Identifier: Apache-2.0
import { BIN, readMptr } from '../../protocol/index.js';
import type { Events } from '../../protocol/index.js';
import type { Conversation } from '../../transport/core.js';
import { post } from '../../transport/upload.js';
import type { Act, Control, Reason } from '../../mirror/control.js';
import type { Overlay } from '../../mirror/overlay.js';
import type { Rules } from '../../mirror/rules.js';
import type { Share } from '../../mirror/share.js';
import type { App } from './app.js';
import type { HandParts } from './hand-chunk.js';
import type { MirrorParts } from './mirror-chunk.js';

declare const __MIRROR__: [file: string, integrity: string];
declare const __HAND__: [file: string, integrity: string];

const LASER = 2;
const GONE = 3;

export interface Held {
  /// Whether the customer agrees to this now.
  can(what: string): boolean;
  /// Somebody looks, and may.
  isWatched(): boolean;
  words: { here: string; hidden: string };
}

const idle = (fn: () => void): void => void ('requestIdleCallback' in window ? requestIdleCallback(fn, { timeout: 500 }) : setTimeout(fn, 100));

/// Runs what consent and onlookers call for, and nothing without them: the recorder while somebody looks, the hand while
/// somebody may point or act.
export class Runner {
  private _share: Share | undefined;
  private _starting = false;
  private _count = { dom: 0, base: 0, motion: 0 };
  private _channel: unknown;
  private _hand: HandParts | undefined;
  private _overlay: Overlay | undefined;
  private _control: Control | undefined;
  private _isOutlined = false;

  constructor(private _app: App, private _held: Held) {}

  /// Looks again at what has to run.
  look(): void {
    const { _held: held } = this;
    const channel = this._own();
    if (channel !== this._channel) {
      this.stop();
      this._channel = channel;
      this._count = { dom: 0, base: 0, motion: 0 };
    }
    if (!channel || !held.isWatched()) this.stop();
    else if (!this._share && !this._starting) this._start();
    if (['point', 'scroll', 'click', 'fill'].some((c) => held.can(c))) void this._hands();
    else if (!this._isOutlined) this._unhand();
  }

  /// Another page: its rules, its number.
  turn(): void {
    this.stop();
    this.look();
  }

  stop(): void {
    this._share?.stop();
    this._share = undefined;
  }

  end(): void {
    this.stop();
    this._unhand();
  }

  frame({ head, data, who }: { head: { type: number }; data: DataView; who: string }): void {
    if (head.type === BIN.KREQ) this._share?.key();
    const p = head.type === BIN.MPTR && this._held.can('point') && readMptr(data);
    if (!p || !this._overlay || p.page !== this._page()) return;
    const el = p.node ? this._node(p.node) : null;
    if (p.kind === GONE) this._overlay.unlaser();
    else if (p.kind === LASER && (el || !p.node)) this._overlay.laser(el, p.x / 65_535, p.y / 65_535, this._app.name(who));
  }

  mark(d: Events['mirror.mark']): void {
    const el = d.page === this._page() && this._held.can('point') ? this._node(d.node) : null;
    if (el) void this._hands().then(() => this._overlay?.mark(el, d.points ?? null, d.colour));
  }

  async act(op: string, d: unknown): Promise<{ success: boolean; reason?: Reason }> {
    if (!this._share) return { success: false, reason: 'gone' };
    await this._hands();
    return this._control!.act(op.slice(7) as 'click', d as Act);
  }

  /// The customer has acted themselves.
  take(): void {
    this._control?.take();
  }

  async outline(on: boolean): Promise<void> {
    this._isOutlined = on;
    if (!on) this._overlay?.outline(undefined);
    this.look();
    if (!on) return;
    await this._hands();
    const rules = this._rules();
    this._overlay?.outline(() => this._hand!.seen(rules));
  }

  mayLead(url: URL): boolean {
    const hosts = this._app.site?.mirror?.hosts ?? [];
    return /^https?:$/.test(url.protocol) && (url.origin === location.origin || hosts.includes(url.host));
  }

  private _page(): number {
    return this._app.store.entry.n;
  }

  private _own(): ReturnType<NonNullable<ReturnType<NonNullable<App['more']>['line']>>['own']> {
    const { conv, more } = this._app;
    return conv ? more?.line()?.own(conv, 'dom') : undefined;
  }

  private _node(id: number): Element | null {
    const node = this._share?.mirror.nodeOf(id);
    return node?.nodeType === 1 ? node as Element : node?.parentElement ?? null;
  }

  private _rules(): Rules {
    const { site, host } = this._app;
    return this._hand!.rulesFor(site?.mirror ?? {}, host.options.privacy, location.pathname);
  }

  private _start(): void {
    this._starting = true;
    const { host } = this._app;
    host.load('mirror', __MIRROR__).then((parts) => idle(() => {
      this._starting = false;
      if (this._share || !this._own() || !this._held.isWatched()) return;
      this._share = new (parts as MirrorParts).Share(this._port(this._app.conv!));
      this._share.start();
    }), () => { this._starting = false; });
  }

  private _port(conv: Conversation): ConstructorParameters<typeof Share>[0] {
    const { host, link, more, site } = this._app;
    return {
      send: (make) => {
        const line = more!.line();
        if (!line?.own(conv, 'dom')) return false;
        line.ordered(conv, 'dom', make);
        return true;
      },
      buffered: () => more!.line()?.buffered() ?? 0,
      hz: () => this._own()?.hz ?? 30,
      page: () => this._page(),
      count: this._count,
      css: {
        ask: (hashes) => link.request('mirror.css', { hashes }, 1),
        post: (url, ticket, body) => post(new URL(url, host.base).href, ticket, new Blob([body], { type: 'application/json' }), () => undefined),
      },
      settings: site?.mirror ?? {},
      privacy: host.options.privacy,
    };
  }

  private async _hands(): Promise<void> {
    this._hand ??= await this._app.host.load('hand', __HAND__) as HandParts;
    if (this._overlay) return;
    this._overlay = new this._hand.Overlay(this._app.host.root, this._held.words);
    this._control = new this._hand.Control({
      nodeOf: (id) => this._share?.mirror.nodeOf(id) ?? null, page: () => this._page(), rules: () => this._rules(),
      can: (what) => this._held.can(what), mayLead: (url) => this.mayLead(url), overlay: this._overlay,
    });
  }

  private _unhand(): void {
    this._overlay?.end();
    this._overlay = this._control = undefined;
  }
}
