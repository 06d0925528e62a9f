// SPDX-License-Identifier: Apache-2.0
/// Originals as a camera makes them: the demo's photographs laid side by side, enlarged, with a sensor's noise over
/// them, since a picture without noise is unlike any camera's and cheap to decode. And bombs.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import sharp from 'sharp';

import { chunk, header } from '../../server/lib/picture.mjs';
import { top } from '../relay/targets.mjs';

const photos = join(top, 'web/shop/catalog/photos');
export const MEGAPIXELS = { 12: [4000, 3000], 24: [6000, 4000] };
const PIECE = 2000;
const NOISE = { type: 'gaussian', mean: 128, sigma: 9 };

async function original(path, [width, height]) {
  const heroes = readdirSync(photos).map((name) => join(photos, name, 'hero.jpg')).filter(existsSync);
  const places = [];
  for (let y = 0; y < height; y += PIECE) for (let x = 0; x < width; x += PIECE) places.push({ left: x, top: y });
  const pieces = await Promise.all(places.map(async (place, i) => {
    const size = { width: Math.min(PIECE, width - place.left), height: Math.min(PIECE, height - place.top) };
    return { input: await sharp(heroes[i % heroes.length]).resize({ ...size, kernel: 'lanczos3' }).toBuffer(), ...place };
  }));
  const noise = await sharp({ create: { width, height, channels: 3, background: 'gray', noise: NOISE } }).png({ compressionLevel: 0 }).toBuffer();
  const whole = await sharp({ create: { width, height, channels: 3, background: 'white' }, limitInputPixels: false }).composite(pieces).png({ compressionLevel: 0 }).toBuffer();
  await sharp(whole).composite([{ input: noise, blend: 'hard-light' }]).jpeg({ quality: 92 }).toFile(path);
}

/// Paths by megapixels; made once, kept in build/, never committed.
export async function originals() {
  const folder = join(top, 'build/bench/originals');
  mkdirSync(folder, { recursive: true });
  const paths = {};
  for (const [name, size] of Object.entries(MEGAPIXELS)) {
    paths[name] = join(folder, `${name}mp.jpg`);
    if (!existsSync(paths[name])) await original(paths[name], size);
  }
  return paths;
}

const claiming = (jpeg, width, height) => {
  const out = Buffer.from(jpeg);
  for (let at = 2; ; at += 2 + out.readUInt16BE(at + 2)) {
    if (out[at + 1] < 0xc0 || out[at + 1] > 0xc2) continue;
    out.writeUInt16BE(height, at + 5);
    out.writeUInt16BE(width, at + 7);
    return out;
  }
};

/// Files by name; all but `within` say in their header that they are too large. `within` is within every limit and all
/// that a decoder can be made to do: 49 megapixels out of a few kilobytes.
export async function bombs(folder) {
  const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } }).jpeg().toBuffer();
  const hollow = Buffer.concat([header(30000, 30000), chunk('IDAT', Buffer.alloc(64)), chunk('IEND', Buffer.alloc(0))]);
  const within = await sharp({ create: { width: 7000, height: 7000, channels: 3, background: 'red' } }).png({ compressionLevel: 9 }).toBuffer();
  const files = { 'jpeg 65 500 px square': claiming(jpeg, 65500, 65500), 'png 30 000 px square': hollow, within };
  return Object.fromEntries(Object.entries(files).map(([name, bytes], i) => {
    const path = join(folder, `bomb-${i}`);
    writeFileSync(path, bytes);
    return [name, { path, bytes }];
  }));
}
