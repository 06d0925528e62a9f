// SPDX-License-Identifier: Apache-2.0
import type { Call, Host, OpenRequest, Options, StartWidget, Widget } from '../../widget/src/api.js';
import type { Invite } from '../../widget/src/invite-chunk.js';
import { load, register } from './chunks.js';
import type { Entry } from './chunks.js';
import { createLauncher } from './launcher.js';
import type { Launcher } from './launcher.js';

/// The snippet: launcher, queue of calls, chunk loader. Until somebody shows intent there is no socket, no cookie, no storage
/// and no further request. Everything else is in the widget, which gets every call that was made before it came.

declare const __VERSION__: string;
type Fn = (detail: unknown) => void;
interface Api { (...call: Call): void; q?: Call[]; chunk?: typeof register }

const KEPT_MAX = 50;
/// The calls, by the type of their first argument.
const CALLS: Record<string, string> = {
  object: 'init identify product cart order context consent register expectDisconnect',
  string: 'on off', function: 'createCode', '': 'open close show hide shutdown',
};

const win = window as unknown as { Vitrine?: Api };
const own = (document.currentScript ?? document.querySelector('script[src*="/v1/vitrine.js"]')) as HTMLScriptElement | null;
let listeners: [string, Fn][] = [];
let options: Options | undefined;
let launcher: Launcher | undefined;
let widget: Widget | undefined;
let kept: Call[] = [];
let base = '';
let life = new AbortController();
let calm: ReturnType<typeof setTimeout>;

function fire(name: string, detail: object): void {
  for (const [n, fn] of listeners) {
    try { if (n === name) fn(detail); } catch (e) { console.error(e); }
  }
  dispatchEvent(new CustomEvent('vitrine:' + name, { detail }));
}

function fault(code: string, message: string, retry = false): void {
  console.warn('Vitrine: ' + message);
  fire('error', { code, message, retry });
}

/// What is wrong with a call, in words that say what to change.
function wrong(name: string, arg: unknown): string {
  for (const type in CALLS) {
    if (CALLS[type]!.split(' ').includes(name)) return type && typeof arg !== type ? `'${name}' needs: ${type}` : '';
  }
  return `there is no '${name}'`;
}

const chunk = (name: string, entry?: Entry): Promise<unknown> => load(name, base, own?.nonce ?? '', entry);

const host = (): Host => ({ ...launcher!, base, options: options!, fire, load: chunk });

async function summon(): Promise<void> {
  launcher!.say('');
  try {
    const start = await chunk('widget') as StartWidget;
    if (!launcher || widget) return;
    widget = start(host(), kept);
    kept = [];
  } catch {
    launcher?.say('Help did not load. Try again.');
    fault('chunk', `nothing came from ${base}: is it in the CSP?`, true);
  }
}

/// Now, or when the widget comes. The newest product, cart and identity replace the former.
function pass(...call: Call): void {
  if (widget) return widget.call(...call);
  kept = [...kept.filter((k) => k[0] !== call[0] || /context|order/.test(k[0])), call].slice(-KEPT_MAX);
}

/// Intent: the panel is wanted.
function open(request: OpenRequest = {}): void {
  pass('open', request);
  if (!widget && launcher) void summon();
}

function listen(to: EventTarget, names: string, fn: (e: Event) => void): void {
  for (const name of names.split(' ')) to.addEventListener(name, fn, life);
}

function onClick(e: Event): void {
  const at = (e.composedPath()[0] as Element).closest?.<HTMLElement>('[data-vitrine-open],[data-vitrine-product]');
  if (at) open({ queue: at.dataset['vitrineOpen'], product: at.dataset['vitrineProduct'] });
}

function init(given: Options): void {
  const o: Options = { ...(own?.dataset as object), ...given };
  if (options) return o.site === options.site ? undefined : fault('init', "call 'shutdown' first");
  if (!o.site || !(o.baseUrl || own)) return fault('init', 'needs: site (data-site), baseUrl');
  base = new URL('v1/', o.baseUrl ? o.baseUrl + '/' : new URL('..', own!.src)).href;
  options = o;
  launcher = createLauncher(o);
  listen(launcher.button, 'click', () => open());
  listen(launcher.button, 'pointerenter focus', () => void chunk('widget').catch(Object));
  listen(document, 'click', onClick);
  listen(window, 'load scroll resize', () => {
    clearTimeout(calm);
    calm = setTimeout(() => {
      launcher?.dodge();
      if (o.invite && launcher && !widget) chunk('invite').then((ask) => (ask as Invite)(host(), kept), Object);
    }, 150);
  });
  fire('ready', { version: __VERSION__ });
  if (kept.some((k) => k[0] === 'open') || isResuming(o)) void summon();
  else if (o.storage !== 'none') askTabs(o.site);
}

/// A link of ours, or an entry, says that a conversation goes on.
function isResuming(o: Options): boolean {
  try { return /#vt/.test(location.hash) || o.storage !== 'none' && sessionStorage['vitrine:' + o.site]; } catch { return false; }
}

/// Another tab may be in a conversation: one question, then quiet.
function askTabs(site: string): void {
  const channel = new BroadcastChannel('vitrine:' + site);
  setTimeout(() => channel.close(), 400);
  channel.onmessage = ({ data }) => {
    if (!data.saved) return;
    pass('told', data.saved);
    if (document.hidden) listen(document, 'visibilitychange', summon);
    else void summon();
  };
  channel.postMessage({ t: 'who' });
}

function shutdown(): void {
  widget?.shutdown();
  life.abort();
  life = new AbortController();
  try { delete sessionStorage['vitrine:' + options?.site]; } catch { /* storage is off */ }
  launcher?.root.host.remove();
  widget = launcher = options = undefined;
  kept = [];
}

/// What is the loader's own; the rest goes to the widget.
const OWN: Record<string, (...args: never[]) => void> = {
  init, open, shutdown,
  on: (name: string, fn: Fn) => void listeners.push([name, fn]),
  off: (name: string, fn: Fn) => { listeners = listeners.filter((l) => l[0] !== name || l[1] !== fn); },
  show: () => launcher && (launcher.button.hidden = false),
  hide: () => launcher && (launcher.button.hidden = true),
};

const Vitrine: Api = (...c: Call): void => {
  const [name, ...args] = c;
  try {
    const what = wrong(name, args[0]);
    if (what) fault('call', what);
    else if (OWN[name]) OWN[name](...(args as never[]));
    else pass(...c);
  } catch (e) {
    fault('call', String(e));
  }
};
Vitrine.chunk = register;

/// `init` comes first wherever it stands in the queue; the script's own attributes are enough.
function begin(): void {
  const queue = win.Vitrine?.q ?? [];
  const asked = queue.find((q) => q[0] === 'init');
  win.Vitrine = Vitrine;
  if (asked || own?.dataset['site']) init((asked?.[1] ?? {}) as Options);
  for (const c of queue) if (c !== asked) Vitrine(...c);
}

if (!win.Vitrine?.chunk) {
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', begin);
  else if (document.body) begin();
  else document.addEventListener('DOMContentLoaded', begin);
}
