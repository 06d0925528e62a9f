// SPDX-License-Identifier: Apache-2.0
/// One function a row: ours and ffmpeg's in turn, each round in another order; CPU medians as ratios. Before it counts,
/// the peer's crf is looked for at which it is as good (SSIM, each against its own unencoded pictures) as ours.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import sharp from 'sharp';

import { Worker, ours, tool } from '../pictures/tools.mjs';
import { interleave, median } from '../relay/measure.mjs';
import { top } from '../relay/targets.mjs';
import { again, command, equal, firstFragment, rawFrames, ssim } from './peers.mjs';

const x = (value) => `${value.toFixed(2)}x`;
const ms = (value) => `${value.toFixed(0)} ms`;
const kb = (value) => `${(value / 1000).toFixed(0)} KB`;
const cpu = (results) => median(results.map((each) => each.cpu));
const least = (results, key) => Math.min(...results.map((each) => each[key]));

const photos = join(top, 'web/shop/catalog/photos');
const STILLS = ['gold-hoops/hero.jpg', 'solitaire-ring/hero.jpg', 'pearl-drops/hero.jpg'];
const PX = 640;
const DEFAULT_CRF = 23;
const SIZE = { px: [PX, PX], fps: 30 };
const TURN = { width: 1280, height: 720, count: 36, fps: 12 };

