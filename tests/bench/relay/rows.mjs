// SPDX-License-Identifier: Apache-2.0
/// The rows of "The real server must reach", each a measurement of its own. A row resolves what belongs into the
/// table: { what, must, measured, met, detail, data }.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { interleave, isSound, isTooBusy, median, perSent, summary } from './measure.mjs';
import { Target } from './targets.mjs';

export { noisy } from './noisy.mjs';

const x = (value) => `${value.toFixed(2)}x`;
const us = (value) => `${value.toFixed(1)} us`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// A row made of windows that no machine ran as planned neither meets nor misses its promise.
const judged = (row) => (isTooBusy(row.data) ? { ...row, measured: `${row.measured} (not judged: the machine was too busy)`, met: null } : row);

async function started(list) {
  const targets = [];
  try {
    for (const [kind, options, pairs] of list) {
      const target = await Target.start(kind, options);
      targets.push(target);
      if (pairs) await target.ask('pairs', { n: pairs });
    }
  } catch (error) {
    await stopped(targets);
    throw error;
  }
  return targets;
}

async function stopped(targets) {
  for (const target of targets) await target.stop();
}

async function withTargets(list, use) {
  const targets = await started(list);
  try {
    return await use(...targets);
  } finally {
    await stopped(targets);
  }
}

/// What a ratio was made of, and how many windows were run again because the generator was late.
const conditions = (name, s) =>
  `${name} ${us(s.us)}, p50 ${s.p50.toFixed(2)} ms, ${(s.arrived * 100).toFixed(1)} % arrived, core ${(s.busy * 100).toFixed(0)} %${s.late ? `, ${s.late} late windows` : ''}`;

/* --- the hot path --------------------------------------------------------------------------------- */

const RELAYS = ['vitrine', 'bare', 'ws', 'socket.io'];

async function againstRelays(targets, rounds, keys) {
  const cases = Object.fromEntries(targets.map((target) => [target.kind, () => target.run(keys)]));
  const results = await interleave(cases, rounds);
  return Object.fromEntries(Object.entries(results).map(([name, list]) => [name, summary(list)]));
}

/// The highest of these rates the generator keeps to on this machine now, with the cheapest of the servers.
async function pace(bare, rates) {
  for (const hz of rates.slice(0, -1)) {
    const tries = [await bare.run({ seconds: 1, hz }), await bare.run({ seconds: 1, hz })];
    if (tries.every(isSound)) return hz;
  }
  return rates.at(-1);
}

