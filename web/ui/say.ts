// SPDX-License-Identifier: Apache-2.0

/// The one polite live region of the page. What is said within a moment is said together, the same sentence once; the region
/// is emptied later, so that the same words can be heard again.

const GATHER_MS = 250;
const CLEAR_MS = 8000;

let waiting: string[] = [];
let timer = 0;
let clear = 0;

function speak(): void {
  timer = 0;
  const region = document.getElementById('say');
  if (region === null) return;
  region.textContent = waiting.join(' ');
  waiting = [];
  clearTimeout(clear);
  clear = window.setTimeout(() => { region.textContent = ''; }, CLEAR_MS);
}

export function say(text: string): void {
  if (text === '' || waiting.includes(text)) return;
  waiting.push(text);
  if (waiting.length > 4) waiting.shift();
  if (timer === 0) timer = window.setTimeout(speak, GATHER_MS);
}
