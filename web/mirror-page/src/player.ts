// SPDX-License-Identifier: Apache-2.0
import { Replayer } from '@rrweb/replay';
import { OWN } from './filter.js';
import type { Delta, Op } from './ops.js';

/// The one place that knows rrweb's replayer. It draws into a frame with the sandbox `allow-same-origin` and nothing else: no
/// script of the mirrored page runs there, and this document's policy bounds what it may load.
///
/// Every event is applied at once: a replayer whose present lies at the end of time takes each as past. So nobody's clock is
/// asked, and nothing is queued.

const KEEP = 2;
const CUT_AT = 200;
const NOW = Number.MAX_SAFE_INTEGER;

type Event = { type: number; data: unknown; timestamp: number };
/// What of the replayer's machine is used beyond its typed surface: its events one by one, synchronously, so that a picture
/// that cannot be drawn is an exception here and not somewhere later; and the list of them, which would grow for ever.
interface Machine { send(what: { type: 'ADD_EVENT'; payload: { event: Event } }): void; state: { context: { events: Event[] } } }

export class Player {
  readonly frame: HTMLIFrameElement;
  private replayer: Replayer;
  private machine: Machine;

  constructor(root: HTMLElement) {
    this.replayer = new Replayer([], {
      root, liveMode: true, useVirtualDom: false, loadTimeout: 0, mouseTail: false, triggerFocus: false, showWarning: false, pauseAnimation: false,
      insertStyleRules: [':where(canvas){display:inline-block;overflow:clip}', ':where(canvas)>img{display:block;width:100%;height:100%}'],
    });
    this.replayer.startLive(NOW);
    this.machine = (this.replayer as unknown as { service: Machine }).service;
    this.frame = this.replayer.iframe;
    const { sandbox } = this.frame;
    if (sandbox.length !== 1 || !sandbox.contains('allow-same-origin')) throw new Error('the frame of the mirror is not the one that was asked for');
  }

  apply(op: Op): void {
    this.cast(op.type, op.data);
  }

  delta(data: Delta): void {
    this.cast(3, data);
  }

  size(width: number, height: number): void {
    this.cast(3, { source: 4, width, height });
  }

  scroll(node: number, x: number, y: number): void {
    if (node === 0) this.frame.contentWindow?.scrollTo({ left: x, top: y, behavior: 'instant' });
    else this.cast(3, { source: 3, id: node, x, y });
  }

  node(id: number): Node | null {
    return this.replayer.getMirror().getNode(id);
  }

  /// The id of what is drawn there, or of the nearest around it that has one; 0 for none.
  idOf(node: Node | null): number {
    const mirror = this.replayer.getMirror();
    for (let at: Node | null = node; at !== null; at = at.parentNode ?? (at as ShadowRoot).host ?? null) {
      const id = mirror.getId(at);
      if (id > 0 && id < OWN) return id;
    }
    return 0;
  }

  tag(id: number): string | undefined {
    const node = this.node(id);
    const meta = (node && this.replayer.getMirror().getMeta(node)) as { tagName?: string } | null;
    if (meta?.tagName !== undefined) return meta.tagName.toLowerCase();
    const parent = node?.parentNode;
    return parent ? `#${parent.nodeName.toLowerCase()}` : undefined;
  }

  destroy(): void {
    this.replayer.destroy();
  }

  private cast(type: number, data: unknown): void {
    this.machine.send({ type: 'ADD_EVENT', payload: { event: { type, data, timestamp: Date.now() } } });
    const { events } = this.machine.state.context;
    if (events.length > CUT_AT) events.splice(0, events.length - KEEP);
  }
}
