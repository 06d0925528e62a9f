// SPDX-License-Identifier: Apache-2.0

import type { Mark } from '../protocol/index.js';
import type { Translate } from '../ui/index.js';
import type { Sync } from './sync.js';
import type { ToolWord } from './tool-words.js';

/// Says what others do, for those who do not see it: once a movement has come to rest, not for each step of it.
export interface Narrator {
  moved(): void;
  marked(m: Mark): void;
  /// The driver may have changed from `before`.
  driver(before: string | undefined): void;
  stop(): void;
}

const REST_MS = 700;

export function createNarrator(
  t: Translate<ToolWord>, number: Intl.NumberFormat, names: (who: string) => string, state: () => Sync, say: (text: string) => void,
): Narrator {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const place = (slot: number): { n: number; all: number } => {
    const { items = [] } = state().view ?? {};
    return { n: items.findIndex((i) => i.slot === slot) + 1, all: items.length };
  };
  return {
    moved() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { view, camera, driving } = state();
        if (!view || driving || !view.driver) return;
        say(t('viewer.moved', { name: names(view.driver), scale: number.format(camera.scale), ...place(view.active) }));
      }, REST_MS);
    },
    marked: (m) => say(t('viewer.marked', { name: names(m.by), n: place(m.slot).n })),
    driver(before) {
      const { view, driving } = state();
      if (!view?.driver || view.driver === before) return;
      say(driving ? t('viewer.you') : t('viewer.guides', { name: names(view.driver) }));
    },
    stop: () => clearTimeout(timer),
  };
}
