// SPDX-License-Identifier: Apache-2.0
/// A noisy site beside a quiet one: what ten times its quota, by socket and by REST, does to the other's chat.

import { interleave, isTooBusy, median, summary } from './measure.mjs';
import { Target } from './targets.mjs';

const QUOTA = { messages: 400, rows: 40 };
const TIMES = 10;
const PAIRS = 20;
const LIMITS = ['--site-messages', QUOTA.messages, '--site-rows', QUOTA.rows, '--rate-talk', 10000, '--chat-per-minute', 10000, '--rate-act', 10000].map(String);
const times = (n) => ({ messages: QUOTA.messages * n, rows: QUOTA.rows * n });
const ms = (value) => `${value.toFixed(2)} ms`;

/// The other site is within its quota: 20 chat messages and 100 pointers a second.
const keys = (seconds) => ({ seconds, hz: 5, chathz: 1, chatbytes: 60 });

export async function noisy({ rounds, fairSeconds: seconds }) {
  const options = { args: LIMITS, roam: true, logins: 1 };
  const targets = [];
  const started = async () => {
    const target = await Target.start('vitrine', options);
    targets.push(target);
    await target.ask('pairs', { n: PAIRS });
    return target;
  };
  try {
    const [alone, beside, at] = [await started(), await started(), await started()];
    const loud = await beside.noise(times(TIMES));
    const full = await at.noise(times(1));
    const spent = [];
    const during = (noise, target, keep) => async () => {
      noise.on();
      const result = await target.run(keys(seconds));
      const told = await noise.off();
      if (keep) spent.push(told);
      return result;
    };
    const results = await interleave(
      {
        alone: () => alone.run(keys(seconds)),
        quiet: () => beside.run(keys(seconds)),
        quota: during(full, at, false),
        loud: during(loud, beside, true),
      },
      rounds,
    );
    const p99 = Object.fromEntries(Object.entries(results).map(([name, list]) => [name, median(list.map((r) => r.answer_p99))]));
    const p50 = Object.fromEntries(Object.entries(results).map(([name, list]) => [name, median(list.map((r) => r.answer_p50))]));
    const lost = Object.values(results).flat().reduce((sum, r) => sum + r.chats_sent - r.chats_acked, 0);
    const moved = p99.loud / p99.quiet;
    const data = Object.fromEntries(Object.entries(results).map(([name, list]) => [name, summary(list)]));
    const each = (of) => Object.entries(of).map(([name, value]) => `${name} ${ms(value)}`).join(', ');
    const mean = (what) => Math.round(spent.reduce((sum, told) => sum + (told[what] ?? 0), 0) / spent.length);
    const kinds = [...new Set(spent.flatMap(Object.keys))].sort();
    return [
      {
        what: `a site at ${TIMES} times its quota of messages, rows and REST: another's chat`,
        must: 'p99 moves < 10 %',
        measured: isTooBusy(data) ? 'not judged: the machine was too busy' : `${moved.toFixed(2)}x of a quiet neighbour, ${(p99.loud / p99.quota).toFixed(2)}x of one that keeps its quota; ${lost} lost`,
        met: isTooBusy(data) ? null : moved < 1.1 && lost === 0,
        detail: `p99 ${each(p99)}; p50 ${each(p50)} (alone: the only site; quota: a neighbour at its quota); ${PAIRS} sessions with a message a second each; the quota is ${QUOTA.messages} messages and ${QUOTA.rows} rows a second, the noise came to ${kinds.map((what) => `${what} ${mean(what)}`).join(', ')} a second`,
        data,
      },
    ];
  } finally {
    for (const target of targets) await target.stop();
  }
}
