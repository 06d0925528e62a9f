// SPDX-License-Identifier: Apache-2.0
import { spokenOf } from './name.js';
import type { Player } from './player.js';

/// The things of the mirrored page one by one, for those who do not use a pointer: everything that can be pressed or filled,
/// and everything that says something.

const THINGS = 'a, button, input:not([type=hidden]), select, textarea, summary, [role=button], h1, h2, h3, h4, h5, h6, img, p, li, dt, dd, td, th, legend';
const MAX = 2000;

function* within(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    if (element.matches(THINGS)) yield element;
    if (element.shadowRoot) yield* within(element.shadowRoot);
    const inner = element.tagName === 'IFRAME' ? (element as HTMLIFrameElement).contentDocument : null;
    if (inner) yield* within(inner);
  }
}

export function things(player: Player): Element[] {
  const doc = player.frame.contentDocument;
  const found: Element[] = [];
  if (!doc) return found;
  for (const element of within(doc)) {
    if (found.length >= MAX) break;
    if (element.getClientRects().length > 0 && player.idOf(element) !== 0) found.push(element);
  }
  return found;
}

export class Walk {
  private at: Element | null = null;

  constructor(private player: () => Player | null) {}

  get here(): Element | null {
    return this.at?.isConnected ? this.at : null;
  }

  /// The next thing that way, or the first; null on an empty page.
  step(by: 1 | -1): Element | null {
    const player = this.player();
    const all = player ? things(player) : [];
    if (all.length === 0) return null;
    const i = this.here === null ? -1 : all.indexOf(this.here);
    const next = i < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, i + by));
    return (this.at = all[next] ?? null);
  }

  speak(): string {
    const { here } = this;
    if (here === null) return '';
    const height = here.ownerDocument.defaultView?.innerHeight ?? 0;
    const { top, bottom } = here.getBoundingClientRect();
    return `${spokenOf(here)}${bottom <= 0 ? ', above what they see' : top >= height ? ', below what they see' : ''}`;
  }

  forget(): void {
    this.at = null;
  }
}
