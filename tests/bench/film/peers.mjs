// SPDX-License-Identifier: Apache-2.0
/// ffmpeg's ways to the same films, what its files are worth, and when it gives the first of one.

import { execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];
const ffmpeg = (...words) => execFileSync('ffmpeg', [...QUIET, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
const veryfast = (crf) => ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), '-pix_fmt', 'yuv420p'];
const STILL_FRAMES = 60;

/// Stills with a slow move each, towards the middle or away from it. `times`: how much larger than the film a still is made
/// before zoompan, which moves by whole pixels of it.
function moves({ stills, px, times }) {
  const one = (_, i) => {
    const zoom = i % 2 ? `1.19-0.19*on/${STILL_FRAMES}` : `1+0.19*on/${STILL_FRAMES}`;
    return `[${i}]scale=${px * times}:${px * times},zoompan=z='${zoom}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d=${STILL_FRAMES}:s=${px}x${px}:fps=30[v${i}]`;
  };
  const joined = stills.map((_, i) => `[v${i}]`).join('');
  return [...stills.flatMap((path) => ['-i', path]), '-filter_complex', `${stills.map(one).join(';')};${joined}concat=n=${stills.length}:v=1,format=yuv420p`];
}
const turn = ({ pattern, fps }) => ['-framerate', String(fps), '-i', pattern];

export const inputOf = (film) => (film.stills ? moves(film) : turn(film));
export const command = (film, crf, out) => ['ffmpeg', ...QUIET, ...inputOf(film), ...veryfast(crf), '-movflags', '+faststart', out];

const raw = ({ px: [width, height], fps }) => ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', String(fps)];

/// From pictures that lie ready.
export const again = (frames, size, crf, out) => ['ffmpeg', ...QUIET, ...raw(size), '-i', frames, ...veryfast(crf), out];

/// SSIM of a film against its own pictures as they were before the encoder.
export function ssim(path, frames, size) {
  const words = [...QUIET.filter((word) => !/loglevel|error/.test(word)), '-r', String(size.fps), '-i', path, ...raw(size), '-i', frames, '-lavfi', '[0]setpts=N[a];[1]setpts=N[b];[a][b]ssim', '-f', 'null', '-'];
  const { stderr } = spawnSync(words);
  const found = /All:([0-9.]+)/.exec(stderr);
  if (!found) throw new Error(`ffmpeg says no SSIM: ${stderr.slice(-500)}`);
  return Number(found[1]);
}

function spawnSync(words) {
  try {
    return { stderr: execFileSync('sh', ['-c', 'exec "$@" 2>&1', 'sh', 'ffmpeg', ...words], { encoding: 'utf8' }) };
  } catch (error) {
    return { stderr: String(error.stdout) };
  }
}

/// The peer's own pictures, unencoded.
export function rawFrames(film, out) {
  ffmpeg(...inputOf(film), '-f', 'rawvideo', '-pix_fmt', 'yuv420p', out);
}

/// The crf at which x264 veryfast is as good as `wanted`, its bytes, and how good it is.
export function equal(frames, size, wanted, out) {
  const tried = new Map();
  const at = (crf) => {
    if (!tried.has(crf)) {
      ffmpeg(...again(frames, size, crf, out).slice(1 + QUIET.length));
      tried.set(crf, { crf, ssim: ssim(out, frames, size), bytes: statSync(out).size });
    }
    return tried.get(crf);
  };
  let [better, worse] = [12, 40];
  while (worse - better > 1) {
    const middle = (better + worse) >> 1;
    if (at(middle).ssim >= wanted) better = middle;
    else worse = middle;
  }
  return [at(better), at(worse)].sort((a, b) => Math.abs(a.ssim - wanted) - Math.abs(b.ssim - wanted))[0];
}

/// Milliseconds until the first fragment has come whole through a pipe, in the way of ffmpeg that is soonest.
export function firstFragment(film, crf) {
  const words = [...QUIET, ...inputOf(film), ...veryfast(crf), '-tune', 'zerolatency', '-f', 'mp4', '-movflags', 'empty_moov+default_base_moof', '-frag_duration', '100000', 'pipe:1'];
  const began = performance.now();
  const child = spawn('ffmpeg', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    child.stdout.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece]);
      for (let at = 0; at + 8 <= bytes.length;) {
        const [length, name] = [bytes.readUInt32BE(at), bytes.toString('latin1', at + 4, at + 8)];
        if (name === 'mdat' && at + length <= bytes.length) {
          resolve({ wall: performance.now() - began });
          child.kill('SIGKILL');
          return;
        }
        at += length;
      }
    });
    child.on('error', reject);
    child.on('exit', (code) => code && reject(new Error(`ffmpeg ended with ${code}`)));
  });
}
