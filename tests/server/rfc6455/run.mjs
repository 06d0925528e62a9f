// SPDX-License-Identifier: Apache-2.0
/// Conformance to RFC 6455 over raw bytes, against the real `vitrine serve` (VITRINE_BIN). Each case
/// runs twice: in one segment, and byte by byte. Prints what failed, where the server is looser than
/// the text and why, and at the end "N passed, N failed".

import { Server } from '../lib/server.mjs';
import { frames } from './frames.mjs';
import { handshakes } from './handshakes.mjs';
import { Line, ORIGIN } from './line.mjs';
import { looser, looserRow } from './looser.mjs';

const AT_ONCE = 8;
const SITE = 'pk_rfc6455';
const used = new Set();
const counts = { passed: 0, failed: 0, looser: 0 };

const pongs = (line) => line.frames.filter((one) => one.opcode === 10).map((one) => one.payload.toString('latin1'));
const delivered = (line) => line.frames.some((one) => one.opcode === 1 || one.opcode === 2) || line.code >= 4000;

function wrongEnd(line, want) {
  if (want.code && line.code !== want.code) return `close ${line.code}, not ${want.code}`;
  if (want.echo !== undefined && line.code !== want.echo) return `close ${line.code}, not ${want.echo}`;
  if (want.echoOr1002 && ![want.echoOr1002, 1002].includes(line.code)) return `close ${line.code}`;
  return line.ended ? null : 'the line stays open';
}

/// What went against the wish; null: nothing.
async function judge(line, want) {
  if (want.code || want.echo !== undefined || want.echoOr1002) {
    await line.until(() => line.ended, 6000);
    if (want.notDelivered && delivered(line)) return 'delivered';
    if (want.noPong && pongs(line).length) return 'a pong after the close';
    return wrongEnd(line, want);
  }
  if (want.accepted) {
    await line.until(() => line.frames.length > 0 || line.ended, 300);
    return delivered(line) || !line.ended ? null : `close ${line.code}`;
  }
  if (want.delivered && !(await line.until(() => delivered(line)))) return `not delivered (close ${line.code})`;
  if (want.pongs) {
    await line.until(() => pongs(line).length >= want.pongs.length || line.code >= 4000);
    const got = pongs(line);
    /* A message that is none of our protocol's ends the line with 4500, and no pong need follow our close. */
    if (want.delivered && line.code === 4500 && got.length < want.pongs.length) return null;
    if (JSON.stringify(got) !== JSON.stringify(want.pongs)) return `pongs ${JSON.stringify(got)}`;
  }
  if (want.silent && ((await line.until(() => line.frames.length > 0 || line.ended, 300)) || line.ended)) return `answered (close ${line.code})`;
  return null;
}

/// A looser behaviour counts only if it is exactly the one that is listed.
function isListed(name, line, want) {
  const row = looserRow(name);
  if (!row || !(want.code ?? want.echo)) return false;
  const is = line.code !== want.code && !(line.ended && line.code === null);
  if (is) used.add(row);
  return is;
}

async function runFrames(port, one, piece) {
  const line = new Line(port);
  const head = await line.upgrade();
  if (head.status !== 101) return `handshake ${head.status}`;
  await line.send(one.bytes, piece, one.want.echo !== undefined);
  const row = looserRow(one.name);
  if (row) await line.until(() => line.frames.length > 0 || line.ended, 1500);
  const wrong = row && isListed(one.name, line, one.want) ? 'looser' : await judge(line, one.want);
  line.drop();
  return line.wrong[0] ?? wrong;
}

async function runHandshake(port, one, piece) {
  const line = new Line(port);
  const head = await line.upgrade(one.request, piece);
  if (head.status !== 101 && !one.status.includes(101)) await line.until(() => line.ended, 3000);
  const ended = line.ended;
  line.drop();
  if (!one.status.includes(head.status)) return `status ${head.status}, not ${one.status}`;
  if (head.status !== 101 && !ended && head.status !== 404) return 'the line stays open';
  return one.check ? one.check(head) : null;
}

/// After the welcome the configured caps hold, to the byte.
async function runWelcomed(port, one) {
  const line = new Line(port);
  await line.upgrade();
  const hello = { op: 'hello', id: 1, d: { site: SITE, role: 'customer', caps: ['bin1'], resume: [], page: { n: 1, url: `${ORIGIN}/`, title: '' } } };
  await line.send(frameText(JSON.stringify(hello)));
  await line.until(() => delivered(line));
  const before = line.frames.length;
  if (line.code !== null || before === 0) return `no welcome (close ${line.code})`;
  await line.send(one.bytes);
  await line.until(() => line.frames.length > before || line.ended, 2000);
  const code = line.code;
  line.drop();
  if (line.wrong[0]) return line.wrong[0];
  if (one.want.code) return code === one.want.code ? null : `close ${code}, not ${one.want.code}`;
  return [1002, 1007, 1008, 1009].includes(code) ? `close ${code}` : null;
}

const { frame } = await import('./line.mjs');
const frameText = (text) => frame(0x81, text);
const welcomed = [
  { name: '10.4 text of 16384 bytes after the welcome', bytes: frame(0x81, 'a'.repeat(16384)), want: {} },
  { name: '10.4 text of 16385 bytes after the welcome', bytes: frame(0x81, 'a'.repeat(16385)), want: { code: 1009 } },
  { name: '10.4 binary of 65535 bytes after the welcome', bytes: frame(0x82, Buffer.alloc(65535)), want: {} },
  { name: '10.4 binary of 65536 bytes after the welcome', bytes: frame(0x82, Buffer.alloc(65536)), want: {} },
  { name: '10.4 binary of 65537 bytes after the welcome', bytes: frame(0x82, Buffer.alloc(65537)), want: { code: 1009 } },
  { name: '10.4 text of 16385 bytes in fragments', bytes: Buffer.concat([frame(0x01, 'a'.repeat(16000)), frame(0x80, 'a'.repeat(385))]), want: { code: 1009 } },
];

function report(name, wrong) {
  if (wrong === 'looser') counts.looser++;
  if (wrong && wrong !== 'looser') {
    counts.failed++;
    console.log(`FAILED  ${name}: ${wrong}`);
  } else counts.passed++;
}

async function runAll(jobs) {
  const next = jobs[Symbol.iterator]();
  const worker = async () => {
    for (const [name, run] of next) report(name, await run().catch((error) => String(error)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const server = new Server({ args: ['--max-sockets-address', '10000'] });
await server.addSite({ key: SITE, origins: [ORIGIN] });
await server.start();
const port = Number(new URL(server.url).port);
const jobs = [];
for (const piece of [0, 1]) {
  const way = piece ? ', byte by byte' : '';
  for (const one of handshakes) jobs.push([one.name + way, () => runHandshake(port, one, piece)]);
  for (const one of frames) if (!piece || one.bytes.length < 600) jobs.push([one.name + way, () => runFrames(port, one, piece)]);
}
for (const one of welcomed) jobs.push([one.name, () => runWelcomed(port, one)]);
await runAll(jobs);
const end = await server.stop().catch((error) => error);
if (end instanceof Error) report('the server ends well', end.message);

console.log('\nLooser than the text:');
for (const row of looser) {
  console.log(`  ${row.cases}: is taken. ${row.reason}`);
  if (!used.has(row)) report(`looser.mjs: "${row.cases}"`, 'no case needs this row any more');
}
console.log(`${counts.looser} of ${counts.passed + counts.failed} cases are looser than the text.`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed ? 1 : 0;
