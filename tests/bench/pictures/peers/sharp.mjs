// SPDX-License-Identifier: Apache-2.0
/// sharp, spoken to as work.c is: `thumb PATH WIDTH TIMES`, `encode PATH WIDTH TIMES` (AVIF of pixels that lie in memory).

import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';

import sharp from 'sharp';

sharp.concurrency(1); // one picture, one thread, as ours
sharp.cache(false);

const QUALITY = { jpg: 78, avif: 60 }; // ours, see media/image_encode.c

async function timed(times, run) {
  const cpu_us = [];
  let wall_us = Infinity;
  let bytes = 0;
  for (let i = 0; i < times; i++) {
    const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
    bytes = (await run()).length;
    wall_us = Math.min(wall_us, Number(process.hrtime.bigint() - wall) / 1000);
    const { user, system } = process.cpuUsage(cpu);
    cpu_us.push(user + system);
  }
  return { cpu_us, wall_us, bytes };
}

const jobs = {
  thumb: (path, width, times) => timed(times, () => sharp(path).resize(width).jpeg({ quality: QUALITY.jpg }).toBuffer()),
  async encode(path, width, times) {
    const { data, info } = await sharp(path).resize(width).raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    return timed(times, () => sharp(data, { raw }).avif({ quality: QUALITY.avif, effort: 0, chromaSubsampling: '4:2:0' }).toBuffer());
  },
};

const peak = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [name, path, width, times] = line.split(' ');
  const answer = await jobs[name](path, Number(width), Number(times));
  console.log(JSON.stringify({ ok: true, ...answer, peak_kb: peak() }));
}
