// SPDX-License-Identifier: Apache-2.0

import type { Core, Film, Filming, Sharpen, Turn, Turning } from './kit.js';
import { sharpen } from './sharp.js';

/// Sharper pixels; and the parts that turn a piece and play a film, each once one is on show.

const AGAIN_MS = 5000;

export const sharpenWith = (turning: (core: Core) => Promise<Turning>, filming: (core: Core) => Promise<Filming>): Sharpen => (piece) => {
  const sharp = sharpen(piece);
  if (!('root' in piece)) return sharp; // one of several side by side
  const core = piece as unknown as Core;
  let over = false;

  /// The part, once `wanted` has been true; asked for again when it did not come.
  const part = <P extends { painted(): void }>(wanted: () => unknown, bring: (core: Core) => Promise<(core: Core) => P>): (() => P | undefined) => {
    let made: P | undefined;
    let asked = false;
    return () => {
      if (!asked && wanted()) {
        asked = true;
        bring(core).then((make) => {
          if (!over) made = make(core);
          core.wake();
        }, () => setTimeout(() => {
          asked = false;
          core.wake();
        }, AGAIN_MS));
      }
      made?.painted();
      return made;
    };
  };
  const item = () => core.sync.view?.items.find((i) => i.slot === core.slot());
  const turn = part<Turn>(() => item()?.spin, turning);
  const film = part<Film>(() => item()?.film, filming);

  return {
    get able() { return sharp.able; },
    painted() {
      film();
      if (!turn()?.on && !item()?.film) sharp.painted(); // neither a spin frame nor a film has tiles
    },
    stop() {
      over = true;
      turn()?.stop();
      film()?.stop();
      sharp.stop();
    },
  };
};