async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-bench-film-'));
  const mine = await ours();
  try {
    return await use(folder, mine);
  } finally {
    mine.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/// Of a job of ours: its own unencoded pictures, and how good its file is.
async function judged(job, folder, size) {
  const frames = join(folder, 'ours.yuv');
  process.env.VITRINE_FRAMES = frames;
  const teed = await Worker.start([tool('film_frames')]);
  delete process.env.VITRINE_FRAMES;
  await teed.ask(...job('h264', join(folder, 'teed.mp4')), 1);
  teed.end();
  return { frames, good: (path) => ssim(path, frames, size) };
}

/* --- stills ---------------------------------------------------------------------------------------- */

/// Three pictures of the shop, two seconds each, as masters for us and as they are for ffmpeg.
async function reel(folder, mine) {
  const paths = STILLS.map((name) => join(photos, name));
  const masters = [];
  for (const [i, path] of paths.entries()) {
    masters.push(join(folder, `${i}.tif`));
    await mine.ask('ingest', path, masters[i], 1);
  }
  const text = join(folder, 'reel.json');
  writeFileSync(text, JSON.stringify({ stills: STILLS.map((_, i) => ({ id: `s${i}`, seconds: 2 })), size: [PX, PX] }));
  const job = (kind, out) => ['film', kind, text, out, ...masters];
  return { job, peer: (times) => ({ stills: paths, px: PX, times }) };
}

export async function stills({ rounds }) {
  return withFolder(async (folder, mine) => {
    const { job, peer } = await reel(folder, mine);
    const out = join(folder, 'ours.mp4');
    const { good } = await judged(job, folder, SIZE);
    await mine.ask(...job('h264', out), 1);
    const [quality, bytes] = [good(out), statSync(out).size];
    const crf = {};
    for (const times of [4, 1]) {
      rawFrames(peer(times), join(folder, 'peer.yuv'));
      crf[times] = equal(join(folder, 'peer.yuv'), SIZE, quality, join(folder, 'peer.mp4'));
    }
    const results = await interleave(
      {
        ours: () => mine.ask(...job('h264', out), 1),
        smooth: () => spawned(mine, command(peer(4), crf[4].crf, join(folder, 'peer.mp4'))),
        plain: () => spawned(mine, command(peer(1), crf[1].crf, join(folder, 'peer.mp4'))),
      },
      rounds,
    );
    const [a, b, c] = [cpu(results.ours), cpu(results.smooth), cpu(results.plain)];
    return [
      {
        what: `film of three stills, 6 s, ${PX} x ${PX}, at equal SSIM: CPU`,
        must: '<= 0.5x ffmpeg zoompan of a still four times as large, <= 0.6x plain zoompan, which jitters; <= 500 ms',
        measured: `${x(a / b)}, ${x(a / c)}; ${ms(a)}`,
        met: a / b <= 0.5 && a / c <= 0.6 && a <= 500,
        detail: `${ms(a)} against ${ms(b)} and ${ms(c)}; SSIM ${quality.toFixed(4)} against ${crf[4].ssim.toFixed(4)} (crf ${crf[4].crf}) and ${crf[1].ssim.toFixed(4)} (crf ${crf[1].crf}); ${kb(bytes)} against ${kb(crf[4].bytes)} and ${kb(crf[1].bytes)}; ours with a fade between two stills`,
        data: { ours: a, smooth: b, plain: c, quality, crf },
      },
    ];
  });
}

const spawned = (mine, words) => mine.ask('spawn', 1, ...words);

export async function first({ rounds }) {
  return withFolder(async (folder, mine) => {
    const { job, peer } = await reel(folder, mine);
    const results = await interleave(
      {
        ours: async () => ({ wall: (await mine.ask(...job('h264', join(folder, 'ours.mp4')), 1)).firstWall }),
        ffmpeg: () => firstFragment(peer(4), 23),
        plain: () => firstFragment(peer(1), 23),
      },
      rounds,
    );
    const [a, b, c] = [least(results.ours, 'wall'), least(results.ffmpeg, 'wall'), least(results.plain, 'wall')];
    return [
      {
        what: 'the same: first fragment that can be played, least wall time',
        must: '<= 150 ms; ratio to ffmpeg into a pipe reported',
        measured: `${ms(a)}; ${x(a / b)}, plain ${x(a / c)}`,
        met: a <= 150,
        detail: `median ${ms(median(results.ours.map((r) => r.wall)))}; ffmpeg ${ms(b)}, plain ${ms(c)}, each with its start, zerolatency and fragments of 100 ms; ours from the job's arrival in a worker`,
        data: { ours: a, ffmpeg: b, plain: c },
      },
    ];
  });
}

export async function av1({ rounds }) {
  return withFolder(async (folder, mine) => {
    const { job } = await reel(folder, mine);
    const { frames, good } = await judged(job, folder, SIZE);
    const [out, plain] = [join(folder, 'ours.webm'), join(folder, 'plain.mp4')];
    await mine.ask(...job('av1', out), 1);
    const [quality, bytes] = [good(out), statSync(out).size];
    const peer = equal(frames, SIZE, quality, join(folder, 'peer.mp4'));
    const results = await interleave({ ours: () => mine.ask(...job('av1', out), 1), x264: () => spawned(mine, again(frames, SIZE, DEFAULT_CRF, plain)) }, rounds);
    const [a, b, plainBytes] = [cpu(results.ours), cpu(results.x264), statSync(plain).size];
    return [
      {
        what: 'the same film as AV1: bytes; CPU',
        must: '<= 0.45x x264 veryfast as it comes (crf 23); <= 1.3x',
        measured: `${x(bytes / plainBytes)}; ${x(a / b)}`,
        met: bytes / plainBytes <= 0.45 && a / b <= 1.3,
        detail: `${kb(bytes)} of SSIM ${quality.toFixed(4)} against ${kb(plainBytes)} of ${good(plain).toFixed(4)}; at equal SSIM ${x(bytes / peer.bytes)} (${kb(peer.bytes)}, crf ${peer.crf}); ${ms(a)} with the drawing of its pictures against ${ms(b)} from pictures that lie ready`,
        data: { ours: { bytes, cpu: a, quality }, x264: { bytes: plainBytes, cpu: b }, equal: peer },
      },
    ];
  });
}

/* --- spins ------------------------------------------------------------------------------------------ */

/// The demo's ring has 24 sides; 36 of them are its sides over a table that moves on, each another picture.
async function turned(folder) {
  const paths = [];
  mkdirSync(join(folder, 'frames'));
  for (let i = 0; i < TURN.count; i++) {
    const side = readFileSync(join(photos, 'solitaire-ring', `spin-${String(Math.floor((i * 24) / TURN.count)).padStart(2, '0')}.jpg`));
    const path = join(folder, 'frames', `${String(i).padStart(2, '0')}.jpg`);
    const shift = (i * 24 % TURN.count) / 8; // a side shown twice has moved a little
    const wide = await sharp(side).resize(TURN.width + 16, TURN.height + 16, { fit: 'cover' }).extract({ left: Math.round(shift), top: 0, width: TURN.width, height: TURN.height }).jpeg({ quality: 78, chromaSubsampling: '4:2:0' }).toBuffer();
    writeFileSync(path, wide);
    paths.push(path);
  }
  return paths;
}

export async function spin({ rounds }) {
  return withFolder(async (folder, mine) => {
    const paths = await turned(folder);
    const size = { px: [TURN.width, TURN.height], fps: TURN.fps };
    const text = join(folder, 'spin.json');
    writeFileSync(text, JSON.stringify({ frames: paths.map((_, i) => String(i).padStart(64, '0')) }));
    const job = (kind, out) => ['spin', kind, text, out, ...paths];
    const film = { pattern: join(folder, 'frames/%02d.jpg'), fps: TURN.fps };
    const out = join(folder, 'ours.mp4');
    const { good } = await judged(job, folder, size);
    await mine.ask(...job('h264', out), 1);
    const [quality, bytes] = [good(out), statSync(out).size];
    rawFrames(film, join(folder, 'peer.yuv'));
    const peer = equal(join(folder, 'peer.yuv'), size, quality, join(folder, 'peer.mp4'));
    const results = await interleave(
      { ours: () => mine.ask(...job('h264', out), 1), ffmpeg: () => spawned(mine, command(film, peer.crf, join(folder, 'peer.mp4'))) },
      rounds,
    );
    const [a, b] = [cpu(results.ours), cpu(results.ffmpeg)];
    const begun = median(results.ours.map((each) => each.first));
    return [
      {
        what: `film of a spin, ${TURN.count} JPEGs of ${TURN.width} x ${TURN.height}, at equal SSIM: CPU`,
        must: '<= 1.0x ffmpeg veryfast; first fragment <= 100 ms CPU',
        measured: `${x(a / b)}; ${ms(begun)}`,
        met: a <= b && begun <= 100,
        detail: `${ms(a)} against ${ms(b)} (crf ${peer.crf}); SSIM ${quality.toFixed(4)} against ${peer.ssim.toFixed(4)}; ${kb(bytes)} against ${kb(peer.bytes)}`,
        data: { ours: a, ffmpeg: b, begun, quality, peer },
      },
    ];
  });
}