/// System calls of the process while one window ran, by name.
async function countCalls(target, keys) {
  const file = join('/tmp', `vitrine-bench-${process.pid}-strace`);
  const strace = spawn('strace', ['-c', '-f', '-o', file, '-p', String(target.server.pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(strace.stderr, 'data'); // "attached"
  const result = await target.run(keys);
  strace.kill('SIGINT');
  await once(strace, 'exit');
  const calls = {};
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const match = /^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?(\w+)$/.exec(line);
    if (match && match[2] !== 'total') calls[match[2]] = Number(match[1]);
  }
  rmSync(file);
  const total = Object.values(calls).reduce((sum, n) => sum + n, 0);
  return { each: total / result.delivered, calls, delivered: result.delivered };
}

const callsText = ({ calls, delivered }) =>
  Object.entries(calls)
    .filter(([, n]) => n / delivered >= 0.01)
    .map(([name, n]) => `${name} ${(n / delivered).toFixed(2)}`)
    .join(', ');

async function callsRow(vitrine, bare, what, keys, most) {
  const ours = await countCalls(vitrine, keys);
  const theirs = await countCalls(bare, keys);
  return {
    what: `system calls per relayed frame, ${what} (strace -c -f)`,
    must: `<= ${most}`,
    measured: `${ours.each.toFixed(2)}; bare ${theirs.each.toFixed(2)}`,
    met: ours.each <= most,
    detail: `vitrine: ${callsText(ours)}; bare: ${callsText(theirs)}`,
    data: { vitrine: ours, bare: theirs },
  };
}

export async function relay({ rounds, seconds, pairs }) {
  return withTargets(RELAYS.map((kind) => [kind, {}, pairs]), async (...targets) => {
    const hz = await pace(targets[1], [20, 10, 5, 2]);
    const sparse = await againstRelays(targets, rounds, { seconds, hz });
    const bursts = await againstRelays(targets, rounds, { seconds, hz: hz / 4, burst: 8, edge: 1 });
    const ratio = (of, name) => of.vitrine.us / of[name].us;
    const better = (of, name) => of[name].us / of.vitrine.us;
    const measured = (of) => `${x(ratio(of, 'bare'))} bare; ${x(better(of, 'ws'))} better than ws; ${x(better(of, 'socket.io'))} than socket.io`;
    const detail = (of) => RELAYS.map((name) => conditions(name, of[name])).join('; ');
    const [vitrine, bare] = targets;
    return [
      judged({
        what: `CPU per relayed pointer frame (48 B), ${pairs} sessions at ${hz} Hz`,
        must: '<= 1.5x bare; >= 1.7x better than ws; >= 2.5x better than socket.io',
        measured: measured(sparse),
        met: ratio(sparse, 'bare') <= 1.5 && better(sparse, 'ws') >= 1.7 && better(sparse, 'socket.io') >= 2.5,
        detail: detail(sparse),
        data: sparse,
      }),
      judged({
        what: `the same in bursts of 8 ordered frames, ${pairs} sessions at ${hz / 4} bursts a second`,
        must: '<= 2x bare; >= 4x better than ws',
        measured: measured(bursts),
        met: ratio(bursts, 'bare') <= 2 && better(bursts, 'ws') >= 4,
        detail: detail(bursts),
        data: bursts,
      }),
      await callsRow(vitrine, bare, 'one at a time', { seconds: 3, hz: 2 }, 3.3),
      await callsRow(vitrine, bare, 'bursts of 8', { seconds: 3, hz: 1, burst: 8, edge: 1 }, 0.4),
    ];
  });
}

/* --- idle sockets ---------------------------------------------------------------------------------- */

const MANY = 9000;

async function holds(target, seconds) {
  await target.ask('idle', { n: 1000 });
  const before = (await target.run({ seconds: 0.1 })).closed;
  const run = await target.run({ seconds, hz: 10, beats: 20 });
  const lost = run.closed - before;
  return {
    what: '10 000 idle and 500 live sessions on one core',
    must: 'holds, no missed heartbeat, ping p50 < 0.3 ms, p99 < 5 ms',
    measured: `${lost} closed in ${seconds} s; ping p50 ${run.answer_p50.toFixed(2)} ms, p99 ${run.answer_p99.toFixed(2)} ms`,
    met: isSound(run) ? lost === 0 && run.answer_p50 < 0.3 && run.answer_p99 < 5 : null,
    detail: `beside 5000 frames a second; frame p50 ${run.p50.toFixed(2)} ms, p99 ${run.p99.toFixed(2)} ms; the server used ${((run.cpu_ns / run.seconds / 1e9) * 100).toFixed(0)} % of a core, the generator was ${run.lag_p99.toFixed(1)} ms late (p99)`,
    data: run,
  };
}

/// PSS a socket more costs, `n` of them opened at once on a server that has served before.
async function memoryEach(target, n) {
  await target.ask('idle', { n: 100 });
  await pause(500);
  const before = target.memory;
  await target.ask('idle', { n });
  await pause(2000);
  return (target.memory - before) / n / 1024;
}

export async function idle({ rounds, seconds, hold, memoryN }) {
  const live = 500;
  return withTargets([['vitrine', {}, live], ['vitrine', {}, live], ['vitrine', {}, live]], async (none, some, many) => {
    await some.ask('idle', { n: 2000 });
    const ours = await memoryEach(many, MANY - 100);
    const [ws, io] = await withTargets([['ws'], ['socket.io']], async (...others) => [await memoryEach(others[0], memoryN), await memoryEach(others[1], memoryN)]);
    const keys = { seconds, hz: 20 };
    const results = await interleave({ 0: () => none.run(keys), 2000: () => some.run(keys), 9000: () => many.run(keys) }, rounds);
    const s = Object.fromEntries(Object.entries(results).map(([name, list]) => [name, summary(list)]));
    const [two, nine] = [s[2000].us / s[0].us, s[9000].us / s[0].us];
    return [
      judged({
        what: `CPU per frame with 2000 and 9000 further idle sockets, ${live} sessions at 20 Hz`,
        must: 'within 15 % of none',
        measured: `2000: ${x(two)}; 9000: ${x(nine)}`,
        met: two <= 1.15 && nine <= 1.15,
        detail: Object.entries(s).map(([name, of]) => conditions(name, of)).join('; '),
        data: s,
      }),
      {
        what: 'memory per idle customer connection (PSS of the process, hello done, conversation made)',
        must: '<= 7 KiB; below ws',
        measured: `${ours.toFixed(1)} KiB; ws ${ws.toFixed(1)}; socket.io ${io.toFixed(1)}`,
        met: ours <= 7 && ours < ws,
        detail: `vitrine over ${MANY - 100}, the others over ${memoryN} sockets; the peers keep a group's number and nothing else`,
        data: { ours, ws, io },
      },
      await holds(many, hold),
    ];
  });
}

/* --- fan-out, TLS ------------------------------------------------------------------------------------ */

export async function fanout({ rounds, seconds }) {
  const pairs = 250;
  return withTargets([['vitrine', {}, pairs], ['vitrine', {}, pairs]], async (one, four) => {
    await four.ask('viewers', { pairs, each: 3 });
    const keys = { seconds, hz: 20, oneway: 1 };
    const results = await interleave({ one: () => one.run(keys), four: () => four.run(keys) }, rounds);
    const [a, b] = [median(results.one.map(perSent)), median(results.four.map(perSent))];
    return [
      judged({
        what: `fan-out of one frame to 4 viewers, ${pairs} sessions at 20 Hz`,
        must: '<= 2x the CPU of one',
        measured: `${x(b / a)} (4 single sends: 4x)`,
        met: b / a <= 2,
        detail: `one viewer ${us(a)}, four ${us(b)}: ${us((b - a) / 3)} for each further viewer`,
        data: { one: summary(results.one), four: summary(results.four) },
      }),
    ];
  });
}

export async function tls({ rounds, seconds }) {
  const pairs = 250;
  return withTargets([['vitrine', {}, pairs], ['vitrine', { tls: true }, pairs]], async (off, on) => {
    const keys = { seconds, hz: 20 };
    const results = await interleave({ off: () => off.run(keys), on: () => on.run(keys) }, rounds);
    const [a, b] = [summary(results.off), summary(results.on)];
    return [
      judged({
        what: `TLS 1.3 on against off, ${pairs} sessions at 20 Hz`,
        must: '<= 1.6x CPU per message',
        measured: x(b.us / a.us),
        met: b.us / a.us <= 1.6,
        detail: `${conditions('off', a)}; ${conditions('on', b)}`,
        data: { off: a, on: b },
      }),
    ];
  });
}

/* --- durable ------------------------------------------------------------------------------------------- */

function syncOnce(folder, n) {
  const file = openSync(join(folder, 'probe'), 'a');
  const page = Buffer.alloc(4096, 7);
  const times = [];
  for (let i = 0; i < n; i++) {
    writeSync(file, page);
    const since = process.hrtime.bigint();
    fdatasyncSync(file);
    times.push(Number(process.hrtime.bigint() - since) / 1e6);
  }
  closeSync(file);
  return median(times);
}

const TALKATIVE = { args: ['--rate-talk', '10000', '--chat-per-minute', '10000'] };

export async function chat({ rounds }) {
  return withTargets([['vitrine', { ...TALKATIVE, roam: true }, 1]], async (target) => {
    const n = 100;
    const results = await interleave(
      { chat: () => target.run({ seconds: 0.01, chats: n, chatbytes: 100 }), sync: () => syncOnce(target.folder, n) },
      rounds,
    );
    const [ack, sync] = [median(results.chat.map((r) => r.answer_p50)), median(results.sync)];
    return [
      {
        what: 'chat ack, committed with synchronous=FULL, p50',
        must: '<= 1.5x one fdatasync of the same disk',
        measured: `${x(ack / sync)} (${ack.toFixed(2)} ms against ${sync.toFixed(2)} ms)`,
        met: ack / sync <= 1.5,
        detail: `${n} messages one after the other a round, the server on both cores; each is one fdatasync of about 16 KB of log, the probe's one of 4 KiB`,
        data: { ack, sync },
      },
    ];
  });
}

/// The most memory the server had while `use` ran.
async function peak(target, use) {
  const before = target.resident;
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, target.resident)), 50);
  const result = await use().finally(() => clearInterval(timer));
  return { ...result, grew: Math.max(most, target.resident) - before };
}

