// SPDX-License-Identifier: Apache-2.0
/// Pictures made and looked at without a library: PNG both ways (RFC 2083), and the sizes that others say they have.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 as zlibCrc, deflateSync, inflateSync } from 'node:zlib';

import { top } from './protocol.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/// A real photo of the demo shop: 1600 x 1600 JPEG.
export const photo = (name = 'gold-hoops/hero.jpg') => readFileSync(join(top, 'web/shop/catalog/photos', name));

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const ownCrc = (bytes) => {
  let c = 0xffffffff;
  for (const byte of bytes) c = table[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};
const crc = zlibCrc ?? ownCrc;

export function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

export function header(width, height, colourType = 2) {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, colourType, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', data)]);
}

/// `colour(x, y)` gives [r, g, b].
export function encodePng(width, height, colour) {
  const raw = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0, at = 0; y < height; y++) {
    raw[at++] = 0;
    for (let x = 0; x < width; x++) for (const value of colour(x, y)) raw[at++] = value;
  }
  return Buffer.concat([header(width, height), chunk('IDAT', deflateSync(raw)), chunk('IEND', Buffer.alloc(0))]);
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function unfilter(raw, rowBytes, height, step) {
  const out = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (rowBytes + 1)];
    for (let i = 0; i < rowBytes; i++) {
      const left = i >= step ? out[y * rowBytes + i - step] : 0;
      const up = y ? out[(y - 1) * rowBytes + i] : 0;
      const corner = y && i >= step ? out[(y - 1) * rowBytes + i - step] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      out[y * rowBytes + i] = raw[y * (rowBytes + 1) + 1 + i] + guess;
    }
  }
  return out;
}

/// { width, height, at(x, y) -> [r, g, b] }; eight bits a channel, gray or colour, alpha left out.
export function decodePng(bytes) {
  assert.ok(bytes.subarray(0, 8).equals(SIGNATURE), `no PNG: ${bytes.subarray(0, 60)}`);
  const parts = [];
  let head;
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') head = data;
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const [width, height, depth, kind] = [head.readUInt32BE(0), head.readUInt32BE(4), head[8], head[9]];
  assert.equal(depth, 8);
  const step = { 0: 1, 2: 3, 4: 2, 6: 4 }[kind];
  const pixels = unfilter(inflateSync(Buffer.concat(parts)), width * step, height, step);
  const at = (x, y) => {
    const from = (y * width + x) * step;
    return step < 3 ? [pixels[from], pixels[from], pixels[from]] : [...pixels.subarray(from, from + 3)];
  };
  return { width, height, at };
}

function jpegSize(bytes) {
  for (let at = 2; at < bytes.length;) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xc2) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  assert.fail('no size in this JPEG');
}

function webpSize(bytes) {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  if (kind === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  const bits = bytes.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}

/// What the bytes are and how large they say they are: { type, width, height }.
export function look(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return { type: 'image/jpeg', ...jpegSize(bytes) };
  if (bytes.subarray(0, 8).equals(SIGNATURE)) return { type: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (bytes.toString('latin1', 8, 12) === 'WEBP') return { type: 'image/webp', ...webpSize(bytes) };
  const at = bytes.indexOf('ispe', 0, 'latin1');
  assert.ok(at > 0 && bytes.toString('latin1', 4, 12) === 'ftypavif', 'none of ours');
  return { type: 'image/avif', width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
}

/// Each channel within `by`.
export function near(got, wanted, by, what = '') {
  assert.ok(got.every((value, i) => Math.abs(value - wanted[i]) <= by), `${what}: ${got} is not near ${wanted}`);
}

/// Four flat quarters: red, green / blue, white.
export const QUARTERS = [[[220, 30, 40], [30, 200, 60]], [[40, 60, 210], [250, 250, 250]]];
export const quarters = (width, height) => encodePng(width, height, (x, y) => QUARTERS[Number(y >= height / 2)][Number(x >= width / 2)]);
/// Every pixel says where it is.
export const placeAt = (x, y) => [x & 255, y & 255, ((x >> 8) << 4) | (y >> 8)];
export const places = (width, height) => encodePng(width, height, placeAt);

/// A JPEG's segments: SOI, then this one, then the rest.
export const withSegment = (jpeg, marker, data) => {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
};

/// EXIF with a GPS directory: 48 degrees north; and XMP that says the same in words.
export const EXIF = Buffer.concat([
  Buffer.from('Exif\0\0MM\0*\0\0\0\x08', 'latin1'), Buffer.from([0, 1, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0]),
  Buffer.from([0, 2, 0, 1, 0, 2, 0, 0, 0, 2]), Buffer.from('N\0\0\0', 'latin1'), Buffer.from([0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 56, 0, 0, 0, 0]),
  Buffer.from([0, 0, 0, 48, 0, 0, 0, 1, 0, 0, 0, 51, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]),
]);
export const XMP = Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRET-GPS-48.85N</x:xmpmeta>', 'latin1');

/// A photo that says where it was taken, both ways.
export const gps = (jpeg) => withSegment(withSegment(jpeg, 0xe1, XMP), 0xe1, EXIF);

/// Puts files into the shop's catalogue; resolves their ids by name.
export async function importPictures(server, { site, folder, writeCatalogue }, files) {
  const products = Object.keys(files).map((name, i) => ({ sku: `P-${i}`, title: name, price: '1.00', url: `/${i}`, pictures: [name], variants: [] }));
  await server.mustAdmin(['catalogue', 'import', '--site', site, writeCatalogue(folder, products, files)]);
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)]));
}

/// The sum of a metric's rows whose labels hold `labels`.
export async function metric(http, server, name, labels = '') {
  const page = (await http(server, '/metrics')).text;
  const rows = page.split('\n').filter((line) => line.startsWith(name) && line.includes(labels) && !line.startsWith('#'));
  return rows.reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
}
