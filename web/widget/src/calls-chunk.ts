// SPDX-License-Identifier: Apache-2.0
import type { App } from './app.js';
import type { Call, PageCart } from './api.js';

/// The calls a page makes about its customer, and what it does and allows: `identify`, `context`, `createCode`, `register`, `consent`, `order`. A chunk of its own, asked for with the first
/// of them: most visits need none. What is said before the line is up goes with the welcome; identity goes with each, since a
/// site may ask for the shop's signature on every connection.

interface Identity { token?: string; id?: string; name?: string; email?: string }
interface Order { value: string | number; items?: { price?: string | number }[] }
type Code = { code: string; expiresAt: number } | { error: string };

export class Calls {
  private _who: Identity | undefined;
  private _facts: Record<string, unknown> = {};
  private _codes: ((code: Code) => void)[] = [];
  private _orders: Order[] = [];

  constructor(private _app: App) {
    _app.link.on('welcome', () => this._say());
    // A way into another conversation is spent with the hello that carried it, whatever came of it.
    _app.link.on('state', (state) => { if (state === 'live' || state === 'ended') _app.code = undefined; });
  }

  take([name, arg]: Call): void {
    const { _app: app } = this;
    if (name === 'register') app.registered = { ...app.registered, ...arg as object };
    else if (name === 'consent') {
      app.allowed = { ...app.allowed, ...arg as object };
      app.allow?.();
    }
    else if (name === 'cart') {
      app.cart = arg as PageCart | null;
      app.look?.();
    }
    else if (name === 'identify') this._who = arg as Identity;
    else if (name === 'context') Object.assign(this._facts, arg);
    else if (name === 'order') this._orders.push(arg as Order);
    else if (name === 'createCode') this._codes.push(arg as (code: Code) => void);
    else return;
    if (this._app.link.state === 'live') this._say();
    else if (this._codes.length && this._app.link.state === 'idle') this._app.lead(); // a code is asked for by a person
  }

  private _say(): void {
    const { link, host } = this._app;
    const fail = (e: { code?: string; message?: string }): void =>
      host.fire('error', { code: e.code ?? 'call', message: String(e.message ?? e), retry: false });
    if (this._who) {
      link.request('identify', this._who, 1).then(({ verified, code }) => {
        if (code) this._go(code);
        else host.fire('identified', { verified });
      }, fail);
    }
    const keys = this._facts;
    if (Object.keys(keys).length) {
      this._facts = {};
      link.request('context', { keys }, 1).catch(fail);
    }
    for (const order of this._orders.splice(0)) link.request('order.done', plain(order), 1).catch(fail);
    for (const fn of this._codes.splice(0)) {
      link.request('code.make', {}, 1).then(({ code, until }) => fn({ code, expiresAt: until }), (e) => fn({ error: e.code }));
    }
  }

  /// This identity has another conversation, and that one it is from now on. Nothing of the one before goes along.
  private _go(code: string): void {
    this._app.link.shutdown();
    this._app.code = code;
    this._app.again();
  }
}

/// On the wire amounts are decimals: a number has been through sums, and 0.1 + 0.2 is none.
const decimal = (n: unknown): unknown => (typeof n === 'number' ? n.toFixed(2) : n);
const plain = ({ value, items, ...rest }: Order): never => ({
  ...rest, value: decimal(value), ...(items && { items: items.map((i) => ({ ...i, price: decimal(i.price) })) }),
}) as never;

let made: [App, Calls] | undefined;

/// One for each start of the widget.
export const calls = (app: App, call: Call): void => {
  if (made?.[0] !== app) made = [app, new Calls(app)];
  made[1].take(call);
};

export type TakeCall = typeof calls;

(globalThis as unknown as { Vitrine?: { chunk(name: string, what: unknown): void } }).Vitrine?.chunk('calls', calls);
