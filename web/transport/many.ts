// SPDX-License-Identifier: Apache-2.0
import type { ChatSend } from '../protocol/index.js';
import type { Channels } from './channels.js';
import type { Conversation } from './conversation.js';
import { Link as CoreLink } from './link.js';
import type { LinkOptions } from './link.js';
import type { Pending } from './outbox.js';
import { acting } from './acting.js';
import { makeSync } from './sync.js';

const OPENS = new Set(['conv.open', 'claim.take', 'code.use', 'supervisor.watch', 'transfer.answer', 'colleague.answer']);
const ROWS = new Set(['label.set', 'transfer.ask', 'supervisor.whisper', 'guest.poll', 'session.close', 'offer.make', 'offer.drop', 'watch.ask']);

/// The link of a console window: many conversations, and the shared view's half plugged in from the start.
export class Link extends CoreLink {
  /// Of the present connection.
  channels: () => Channels | null = () => null;

  constructor(o: LinkOptions) {
    super(o);
    this.plug((...at) => {
      const sync = makeSync(...at);
      sync.act(acting);
      this.channels = () => sync.line();
      return sync;
    });
  }

  get retryInMs(): number {
    return this.state === 'retrying' ? Math.max(0, this.retryAt - Date.now()) : 0;
  }

  /// These hand out a number; the snapshot that follows needs somewhere to go.
  protected override opened(p: Pending, d: Record<string, unknown>): void {
    if (p.op === 'chat.send' && d['address']) Object.assign((p.d as ChatSend).body, { address: d['address'] }); // drawn by the server
    if (p.op === 'conv.close' && p.conv) return void this.conversations.delete(p.conv.c);
    const c = Number(d['c'] ?? 0);
    if (!OPENS.has(p.op) || c === 0) return;
    const name = String((p.d as { conv?: string }).conv ?? d['conv']);
    const held = [...this.conversations.values()].find((v) => v.conv === name);
    const v = held ?? this.make(name);
    if (held) this.conversations.delete(held.c);
    v.c = c;
    v.me = (d['me'] as string | undefined) ?? v.me;
    this.conversations.set(c, v);
    if (!held) this.emit('conversation', v);
  }

  /// What staff do to a conversation stands in its thread; to whoever did it the answer is the event.
  protected override _own(conv: Conversation, op: string, asked: object, answer: Record<string, unknown>): [string, unknown] | null {
    return ROWS.has(op) ? [op, { ...asked, ...answer }] : super._own(conv, op, asked, answer);
  }
}
