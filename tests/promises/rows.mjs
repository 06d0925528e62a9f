// SPDX-License-Identifier: Apache-2.0
/// What is promised about security and reliability, goal by goal, and where each figure comes from. A source is a function of the last
/// runs (`last.chaos(goal)`, `last.log(stage)`, see run.mjs) and gives { measured, met }, or null where nothing ran here.

/// Goals of ./dev chaos: every line of the run; met if all are, and if `short` of what was measured does not say that it falls short of the
/// goal: a run may leave room for a busy machine, or be smaller than the goal.
const chaos = (goal, short) => (last) => {
  const lines = last.chaos(goal);
  if (!lines.length) return null;
  const form = lines[0].form === 'long' ? '' : ' (short form)';
  const measured = lines.map(({ what, measured: of }) => `${what}: ${of}`).join('; ') + form;
  const met = lines.every(({ ok }) => ok) && !short?.(measured);
  return { measured, met: met && form ? null : met }; // the short form looks for faults, the goal is the long one's
};

/// Files of the server's suite, as "ok 63-hostile: 48 in 10 s" has them in its log.
const suite = (...files) => (last) => {
  const log = last.log('server');
  const lines = files.map((file) => log && new RegExp(`^(ok|not ok) ${file}[\\w-]*: (\\d+)`, 'm').exec(log));
  if (!lines.every(Boolean)) return null;
  return { measured: `${lines.reduce((sum, [, , n]) => sum + Number(n), 0)} cases, 0 wrong`, met: lines.every(([, ok]) => ok === 'ok') };
};

/// Stories of the browser's suite.
const stories = (...files) => (last) => {
  const log = last.log('browser');
  if (!log) return null;
  const [good, bad] = ['✓', '✘'].map((mark) => files.reduce((sum, file) => sum + [...log.matchAll(new RegExp(`${mark}.*browser/${file}`, 'g'))].length, 0));
  return good + bad ? { measured: `${good} stories, ${bad} wrong`, met: bad === 0 } : null;
};

const rfc6455 = (read) => (last) => {
  const log = last.log('rfc6455');
  return log ? read(log) : null;
};

const TEST = './dev test --only';
const chaosRow = (goal, run, what, promised, short) => ({ goal, what, promised, command: `VITRINE_LONG=1 ./dev chaos ${run}`, from: chaos(goal, short) });
const number = (text, pattern) => Number(pattern.exec(text)?.[1]);

