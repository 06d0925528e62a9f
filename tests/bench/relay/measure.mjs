// SPDX-License-Identifier: Apache-2.0
/// Rounds in random order, medians, and what one window costs.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function shuffled(list) {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

const LAG_MS = 10;
const TRIES = 2;

/// A generator that was late did not run its plan: such a window says more about the machine than about the server.
export const isSound = (result) => !(result.lag_p99 > LAG_MS);

/// The first sound window of a few, else the least bad; `late` counts those given up.
async function oneWindow(run) {
  let best;
  for (let late = 0; late < TRIES; late++) {
    const result = { value: await run(), late };
    if (isSound(result.value)) return result;
    if (!best || result.value.lag_p99 < best.value.lag_p99) best = result;
  }
  return { ...best, late: TRIES };
}

/// Runs each of `cases` (name to function) `rounds` times, every round in another order, after one that does not
/// count. Resolves name to the list of results.
export async function interleave(cases, rounds) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (const name of shuffled(Object.keys(cases))) await cases[name]();
  for (let round = 0; round < rounds; round++)
    for (const name of shuffled(Object.keys(cases))) {
      const { value, late } = await oneWindow(cases[name]);
      results[name].push(typeof value === 'object' ? { ...value, late } : value);
    }
  return results;
}

/// Microseconds of the server's CPU for each frame that arrived.
export const perFrame = (result) => result.cpu_ns / result.delivered / 1000;
export const perSent = (result) => result.cpu_ns / result.sent / 1000;

/// What many windows of one server come to.
export function summary(results) {
  const of = (pick) => median(results.map(pick));
  return {
    us: of(perFrame),
    usSent: of(perSent),
    p50: of((r) => r.p50),
    p99: of((r) => r.p99),
    lag: of((r) => r.lag_p99),
    arrived: of((r) => r.delivered / r.expected),
    load: of((r) => r.generator_ns / r.seconds / 1e9),
    busy: of((r) => r.cpu_ns / r.seconds / 1e9),
    rounds: results.length,
    late: results.reduce((sum, r) => sum + (r.late ?? 0), 0),
  };
}

/// More windows of one server were late than not: the ratios say nothing, whichever way they point.
export const isTooBusy = (summaries) => Object.values(summaries).some((of) => of.late > of.rounds);
