// SPDX-License-Identifier: Apache-2.0

import { signal, type Signal } from '@preact/signals';
import type { Cart, Consents, Events, Mirror, Person, Profile, State } from '../../../protocol/index.js';
import type { Conversation } from '../../../transport/index.js';
import { explain } from '../lib/faults.js';
import type { Sending } from './pictures.js';

/// One open conversation as this window has it: the transport's reduced state, with a number that rises when a part of it
/// changed, and what only this window knows (drafts, place in the thread, errors). It outlives the link: after a reconnect
/// the same talk gets its conversation again.

export type Voice = 'reply' | 'note';
type Part = 'thread' | 'session' | 'people' | 'trail' | 'typing' | 'view';
const parts: readonly Part[] = ['thread', 'session', 'people', 'trail', 'typing', 'view'];

export interface Asking {
  ask: number;
  kind: 'transfer' | 'colleague';
  name: string;
  until: number;
}

export class Talk {
  readonly at: Record<Part, Signal<number>>;
  readonly conversation: Signal<Conversation | null> = signal(null);
  readonly voice: Signal<Voice> = signal('reply');
  readonly drafts: Record<Voice, Signal<string>> = { reply: signal(''), note: signal('') };
  /// What went wrong last, beside the composer and on the stage.
  readonly fault: Signal<string | null> = signal(null);
  readonly stageFault: Signal<string | null> = signal(null);
  /// What staff know beside the thread.
  readonly profile: Signal<Profile> = signal({ customer: { verified: false }, labels: [] });
  /// A colleague who has been asked, until they answer.
  readonly asking: Signal<Asking | null> = signal(null);
  /// When a customer who said so comes back (server time), and why they left.
  readonly back: Signal<{ until: number; message?: string } | null> = signal(null);
  /// The session whose wrap-up was left for later.
  readonly unwrapped: Signal<string | null> = signal(null);
  /// Pictures on their way from here, and those that failed.
  readonly sendings: Signal<Sending[]> = signal([]);
  /// The customer's bag as their page says; null: it has not said.
  readonly bag: Signal<Cart | null> = signal(null);
  /// What lies before the customer unanswered, and whether they have paused pictures.
  readonly attention: Signal<Events['presence.attention'] | null> = signal(null);
  readonly calm: Signal<boolean> = signal(false);
  /// What the customer has agreed to, and whether their page is being recorded.
  readonly consents: Signal<Consents | null> = signal(null);
  readonly mirror: Signal<Mirror | null> = signal(null);
  /// What the stage shows of this conversation.
  readonly stage: Signal<'piece' | 'page'> = signal('piece');
  /// What became of the last thing that was done on their page.
  readonly done: Signal<{ text: string; isBad: boolean } | null> = signal(null);
  /// Where the thread was scrolled to, from its end; null: at the end.
  fromEnd: number | null = null;
  readonly changedAt: Signal<number> = signal(0);
  private undo: (() => void)[] = [];

  constructor(readonly conv: string, private readonly onChange: (talk: Talk, part: Part) => void) {
    this.at = Object.fromEntries(parts.map((p) => [p, signal(0)])) as Record<Part, Signal<number>>;
  }

  attach(conversation: Conversation): void {
    if (this.conversation.peek() === conversation) return;
    this.release();
    this.conversation.value = conversation;
    this.undo = parts.map((part) => conversation.on(part, () => this.touch(part)));
    this.undo.push(conversation.on('view.patch', () => this.touch('view')));
    this.undo.push(conversation.on('refused', ({ op, fault }) => { if (op !== 'chat.send') this.stageFault.value = explain(fault); }));
    for (const part of parts) this.at[part].value++;
  }

  private touch(part: Part): void {
    this.at[part].value++;
    if (part === 'people') this.changedAt.value = Date.now();
    this.onChange(this, part);
  }

  release(): void {
    for (const f of this.undo) f();
    this.undo = [];
  }

  /// The customer, as far as they are known.
  get customer(): Person | undefined {
    void this.at.people.value;
    return [...(this.conversation.value?.people.values() ?? [])].find((p) => p.role === 'customer');
  }

  get typing(): ReadonlySet<string> {
    void this.at.typing.value;
    return this.conversation.value?.typing ?? new Set();
  }

  get state(): State {
    void this.at.session.value;
    return this.conversation.value?.session.state ?? 'none';
  }

  name(who: string): string {
    void this.at.people.value;
    const conversation = this.conversation.value;
    if (conversation !== null && who === conversation.me) return 'You';
    if (who === 'helper') return 'Automatic helper';
    return conversation?.people.get(who)?.name || (who === 'c' ? 'Visitor' : 'Colleague');
  }
}
