// SPDX-License-Identifier: Apache-2.0

/// When to come back. The first try is almost at once, so a failover is not felt; then 250 ms x 1.7^n, +-30 %, 10 s at most.
export function delay(tries: number, random: () => number = Math.random): number {
  if (tries === 0) return random() * 50;
  return Math.min(10_000, 250 * 1.7 ** (tries - 1)) * (0.7 + 0.6 * random());
}

/// What a close code asks of us: the wait in ms it names, 0 for the usual back-off, or -1: do not come back.
export function afterClose(code: number, reason = ''): number {
  if (code === 1000 || code === 1001 || code === 1002 || (code >= 1007 && code <= 1009)) return -1;
  // 4506 says that our first word came late: so it does on a line that stood still.
  if (code >= 4500 && code <= 4999 && code !== 4506) return -1;
  if (code === 4200 || code === 4201) return Math.min(300_000, Math.max(0, parseInt(reason, 10) || 1000));
  return 0;
}