export async function stall({ rounds, seconds }) {
  return withTargets([['vitrine', TALKATIVE, 200]], async (target) => {
    let next = 100;
    let lost = 0;
    const keys = { seconds, hz: 20, pairs: 100, chats: 150, chatbytes: 8000 };
    const read = () => peak(target, () => target.run({ ...keys, chatpair: next++ }));
    const unread = async () => {
      const pair = next++;
      const { cs } = await target.ask('number', { pair });
      await target.ask('stall', { pair, on: 1 });
      const result = await peak(target, () => target.run({ ...keys, chatpair: pair }));
      lost += result.chats_acked - ((await target.ask('number', { pair })).cs - cs);
      return result;
    };
    const results = await interleave({ read, unread }, rounds);
    const [a, b] = [median(results.read.map((r) => r.p99)), median(results.unread.map((r) => r.p99))];
    const grew = median(results.unread.map((r) => r.grew));
    const plain = median(results.read.map((r) => r.grew));
    const closed = await target.metric('vitrine_peers_slow_total');
    return [
      {
        what: 'a viewer that stops reading while 150 messages of 8 KB come',
        must: "<= 1 MiB for it; others' p99 within 10 %; nothing durable lost",
        measured: `${((grew - plain) / 1048576).toFixed(2)} MiB; p99 ${x(b / a)}; ${lost} of ${results.unread.length * 150} messages lost`,
        met: grew - plain <= 1048576 && b / a <= 1.1 && lost === 0,
        detail: `100 sessions at 20 Hz beside it: p99 ${b.toFixed(2)} ms stalled, ${a.toFixed(2)} ms read; memory grew by ${(grew / 1048576).toFixed(2)} and ${(plain / 1048576).toFixed(2)} MiB, the difference is the reader's; ${closed} closed with 4101`,
        data: { read: summary(results.read), unread: summary(results.unread), grew, plain, lost, closed },
      },
    ];
  });
}

