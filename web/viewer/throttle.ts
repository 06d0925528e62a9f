// SPDX-License-Identifier: Apache-2.0

export interface Throttle<T> { push(value: T): void; end(value: T): void; stop(): void }

/// At most one value in `gap` ms, the newest wins, nothing is queued. `end` sends its value at once and marks it as the edge
/// of a gesture, so the final state always goes out. A frame by default: thirty a second is what the line sees to
/// (transport/channels.ts), which knows what was saved up in a pause; to wait here as well would be to wait twice.
export function throttle<T>(send: (value: T, edge: boolean) => void, gap = 16): Throttle<T> {
  let sent = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let newest: T;
  const go = (edge: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    sent = Date.now();
    send(newest, edge);
  };
  return {
    push(value) {
      newest = value;
      const wait = sent + gap - Date.now();
      if (wait <= 0) go(false);
      else timer ??= setTimeout(go, wait, false);
    },
    end(value) {
      newest = value;
      go(true);
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