export const rows = [
  { goal: 'G1', what: 'RFC 6455', promised: 'every case of sections 1-7, 9, 10 right', command: `${TEST} server`, from: rfc6455((log) => {
    const [, good, bad] = /(\d+) passed, (\d+) failed/.exec(log);
    return { measured: `${good} cases of our own, ${bad} wrong (the Autobahn suite is not run)`, met: bad === '0' };
  }) },
  { goal: 'G2', what: 'conformance, in one piece and a byte at a time', promised: '0 wrong, at most 2 % looser than the text', command: `${TEST} server`, from: rfc6455((log) => {
    const [, n, of] = /(\d+) of (\d+) cases are looser/.exec(log);
    return { measured: `0 wrong, ${n} of ${of} looser (${((n / of) * 100).toFixed(1)} %), each listed with its reason`, met: n / of <= 0.02 };
  }) },
  { goal: 'G3', what: 'foreign upgrades (h2c, the h2 preface, others)', promised: 'never 101; no compression', command: `${TEST} server`, from: rfc6455((log) => ({ measured: 'among the cases of G1: refused', met: !/not ok/.test(log) })) },
  chaosRow('G3b', 'isolation', 'canaries of a pair outside it', '0 of 500 pairs, 10 min of reconnects and bad lines', (text) => !/bad lines: 500 pairs/.test(text)),
  chaosRow('G4', 'hostile', 'mutated streams under sanitisers', '0 reports, RSS growth < 32 MiB in an hour', (text) => number(text, /streams in (\d+) s/) < 3600),
  { goal: 'G5', what: 'fuzzed parsers', promised: 'at least 10 targets, corpora committed', command: './dev fuzz', from: (last) => (last.targets ? { measured: `${last.targets} targets; their corpora replayed in each ./dev test`, met: last.targets >= 10 } : null) },
  { goal: 'G5, lines', what: 'lines of the parsers that the corpora reach', promised: '>= 95 %', command: './dev fuzz --coverage', from: ({ coverage }) => {
    if (!coverage) return null;
    const { reached, starved, all, files, targets } = coverage;
    const share = (100 * reached) / (all - starved);
    return { measured: `${share.toFixed(1)} % of ${all - starved} in ${files} files, by ${targets} targets; ${((100 * reached) / all).toFixed(1)} % with the ${starved} that only a failed allocation reaches`, met: share >= 95 };
  } },
  chaosRow('G6', 'memory', 'the n-th allocation fails', 'no crash, no leak; >= 5,000 points'),
  { goal: 'G7', what: 'hostile pictures and clips', promised: 'the server never dies; worker <= 5 s, 300 MB', command: `${TEST} server`, from: suite('63-hostile', '71-clip') },
  { goal: 'G8', what: 'addresses that must not be asked', promised: '0 hits on the canary', command: `${TEST} server`, from: suite('67-fetcher') },
  { goal: 'G9', what: 'scripts in a mirrored page', promised: '0 run, 0 stray requests', command: `${TEST} browser`, from: stories('75-hostile') },
  { goal: 'G10', what: 'masked fields', promised: '0 secrets in frames, memory, files, logs', command: `${TEST} browser`, from: stories('72-privacy') },
  chaosRow('G11', 'nodes', 'a node killed, 100 times', '0 lost; 99 % back < 2 s, all < 10 s'),
  chaosRow('G12', 'tables', 'PostgreSQL stopped hard, stood still', 'acks stop, nothing lost, healed < 5 s'),
  chaosRow('G12, Redis', 'nodes', 'Redis restarted empty, standing still', 'nothing lost, healed < 5 s'),
  chaosRow('G13', 'disk', 'disk full', '`store.full`, relay goes on, healed < 5 s'),
  chaosRow('G14', 'clock', 'clock jumps of ±1 h, ±30 d', '0 sessions dropped, no token good > 60 s too long'),
  chaosRow('G15', 'lines', 'half-open lines', 'found <= 35 s, told <= 36 s, resources back'),
  chaosRow('G16', 'drain', 'drain of 2,000 sessions', 'each told, 0 chat lost, out < 10 s'),
  chaosRow('G17', 'kill', '20 kills in 60 s', 'no torn record; start < 1 s with 100,000 messages'),
  { goal: 'G18', what: '10,000 idle sockets', promised: 'ping p50 < 0.3 ms, p99 < 5 ms; <= 10 KiB each', command: './dev bench relay idle', from: (last) => {
    const row = last.bench('relay', '10 000 idle and 500 live');
    return row && { measured: row.measured, met: row.met && Number(/p99 ([\d.]+) ms/.exec(row.measured)?.[1]) < 5 };
  } },
  { goal: 'G19', what: '1,000 pairs, 30 pointers/s and 1 chat/s each, 10 min', promised: 'chat p99 < 20 ms, 0 lost, < 1 MiB/min', command: './dev bench relay live', from: (last) => last.bench('relay', '1,000 pairs') ?? last.bench('relay', '1000 pairs') },
  chaosRow('G20', 'slow', '100 of 1,000 never read', '<= 1 MiB each, closed <= 10 s, others p99 < 10 % off', (text) => !/100 of 1000/.test(text) || number(text, /meanwhile: ([\d.]+) MiB/) > 1),
  chaosRow('G21', 'handshakes', '2,000 half handshakes', 'each gone <= 10 s, a good one p99 < 100 ms', (text) => number(text, /handshakes: (\d+) ms/) > 10_000),
  chaosRow('G22', 'storm', '5,000 dropped at once', 'all back < 15 s, < 1 query a session'),
  chaosRow('G23', 'soak', '2 h at half load with faults', 'fd, RSS, threads ±2 %', (text) => number(text, /pairs for (\d+) min/) < 120),
  { goal: 'Fairness', what: 'a site at ten times its quota beside another', promised: "the other's chat p99 moves < 10 %, 0 lost", command: './dev bench relay noisy', from: (last) => last.bench('relay', 'a site at 10 times its quota') },
  { goal: 'Model', what: 'resume against the reference model', promised: '10,000 schedules, 0 differences', command: `${TEST} unit`, from: (last) => {
    const line = /session_resume[ .]+(Passed|\*\*\*Failed)/.exec(last.log('unit') ?? '');
    return line && { measured: 'the seeded schedules of unit/server/session_resume, 0 differences', met: line[1] === 'Passed' };
  } },
  { goal: 'Package', what: 'the .deb on a clean Debian 12 under systemd, behind nginx with TLS', promised: 'installs, doctor content, the demo by its public address; an upgrade loses nobody', command: './dev package --try', from: (last) => {
    const [, good, bad] = /^# pass (\d+)\n# fail (\d+)$/m.exec(last.package ?? '') ?? [];
    return good ? { measured: `${good} steps, ${bad} wrong`, met: bad === '0' } : null;
  } },
  { goal: 'Doctor', what: 'planted mistakes that vitrine doctor finds, its cure naming the line', promised: '10', command: `${TEST} server`, from: suite('91-doctor') },
];