/* --- all at once ------------------------------------------------------------------------------------------ */

const SLICE_S = 30;
const LOOKED_AT = 10; // pairs whose number is asked before and after

/// KiB a minute, by least squares.
function slope(samples) {
  const mean = (pick) => samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [x, y] = [mean((s) => s.at), mean((s) => s.kib)];
  return samples.reduce((sum, s) => sum + (s.at - x) * (s.kib - y), 0) / samples.reduce((sum, s) => sum + (s.at - x) ** 2, 0);
}

/// security.md's G19. Slices of half a minute, since a histogram is kept for each; the first warms up. The worst slice counts.
export async function live({ pairs, minutes }) {
  return withTargets([['vitrine', TALKATIVE, pairs]], async (target) => {
    const numbers = async () => {
      const found = [];
      for (let pair = 0; pair < LOOKED_AT; pair++) found.push((await target.ask('number', { pair })).cs);
      return found;
    };
    const keys = { seconds: SLICE_S, hz: 30, chathz: 1, chatbytes: 60 };
    await target.run(keys);
    const before = await numbers();
    const [slices, samples, began] = [[], [], Date.now()];
    while (Date.now() - began < minutes * 60000 || slices.length < 2) {
      slices.push(await target.run(keys));
      samples.push({ at: (Date.now() - began) / 60000, kib: target.resident / 1024 });
    }
    const after = await numbers();
    const sum = (name) => slices.reduce((total, slice) => total + slice[name], 0);
    const worst = (name) => Math.max(...slices.map((slice) => slice[name]));
    const [sent, acked] = [sum('chats_sent'), sum('chats_acked')];
    const each = slices.length * SLICE_S;
    const short = after.filter((cs, i) => cs - before[i] < each - sum('chats_late')).length;
    const grows = slope(samples) / 1024;
    const lost = sent - acked + short;
    return [
      judged({
        what: `${pairs} pairs, each 30 pointers and a chat message a second, for ${(each / 60).toFixed(1)} min`,
        must: 'chat p99 < 20 ms, 0 lost, resident size grows < 1 MiB a minute',
        measured: `p99 ${worst('answer_p99').toFixed(1)} ms, ${lost} lost of ${sent}, ${grows.toFixed(2)} MiB a minute`,
        met: worst('answer_p99') < 20 && lost === 0 && grows < 1 && sum('closed') === 0,
        detail: `the worst of ${slices.length} slices; median slice: chat p50 ${median(slices.map((s) => s.answer_p50)).toFixed(2)}, p99 ${median(slices.map((s) => s.answer_p99)).toFixed(2)} ms, frames p50 ${median(slices.map((s) => s.p50)).toFixed(2)}, p99 ${median(slices.map((s) => s.p99)).toFixed(2)} ms; ${sum('chats_late')} not sent since the one before was unanswered; ${((sum('delivered') / sum('expected')) * 100).toFixed(1)} % of ${sum('expected')} frames arrived; the server used ${((sum('cpu_ns') / sum('seconds') / 1e9) * 100).toFixed(0)} % of a core, the generator was ${worst('lag_p99').toFixed(1)} ms late (p99)`,
        data: { live: { late: 2 * slices.filter((slice) => !isSound(slice)).length, rounds: slices.length }, slices, samples },
      }),
    ];
  });
}

/// Named in performance.md, but not of this protocol: nothing of that size is passed on as it came.
export async function large() {
  return [
    {
      what: '50 KB ordered frames',
      must: '<= 1.6x bare',
      measured: 'not measured',
      met: null,
      detail: 'no frame of the protocol is that large: DRAW has at most 532 bytes, and a picture of a page (DOM) goes in pieces of 16 KiB, each opened and checked, which a bare relay does not',
      data: {},
    },
  ];
}
