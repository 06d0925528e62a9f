// SPDX-License-Identifier: Apache-2.0

import type { Core, Sharpen, Turn, Turning } from './kit.js';
import { sharpen } from './sharp.js';

/// Sharper pixels, and the part that turns a piece once one that turns is on show.

const AGAIN_MS = 5000;

export const sharpenWith = (turning: (core: Core) => Promise<Turning>): Sharpen => (piece) => {
  const sharp = sharpen(piece);
  if (!('root' in piece)) return sharp; // one of several side by side
  const core = piece as unknown as Core;
  let turn: Turn | undefined;
  let state: 'idle' | 'asked' | 'over' = 'idle';

  function bring(): void {
    const { items = [], active } = core.sync.view ?? {};
    if (state !== 'idle' || !items.find((i) => i.slot === active)?.spin) return;
    state = 'asked';
    turning(core).then((make) => {
      if (state === 'asked') turn = make(core);
      core.wake();
    }, () => setTimeout(() => {
      if (state === 'asked') state = 'idle';
      core.wake();
    }, AGAIN_MS));
  }

  return {
    get able() { return sharp.able; },
    painted() {
      bring();
      turn?.painted();
      if (!turn?.on) sharp.painted(); // a spin frame has no tiles
    },
    stop() {
      state = 'over';
      turn?.stop();
      sharp.stop();
    },
  };
};
