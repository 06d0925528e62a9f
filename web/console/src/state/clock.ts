// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';

/// The time now, in ms, once a second and only while somebody can see it.
export const now = signal(Date.now());

let timer = 0;

function tick(): void {
  now.value = Date.now();
}

function run(): void {
  clearInterval(timer);
  timer = 0;
  if (document.visibilityState !== 'visible') return;
  tick();
  timer = window.setInterval(tick, 1000);
}

/// Starts the clock; returns its undo.
export function startClock(): () => void {
  document.addEventListener('visibilitychange', run);
  run();
  return () => {
    document.removeEventListener('visibilitychange', run);
    clearInterval(timer);
  };
}
