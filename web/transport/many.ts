// SPDX-License-Identifier: Apache-2.0
import type { ChatSend } from '../protocol/index.js';
import { Link as CoreLink } from './link.js';
import type { LinkOptions } from './link.js';
import type { Pending } from './outbox.js';
import { acting } from './acting.js';
import { makeSync } from './sync.js';

/// The link of a console window: many conversations, and the shared view's half plugged in from the start.
export class Link extends CoreLink {
  constructor(o: LinkOptions) {
    super(o);
    this.plug((find, now) => {
      const sync = makeSync(find, now);
      sync.act(acting);
      return sync;
    });
  }

  get retryInMs(): number {
    return this.state === 'retrying' ? Math.max(0, this.retryAt - Date.now()) : 0;
  }

  /// conv.open and claim.take hand out a number; the snapshot that follows needs somewhere to go.
  protected override opened(p: Pending, d: Record<string, unknown>): void {
    if (p.op === 'chat.send' && d['address']) Object.assign((p.d as ChatSend).body, { address: d['address'] }); // drawn by the server
    if (p.op === 'conv.close' && p.conv) return void this.conversations.delete(p.conv.c);
    if (p.op !== 'conv.open' && p.op !== 'claim.take') return;
    const name = (p.d as { conv: string }).conv;
    const c = Number(d['c']);
    const held = [...this.conversations.values()].find((v) => v.conv === name);
    const v = held ?? this.make(name);
    if (held) this.conversations.delete(held.c);
    v.c = c;
    v.me = (d['me'] as string | undefined) ?? v.me;
    this.conversations.set(c, v);
    if (!held) this.emit('conversation', v);
  }
}
