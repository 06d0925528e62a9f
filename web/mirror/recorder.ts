// SPDX-License-Identifier: Apache-2.0
import { record } from '@rrweb/record';
import type { Mirror, Op } from './types.js';

/// The one place that knows rrweb's recorder. What it knows of privacy is not relied on: the guard stands behind it. What
/// never may be serialised at all is blocked here too, so that no time is spent on it.
export function rrweb(block: string): Mirror {
  let end: (() => void) | undefined;
  let tell: (op: Op) => void = () => undefined;
  const begin = (): void => {
    end = record({
      emit: ({ type, data }) => tell({ type, data } as unknown as Op),
      blockSelector: block,
      ignoreSelector: '[data-vitrine-ignore]',
      // Nodes left out here get no id, and no neighbour names them.
      slimDOMOptions: { script: true, comment: true, headFavicon: true, headMetaSocial: true, headMetaRobots: true, headMetaVerification: true },
      maskInputOptions: { password: true },
      sampling: { scroll: 33 },
    });
  };
  return {
    start: () => {
      if (!end) begin();
    },
    stop: () => {
      end?.();
      end = undefined;
    },
    snapshot: () => {
      if (end) return record.takeFullSnapshot();
      begin();
      end!();
      end = undefined;
    },
    idOf: (node) => Math.max(0, record.mirror.getId(node)),
    nodeOf: (id) => record.mirror.getNode(id),
    onEvent: (fn) => { tell = fn; },
  };
}
