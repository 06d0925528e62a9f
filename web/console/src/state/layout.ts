// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';

/// What of the window is shown. Nothing here is worth keeping over a reload.

/// The left column holds one of these at a time: the piece needs the width.
export type Left = 'list' | 'catalogue' | 'found';
/// On a narrow screen one column is shown at a time.
export type Pane = 'left' | 'stage' | 'thread' | 'customer';

export const left = signal<Left>('list');
export const pane = signal<Pane>('left');
export const details = signal(true);
export type Sheet = 'keys' | 'end' | 'phone' | 'code' | 'hand' | 'call' | 'choice' | 'offer' | 'form' | 'poll' | 'practice' | 'share' | 'push' | 'film' | 'cut';
export const sheet = signal<null | Sheet>(null);

export const narrow = window.matchMedia('(max-width: 799px)');

/// Fewer columns than there are things to see: the customer column gives way first.
const tight = window.matchMedia('(max-width: 1279px)');
details.value = !tight.matches;
tight.addEventListener('change', () => { details.value = !tight.matches; });

export function showCatalogue(): void {
  left.value = 'catalogue';
  pane.value = 'left';
  requestAnimationFrame(() => document.getElementById('catalogue-search')?.focus());
}

export function showFound(): void {
  left.value = 'found';
  pane.value = 'left';
  requestAnimationFrame(() => {
    const field = document.getElementById('found-search') as HTMLInputElement | null;
    field?.focus();
    field?.select();
  });
}

export function showList(): void {
  left.value = 'list';
  pane.value = 'left';
}

/// Out of a column of a phone: to what was found, where one came from there.
export function showLeft(): void {
  if (narrow.matches && left.peek() === 'found' && pane.peek() !== 'left') pane.value = 'left';
  else showList();
}

export function focusComposer(): void {
  if (narrow.matches) pane.value = 'thread';
  requestAnimationFrame(() => document.getElementById('composer')?.focus());
}
