// SPDX-License-Identifier: Apache-2.0
import type { FromPage, ToPage } from './words.js';

/// The way to the console: one listener, one origin, both ways. The address of this document names the console's origin where
/// it is another; who may frame it is said by its policy, not here.

export function consoleOrigin(search: string, own: string): string {
  const named = new URLSearchParams(search).get('console');
  if (named === null) return own;
  try {
    const { origin, protocol } = new URL(named);
    return /^https?:$/.test(protocol) ? origin : own;
  } catch {
    return own;
  }
}

export function openPort(heard: (word: ToPage) => void): (word: FromPage) => void {
  const origin = consoleOrigin(location.search, location.origin);
  window.addEventListener('message', (e: MessageEvent<unknown>) => {
    if (e.origin !== origin || e.source !== window.parent || window.parent === window) return;
    if (typeof e.data === 'object' && e.data !== null && typeof (e.data as { t?: unknown }).t === 'string') heard(e.data as ToPage);
  });
  return (word) => window.parent.postMessage(word, origin);
}
