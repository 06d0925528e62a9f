// SPDX-License-Identifier: Apache-2.0
import { Control } from '../../mirror/control.js';
import { Overlay } from '../../mirror/overlay.js';
import { flagsAt, isMasked, isPressed, isVeiled, rulesFor } from '../../mirror/rules.js';
import type { Rules } from '../../mirror/rules.js';

/// What an associate's hand does on the page, and the outline of what they see: asked for with the first consent beyond looking,
/// or when the customer wants to see the outline.

/// Elements of which something stays here, and, where all words stay here, those that are shown.
function seen(rules: Rules): { el: Element; kind: string }[] {
  const of = rules.strict ? rules.show : [rules.mask, rules.block, 'input,textarea,select,[contenteditable]'].join();
  return [...document.querySelectorAll(of)].filter((el) => {
    if (el.localName === 'vitrine-help') return false;
    if (rules.strict || !/^(input|textarea|select)$/.test(el.localName)) return rules.strict || isVeiled(flagsAt(el, rules), rules) || el.matches(rules.block);
    return !isPressed(el.getAttribute('type') ?? '') && isMasked(el, flagsAt(el, rules));
  }).map((el) => ({ el, kind: rules.strict ? 'shown' : 'hidden' }));
}

const hand = { Control, Overlay, rulesFor, seen };
export type HandParts = typeof hand;

(window as unknown as { Vitrine: { chunk(name: string, what: unknown): void } }).Vitrine.chunk('hand', hand);
